"""Carries the network's colours to the drawing's own size: colour from the network, edges from the drawing.

The network colours a small picture (256 px, say); its colours change beneath the lines, somewhere within the
width of a small pixel or two. Enlarging that gives a halo along every line. So near a line each pixel of the
large drawing takes its colour from deeper inside its own side: it walks away from the line, up the distance
to the ink, until the enlarged colours are pure, or, between two close lines, until it stands on the ridge
between them. The distance grows all the way, and so the walk cannot cross a line; where a line has a gap,
nothing is near, and the enlarged colours stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.core.geometry import Rect

LINE_COVERAGE = 48
"""Ink from this coverage on (of 255) parts colours."""

PURE_CELLS = 1.5
"""Distance from a line, in pixels of the small picture, from which on enlarged colours are pure."""

DEPTH_CELLS = 3.0
"""How far beneath the ink, in pixels of the small picture, colours are brought; deeper nobody sees them."""

STRIP = 64
"""Rows of a drawing whose walks are kept together, so that a stroke renews few of them."""

MIDWAY_SIDE = 1024
"""Larger drawings are reached by way of this size: two short walks cost less than a long one."""

Colours: TypeAlias = NDArray[np.uint8]
Ink: TypeAlias = NDArray[np.uint8]
Indices: TypeAlias = NDArray[np.int32]
Distances: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Walks:
    """Pixels that take their colour elsewhere, and where: flat indices [n] of the drawing, in step."""

    pixels: Indices
    sources: Indices


@dataclass(frozen=True, slots=True)
class CarryPlan:
    """Where the pixels near lines take their colours from: depends on the ink alone, not on the colours.

    ``ink`` [H,W] is coverage, 0 = paper; the small picture is ``scale`` times smaller; ``strips`` holds the
    walks of `STRIP` rows each.
    """

    ink: Ink
    scale: float
    strips: tuple[Walks, ...]

    @classmethod
    def of(cls, ink: Ink, scale: float) -> "CarryPlan":
        """Return the plan of a whole drawing."""
        height, width = ink.shape
        return cls(ink, scale, tuple(_walks(ink, scale, Rect(0, 0, width, height))))

    def updated(self, ink: Ink, changed: Rect | None) -> "CarryPlan":
        """Return the plan of a drawing that differs from this one only inside ``changed`` (None: nowhere)."""
        height, width = ink.shape
        changed = _shrunk(self.ink, ink, changed) if changed is not None else None
        if changed is None:
            return CarryPlan(ink, self.scale, self.strips)
        reached = changed.inflated(_reach(self.scale)).intersected(Rect(0, 0, width, height))
        first, last = reached.y // STRIP, -(-reached.bottom // STRIP)
        part = Rect.from_edges(reached.x, first * STRIP, reached.right, min(last * STRIP, height))
        strips = list(self.strips)
        for place, new in enumerate(_walks(ink, self.scale, part), first):
            old = strips[place]
            column = old.pixels % width
            kept = (column < part.x) | (column >= part.right)
            strips[place] = Walks(
                np.concatenate([old.pixels[kept], new.pixels]),
                np.concatenate([old.sources[kept], new.sources]),
            )
        return CarryPlan(ink, self.scale, tuple(strips))

    def carry(self, flats: Colours) -> Colours:
        """Return ``flats`` [h,w,3] at the drawing's size [H,W,3]."""
        import cv2

        height, width = self.ink.shape
        four = cv2.cvtColor(flats, cv2.COLOR_RGB2RGBA)
        enlarged = cv2.resize(four, (width, height), interpolation=cv2.INTER_CUBIC)
        # Four bytes a pixel, so that one pixel is one number to move.
        packed = enlarged.view(np.uint32).reshape(-1)
        moved = [packed.take(walks.sources) for walks in self.strips]
        for walks, colours in zip(self.strips, moved, strict=True):
            packed[walks.pixels] = colours
        return np.asarray(cv2.cvtColor(enlarged, cv2.COLOR_RGBA2RGB), np.uint8)


def carry_flats(flats: Colours, ink: Ink) -> Colours:
    """Return the colours ``flats`` [h,w,3] at the size of ``ink`` [H,W] (coverage), edges on its lines.

    Both show the same scene edge to edge. The colours go on beneath the lines and meet in their middle, so
    the ink can be multiplied over them without a seam.
    """
    height, width = ink.shape
    if max(height, width) > MIDWAY_SIDE:
        import cv2

        scale = MIDWAY_SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        flats = carry_flats(flats, np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8))
    return CarryPlan.of(ink, max(1.0, max(height, width) / max(flats.shape[:2]))).carry(flats)


def multiply_ink(flats: Colours, sketch: Ink) -> Colours:
    """Return round(flats * sketch / 255) for colours [H,W,3] and a sketch [H,W] (255 = paper)."""
    import cv2

    return np.asarray(cv2.multiply(flats, cv2.cvtColor(sketch, cv2.COLOR_GRAY2RGB), scale=1 / 255), np.uint8)


def _reach(scale: float) -> int:
    """Return how far, in pixels, a changed line can change a walk."""
    return int(np.ceil((2 * PURE_CELLS + DEPTH_CELLS) * scale)) + 4


def _shrunk(before: Ink, after: Ink, changed: Rect) -> Rect | None:
    """Return the box of the pixels inside ``changed`` that differ, None when there are none."""
    import cv2

    box = cv2.boundingRect(cv2.absdiff(before[changed.slices], after[changed.slices]))
    rect = Rect(*box).translated(changed.x, changed.y)
    return None if rect.is_empty else rect


