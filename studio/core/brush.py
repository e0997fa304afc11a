"""Brushes, and the raster of one stroke: coverage by distance, composited over what was there before.

Coverage is the maximum over the stroke's pieces, and the stroke as a whole is laid over the pixels from
before it, so that a stroke that crosses itself is no darker there and no dabs or gaps can be seen.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from mmap import mmap
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.core.edit import Edit
from studio.core.geometry import EMPTY, Rect
from studio.core.stroke import Piece
from studio.core.tiles import Pixels

LIGHTEST_TOUCH = 0.2
"""The part of a brush's size that is left at no pressure."""

GROUP_PX = 4096.0
"""Pixels whose coverage costs about as much as starting to compute it: so many may be computed in vain."""

HELD_ELEMENTS = 500
"""On more elements than these NumPy lets other threads have the interpreter, at every step of a sum.

Where a training runs, a stroke's handler often waited for it: the handler makes a score of such steps.
"""

SMALL_WORK = 4000
"""So many elements are computed a few rows at a time, which costs some steps more but lets no one in."""

GRID = 256
"""Places in a pixel where a piece can begin or end."""

Measures: TypeAlias = NDArray[np.float32]
"""Numbers of some pieces, [9, piece, 1, 1] in single precision."""

_AXIS = np.arange(2 * 4096 + 2, dtype=np.float32) + np.float32(0.5)


class BrushMode(StrEnum):
    """How a stroke changes what is under it."""

    PAINT = "paint"
    ERASE = "erase"
    REPLACE = "replace"
    """The colour takes the place of what was there, with a hard edge: hints must not mix."""


@dataclass(frozen=True, slots=True)
class Brush:
    """What a stroke looks like. ``size_px`` is the diameter in document pixels at full pressure."""

    size_px: float = 12.0
    hardness: float = 1.0
    """1: an edge one pixel wide; 0: soft from the middle."""
    opacity: float = 1.0
    colour: tuple[int, int, int] = (0, 0, 0)
    pressure_size: bool = True
    smoothing: float = 0.35

    def radius(self, pressure: float) -> float:
        """Return the radius in pixels at a pressure of 0..1."""
        if not self.pressure_size:
            return self.size_px / 2
        return self.size_px / 2 * (LIGHTEST_TOUCH + (1 - LIGHTEST_TOUCH) * pressure)


