import errno
import json
import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.core import openraster, ora_archive
from studio.core.compose import composite, premultiplied
from studio.core.document import Document
from studio.core.geometry import Rect
from studio.core.layers import LayerKind
from studio.core.openraster import encode_png, load_ora, open_ora, save_ora
from studio.core.tiles import Pixels
from tests.fixtures.ora import RED, STACK, archive, foreign, put, small_drawing
from training.files import UserError


def content(document: Document) -> list[tuple[object, ...]]:
    return [
        (layer.name, layer.kind, layer.visible, layer.opacity, layer.surface.read(document.rect).tobytes())
        for layer in document.layers
    ]


images = st.builds(
    lambda seed, w, h: premultiplied(np.random.default_rng(seed).integers(0, 256, (h, w, 4), dtype=np.uint8)),
    st.integers(0, 1000),
    st.integers(1, 150),
    st.integers(1, 140),
)


@settings(max_examples=40)
@given(images, images, st.integers(0, 200), st.integers(0, 150), st.floats(0, 1), st.booleans())
def test_drawing_comes_back_as_it_was(
    tmp_path: Path, ink: Pixels, hint: Pixels, x: int, y: int, opacity: float, visible: bool
) -> None:
    document = Document.new(300, 200)
    document.add_paint_layer(
        "Bild <1> & \u00e4", premultiplied(np.full((200, 300, 4), (9, 200, 30, 77), np.uint8))
    )
    put(document, document.line.id, ink, x, y)
    put(document, document.hints.id, hint, y, x // 2)
    document.set_layer_opacity(document.layers[0].id, round(opacity, 4))
    document.set_layer_visible(document.hints.id, visible)
    document.set_choices(
        model_id="openmoji", labels=(("Food", 0.25), ("Ann\u00e4", 0.75)), hint_strength=0.5, seed=7
    )
    save_ora(document.snapshot(), tmp_path / "a.ora")
    loaded = load_ora(tmp_path / "a.ora")
    assert content(loaded) == content(document)
    assert loaded.choices == document.choices
    assert loaded.path == tmp_path / "a.ora"
    assert not loaded.modified
    assert not loaded.can_undo


def test_file_follows_the_openraster_baseline(tmp_path: Path) -> None:
    document = Document.new(300, 200)
    put(document, document.line.id, np.full((20, 30, 4), (0, 0, 0, 255), np.uint8), 100, 50)
    save_ora(document.snapshot(), tmp_path / "a.ora")
    with zipfile.ZipFile(tmp_path / "a.ora") as packed:
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert packed.read("mimetype") == b"image/openraster"
        root = ora_archive.parse_xml(packed.read("stack.xml"), "a.ora")
        assert (root.get("w"), root.get("h")) == ("300", "200")
        names = [layer.get("name") for layer in root.iter("layer")]
        assert names == ["Line", "Hints", "Paper"]
        line = next(root.iter("layer"))
        assert (line.get("x"), line.get("y"), line.get("composite-op")) == ("100", "50", "svg:src-over")
        assert Image.open(BytesIO(packed.read(str(line.get("src"))))).size == (30, 20)
        merged = np.asarray(Image.open(BytesIO(packed.read("mergedimage.png"))))
        assert np.array_equal(merged, composite(document.layers, document.rect)[..., :3])
        assert Image.open(BytesIO(packed.read("Thumbnails/thumbnail.png"))).size == (256, 171)


def test_mypaint_is_told_to_keep_the_drawings_edges(tmp_path: Path) -> None:
    save_ora(Document.new(300, 200).snapshot(), tmp_path / "a.ora")
    with zipfile.ZipFile(tmp_path / "a.ora") as packed:
        root = ora_archive.parse_xml(packed.read("stack.xml"), "a.ora")
    assert root.get("{http://mypaint.org/ns/openraster}frame-active") == "true"


def test_stored_picture_comes_back(tmp_path: Path) -> None:
    document = Document.new(60, 40)
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    save_ora(document.snapshot(), tmp_path / "a.ora", picture=picture)
    opened = open_ora(tmp_path / "a.ora")
    assert opened.picture is not None
    assert np.array_equal(opened.picture, picture)
    assert opened.notes == ()


def test_unknown_entries_survive_a_save(tmp_path: Path) -> None:
    layers = '<layer name="Ink" src="data/layer003.png"/>'
    source = archive(
        tmp_path / "a.ora",
        {
            "stack.xml": STACK.format(layers),
            "data/layer003.png": encode_png(RED),
            "krita/notes.txt": b"mine",
            "data/layer002.png": b"not a layer",
        },
    )
    document = load_ora(source)
    save_ora(document.snapshot(), tmp_path / "b.ora")
    again = load_ora(tmp_path / "b.ora")
    assert dict(again.foreign) == {"krita/notes.txt": b"mine", "data/layer002.png": b"not a layer"}
    assert content(again) == content(document)


def test_groups_offsets_and_opacities_of_others_add_up(tmp_path: Path) -> None:
    layers = """
      <layer name="Inking" src="data/ink.png" x="2" y="3"/>
      <stack name="Group" x="5" y="-4" opacity="0.5" visibility="hidden">
        <layer name="Colour" src="data/red.png" x="1" y="1" opacity="0.5" composite-op="svg:multiply"/>
      </stack>
      <layer name="Background" src="data/white.png"/>"""
    ink = np.zeros((5, 6, 4), np.uint8)
    ink[2, 2:5] = (0, 0, 0, 255)
    path = foreign(
        tmp_path / "krita.ora", layers, ink=ink, red=RED, white=np.full((30, 40, 4), 255, np.uint8)
    )
    opened = open_ora(path)
    document = opened.document
    assert [(layer.name, layer.kind) for layer in document.layers] == [
        ("Colour", LayerKind.PAINT),
        ("Hints", LayerKind.HINTS),
        ("Inking", LayerKind.LINE),
    ]
    colour = document.layers[0]
    assert (colour.opacity, colour.visible) == (0.25, False)
    assert colour.surface.bounds() == Rect(6, 0, 12, 7)
    assert document.line.surface.bounds() == Rect(4, 5, 3, 1)
    assert len(opened.notes) == 2


def test_a_lone_scan_becomes_ink_on_nothing(tmp_path: Path) -> None:
    scan = np.full((30, 40, 3), 250, np.uint8)
    scan[10:12, 5:30] = 20
    document = load_ora(
        foreign(tmp_path / "scan.ora", '<layer name="Layer 1" src="data/scan.png"/>', scan=scan)
    )
    ink = document.line.surface.alpha(document.rect)
    assert (ink[10:12, 5:30] == 235).all()
    assert ink[20, 20] == 5
    assert not document.line.surface.read(document.rect)[..., :3].any()


def test_coloured_layers_without_a_line_layer_are_kept_as_paint(tmp_path: Path) -> None:
    layers = '<layer name="B" src="data/b.png"/><layer name="A" src="data/a.png" x="20"/>'
    document = load_ora(foreign(tmp_path / "a.ora", layers, a=RED, b=RED))
    kinds = [layer.kind for layer in document.layers]
    assert kinds == [LayerKind.PAINT, LayerKind.PAINT, LayerKind.HINTS, LayerKind.LINE]
    assert document.line.surface.is_blank


def test_a_drawing_that_krita_saved_again_is_the_same() -> None:
    """``by_krita.ora`` is `small_drawing`, saved here, opened and exported by Krita 5.1.5."""
    back, drawn = load_ora(Path(__file__).with_name("by_krita.ora")), small_drawing()
    assert content(back) == content(drawn)


def test_previous_file_is_kept_beside(tmp_path: Path) -> None:
    document = Document.new(30, 30)
    path = tmp_path / "a.ora"
    save_ora(document.snapshot(), path)
    first = path.read_bytes()
    put(document, document.line.id, np.full((9, 9, 4), 255, np.uint8))
    save_ora(document.snapshot(), path)
    assert (tmp_path / "a.ora~").read_bytes() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.ora", "a.ora~"]


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def lost_bytes(original: Callable[..., None]) -> Callable[..., None]:
    def write(path: Path, entries: dict[str, bytes]) -> None:
        original(path, entries)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] + b"\0" * 64 + data[len(data) // 2 + 64 :])

    return write


@pytest.mark.parametrize("fault", ["no space", "bytes lost"])
def test_failed_save_leaves_the_old_file_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    document = Document.new(300, 200)
    path = tmp_path / "a.ora"
    save_ora(document.snapshot(), path)
    before = path.read_bytes()
    put(document, document.line.id, np.random.default_rng(0).integers(0, 256, (200, 300, 4), dtype=np.uint8))
    if fault == "no space":
        # The disk fills up while the third entry is written.
        monkeypatch.setattr(zipfile.ZipFile, "writestr", after_two(zipfile.ZipFile.writestr, full_disk))
    else:
        monkeypatch.setattr(openraster, "_write_zip", lost_bytes(openraster._write_zip))
    with pytest.raises(UserError, match=r"could not be saved.*is untouched"):
        save_ora(document.snapshot(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.ora"]


def after_two(good: Callable[..., None], bad: Callable[..., None]) -> Callable[..., None]:
    calls = 0

    def write(*args: object, **kwargs: object) -> None:
        nonlocal calls
        calls += 1
        (good if calls <= 2 else bad)(*args, **kwargs)

    return write


@pytest.mark.parametrize(
    "extras",
    [
        b"{",
        b"[]",
        b'{"format": "x"}',
        b'{"format": 99, "choices": {"labels": [1, [2], ["a", "b"]], "seed": "s"}}',
        b'{"format": 1, "choices": {"hint_strength": NaN, "model": 5}, "layers": [{"kind": "line"}, 3]}',
        b"\xff\xfe" * 9,
    ],
)
def test_odd_settings_do_not_keep_a_drawing_from_opening(tmp_path: Path, extras: bytes) -> None:
    ink = np.zeros((30, 40, 4), np.uint8)
    ink[5] = (0, 0, 0, 255)
    stack = STACK.format('<layer name="Line" src="data/a.png"/>')
    path = archive(
        tmp_path / "a.ora",
        {"stack.xml": stack, "data/a.png": encode_png(ink), "sketch-studio/document.json": extras},
    )
    document = load_ora(path)
    assert document.line.surface.bounds() == Rect(0, 5, 40, 1)
    assert document.choices.labels == ()


def test_settings_are_plain_json_under_our_own_name(tmp_path: Path) -> None:
    document = Document.new(30, 30)
    document.set_choices(model_id="m", model_sha="ab", labels=(("Food", 1.0),), seed=3)
    save_ora(document.snapshot(), tmp_path / "a.ora")
    with zipfile.ZipFile(tmp_path / "a.ora") as packed:
        extras = json.loads(packed.read("sketch-studio/document.json"))
    assert extras["format"] == 1
    assert extras["choices"] == {
        "model": "m",
        "model_sha256": "ab",
        "labels": [["Food", 1.0]],
        "hint_strength": 1.0,
        "seed": 3,
    }
