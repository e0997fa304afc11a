"""Drawings made by hand become samples with the colours of an emoji of the same thing."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.data.shapes import with_families
from training.data.emoji_families import LABELS, group_of, group_table
from training.data.enclosed import closed_regions
from training.data.handmade import Handmade, open_handmade
from training.data.options import AugmentConfig, SourceConfig
from training.data.recognition import NO_KIND, kinds_of, shown_batch
from training.data.source import open_splits
from training.files import UserError

SUN, TREE = "train-round-0", "train-box-1"
"""Pictures of the small data set that are to be emoji of these things."""
RING = {"drawing": [[[0, 255, 255, 0, 0], [0, 0, 255, 255, 0]]]}


def words() -> dict[str, str]:
    path = Path(__file__).parents[3] / "training" / "data" / "quickdraw_words.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))["words"])


@pytest.fixture
def emoji(pairs: Path, tmp_path: Path) -> Path:
    """The small data set, two of whose families are a sun and a tree."""
    return with_families(pairs, tmp_path / "set", {SUN: words()["sun"], TREE: words()["tree"]})


def write_drawings(folder: Path, **rows: list[object]) -> Path:
    folder.mkdir(exist_ok=True)
    for word, drawings in rows.items():
        lines = [one if isinstance(one, str) else json.dumps(one) for one in drawings]
        (folder / f"{word}.ndjson").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_every_word_is_an_emoji() -> None:
    table = group_table()
    assert len(words()) > 200
    assert {group_of(emoji, table) for emoji in words().values()} <= set(LABELS)


def test_words_of_what_the_data_show_are_read_and_broken_lines_listed(emoji: Path, tmp_path: Path) -> None:
    dataset = open_splits(emoji, ("train",), 64, SourceConfig())["train"]
    hostile = [{"drawing": [[[0, 300], [0, 0]]]}, {"drawing": [[[0, 1], [0]]]}, {"drawing": []}, {}, "[", "7"]
    hostile += [{"drawing": [[[float("nan")], [0]]]}, {"drawing": 3}, "[" * 100_000]
    drawings = write_drawings(
        tmp_path / "drawings", sun=[RING, *hostile, RING], tree=[RING], camel=[RING], nothing=[RING]
    )
    handmade = open_handmade(drawings, dataset)
    assert [dataset.families[item] for item in handmade.item] == [words()["sun"]] * 2 + [words()["tree"]]
    assert len(handmade.problems) == len(hostile)
    assert handmade.problems[0] == "sun.ndjson, line 2: not a simplified drawing; left out."
    with pytest.raises(UserError, match=r"Quick, Draw!"):
        open_handmade(write_drawings(tmp_path / "none", camel=[RING]), dataset)


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(32, 200), flat=st.booleans())
def test_a_drawing_has_ink_and_is_the_same_for_a_seed(seed: int, size: int, flat: bool) -> None:
    corner = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]], np.float32)
    handmade = Handmade(((corner[:2] if flat else corner,),), np.zeros(1, np.int64), (None,), ())
    drawn = handmade.sketch(0, size, np.random.default_rng(seed))
    assert drawn.shape == (size, size)
    ink = drawn < 128
    assert ink.any()
    again = handmade.sketch(0, size, np.random.default_rng(seed))
    np.testing.assert_array_equal(drawn, again)


def test_some_of_a_batch_are_made_by_hand(emoji: Path, tmp_path: Path) -> None:
    dataset = open_splits(emoji, ("train",), 64, SourceConfig())["train"]
    kinds = kinds_of(dataset.families)
    handmade = open_handmade(write_drawings(tmp_path / "drawings", sun=[RING]), dataset)
    plain, with_suns = (
        shown_batch(dataset, kinds, 0, 0, 64, AugmentConfig(), one) for one in (None, handmade)
    )
    changed = [
        i
        for i in range(64)
        if with_suns.kind[i] != NO_KIND and not np.array_equal(plain.sketch[i], with_suns.sketch[i])
    ]
    assert 2 <= len(changed) <= 20
    sun = int(handmade.item[0])
    like = dataset.clean(sun)
    main = np.unique(like.flats[closed_regions(like.sketch) > 0], axis=0, return_counts=True)
    wanted = main[0][main[1].argmax()]  # its outer ring has most of it
    coloured = 0
    for i in changed:
        assert with_suns.kind[i] == kinds.of[sun]
        assert (with_suns.sketch[i] < 128).any()
        inside = with_suns.regions[i] > 0
        np.testing.assert_array_equal(with_suns.flats[i][inside], np.broadcast_to(wanted, (inside.sum(), 3)))
        coloured += bool(inside.any())
    assert coloured > len(changed) / 2
