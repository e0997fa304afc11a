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

from studio.core.contours import enlarge
from studio.core.geometry import Rect

LINE_COVERAGE = 48
"""Ink from this coverage on (of 255) parts colours."""

PURE_CELLS = 1.25
"""Distance from a line, in pixels of the small picture, from which on enlarged colours are pure."""

DEPTH_CELLS = 2.0
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
        part = changed.inflated(_reach(self.scale)).intersected(Rect(0, 0, width, height))
        strips = list(self.strips)
        for place, new in enumerate(_walks(ink, self.scale, part), part.y // STRIP):
            old = strips[place]
            column = old.pixels % np.int32(width)
            kept = (column < part.x) | (column >= part.right)
            kept |= (old.pixels < part.y * width) | (old.pixels >= part.bottom * width)
            strips[place] = Walks(
                np.concatenate([old.pixels[kept], new.pixels]),
                np.concatenate([old.sources[kept], new.sources]),
            )
        return CarryPlan(ink, self.scale, tuple(strips))

    def carry(self, flats: Colours, *, again: bool = False) -> Colours:
        """Return ``flats`` [h,w,3] at the drawing's size [H,W,3]; ``again``: they were carried before."""
        import cv2

        height, width = self.ink.shape
        four = np.asarray(cv2.cvtColor(flats, cv2.COLOR_RGB2RGBA), np.uint8)
        enlarged = enlarge(four, width, height, crisp=again)
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
    large = max(height, width) > MIDWAY_SIDE
    if large:
        import cv2

        scale = MIDWAY_SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        flats = carry_flats(flats, np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8))
    else:
        flats = without_fringes(flats)
    return CarryPlan.of(ink, max(1.0, max(height, width) / max(flats.shape[:2]))).carry(flats, again=large)


def without_fringes(flats: Colours) -> Colours:
    """Return a network's colours [h,w,3] without the single odd pixels that it leaves along lines."""
    import cv2

    return np.asarray(cv2.medianBlur(flats, 3), np.uint8)


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
    """Yield the walks of the pixels inside ``part``, for each strip that it meets."""
    import cv2

    height, width = ink.shape
    window = part.inflated(_reach(scale)).intersected(Rect(0, 0, width, height))
    distance = _signed_distance(ink[window.slices])
    pure, depth = PURE_CELLS * scale, DEPTH_CELLS * scale
    field = _Field(distance, pure, window.y * width + window.x, width)
    # Paper first, also around the part: pixels beneath the ink take the colour of the paper at its edge.
    paper = cv2.inRange(distance, 0, pure).view(np.bool_)
    for strip in _strips(part.inflated(int(depth) + 2).intersected(window)):
        field.send(*_places(paper, strip.translated(-window.x, -window.y)))
    beneath = cv2.inRange(distance, -depth, 0).view(np.bool_)
    for strip in _strips(part):
        strip = strip.translated(-window.x, -window.y)
        on_paper, under_ink = _places(paper, strip), _places(beneath, strip)
        rows, columns = (np.concatenate(pair) for pair in zip(on_paper, under_ink, strict=True))
        sources = np.concatenate([field.targets(*on_paper), field.targets(*field.edge(*under_ink))])
        yield Walks(field.indices(rows, columns), sources)


