"""What is repainted: all that a change, or the pen's outline, can touch on the screen, under any view."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from studio.core.geometry import Rect
from studio.ui.canvas.painting import PenMark, extent_of, extent_of_pen
from studio.ui.canvas.panes import Box
from studio.ui.canvas.view import Point, ViewTransform

places = st.builds(Point, st.floats(0, 2000), st.floats(0, 2000))
views = st.builds(
    ViewTransform,
    zoom=st.floats(0.02, 64),
    rotation=st.floats(-179, 180),
    mirror=st.booleans(),
    centre=places,
    pixel_ratio=st.sampled_from([1.0, 1.5, 2.0]),
)
panes = st.builds(
    Box, st.floats(0, 900), st.floats(0, 500), st.floats(20, 900), st.floats(20, 500), st.floats(0.2, 1)
)
rects = st.builds(Rect, st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 300), st.integers(1, 300))


def holds(extent: Rect, point: Point) -> bool:
    return extent.x <= point.x <= extent.right and extent.y <= point.y <= extent.bottom


@given(views, panes, rects)
def test_the_extent_of_a_change_holds_its_corners_and_little_more(
    view: ViewTransform, pane: Box, rect: Rect
) -> None:
    extent = extent_of(view, pane, rect)
    corners = [
        pane.lens(view).to_widget(Point(x, y), pane.middle)
        for x, y in itertools.product((rect.x, rect.right), (rect.y, rect.bottom))
    ]
    assert all(holds(extent, corner) for corner in corners)
    assert extent.x >= min(corner.x for corner in corners) - 4
    assert extent.bottom <= max(corner.y for corner in corners) + 4


@given(views, panes, places, st.floats(0.5, 400), st.none() | places)
def test_the_extent_of_the_pen_holds_its_outline_and_the_line_in_hand(
    view: ViewTransform, pane: Box, at: Point, radius: float, line_from: Point | None
) -> None:
    extent = extent_of_pen(view, pane, PenMark(at, radius, line_from))
    shown = pane.lens(view)
    for end in (at, line_from):
        if end is not None:
            middle = shown.to_widget(end, pane.middle)
            for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                reach = radius * shown.scale + 1.5
                assert holds(extent, Point(middle.x + dx * reach, middle.y + dy * reach))