class StrokeRaster:
    """Draws the pieces of one stroke into an open edit."""

    def __init__(self, edit: Edit, brush: Brush, mode: BrushMode = BrushMode.PAINT) -> None:
        self._edit = edit
        self._brush = brush
        # The system hands out zeros page by page as they are touched: a large drawing costs no more than the
        # stroke. (NumPy's own zeros are cleared at once where memory is used again.)
        size = edit.rect.h, edit.rect.w
        self._coverage: Pixels = np.frombuffer(mmap(-1, edit.rect.area), np.uint8).reshape(size)
        self._source, self._keep = _tables(brush, mode)

    def stamp(self, pieces: Sequence[Piece]) -> Rect:
        """Add pieces to the stroke and write what changed; return the dirty box."""
        dirty = EMPTY
        group: list[Piece] = []
        left = top = right = bottom = worth = 0.0
        for piece in pieces:
            (x0, y0, pressure), (x1, y1, end_pressure) = piece
            reach = self._brush.radius(max(pressure, end_pressure)) + 1.5
            west, east = (x0 - reach, x1 + reach) if x0 < x1 else (x1 - reach, x0 + reach)
            north, south = (y0 - reach, y1 + reach) if y0 < y1 else (y1 - reach, y0 + reach)
            fair = 2.0 * (east - west) * (south - north)
            if group:
                # Pieces that lie close are drawn at once; a long row of them has too large a box for that.
                area = (max(right, east) - min(left, west)) * (max(bottom, south) - min(top, north))
                if (len(group) + 1) * area <= worth + fair:
                    group.append(piece)
                    left, top = min(left, west), min(top, north)
                    right, bottom = max(right, east), max(bottom, south)
                    worth += fair
                    continue
                dirty = dirty.united(self._draw(left, top, right, bottom, group))
            group, worth = [piece], GROUP_PX + fair
            left, top, right, bottom = west, north, east, south
        return dirty.united(self._draw(left, top, right, bottom, group)) if group else dirty

    def _draw(self, left: float, top: float, right: float, bottom: float, pieces: Sequence[Piece]) -> Rect:
        box = Rect.from_edges(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
        rect = box.intersected(self._edit.rect)
        if rect.is_empty:
            return EMPTY
        measures = measured(pieces, self._brush)
        for part in _bands(rect, len(pieces)):
            covered = self._coverage[part.slices]
            np.maximum(covered, coverage(part, measures, self._brush), out=covered)
        here = self._coverage[rect.slices]
        shape = (rect.h, rect.w, 4)
        pixels = self._source.take(here).view(np.uint8).reshape(shape)
        before = self._edit.before
        if not before.is_blank_in(rect):
            pixels += multiplied(before.read(rect), self._keep.take(here).view(np.uint8).reshape(shape))
        return self._edit.write(rect, pixels)


def _bands(rect: Rect, pieces: int) -> Iterator[Rect]:
    """Cut a box into rows on which NumPy keeps the interpreter; a large box is worth giving it up."""
    rows = rect.h
    if pieces * rect.area <= SMALL_WORK:
        rows = max(1, HELD_ELEMENTS // (pieces * rect.w))
    for top in range(rect.y, rect.bottom, rows):
        yield Rect(rect.x, top, rect.w, min(rows, rect.bottom - top))


def coverage(box: Rect, measures: Measures, brush: Brush) -> Pixels:
    """Return how much of each pixel in ``box`` any of some round-ended pieces covers, uint8 [h, w].

    The radius runs along a piece as the pressure does; the edge is anti-aliased by the distance to the piece.
    The result for a pixel does not depend on the box or on what other pieces it is computed with.
    """
    softness = 1.0 - brush.hardness
    x0, y0, ux, uy, dx, dy, radius, growth, slope = measures
    # [piece, row, column]: all pieces at once.
    xs = _AXIS[: box.w] + (np.float32(box.x) - x0)
    ys = _AXIS[: box.h, None] + (np.float32(box.y) - y0)
    along = xs * ux + ys * uy
    np.maximum(along, 0, out=along)
    np.minimum(along, 1, out=along)
    off_x = along * dx
    off_x -= xs
    off_y = along * dy
    off_y -= ys
    off_x *= off_x
    off_y *= off_y
    off_x += off_y
    distance = np.sqrt(off_x, out=off_x)
    if growth.any():
        along *= growth
        along += radius
        along -= distance
    else:
        np.subtract(radius, distance, out=along)
    if softness:
        along *= slope
    cover = along[0] if len(along) == 1 else np.maximum.reduce(along)
    np.maximum(cover, 0, out=cover)
    np.minimum(cover, 1, out=cover)
    if softness * brush.size_px > 2.0:
        # Smoothstep: a soft brush without a visible rim.
        cover *= cover * (np.float32(3.0) - np.float32(2.0) * cover)
    cover *= np.float32(255.0)
    cover += np.float32(0.5)
    return cover.astype(np.uint8)


def measured(pieces: Sequence[Piece], brush: Brush) -> Measures:
    """Return what `coverage` needs of some pieces."""
    return np.array([_measures(piece, brush) for piece in pieces], np.float32).T[:, :, None, None]


def _measures(piece: Piece, brush: Brush) -> tuple[float, ...]:
    """Return start, direction, way, radius, growth and slope of the edge."""
    (x0, y0, pressure), (x1, y1, end_pressure) = piece
    # On a grid this fine every difference to a pixel is exact, so that the box makes no difference.
    x0, y0, x1, y1 = (round(value * GRID) / GRID for value in (x0, y0, x1, y1))
    radius, growth = brush.radius(pressure), brush.radius(end_pressure) - brush.radius(pressure)
    largest = radius + max(growth, 0.0)
    slope = 1.0 / max(1.0, (1.0 - brush.hardness) * largest)
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    if length2 == 0:
        return x0, y0, 0.0, 0.0, 0.0, 0.0, largest + 0.5, 0.0, slope
    return x0, y0, dx / length2, dy / length2, dx, dy, radius + 0.5, growth, slope


def multiplied(a: Pixels, b: Pixels) -> Pixels:
    """Return a * b / 255, rounded, for uint8 arrays."""
    product = np.multiply(a, b, dtype=np.uint16)
    product += 128
    product += product >> 8
    product >>= 8
    return product.astype(np.uint8)


def _tables(brush: Brush, mode: BrushMode) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return, for each coverage, the premultiplied colour laid on and the share kept of what was there.

    Both are four bytes packed in one uint32, so that looking a pixel up is a single gather.
    """
    level = np.arange(256)
    if mode is BrushMode.REPLACE:
        level = np.where(level >= 128, 255, 0)
    # Whole numbers first, so that the two shares of a pixel never add up to more than 255.
    alpha = np.rint(level * min(max(brush.opacity, 0.0), 1.0))
    keep = 255 - (level if mode is BrushMode.REPLACE else alpha)
    colour = np.array([*brush.colour, 255.0]) / 255.0
    source = np.zeros((256, 4)) if mode is BrushMode.ERASE else alpha[:, None] * colour
    return _packed(source), _packed(np.repeat(keep[:, None], 4, axis=1))


def _packed(table: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.uint32]:
    return np.ascontiguousarray(np.rint(table), dtype=np.uint8).view(np.uint32)[:, 0]