def _strips(rect: Rect) -> Iterator[Rect]:
    """Yield the part of ``rect`` in each strip; pieces small enough for the processor's cache."""
    for top in range(rect.y // STRIP * STRIP, rect.bottom, STRIP):
        yield Rect(rect.x, top, rect.w, STRIP).intersected(rect)


def _places(mask: NDArray[np.bool_], rect: Rect) -> tuple[Indices, Indices]:
    """Return rows and columns of the true pixels inside ``rect``; several times faster than np.nonzero."""
    part = mask[rect.slices]
    columns = np.flatnonzero(part).astype(np.int32)
    rows = np.repeat(np.arange(rect.h, dtype=np.int32), np.count_nonzero(part, axis=1))
    columns -= rows * np.int32(rect.w)
    rows += rect.y
    columns += rect.x
    return rows, columns


def _signed_distance(ink: Ink) -> Distances:
    """Return pixels to the nearest line, negative beneath it, nowhere 0."""
    import cv2

    lines = cv2.threshold(ink, LINE_COVERAGE - 1, 255, cv2.THRESH_BINARY)[1]
    outside = cv2.distanceTransform(cv2.bitwise_not(lines), cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(lines, cv2.DIST_L2, 3)
    return np.asarray(cv2.subtract(outside, inside, dst=outside), np.float32)


class _Field:
    """Distances to the ink [H,W], in which pixels walk upwards until they are ``pure`` far from it.

    ``corner`` is the flat index of its first pixel in a drawing that is ``row`` pixels wide.
    """

    def __init__(self, distance: Distances, pure: float, corner: int, row: int) -> None:
        import cv2

        self._pure = np.float32(pure)
        self._height, self._width = distance.shape
        # With a frame of one pixel no neighbour needs a test.
        framed = cv2.copyMakeBorder(distance, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        self._flat = np.asarray(framed, np.float32).reshape(-1)
        self._stride = np.int32(self._width + 2)
        self._corner, self._row = np.int32(corner), np.int32(row)
        first = np.arange(corner, corner + self._height * row, row, dtype=np.int32)
        self._targets = (first[:, None] + np.arange(self._width, dtype=np.int32)).reshape(-1)

    def indices(self, rows: Indices, columns: Indices) -> Indices:
        """Return pixels of the field as flat indices of the drawing."""
        index = rows * self._row
        index += columns
        index += self._corner
        return index

    def targets(self, rows: Indices, columns: Indices) -> Indices:
        """Return where the pixels were sent, as flat indices of the drawing; at first where they are."""
        return self._targets.take(rows * np.int32(self._width) + columns)

    def send(self, rows: Indices, columns: Indices) -> None:
        """Let pixels of the paper walk up the distance and remember where they arrive."""
        here, dy, dx = self._slope(rows, columns)
        free = self._pure - here
        y, x, value = self._look(rows, columns, dy, dx, free)
        arrived = self._safe(here, free, value)
        arrived &= value >= self._pure - np.float32(1.5)
        self._remember(rows, columns, y, x, arrived)
        # Between close lines and in corners: the best of two nearer places, if one is better than here.
        rest = np.flatnonzero(~arrived)
        rows, columns = rows[rest], columns[rest]
        dy, dx, here, free = dy[rest], dx[rest], here[rest], free[rest]
        best = here + np.float32(0.01)
        for share in (np.float32(0.67), np.float32(0.33)):
            y, x, value = self._look(rows, columns, dy, dx, free * share)
            better = self._safe(here, free * share, value)
            better &= value > best
            self._remember(rows, columns, y, x, better)
            np.copyto(best, value, where=better)

    def edge(self, rows: Indices, columns: Indices) -> tuple[Indices, Indices]:
        """Return the nearest paper of pixels beneath the ink, or themselves where it is not found."""
        here, dy, dx = self._slope(rows, columns)
        y, x, value = self._look(rows, columns, dy, dx, np.float32(1) - here)
        found = value > 0
        return np.where(found, y, rows), np.where(found, x, columns)

    @staticmethod
    def _safe(here: Distances, way: Distances, value: Distances) -> NDArray[np.bool_]:
        """Tell who came by no line, having walked ``way`` from distance ``here`` to distance ``value``.

        A distance grows no faster than the way. Whoever crosses a line first spends ``here`` to reach it and
        at least a pixel within it, and so ends no further than the rest of the way from it.
        """
        bound = way - here
        bound -= np.float32(1)
        return value > bound

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

    def _look(
        self, rows: Indices, columns: Indices, dy: Distances, dx: Distances, way: Distances
    ) -> tuple[Indices, Indices, Distances]:
        """Return the pixels ``way`` further along the directions, inside the field, and their distances."""
        y, x = _moved(rows, dy, way, self._height), _moved(columns, dx, way, self._width)
        return y, x, self._flat.take(self._index(y, x))

    def _remember(
        self, rows: Indices, columns: Indices, y: Indices, x: Indices, which: NDArray[np.bool_]
    ) -> None:
        chosen = np.flatnonzero(which)
        place = rows[chosen] * np.int32(self._width) + columns[chosen]
        self._targets[place] = self.indices(y[chosen], x[chosen])

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
