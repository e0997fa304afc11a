from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.document import Document
from studio.core.openraster import encode_png, load_ora, save_ora
from tests.fixtures.ora import RED, STACK, archive, foreign, put
from training.files import UserError


def no_zip(path: Path) -> Path:
    path.write_bytes(b"\x89PNG this is no archive")
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def cut(path: Path) -> Path:
    save_ora(Document.new(50, 50).snapshot(), path)
    path.write_bytes(path.read_bytes()[:-300])
    return path


def climbing(path: Path) -> Path:
    return archive(path, {"stack.xml": STACK.format(""), "../../evil.txt": b"x"})


def absolute(path: Path) -> Path:
    return archive(path, {"stack.xml": STACK.format(""), "/etc/evil": b"x"})


def bomb(path: Path) -> Path:
    return archive(path, {"stack.xml": STACK.format(""), "data/bomb.png": b"\0" * (40 * 1024 * 1024)})


def lying_about_its_size(path: Path) -> Path:
    data = encode_png(np.zeros((8, 8, 4), np.uint8))
    huge = data[:16] + (60000).to_bytes(4, "big") + (60000).to_bytes(4, "big") + data[24:]
    return archive(path, {"stack.xml": STACK.format('<layer src="data/a.png"/>'), "data/a.png": huge})


def missing_layer(path: Path) -> Path:
    return foreign(path, '<layer name="a" src="data/gone.png"/>')


def broken_layer(path: Path) -> Path:
    data = encode_png(np.random.default_rng(0).integers(0, 256, (30, 40, 4), dtype=np.uint8))
    return archive(
        path, {"stack.xml": STACK.format('<layer src="data/a.png"/>'), "data/a.png": data[: len(data) // 2]}
    )


def no_stack(path: Path) -> Path:
    return archive(path, {"data/a.png": b""})


def bad_xml(path: Path) -> Path:
    return archive(path, {"stack.xml": "<image w='4' h='4'><stack></image>"})


def entities(path: Path) -> Path:
    declared = "<!DOCTYPE image [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>"
    return archive(path, {"stack.xml": declared + "<image w='4' h='4'><stack>&b;</stack></image>"})


def wrong_mimetype(path: Path) -> Path:
    return archive(path, {"stack.xml": STACK.format("")}, mimetype="application/epub+zip")


def huge_drawing(path: Path) -> Path:
    return archive(path, {"stack.xml": "<image w='30000' h='30000'><stack/></image>"})


def senseless_size(path: Path) -> Path:
    return archive(path, {"stack.xml": "<image w='wide' h='nan'><stack/></image>"})


def nested_deeply(path: Path) -> Path:
    return archive(path, {"stack.xml": STACK.format("<stack>" * 500 + "</stack>" * 500)})


def many_layers(path: Path) -> Path:
    return foreign(path, '<layer src="data/a.png"/>' * 300, a=RED)


def too_many_pixels(path: Path) -> Path:
    return foreign(path, '<layer src="data/a.png"/>' * 200, a=np.zeros((2000, 2000), np.uint8))


def twice_the_same_name(path: Path) -> Path:
    archive(path, {"mimetypf": "image/openraster"})
    path.write_bytes(path.read_bytes().replace(b"mimetypf", b"mimetype"))
    return path


HOSTILE = [
    no_zip,
    empty,
    cut,
    climbing,
    absolute,
    bomb,
    lying_about_its_size,
    missing_layer,
    broken_layer,
    no_stack,
    bad_xml,
    entities,
    wrong_mimetype,
    huge_drawing,
    senseless_size,
    nested_deeply,
    many_layers,
    too_many_pixels,
    twice_the_same_name,
]


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(UserError) as refused:
        load_ora(make(tmp_path / "bad.ora"))
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 250
    assert [p.name for p in tmp_path.iterdir()] == ["bad.ora"]


def test_missing_file_and_folder_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        load_ora(tmp_path / "gone.ora")
    with pytest.raises(UserError, match="cannot be read"):
        load_ora(tmp_path)


@given(st.binary(max_size=300), st.integers(0, 5000))
def test_damage_anywhere_never_gets_past_as_another_error(tmp_path: Path, junk: bytes, at: int) -> None:
    path = tmp_path / "a.ora"
    document = Document.new(60, 40)
    put(document, document.line.id, np.random.default_rng(1).integers(0, 256, (20, 30, 4), dtype=np.uint8))
    save_ora(document.snapshot(), path, keep_previous=False)
    data = path.read_bytes()
    at %= len(data)
    path.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        loaded = load_ora(path)
    except UserError:
        return
    assert loaded.width >= 1
