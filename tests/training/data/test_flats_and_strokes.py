"""The colours under the lines, and the lines as strokes."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.data.shapes import SIZE, drawing
from training.data.flats import fill_nearest, flats_of
from training.data.strokes import thin, trace


def test_flats_times_lines_is_the_picture_again() -> None:
    sketch, image = drawing("round", (230, 60, 50))
    again = np.rint(flats_of(image, sketch).astype(np.float32) * sketch[..., None] / 255)
    assert np.abs(again - image).mean() < 1.0


def test_flats_have_no_grey_fringe_beside_the_lines() -> None:
    sketch, image = drawing("box", (230, 60, 50))
    flats = flats_of(image, sketch)
    colours = np.array([(255, 255, 255), (230, 60, 50), (90, 160, 220)])
    distance = np.abs(flats[..., None, :].astype(int) - colours).max(axis=-1).min(axis=-1)
    assert (distance > 3).mean() == 0


def test_a_sliver_between_lines_keeps_its_colour() -> None:
    sketch = np.full((64, 64), 255, np.uint8)
    image = np.full((64, 64, 3), 255, np.uint8)
    sketch[:, 28:31] = 0
    sketch[:, 32:35] = 0  # one column of paper is left between the lines
    image[:, 31] = (255, 120, 0)
    image[sketch == 0] = 0
    assert tuple(flats_of(image, sketch)[32, 31]) == (255, 120, 0)


def test_flats_of_a_picture_that_is_all_ink_is_the_picture() -> None:
    image = np.full((16, 16, 3), 7, np.uint8)
    assert np.array_equal(flats_of(image, np.zeros((16, 16), np.uint8)), image)


def test_fill_nearest_takes_the_nearest_value() -> None:
    values = np.zeros((9, 9), np.uint8)
    known = np.zeros((9, 9), np.uint8)
    values[0], known[0] = 10, 1
    values[8], known[8] = 20, 1
    filled = fill_nearest(values, known)
    assert (filled[:4] == 10).all()
    assert (filled[5:] == 20).all()


def test_thinning_leaves_lines_one_pixel_wide_and_whole() -> None:
    ink = np.zeros((80, 80), np.uint8)
    cv2.circle(ink, (40, 40), 25, 1, 7)
    centre = thin(ink)
    assert cv2.connectedComponents(centre, connectivity=8)[0] == 2
    assert centre.sum() < 2.2 * np.pi * 25
    assert (ink[centre > 0] == 1).all()


def test_a_line_is_traced_from_end_to_end_with_its_width() -> None:
    sketch = np.full((100, 100), 255, np.uint8)
    cv2.line(sketch, (15, 20), (85, 70), 0, 6, cv2.LINE_AA)
    strokes = trace(sketch)
    assert len(strokes) == 1
    ends = strokes.points[[0, -1]]
    ends = ends[np.argsort(ends[:, 0])]
    assert np.abs(ends - [(15, 20), (85, 70)]).max() < 5
    assert 2 < strokes.radius[0] < 4.5
    assert not strokes.area[0]


def test_lines_that_cross_are_two_strokes_that_run_on() -> None:
    sketch = np.full((100, 100), 255, np.uint8)
    cv2.line(sketch, (10, 50), (90, 50), 0, 5)
    cv2.line(sketch, (50, 10), (50, 90), 0, 5)
    strokes = trace(sketch)
    lengths = [
        np.ptp(strokes.points[a:b], axis=0).max()
        for a, b in zip(strokes.ends, strokes.ends[1:], strict=False)
    ]
    assert len(lengths) == 2
    assert min(lengths) > 70


def test_a_black_area_is_an_outline_and_not_a_line() -> None:
    sketch = np.full((100, 100), 255, np.uint8)
    cv2.rectangle(sketch, (10, 10), (90, 90), 0, 3)
    cv2.circle(sketch, (50, 50), 18, 0, -1)
    strokes = trace(sketch)
    assert strokes.area.sum() == 1
    outline = int(np.flatnonzero(strokes.area)[0])
    points = strokes.points[strokes.ends[outline] : strokes.ends[outline + 1]]
    assert np.abs(np.hypot(*(points - 50).T) - 18).max() < 2.5


def test_blank_paper_has_no_strokes() -> None:
    assert len(trace(np.full((32, 32), 255, np.uint8))) == 0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, SIZE - 1)] * 4, st.integers(1, 9)),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_drawn_its_strokes_lie_in_its_ink(lines: list[tuple[int, int, int, int, int]]) -> None:
    sketch = np.full((SIZE, SIZE), 255, np.uint8)
    for x0, y0, x1, y1, width in lines:
        cv2.line(sketch, (x0, y0), (x1, y1), 0, width)
    strokes = trace(sketch)
    assert strokes.ends[-1] == len(strokes.points)
    assert np.isfinite(strokes.points).all()
    near_ink = cv2.dilate((sketch < 128).astype(np.uint8), np.ones((9, 9), np.uint8))
    x, y = np.clip(np.rint(strokes.points), 0, SIZE - 1).astype(int).T
    assert near_ink[y, x].all()
