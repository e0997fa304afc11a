"""Drawings are shown as people draw them, alone and several at once."""

from pathlib import Path

import cv2
import numpy as np

from training.data.options import AugmentConfig, SourceConfig
from training.data.recognition import NO_KIND, Shown, kinds_of, shown_batch, with_scenes, with_small_inked
from training.data.source import open_splits


def test_a_batch_is_a_function_of_its_step(pairs: Path) -> None:
    dataset = open_splits(pairs, ("train",), 64, SourceConfig())["train"]
    kinds = kinds_of(dataset.families)
    one, again, other = (shown_batch(dataset, kinds, step, 0, 8, AugmentConfig()) for step in (3, 3, 4))
    assert one.sketch.shape == one.regions.shape == (8, 64, 64)
    np.testing.assert_array_equal(one.sketch, again.sketch)
    np.testing.assert_array_equal(one.regions, again.regions)
    assert not np.array_equal(one.sketch, other.sketch)
    assert set(one.kind.tolist()) <= {NO_KIND, *range(kinds.count)}


def test_now_and_then_small_regions_are_ink() -> None:
    sketch = np.full((128, 128), 255, np.uint8)
    cv2.circle(sketch, (64, 64), 40, 0, 2)
    cv2.circle(sketch, (64, 64), 4, 0, 1)
    seen = [with_small_inked(sketch, np.random.default_rng(seed)) for seed in range(40)]
    inked = [drawn[64, 64] == 0 for drawn, _ in seen]
    assert 0.1 < np.mean(inked) < 0.6
    for (drawn, regions), is_inked in zip(seen, inked, strict=True):
        assert drawn[64, 40] == 255  # the large one
        assert regions[64, 40] > 0
        assert (regions[64, 64] == 0) == is_inked


def test_scenes_are_several_drawings_under_the_label_of_one() -> None:
    regions = np.zeros((64, 64), np.uint8)
    regions[8:56, 8:30], regions[8:56, 34:56] = 1, 2
    sketch = np.where(regions > 0, 255, 0).astype(np.uint8)
    flats = np.stack([np.full((64, 64, 3), 5 * i, np.uint8) for i in range(40)])
    eye = np.eye(40, dtype=np.float32)
    shown = Shown(np.stack([sketch] * 40), flats, np.stack([regions] * 40), eye, np.arange(40))
    scenes = with_scenes(shown, np.random.default_rng(0))
    made = np.flatnonzero(scenes.kind == NO_KIND)
    assert 8 <= len(made) <= 28
    np.testing.assert_array_equal(scenes.label, shown.label)
    np.testing.assert_array_equal(np.delete(scenes.sketch, made, axis=0)[0], sketch)
    parts = []
    for i in made:
        numbers = sorted(set(np.unique(scenes.regions[i])) - {0})
        colours = [set(np.unique(scenes.flats[i][scenes.regions[i] == number])) for number in numbers]
        assert all(len(one) == 1 for one in colours)  # no number is given to two parts
        assert {5 * i} in colours  # the one whose label it has
        assert np.mean(scenes.sketch[i][scenes.regions[i] > 0] > 128) > 0.8
        parts.append(len(numbers) // 2)
    assert np.mean(parts) > 1.5
    assert set(parts) <= set(range(1, 6))


def test_a_family_is_one_kind_whoever_drew_it() -> None:
    kinds = kinds_of(["cat", "cat+", "dog", "cat+"])
    assert kinds.count == 2
    assert kinds.of.tolist() == [0, 0, 1, 0]
