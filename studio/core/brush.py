"""Brushes, and the raster of one stroke: coverage by distance, composited over what was there before.

Coverage is the maximum over the stroke's pieces, and the stroke as a whole is laid over the pixels from
before it, so that a stroke that crosses itself is no darker there and no dabs or gaps can be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from studio.core.edit import Edit
from studio.core.geometry import EMPTY, Rect
from studio.core.stroke import Piece
from studio.core.tiles import TILE, Pixels, TileIndex, tile_parts

LIGHTEST_TOUCH = 0.2
"""The part of a brush's size that is left at no pressure."""

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
        self._coverage: dict[TileIndex, Pixels] = {}
        self._source, self._keep = _tables(brush, mode)

    def stamp(self, pieces: Sequence[Piece]) -> Rect:
        """Add pieces to the stroke and write what changed; return the dirty box."""
        dirty = EMPTY
        pending = EMPTY
        for piece in pieces:
            box = self._cover(piece)
            both = pending.united(box)
            # A thin diagonal has a large box: write in parts where joining them would waste work.
            if both.area > 1.5 * (pending.area + box.area):
                self._write(pending)
                dirty = dirty.united(pending)
                both = box
            pending = both
        self._write(pending)
        return dirty.united(pending)

    def _cover(self, piece: Piece) -> Rect:
        start_r, end_r = self._brush.radius(piece.start.pressure), self._brush.radius(piece.end.pressure)
        points = [(piece.start.x, piece.start.y), (piece.end.x, piece.end.y)]
        box = Rect.around(points, max(start_r, end_r) + 1.0).intersected(self._edit.rect)
        if box.is_empty:
            return EMPTY
        fresh = piece_coverage(box, piece, start_r, end_r, self._brush.hardness)
        for index, part in tile_parts(box):
            tile = self._coverage.get(index)
            if tile is None:
                tile = self._coverage[index] = np.zeros((TILE, TILE), np.uint8)
            here = tile[part.translated(-index[0] * TILE, -index[1] * TILE).slices]
            np.maximum(here, fresh[part.translated(-box.x, -box.y).slices], out=here)
        return box

    def _write(self, rect: Rect) -> None:
        if rect.is_empty:
            return
        coverage = np.zeros((rect.h, rect.w), np.uint8)
        for index, part in tile_parts(rect):
            tile = self._coverage.get(index)
            if tile is not None:
                here = tile[part.translated(-index[0] * TILE, -index[1] * TILE).slices]
                coverage[part.translated(-rect.x, -rect.y).slices] = here
        shape = (rect.h, rect.w, 4)
        pixels = self._source[coverage].view(np.uint8).reshape(shape)
        if not self._edit.before.is_blank:
            under = self._edit.before.read(rect)
            pixels += multiplied(under, self._keep[coverage].view(np.uint8).reshape(shape))
        self._edit.write(rect, pixels)


def piece_coverage(box: Rect, piece: Piece, start_r: float, end_r: float, hardness: float = 1.0) -> Pixels:
    """Return how much of each pixel in ``box`` a round-ended piece covers, uint8 [h, w].

    The radius runs from ``start_r`` to ``end_r``; the edge is anti-aliased by the distance to the piece.
    """
    (x0, y0, _), (x1, y1, _) = piece
    xs = _AXIS[: box.w] + np.float32(box.x - x0)
    ys = (_AXIS[: box.h] + np.float32(box.y - y0))[:, None]
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    radius: NDArray[np.float32] | float
    if length2 < 1e-6:
        distance = np.sqrt(xs * xs + ys * ys)
        radius = max(start_r, end_r)
    else:
        along = xs * np.float32(dx / length2) + ys * np.float32(dy / length2)
        np.maximum(along, 0, out=along)
        np.minimum(along, 1, out=along)
        off_x = along * np.float32(-dx)
        off_x += xs
        off_y = along * np.float32(-dy)
        off_y += ys
        off_x *= off_x
        off_y *= off_y
        off_x += off_y
        distance = np.sqrt(off_x, out=off_x)
        if abs(end_r - start_r) < 0.01:
            radius = max(start_r, end_r)
        else:
            along *= np.float32(end_r - start_r)
            along += np.float32(start_r)
            radius = along
    edge = max(1.0, (1.0 - hardness) * max(start_r, end_r))
    cover = np.subtract(radius, distance, out=distance)
    cover += np.float32(0.5)
    cover *= np.float32(1.0 / edge)
    np.maximum(cover, 0, out=cover)
    np.minimum(cover, 1, out=cover)
    if edge > 1.0:
        # Smoothstep: a soft brush without a visible rim.
        cover *= cover * (np.float32(3.0) - np.float32(2.0) * cover)
    cover *= np.float32(255.0)
    cover += np.float32(0.5)
    return cover.astype(np.uint8)


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