def _walks(ink: Ink, scale: float, part: Rect) -> Iterator[Walks]:
    """Yield the walks of the pixels inside ``part``, strip by strip; it begins and ends where strips do."""
    import cv2

    height, width = ink.shape
    window = part.inflated(_reach(scale)).intersected(Rect(0, 0, width, height))
    distance = _signed_distance(ink[window.slices])
    pure = PURE_CELLS * scale
    near = cv2.inRange(distance, -DEPTH_CELLS * scale, pure).view(np.bool_)
    field = _Field(distance, pure)
    left, right = part.x - window.x, part.right - window.x
    for top in range(part.y, part.bottom, STRIP):
        rows = slice(top - window.y, min(top + STRIP, part.bottom) - window.y)
        y, x = _places(near[rows, left:right])
        y += rows.start
        x += left
        to_y, to_x = field.walk(y, x)
        corner = window.y * width + window.x
        yield Walks(y * np.int32(width) + (x + corner), to_y * np.int32(width) + (to_x + corner))


def _places(mask: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Return rows and columns of the true pixels; several times faster than np.nonzero."""
    height, width = mask.shape
    flat = np.flatnonzero(mask).astype(np.int32)
    rows = np.repeat(np.arange(height, dtype=np.int32), np.count_nonzero(mask, axis=1))
    flat -= rows * np.int32(width)
    return rows, flat


def _signed_distance(ink: Ink) -> Distances:
    """Return pixels to the nearest line, negative beneath it."""
    import cv2

    lines = cv2.threshold(ink, LINE_COVERAGE - 1, 255, cv2.THRESH_BINARY)[1]
    outside = cv2.distanceTransform(cv2.bitwise_not(lines), cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(lines, cv2.DIST_L2, 3)
    return np.asarray(cv2.subtract(outside, inside, dst=outside), np.float32)


class _Field:
    """Distances to the ink [H,W], in which pixels walk upwards until they are ``pure`` far from it."""

    def __init__(self, distance: Distances, pure: float) -> None:
        import cv2

        self._pure = np.float32(pure)
        self._height, self._width = distance.shape
        # With a frame of one pixel no neighbour needs a test.
        framed = cv2.copyMakeBorder(distance, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        self._flat = np.asarray(framed, np.float32).reshape(-1)
        self._stride = np.int32(self._width + 2)

    def walk(self, rows: Indices, columns: Indices) -> tuple[Indices, Indices]:
        """Return where the pixels arrive."""
        here, dy, dx = self._slope(rows, columns)
        to_rows, to_columns = self._ahead(rows, columns, dy, dx, self._pure - here)
        # The distance cannot grow faster than the way, so whoever arrived came by no line.
        rest = np.flatnonzero(self._at(to_rows, to_columns) < self._pure - 1)
        if rest.size:
            start = (rows[rest], columns[rest], dy[rest], dx[rest], here[rest])
            to_rows[rest], to_columns[rest] = self._climb(*start)
        return to_rows, to_columns

    def _slope(self, rows: Indices, columns: Indices) -> tuple[Distances, Distances, Distances]:
        """Return the distance at pixels, and the direction (down, right; length 1) in which it grows."""
        index = self._index(rows, columns)
        here = self._flat.take(index)
        dy = self._flat.take(index + self._stride)
        dy -= self._flat.take(index - self._stride)
        dx = self._flat.take(index + 1)
        dx -= self._flat.take(index - 1)
        # The tiny lean sends the pixels in the very middle of a line to one side, all to the same.
        dy += np.float32(2e-3)
        dx += np.float32(1e-3)
        length = np.sqrt(dy * dy + dx * dx)
        dy /= length
        dx /= length
        return here, dy, dx

    def _climb(
        self, rows: Indices, columns: Indices, dy: Distances, dx: Distances, here: Distances
    ) -> tuple[Indices, Indices]:
        """Return the last pixel of each way up to which the distance keeps growing, step by step."""
        to_rows, to_columns, best = rows.copy(), columns.copy(), here.copy()
        # Beneath the ink nothing is in the way: the first look is just beyond its edge.
        way = np.maximum(-here, 0)
        going = np.arange(rows.size)
        while going.size:
            way = way + np.float32(1)
            y, x = self._ahead(rows[going], columns[going], dy[going], dx[going], way)
            value = self._at(y, x)
            # A hair more than equal: equal distances differ in their last bit from one cut-out to the next.
            higher = value > best[going] + np.float32(0.01)
            moved = going[higher]
            to_rows[moved], to_columns[moved], best[moved] = y[higher], x[higher], value[higher]
            higher &= value < self._pure
            going, way = going[higher], way[higher]
        return to_rows, to_columns

    def _ahead(
        self, rows: Indices, columns: Indices, dy: Distances, dx: Distances, way: Distances
    ) -> tuple[Indices, Indices]:
        """Return the pixels ``way`` further along the directions, inside the field."""
        return _moved(rows, dy, way, self._height), _moved(columns, dx, way, self._width)

    def _at(self, rows: Indices, columns: Indices) -> Distances:
        return self._flat.take(self._index(rows, columns))

    def _index(self, rows: Indices, columns: Indices) -> Indices:
        index = rows * self._stride
        index += columns
        index += self._stride + np.int32(1)
        return index


def _moved(start: Indices, direction: Distances, way: Distances, size: int) -> Indices:
    """Return round(start + direction * way), kept inside 0..size - 1."""
    place = direction * way
    place += start
    # Adding a half and cutting rounds what is not negative; the rest ends up at 0 all the same.
    place += np.float32(0.5)
    np.maximum(place, np.float32(0), out=place)
    np.minimum(place, np.float32(size - 1), out=place)
    return place.astype(np.int32)
