from hypothesis import given
from hypothesis import strategies as st

from studio.core.geometry import EMPTY, Rect
from studio.core.tiles import TILE, tile_parts

numbers = st.integers(-300, 300)
rects = st.builds(Rect, numbers, numbers, st.integers(0, 300), st.integers(0, 300))
points = st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=1, max_size=8)


def pixels(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


small = st.builds(Rect, st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9), st.integers(0, 9))


@given(small, small)
def test_intersection_is_the_common_pixels(a: Rect, b: Rect) -> None:
    assert pixels(a.intersected(b)) == pixels(a) & pixels(b)


@given(rects, rects)
def test_union_is_the_smallest_rect_with_both(a: Rect, b: Rect) -> None:
    both = a.united(b)
    assert both.contains(a)
    assert both.contains(b)
    sides = [r for r in (a, b) if not r.is_empty]
    assert both.is_empty or both.x == min(r.x for r in sides)
    assert both.is_empty or both.bottom == max(r.bottom for r in sides)


@given(points, st.floats(0, 50))
def test_rect_around_points_holds_every_disc(where: list[tuple[float, float]], radius: float) -> None:
    rect = Rect.around(where, radius)
    for x, y in where:
        assert rect.x <= x - radius
        assert rect.right >= x + radius
        assert rect.y <= y - radius
        assert rect.bottom >= y + radius


def test_rect_around_nothing_is_empty() -> None:
    assert Rect.around([], 5) == EMPTY


@given(rects, st.integers(0, 40))
def test_inflating_and_shrinking_undo_each_other(rect: Rect, by: int) -> None:
    assert rect.inflated(by).inflated(-by) == rect


@given(rects)
def test_tile_parts_cover_the_rect_once(rect: Rect) -> None:
    parts = list(tile_parts(rect))
    assert sum(part.area for _, part in parts) == rect.area
    for (column, row), part in parts:
        assert Rect(column * TILE, row * TILE, TILE, TILE).contains(part)
        assert rect.contains(part)
    assert len({index for index, _ in parts}) == len(parts)
