"""The doctor finds each kind of trouble, says how it is treated, and touches nothing."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.data.trees import (
    coloured,
    line_drawing,
    photo,
    save,
    write_cifar,
    write_idx,
    write_pairs,
    write_photos,
    write_side_by_side,
)
from training.data import inspect as inspect_module
from training.data.findings import TREATMENT, Finding, FindingKind
from training.data.inspect import DataReport, inspect
from training.data.options import SourceConfig
from training.data.pictures import thumbnail
from training.files import UserError


def big(seed: int) -> np.ndarray:
    return photo(seed, 96, 128)


def broken(folder: Path) -> str:
    (folder / "x.png").write_bytes((folder / "000.png").read_bytes()[:100])
    return "x.png"


def foreign(folder: Path) -> str:
    (folder / "x.psd").write_bytes(b"8BPS")
    return "*.psd"


def tiny(folder: Path) -> str:
    save(folder / "x.png", photo(70, 30, 200))
    return "x.png"


def nearly_empty(folder: Path) -> str:
    save(folder / "x.png", np.full((80, 80, 3), 250, np.uint8))
    return "x.png"


def duplicate(folder: Path) -> str:
    (folder / "x.png").write_bytes((folder / "000.png").read_bytes())
    return "x.png"


def near_duplicate(folder: Path) -> str:
    save(folder / "x.jpg", np.asarray(Image.open(folder / "000.png")), quality=60)
    return "x.jpg"


def odd_size(folder: Path) -> str:
    save(folder / "x.png", photo(71, 80, 300))
    return "x.png"


def transparent(folder: Path) -> str:
    pixels = np.dstack([big(72), np.full((96, 128), 255, np.uint8)])
    pixels[:20, :20, 3] = 0
    save(folder / "x.png", pixels)
    return "x.png"


def grey(folder: Path) -> str:
    save(folder / "x.png", big(73)[..., 0])
    return "x.png"


def exif(folder: Path) -> str:
    turned = Image.Exif()
    turned[0x0112] = 6
    save(folder / "x.jpg", big(74), exif=turned)
    return "x.jpg"


def cmyk(folder: Path) -> str:
    Image.fromarray(big(75)).convert("CMYK").save(folder / "x.tif")
    return "x.tif"


def deep(folder: Path) -> str:
    values = big(76)[..., 0].astype(np.uint16) * 257
    Image.fromarray(values).save(folder / "x.png")
    return "x.png"


def animated(folder: Path) -> str:
    frames = [Image.fromarray(big(77 + i)).quantize() for i in range(2)]
    frames[0].save(folder / "x.gif", save_all=True, append_images=frames[1:])
    return "x.gif"


MAKERS = (
    broken, foreign, tiny, nearly_empty, duplicate, near_duplicate, odd_size, transparent, grey, exif, cmyk,
    deep, animated,
)  # fmt: skip


def of_kind(report: DataReport, kind: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.kind == kind]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_each_kind_is_found_in_the_one_file_that_is_so(tmp_path: Path, make: Callable[[Path], str]) -> None:
    for i in range(6):
        save(tmp_path / f"{i:03d}.png", big(i))
    clean = inspect(tmp_path)
    assert clean.findings == ()
    path = make(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    report = inspect(tmp_path)
    kind = make.__name__
    found = of_kind(report, kind)
    assert len(found) == 1
    assert path in (found[0].path, found[0].other)
    assert found[0].text.endswith(".")
    assert report.found[kind] == 1
    assert report.treatments[kind].endswith(".")
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_every_kind_has_a_sentence_on_its_treatment() -> None:
    assert set(TREATMENT) == set(FindingKind)
    assert all(text.endswith(".") for text in TREATMENT.values())


def test_classes_that_are_small_or_unbalanced(tmp_path: Path) -> None:
    write_photos(tmp_path / "few", 2)
    write_photos(tmp_path / "many", 24, 100)
    report = inspect(tmp_path)
    assert report.counts == {"few": 2, "many": 24}
    assert [finding.path for finding in of_kind(report, "small_class")] == ["few"]
    assert of_kind(report, "unbalanced")[0].text == "many has 24 pictures, few only 2."


def test_pairs_that_are_no_pairs(tmp_path: Path) -> None:
    write_pairs(tmp_path, 12)
    save(tmp_path / "sketch" / "alone.png", line_drawing(50))
    save(tmp_path / "sketch" / "wrong.png", line_drawing(51))
    save(tmp_path / "image" / "wrong.jpg", coloured(line_drawing(52), 52))
    save(tmp_path / "sketch" / "long.png", line_drawing(53))
    save(tmp_path / "image" / "long.png", photo(53, 80, 120))
    save(tmp_path / "sketch" / "blank.png", np.full((80, 80), 255, np.uint8))
    save(tmp_path / "image" / "blank.png", photo(54, 80, 80))
    report = inspect(tmp_path)
    assert report.has_sketches
    wrong = {finding.path: finding for finding in of_kind(report, "wrong_pair")}
    assert set(wrong) == {"sketch/alone.png", "image/wrong.jpg", "image/long.png"}
    assert wrong["image/wrong.jpg"].other == "sketch/wrong.png"
    assert [finding.path for finding in of_kind(report, "nearly_empty")] == ["image/blank.png"]


def test_side_by_side_pairs_of_another_shape(tmp_path: Path) -> None:
    write_side_by_side(tmp_path, 12)
    save(tmp_path / "x.png", photo(1, 80, 100))
    report = inspect(tmp_path)
    assert report.layout == "side_by_side"
    assert [finding.path for finding in of_kind(report, "odd_size")] == ["x.png"]


def test_relatives_of_test_pictures_are_told_and_not_trained_on(tmp_path: Path) -> None:
    write_photos(tmp_path / "train", 10)
    write_photos(tmp_path / "test", 4, 50)
    save(tmp_path / "train" / "seen.jpg", photo(51), quality=70)
    report = inspect(tmp_path)
    found = of_kind(report, "near_duplicate")
    assert [finding.path for finding in found] == ["train/seen.jpg"]
    assert "left out of training" in found[0].text
    assert report.splits["train"] + report.splits["val"] == 10


def test_a_picture_like_several_others_is_one_near_duplicate(tmp_path: Path) -> None:
    write_photos(tmp_path, 10)
    for quality in (50, 60, 70):
        save(tmp_path / f"again{quality}.jpg", photo(0), quality=quality)
    report = inspect(tmp_path)
    paths = [finding.path for finding in of_kind(report, "near_duplicate")]
    assert len(paths) == len(set(paths)) == report.found["near_duplicate"]
    assert 0 < len(paths) < 4


def test_a_report_is_json_and_names_examples(tmp_path: Path) -> None:
    write_photos(tmp_path / "a", 9)
    write_photos(tmp_path / "b", 3, 20)
    report = inspect(tmp_path)
    content = json.loads(json.dumps(report.to_dict()))
    assert content["layout"] == "classes"
    assert content["sizes"] == {"64-127": 12}
    assert len(content["examples"]["a"]) == 6
    sketch, image = report.examples["b"][0]
    assert sketch == ""
    assert thumbnail(tmp_path / image, 32).shape == (27, 32, 3)


def test_findings_beyond_the_limit_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspect_module, "PER_KIND", 3)
    for i in range(8):
        save(tmp_path / f"{i}.png", photo(i, 40, 40))
    report = inspect(tmp_path)
    assert report.found["tiny"] == 8
    assert len(of_kind(report, "tiny")) == 3


@pytest.mark.parametrize(("write", "count"), [(write_idx, 36), (write_cifar, 60)])
def test_packed_sets_are_inspected_too(tmp_path: Path, write: Callable[[Path], object], count: int) -> None:
    write(tmp_path)
    report = inspect(tmp_path)
    assert report.pictures == count
    assert sum(report.counts.values()) == count
    assert report.splits["test"] == count // 3 if write is write_idx else count // 6


def test_a_prepared_set_is_inspected(shared_shapes: Path) -> None:
    report = inspect(shared_shapes)
    assert report.layout == "prepared"
    assert report.pictures == 17
    assert report.splits == {"train": 13, "val": 2, "test": 2}
    assert report.counts == {"Round things": 9, "Boxes": 8}
    assert "foreign" not in report.found


def test_excluded_pictures_are_gone_from_the_report(tmp_path: Path) -> None:
    write_photos(tmp_path, 5)
    (tmp_path / "x.png").write_bytes(b"")
    assert inspect(tmp_path, SourceConfig(excluded=("x.png", "000.png"))).pictures == 4


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no pictures"):
        inspect(tmp_path)
    (tmp_path / "x.png").write_bytes(b"")
    with pytest.raises(UserError, match="can be used"):
        inspect(tmp_path)


def test_a_part_of_the_real_cifar_10(real_sets: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(real_sets / "cifar10.zip") as packed:
        names = [name for name in packed.namelist() if name.endswith(("00.jpg", "50.jpg"))]
        packed.extractall(tmp_path, names)
    report = inspect(tmp_path)
    assert (report.layout, len(report.counts)) == ("classes", 10)
    assert report.splits["test"] == sum(name.startswith("test/") for name in names)
    assert report.splits["val"] > 0
    assert report.usable == len(names) == report.found["tiny"]
