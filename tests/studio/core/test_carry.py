"""Colours at the drawing's size, against scenes whose true colours are known."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.core.carry import CarryPlan, carry_flats, multiply_ink, without_fringes
from studio.core.geometry import Rect

SMALL = 128
WRONG = 20  # steps of 255 from which a pixel has visibly another colour


@dataclass(frozen=True)
class Scene:
    """Line-enclosed regions in strong colours: the truth, its lines, and what a network would answer."""

    truth: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    flats: NDArray[np.uint8]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """The pixels whose colour shows."""
        return self.ink < 64


def scene(seed: int, *, size: int, line_px: int, regions: int = 40, blur: float = 1.0) -> Scene:
    """Draw overlapping blobs, one colour each, with closed outlines in whose middle the colours meet.

    The small picture is averaged by area and blurred by ``blur`` of its pixels, as a network's answer is.
    """
    rng = np.random.default_rng(seed)
    truth = np.full((size, size, 3), 255, np.uint8)
    ink = np.zeros((size, size), np.uint8)
    for _ in range(regions):
        centre = rng.integers(size // 8, size - size // 8, 2)
        axes = rng.integers(size // 25, size // 5, 2)
        outline = cv2.ellipse2Poly(
            (int(centre[0]), int(centre[1])), (int(axes[0]), int(axes[1])), int(rng.integers(180)), 0, 360, 3
        )
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        cv2.fillPoly(truth, [outline], colour)
        cv2.fillPoly(ink, [outline], 0)
        cv2.polylines(ink, [outline], True, 255, line_px, cv2.LINE_AA)
    small = cv2.resize(truth, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    if blur:
        small = cv2.GaussianBlur(small, (0, 0), blur)
    return Scene(truth, ink, small)


def errors(colours: NDArray[np.uint8], one: Scene) -> NDArray[np.int16]:
    """The largest channel error of each pixel whose colour shows."""
    difference = np.abs(colours.astype(np.int16) - one.truth).max(axis=2)
    return difference[one.seen]


def enlarged(one: Scene) -> NDArray[np.uint8]:
    """The plain alternative: bicubic enlargement."""
    height, width = one.ink.shape
    return np.asarray(cv2.resize(one.flats, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize(("size", "line_px"), [(512, 2), (512, 5), (1280, 6), (1280, 12)])
@pytest.mark.parametrize("seed", [1, 2])
def test_colours_keep_to_their_lines_far_better_than_when_enlarged(
    seed: int, size: int, line_px: int
) -> None:
    one = scene(seed, size=size, line_px=line_px)
    carried, plain = errors(carry_flats(one.flats, one.ink), one), errors(enlarged(one), one)
    assert carried.mean() < 0.5 * plain.mean()
    assert (plain > WRONG).mean() > 0.005
    assert (carried > WRONG).mean() < 0.4 * (plain > WRONG).mean()


def two_rooms(size: int = 512, line_px: int = 3) -> Scene:
    """Red and blue, parted by one thin closed line from edge to edge."""
    truth = np.zeros((size, size, 3), np.uint8)
    truth[:, : size // 2] = (220, 30, 30)
    truth[:, size // 2 :] = (30, 30, 220)
    ink = np.zeros((size, size), np.uint8)
    left = size // 2 - line_px // 2
    ink[:, left : left + line_px] = 255
    small = cv2.GaussianBlur(cv2.resize(truth, (SMALL, SMALL), interpolation=cv2.INTER_AREA), (0, 0), 0.6)
    return Scene(truth, ink, small)


def test_enlarging_leaks_through_a_thin_line() -> None:
    one = two_rooms(line_px=3)
    assert errors(enlarged(one), one).max() > 40


@pytest.mark.parametrize("line_px", [1, 2, 3, 8, 20])
def test_nothing_leaks_through_a_closed_line(line_px: int) -> None:
    one = two_rooms(line_px=line_px)
    assert errors(carry_flats(one.flats, one.ink), one).max() <= 12


def test_colours_meet_beneath_the_line_without_a_seam() -> None:
    one = two_rooms(line_px=12)
    carried = carry_flats(one.flats, one.ink)
    row = carried[256].astype(int)
    is_red, is_blue = row[:, 0] > 200, row[:, 2] > 200
    assert (is_red | is_blue).all()
    assert np.flatnonzero(is_blue)[0] == pytest.approx(256, abs=2)


def test_a_strip_as_narrow_as_four_pixels_of_the_small_picture_keeps_its_own_colour() -> None:
    size, step = 512, 512 // SMALL
    truth = np.full((size, size, 3), (20, 160, 40), np.uint8)
    truth[:, 200 : 200 + 4 * step] = (240, 220, 20)
    ink = np.zeros((size, size), np.uint8)
    for x in (198, 200 + 4 * step - 1):
        ink[:, x : x + 3] = 255
    flats = cv2.GaussianBlur(cv2.resize(truth, (SMALL, SMALL), interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    one = Scene(truth, ink, np.asarray(flats, np.uint8))
    assert errors(carry_flats(one.flats, ink), one).max() < 0.5 * errors(enlarged(one), one).max()


def test_a_gap_in_a_line_changes_colours_only_around_the_gap() -> None:
    closed = two_rooms()
    ink = closed.ink.copy()
    ink[250:262] = 0
    with_gap, without = carry_flats(closed.flats, ink), carry_flats(closed.flats, closed.ink)
    rows = np.flatnonzero((with_gap != without).any(axis=(1, 2)))
    assert rows.size
    assert rows.min() > 230
    assert rows.max() < 282


def test_soft_shading_stays_as_smooth_as_the_network_made_it() -> None:
    ramp = np.linspace(40, 220, SMALL).astype(np.uint8)
    flats = np.repeat(np.tile(ramp, (SMALL, 1))[..., None], 3, axis=2)
    ink = np.zeros((512, 512), np.uint8)
    cv2.circle(ink, (256, 256), 200, 255, 5, cv2.LINE_AA)
    carried = carry_flats(flats, ink).astype(int)
    inside = carried[250:262, 80:432, 0]
    assert (np.abs(np.diff(inside, axis=1)) <= 2).all()
    plain = np.asarray(cv2.resize(flats, (512, 512), interpolation=cv2.INTER_CUBIC)).astype(int)
    assert np.abs(carried - plain)[ink == 0].max() <= 6


def test_without_lines_soft_colours_are_plainly_enlarged() -> None:
    flats = np.random.default_rng(0).integers(100, 130, (32, 48, 3), np.uint8)
    carried = carry_flats(flats, np.zeros((160, 240), np.uint8))
    plain = np.asarray(cv2.resize(without_fringes(flats), (240, 160), interpolation=cv2.INTER_CUBIC))
    assert np.abs(carried.astype(int) - plain).max() <= 1


def test_single_odd_pixels_of_the_network_do_not_show() -> None:
    one = two_rooms()
    flats = one.flats.copy()
    flats[::7, 60] = flats[::5, 67] = (0, 255, 0)
    assert errors(carry_flats(flats, one.ink), one).max() <= 12


def test_an_edge_that_has_no_line_is_crisp_too() -> None:
    one = two_rooms()
    carried = carry_flats(one.flats, np.zeros_like(one.ink))
    error = np.abs(carried.astype(int) - one.truth).max(axis=2)
    assert (error[256] > WRONG).sum() <= 3


def test_a_drawing_full_of_ink_and_a_single_pixel_work() -> None:
    flats = np.full((8, 8, 3), 100, np.uint8)
    assert (carry_flats(flats, np.full((64, 64), 255, np.uint8)) == 100).all()
    assert carry_flats(flats[:1, :1], np.full((1, 1), 255, np.uint8)).tolist() == [[[100, 100, 100]]]


def test_a_drawing_smaller_than_the_networks_picture_works() -> None:
    one = two_rooms()
    ink = np.zeros((64, 64), np.uint8)
    ink[:, 31:33] = 255
    carried = carry_flats(one.flats, ink)
    assert carried.shape == (64, 64, 3)
    assert np.abs(carried[:, 0].astype(int) - (220, 30, 30)).max() <= 2
    assert np.abs(carried[:, 63].astype(int) - (30, 30, 220)).max() <= 2


@given(
    height=st.integers(1, 300),
    width=st.integers(1, 300),
    strokes=st.lists(
        st.tuples(*[st.integers(-20, 320)] * 4, st.integers(1, 30), st.sampled_from([0, 90, 255])), max_size=8
    ),
)
def test_any_drawing_gets_only_colours_that_the_network_gave(
    height: int, width: int, strokes: list[tuple[int, ...]]
) -> None:
    ink = np.zeros((height, width), np.uint8)
    for x, y, to_x, to_y, thick, value in strokes:
        cv2.line(ink, (x, y), (to_x, to_y), value, thick, cv2.LINE_AA)
    flats = np.full((16, 16, 3), (10, 120, 240), np.uint8)
    assert (carry_flats(flats, ink) == (10, 120, 240)).all()


@settings(max_examples=40)
@given(
    data=st.data(),
    height=st.integers(40, 260),
    width=st.integers(40, 260),
    scale=st.sampled_from([1.0, 2.5, 4.0]),
)
def test_a_plan_brought_up_to_date_carries_like_a_new_one(
    data: st.DataObject, height: int, width: int, scale: float
) -> None:
    def stroke(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
        x, to_x = (data.draw(st.integers(0, width - 1)) for _ in range(2))
        y, to_y = (data.draw(st.integers(0, height - 1)) for _ in range(2))
        thick, value = data.draw(st.integers(1, 9)), data.draw(st.sampled_from([0, 255]))
        changed = ink.copy()
        cv2.line(changed, (x, y), (to_x, to_y), value, thick, cv2.LINE_AA)
        return changed

    ink = np.zeros((height, width), np.uint8)
    for _ in range(4):
        ink = stroke(ink)
    flats = np.random.default_rng(0).integers(
        0, 256, (max(1, round(height / scale)), max(1, round(width / scale)), 3), np.uint8
    )
    plan = CarryPlan.of(ink, scale)
    for _ in range(2):
        ink = stroke(ink)
        plan = plan.updated(ink, Rect(0, 0, width, height))
        difference = plan.carry(flats) != CarryPlan.of(ink, scale).carry(flats)
        # Where two ways are equally good, the last bit of a distance decides.
        assert difference.any(axis=2).mean() <= 0.001


def test_an_update_without_a_change_keeps_the_walks() -> None:
    ink = two_rooms().ink
    plan = CarryPlan.of(ink, 4.0)
    assert plan.updated(ink.copy(), Rect(0, 0, 512, 512)).strips is plan.strips
    assert plan.updated(ink, None).strips is plan.strips


def test_a_stroke_renews_only_the_strips_around_it() -> None:
    ink = two_rooms().ink
    plan = CarryPlan.of(ink, 4.0)
    drawn = ink.copy()
    drawn[300:306, 40:200] = 255
    updated = plan.updated(drawn, Rect(0, 256, 512, 128))
    renewed = [
        place
        for place, pair in enumerate(zip(plan.strips, updated.strips, strict=True))
        if pair[0] is not pair[1]
    ]
    assert renewed == [4, 5]


def test_a_stroke_at_the_edge_of_the_drawing_is_carried_like_in_a_new_plan() -> None:
    one = two_rooms()
    for corner in (Rect(0, 0, 60, 5), Rect(508, 100, 4, 412), Rect(0, 505, 512, 7)):
        ink = one.ink.copy()
        ink[corner.slices] = 255
        updated = CarryPlan.of(one.ink, 4.0).updated(ink, Rect(0, 0, 512, 512))
        assert np.array_equal(updated.carry(one.flats), CarryPlan.of(ink, 4.0).carry(one.flats))


@given(st.integers(0, 255), st.integers(0, 255))
def test_ink_is_multiplied_with_rounding(colour: int, grey: int) -> None:
    flats = np.full((1, 1, 3), colour, np.uint8)
    result = multiply_ink(flats, np.full((1, 1), grey, np.uint8))
    assert abs(int(result[0, 0, 0]) - colour * grey / 255) <= 0.5 + 1e-6
