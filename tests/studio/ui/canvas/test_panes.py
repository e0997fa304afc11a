"""The arrangement of the panes: they fill the canvas, and the divider goes where it is drawn to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.canvas.panes import (
    PICTURE_LEAST,
    SPLIT_MAX,
    SPLIT_MIN,
    ViewMode,
    arrange,
    grip,
    limited,
    split_at,
)
from studio.ui.canvas.view import Point, Size

sizes = st.builds(Size, st.integers(160, 3000).map(float), st.integers(120, 2000).map(float))
splits = st.floats(SPLIT_MIN, SPLIT_MAX)


@given(sizes, splits)
def test_side_by_side_fills_the_width_without_overlap(size: Size, split: float) -> None:
    places = arrange(ViewMode.SIDE_BY_SIDE, size, split)
    assert places.divider is not None
    assert places.drawing.left == 0
    assert places.drawing.right == places.divider.left
    assert places.divider.right == places.picture.left
    assert places.picture.right == size.width
    assert places.pane_at(places.divider.middle) is None


@given(sizes, splits)
def test_wipe_parts_one_pane_at_the_line(size: Size, split: float) -> None:
    places = arrange(ViewMode.WIPE, size, split)
    assert places.drawing == places.picture
    assert places.drawing_seen.right == places.picture_seen.left
    assert places.drawing_seen.width + places.picture_seen.width == size.width


@given(sizes, st.sampled_from([ViewMode.SIDE_BY_SIDE, ViewMode.WIPE]), st.floats(0, 1))
def test_the_divider_comes_to_the_pointer_within_its_limits(size: Size, mode: ViewMode, share: float) -> None:
    x = size.width * share
    split = split_at(mode, size, x)
    assert SPLIT_MIN <= split <= SPLIT_MAX
    if mode is ViewMode.SIDE_BY_SIDE:
        assert 1 - split >= PICTURE_LEAST
    divider = arrange(mode, size, split).divider
    assert divider is not None
    if SPLIT_MIN < split < limited(mode, SPLIT_MAX):
        assert divider.middle.x == pytest.approx(x, abs=1.0)


def test_a_wipe_is_held_by_its_grip_alone() -> None:
    places = arrange(ViewMode.WIPE, Size(800, 600), 0.5)
    assert places.divider is not None
    assert places.on_divider(grip(places.divider).middle)
    assert not places.on_divider(Point(400, 100))
    assert places.pane_at(Point(400, 100)) is not None


def test_over_has_no_divider() -> None:
    places = arrange(ViewMode.OVER, Size(800, 600), 0.5)
    assert places.divider is None
    assert not places.on_divider(Point(400, 300))
