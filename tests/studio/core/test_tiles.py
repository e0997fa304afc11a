import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import tiles
from studio.core.geometry import EMPTY, Rect
from studio.core.tiles import TILE, TileSurface

WIDTH, HEIGHT = 300, 200
rects = st.builds(
    Rect, st.integers(-50, 320), st.integers(-50, 220), st.integers(0, 300), st.integers(0, 250)
)
writes = st.lists(st.tuples(rects, st.integers(0, 255)), max_size=6)


def painted(rect: Rect, value: int) -> tiles.Pixels:
    return np.full((rect.h, rect.w, 4), value, np.uint8)


def test_examples_in_the_documentation_hold() -> None:
    assert doctest.testmod(tiles).failed == 0


@given(writes, rects)
def test_reads_what_a_plain_array_would_hold(done: list[tuple[Rect, int]], look: Rect) -> None:
    surface = TileSurface(WIDTH, HEIGHT)
    plain = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for rect, value in done:
        surface.write(rect, painted(rect, value))
        inside = rect.intersected(surface.rect)
        plain[inside.slices] = value
    assert np.array_equal(surface.read(surface.rect), plain)
    inside = look.intersected(surface.rect)
    expected = np.zeros((look.h, look.w, 4), np.uint8)
    expected[inside.translated(-look.x, -look.y).slices] = plain[inside.slices]
    assert np.array_equal(surface.read(look), expected)
    assert np.array_equal(surface.alpha(look), expected[..., 3])
    assert surface.is_blank_in(look) == (not expected.any())


@given(writes)
def test_bounds_are_tight(done: list[tuple[Rect, int]]) -> None:
    surface = TileSurface(WIDTH, HEIGHT)
    for rect, value in done:
        surface.write(rect, painted(rect, value))
    ys, xs = np.nonzero(surface.alpha(surface.rect))
    expected = (
        Rect.from_edges(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        if xs.size
        else EMPTY
    )
    assert surface.bounds() == expected


@given(writes, rects, st.integers(1, 255))
def test_snapshot_stays_as_it_was_and_knows_what_changed(
    done: list[tuple[Rect, int]], rect: Rect, value: int
) -> None:
    surface = TileSurface(WIDTH, HEIGHT)
    for place, old in done:
        surface.write(place, painted(place, old))
    before = surface.snapshot()
    pixels = before.read(before.rect)
    surface.write(rect, painted(rect, value))
    after = surface.snapshot()
    assert np.array_equal(before.read(before.rect), pixels)
    inside = rect.intersected(surface.rect)
    changed = after.changed_since(before)
    assert (changed is None) == inside.is_empty
    assert changed is None or changed.contains(inside)
    assert before.changed_since(after) == changed


def test_unchanged_surface_gives_the_same_snapshot() -> None:
    surface = TileSurface(WIDTH, HEIGHT)
    assert surface.snapshot() is surface.snapshot()


def test_tiles_cannot_be_written_from_outside() -> None:
    surface = TileSurface(WIDTH, HEIGHT)
    surface.write(Rect(0, 0, 5, 5), painted(Rect(0, 0, 5, 5), 7))
    tile = surface.snapshot().tile((0, 0))
    assert tile is not None
    with pytest.raises(ValueError, match="read-only"):
        tile[0, 0] = 1


def test_only_touched_tiles_take_memory() -> None:
    surface = TileSurface(4096, 4096)
    surface.write(Rect(130, 130, 4, 4), painted(Rect(130, 130, 4, 4), 255))
    assert surface.tile_indices() == ((1, 1),)
    assert surface.nbytes == TILE * TILE * 4


def test_pixels_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="must be uint8"):
        TileSurface(WIDTH, HEIGHT).write(Rect(0, 0, 3, 3), painted(Rect(0, 0, 4, 3), 1))
