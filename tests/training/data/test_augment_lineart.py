"""Drawings varied as people draw them: lines and colours move together, and always the same for one seed."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.training.data.shapes import SIZE, drawing
from training.data.augment_lineart import Drawn, draw_like_people, random_geometry
from training.data.flats import flats_of
from training.data.options import AugmentConfig
from training.data.strokes import trace
from training.options import check_options

STEADY = AugmentConfig(gaps=0, missing=0, hollow=0, grey=0, paper=0, hard=0)
MAPS = np.zeros((SIZE, SIZE), np.uint8)


def varied(config: AugmentConfig, seed: int, kind: str = "round") -> Drawn:
    sketch, image = drawing(kind, (230, 60, 50))
    maps = (sketch < 128).astype(np.uint8)
    rng = np.random.default_rng(seed)
    return draw_like_people(sketch, flats_of(image, sketch), trace(sketch), rng, config, maps)


def test_the_same_seed_draws_the_same_picture() -> None:
    for seed in range(6):
        one, other = varied(AugmentConfig(), seed), varied(AugmentConfig(), seed)
        assert np.array_equal(one.sketch, other.sketch)
        assert np.array_equal(one.flats, other.flats)
    assert any(
        not np.array_equal(varied(AugmentConfig(), 0).sketch, varied(AugmentConfig(), s).sketch)
        for s in (1, 2)
    )


def test_switched_off_nothing_changes() -> None:
    sketch, image = drawing("round", (230, 60, 50))
    flats = flats_of(image, sketch)
    drawn = draw_like_people(
        sketch, flats, trace(sketch), np.random.default_rng(0), AugmentConfig(enabled=False), MAPS
    )
    assert np.array_equal(drawn.sketch, sketch)
    assert np.array_equal(drawn.flats, flats)


@pytest.mark.parametrize(("clean", "redraw"), [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_colour_changes_lie_under_the_lines(clean: float, redraw: float) -> None:
    config = replace(STEADY, clean=clean, redraw=redraw, pen_low_px=4, double=0, overshoot=0)
    shares = []
    for seed in range(12):
        drawn = varied(config, seed)
        edge = cv2.morphologyEx(drawn.flats, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2) > 60
        ink = cv2.dilate((drawn.sketch < 160).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        shares.append((edge & ink).sum() / max(edge.sum(), 1))
    assert np.mean(shares) > 0.93


def test_a_redrawn_line_has_the_width_of_the_pen() -> None:
    thin = replace(STEADY, clean=0, redraw=1, pen_low_px=2, pen_high_px=2, double=0, overshoot=0)
    thick = replace(thin, pen_low_px=7, pen_high_px=7)
    ink = [
        np.mean([(255 - varied(config, seed).sketch.astype(float)).mean() for seed in range(8)])
        for config in (thin, thick)
    ]
    assert ink[1] > 2 * ink[0]


def test_thinned_lines_stay_whole() -> None:
    config = replace(STEADY, clean=0, redraw=0, pen_low_px=6.5, pen_high_px=6.5, rotate_deg=0, wobble_px=0.5)
    for seed in range(8):
        drawn = varied(config, seed)
        free = (drawn.sketch >= 128).astype(np.uint8)
        # Two closed rings part the paper in three (more where the border cuts the drawing).
        assert cv2.connectedComponents(free, connectivity=4)[0] - 1 >= 3


def test_maps_move_with_the_lines() -> None:
    config = replace(STEADY, clean=1.0)
    for seed in range(6):
        drawn = varied(config, seed)
        ink = drawn.sketch < 128
        assert (drawn.maps.astype(bool) == ink).mean() > 0.97


def test_points_are_carried_where_pixels_go() -> None:
    config = replace(STEADY, bend_px=6)
    point = np.array([[60.0, 40.0]], np.float32)
    picture = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(picture, (60, 40), 3, 255, -1)
    tried = 0
    for seed in range(12):
        geometry = random_geometry(SIZE, np.random.default_rng(seed), config)
        if geometry is None:
            continue
        moved = geometry.warp(picture, ground=0)
        if moved.sum() == 0:
            continue
        ys, xs = np.nonzero(moved > 128)
        assert np.abs(geometry.carry(point)[0] - (xs.mean(), ys.mean())).max() < 1.0
        tried += 1
    assert tried > 6


def test_hollow_areas_become_colour() -> None:
    sketch = np.full((SIZE, SIZE), 255, np.uint8)
    cv2.rectangle(sketch, (8, 8), (88, 88), 0, 3)
    cv2.circle(sketch, (48, 48), 16, 0, -1)
    flats = np.full((SIZE, SIZE, 3), 200, np.uint8)
    config = replace(
        STEADY, clean=0, redraw=1, hollow=1, rotate_deg=0, shift=0, scale_low=1, scale_high=1, bend_px=0
    )
    drawn = draw_like_people(sketch, flats, trace(sketch), np.random.default_rng(3), config, MAPS)
    assert tuple(drawn.flats[48, 48]) == (0, 0, 0)
    assert drawn.sketch[48, 48] > 200


def test_every_default_is_within_its_range() -> None:
    check_options(AugmentConfig())


def test_values_always_fit_a_picture() -> None:
    for seed in range(25):
        drawn = varied(AugmentConfig(paper=1, grey=1), seed, "box")
        assert drawn.sketch.dtype == np.uint8
        assert drawn.sketch.shape == (SIZE, SIZE)
        assert drawn.flats.shape == (SIZE, SIZE, 3)
