"""Regions of a drawing and the hints in them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.data.shapes import SIZE, drawing
from training.data.flats import flats_of
from training.data.hints import (
    Regions,
    evaluation_hints,
    find_regions,
    random_colour,
    regions,
    simulate_hints,
)
from training.data.options import HintConfig
from training.options import check_options

ALWAYS = HintConfig(none=0, faint=0, sloppy=0, shift_all=0, recolour=0, ground=0)


@pytest.fixture
def box() -> tuple[np.ndarray, np.ndarray]:
    sketch, image = drawing("box", (230, 60, 50))
    return flats_of(image, sketch), sketch


def test_regions_are_what_lines_enclose_largest_first(box: tuple[np.ndarray, np.ndarray]) -> None:
    flats, sketch = box
    found = regions(flats, sketch)
    assert set(np.unique(found)) == {0, 1, 2}
    assert (found == 1).sum() > (found == 2).sum()
    assert np.allclose(flats[found == 1], (230, 60, 50), atol=2)
    assert (found[sketch < 100] == 0).all()
    assert found[0, 0] == 0


def test_shading_inside_one_outline_is_one_region(box: tuple[np.ndarray, np.ndarray]) -> None:
    flats, sketch = box
    shaded = flats.copy()
    shaded[60:72, 50:76][sketch[60:72, 50:76] > 200] = (150, 30, 20)
    assert set(np.unique(regions(shaded, sketch))) == {0, 1, 2}


def test_colours_in_the_open_are_regions_of_their_own() -> None:
    flats = np.full((SIZE, SIZE, 3), 255, np.uint8)
    flats[10:40, 10:40] = (200, 30, 30)
    flats[50:80, 10:80] = (30, 30, 200)
    found = find_regions(flats, np.full((SIZE, SIZE), 255, np.uint8))
    assert len(found.numbers) == 2
    assert tuple(found.colour(1, flats)) == (30, 30, 200)
    assert found.full[45, 90] == 0


def test_packed_regions_come_back(box: tuple[np.ndarray, np.ndarray]) -> None:
    found = find_regions(*box)
    again = Regions.unpack(found.pack())
    assert np.array_equal(again.full, found.full)
    assert np.array_equal(again.paint, found.paint)
    assert list(again.numbers) == [1, 2]


def test_evaluation_dots_lie_in_the_largest_regions_in_their_colours(
    box: tuple[np.ndarray, np.ndarray],
) -> None:
    flats, sketch = box
    hints = evaluation_hints(flats, sketch, 3, np.random.default_rng(0))
    dot = hints[..., 3] > 0
    found = regions(flats, sketch)
    assert set(np.unique(found[dot])) == {1, 2}
    assert np.allclose(hints[dot][:, :3], flats[dot], atol=2)


def test_evaluation_dots_take_the_colours_given(box: tuple[np.ndarray, np.ndarray]) -> None:
    flats, sketch = box
    colours = np.array([(1, 200, 3), (9, 8, 250), (7, 7, 7)], np.uint8)
    hints = evaluation_hints(flats, sketch, 2, np.random.default_rng(0), colours)
    found = regions(flats, sketch)
    for region in (1, 2):
        dot = (hints[..., 3] > 0) & (found == region)
        assert (hints[dot][:, :3] == colours[region - 1]).all()


def test_a_blank_drawing_gets_no_hints_and_no_error() -> None:
    flats, sketch = np.full((SIZE, SIZE, 3), 255, np.uint8), np.full((SIZE, SIZE), 255, np.uint8)
    assert not evaluation_hints(flats, sketch, 3, np.random.default_rng(0)).any()
    hinted = simulate_hints(
        flats, find_regions(flats, sketch), np.random.default_rng(0), replace(ALWAYS, recolour=1)
    )
    assert np.array_equal(hinted.flats, flats)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_a_full_hint_says_what_the_truth_is(seed: int) -> None:
    sketch, image = drawing("round", (230, 60, 50))
    flats = flats_of(image, sketch)
    config = replace(ALWAYS, recolour=0.6, shift_all=0.3)
    hinted = simulate_hints(flats, find_regions(flats, sketch), np.random.default_rng(seed), config)
    # Clear of the borders, where a hint is clipped halfway under the line.
    dot = (hinted.hints[..., 3] == 255) & (sketch == 255)
    assert (hinted.hints[..., 3] > 0).any()
    error = np.abs(hinted.hints[dot][:, :3].astype(int) - hinted.flats[dot].astype(int))
    assert np.median(error) <= 2 if len(error) else True


def test_recoloured_regions_are_hinted_and_nothing_else_changes() -> None:
    sketch, image = drawing("box", (230, 60, 50))
    flats = flats_of(image, sketch)
    found = find_regions(flats, sketch)
    config = replace(ALWAYS, recolour=1, recolour_most=1, most=1)
    for seed in range(20):
        hinted = simulate_hints(flats, found, np.random.default_rng(seed), config)
        changed = set(np.unique(found.full[(hinted.flats != flats).any(axis=2)]))
        assert len(changed) == 1
        assert set(np.unique(found.full[hinted.hints[..., 3] > 0])) <= changed


def test_a_faint_hint_asks_for_a_colour_between() -> None:
    sketch, image = drawing("box", (230, 60, 50))
    flats = flats_of(image, sketch)
    found = find_regions(flats, sketch)
    config = replace(ALWAYS, recolour=1, recolour_most=1, most=1, faint=1)
    hinted = simulate_hints(flats, found, np.random.default_rng(3), config)
    dot = hinted.hints[..., 3].argmax()
    colour, alpha = hinted.hints.reshape(-1, 4)[dot, :3].astype(float), hinted.hints[..., 3].max() / 255
    region = int(found.full.ravel()[dot])
    before, after = (
        found.colour(region, flats).astype(float),
        found.colour(region, hinted.flats).astype(float),
    )
    assert alpha < 1
    assert np.abs(after - (before * (1 - alpha) + colour * alpha)).max() < 4


def test_areas_that_cannot_be_guessed_are_always_hinted() -> None:
    sketch, image = drawing("round", (120, 70, 40))
    flats = flats_of(image, sketch)
    found = find_regions(flats, sketch)
    must = (found.full == 1).astype(np.uint8)
    for seed in range(10):
        hints = simulate_hints(flats, found, np.random.default_rng(seed), HintConfig(none=1.0), must).hints
        assert ((hints[..., 3] > 0) & (must > 0)).any()


def test_shares_without_hints_and_switched_off() -> None:
    sketch, image = drawing("round", (230, 60, 50))
    flats = flats_of(image, sketch)
    found = find_regions(flats, sketch)
    bare = [
        not simulate_hints(flats, found, np.random.default_rng(seed), HintConfig()).hints.any()
        for seed in range(200)
    ]
    assert 0.33 < np.mean(bare) < 0.57
    off = simulate_hints(flats, found, np.random.default_rng(1), HintConfig(enabled=False))
    assert not off.hints.any()
    assert np.array_equal(off.flats, flats)


def test_random_colours_reach_all_around() -> None:
    rng = np.random.default_rng(0)
    colours = np.array([random_colour(rng) for _ in range(300)])
    assert (colours.argmax(axis=1)[:, None] == [0, 1, 2]).sum(axis=0).min() > 50
    assert colours.max(axis=1).min() < 90


def test_every_default_is_within_its_range() -> None:
    check_options(HintConfig())
