import cv2
import numpy as np
import pytest

from studio.core.hint_regions import fill_regions
from studio.core.regions import GAP_RADIUS, find_regions
from studio.core.tiles import Pixels

SIDE = 128
ORANGE, BLUE = (235, 140, 40, 255), (40, 90, 220, 255)


def head(gap: int = 0) -> Pixels:
    """A ring around the middle, with two eyes in it, and ``gap`` pixels missing at its top."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.circle(sketch, (64, 64), 45, 0, 3)
    for x in (48, 80):
        cv2.circle(sketch, (x, 56), 10, 0, 3)
    if gap:
        sketch[:30, 64 - gap // 2 : 64 - gap // 2 + gap] = 255
    return sketch


def dots(*spots: tuple[int, int, tuple[int, int, int, int]], radius: int = 3) -> Pixels:
    hints = np.zeros((SIDE, SIDE, 4), np.uint8)
    for x, y, colour in spots:
        cv2.circle(hints, (x, y), radius, colour, -1)
    return hints


def test_a_dot_fills_its_region_around_what_stands_in_it() -> None:
    filled = fill_regions(dots((64, 90, ORANGE)), find_regions(head()))
    for x, y in ((64, 25), (25, 64), (103, 64), (64, 104), (64, 56)):
        assert tuple(filled[y, x]) == ORANGE
    assert not filled[56, 48].any(), "the eye is a region of its own"
    assert not filled[5, 5].any(), "the ground stays as it is"


def test_the_fill_keeps_the_strength_and_keeps_off_the_lines() -> None:
    filled = fill_regions(dots((64, 90, (10, 20, 30, 77))), find_regions(head()))
    assert set(np.unique(filled[..., 3])) == {0, 77}
    near_ink = cv2.erode(head(), np.ones((5, 5), np.uint8)) < 255
    near_dot = dots((64, 90, ORANGE))[..., 3] > 0
    assert not filled[near_ink & ~near_dot].any()


@pytest.mark.parametrize(("gap", "closed"), [(2 * GAP_RADIUS, True), (20, False)])
def test_small_gaps_are_closed_and_wide_ones_let_the_ground_in(gap: int, closed: bool) -> None:
    hints = dots((64, 90, ORANGE))
    filled = fill_regions(hints, find_regions(head(gap)))
    assert not filled[5, 5].any()
    assert np.array_equal(filled, hints) != closed


def test_a_dot_on_the_ground_stays_a_dot() -> None:
    hints = dots((8, 8, BLUE))
    assert np.array_equal(fill_regions(hints, find_regions(head())), hints)


def test_two_colours_in_one_region_are_left_to_the_network() -> None:
    hints = dots((64, 90, ORANGE), (64, 40, BLUE))
    assert np.array_equal(fill_regions(hints, find_regions(head())), hints)


def test_two_dots_of_one_colour_fill_as_one_does() -> None:
    two = fill_regions(dots((64, 90, ORANGE), (64, 40, ORANGE)), find_regions(head()))
    assert np.array_equal(two, fill_regions(dots((64, 90, ORANGE)), find_regions(head())))


def test_what_spills_over_a_line_colours_nothing_there() -> None:
    white = (255, 255, 255, 255)
    filled = fill_regions(dots((48, 60, white), (64, 90, ORANGE), radius=8), find_regions(head()))
    assert tuple(filled[56, 48]) == white
    assert tuple(filled[80, 92]) == ORANGE
    outside_eye = find_regions(head()) == find_regions(head())[90, 64]
    assert {tuple(pixel) for pixel in filled[outside_eye].tolist()} <= {(0, 0, 0, 0), ORANGE}


def test_a_stroke_colours_every_region_its_middle_crosses() -> None:
    hints = np.zeros((SIDE, SIDE, 4), np.uint8)
    cv2.line(hints, (48, 56), (64, 95), ORANGE, 7)
    filled = fill_regions(hints, find_regions(head()))
    assert tuple(filled[56, 48]) == ORANGE
    assert tuple(filled[64, 100]) == ORANGE


def test_fills_of_regions_side_by_side_stay_as_they_are() -> None:
    regions = find_regions(head())
    hints = np.zeros((SIDE, SIDE, 4), np.uint8)
    hints[regions == regions[56, 48]] = BLUE
    hints[regions == regions[90, 64]] = ORANGE
    assert np.array_equal(fill_regions(hints, find_regions(head())), hints)


def test_nothing_comes_of_nothing_and_the_input_is_untouched() -> None:
    none = np.zeros((SIDE, SIDE, 4), np.uint8)
    assert fill_regions(none, find_regions(head())) is none
    hints = dots((64, 90, ORANGE))
    before = hints.copy()
    fill_regions(hints, find_regions(head()))
    assert np.array_equal(hints, before)


def test_a_painting_of_many_colours_is_left_alone() -> None:
    hints = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 4), dtype=np.uint8)
    assert np.array_equal(fill_regions(hints, find_regions(head())), hints)
