"""Carries the network's colours to the drawing's own size: colour from the network, edges from the drawing.

The network colours a small picture (256 px, say); its colours change beneath the lines, somewhere within the
width of a small pixel or two. Enlarging that gives a halo along every line. So near a line each pixel of the
large drawing takes its colour from deeper inside its own side: it walks away from the line, up the distance
to the ink, until the enlarged colours are pure, or, between two close lines, until it stands on the ridge
between them. The distance grows all the way, and so the walk cannot cross a line; where a line has a gap,
nothing is near, and the enlarged colours stay.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.core.contours import enlarge
from studio.core.geometry import Rect

LINE_COVERAGE = 48
"""Ink from this coverage on (of 255) parts colours."""

PURE_CELLS = 2.5
"""Distance from a line, in pixels of the small picture, from which on enlarged colours are pure."""

DEPTH_CELLS = 2.0
"""How far beneath the ink, in pixels of the small picture, colours are brought; deeper nobody sees them."""

STRIP = 64
"""Rows of a drawing whose sources are kept together, so that a stroke renews few of them."""

MIDWAY_SIDE = 1024
"""Larger drawings are reached by way of this size: two short walks cost less than a long one."""

ROW_CODE = 1 << 16

_NO_FRACTIONS = np.empty((0, 0), np.uint16)

Colours: TypeAlias = NDArray[np.uint8]
Ink: TypeAlias = NDArray[np.uint8]
Indices: TypeAlias = NDArray[np.intp]
Codes: TypeAlias = NDArray[np.int32]
"""Pixels of a drawing, each in one number: y * ROW_CODE + x, in memory the pair (x, y) that OpenCV reads."""
Distances: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CarryPlan:
    """Where every pixel takes its colour from: depends on the ink alone, not on the colours.

    ``ink`` [H,W] is coverage, 0 = paper; the small picture is ``scale`` times smaller; ``strips`` holds, for
    each `STRIP` rows, the codes of the sources [h,W], or None where every pixel keeps its own colour.
    """

    ink: Ink
    scale: float
    strips: tuple[Codes | None, ...]

    @classmethod
    def of(cls, ink: Ink, scale: float) -> "CarryPlan":
        """Return the plan of a whole drawing."""
        height, width = ink.shape
        blank = (None,) * -(-height // STRIP)
        return cls(ink, scale, _walked(blank, ink, scale, Rect(0, 0, width, height), None))

    def updated(self, ink: Ink, changed: Rect | None) -> "CarryPlan":
        """Return the plan of a drawing that differs from this one only inside ``changed`` (None: nowhere)."""
        import cv2

        if changed is None:
            return CarryPlan(ink, self.scale, self.strips)
        after = _lines(ink[changed.slices])
        turned = cv2.absdiff(_lines(self.ink[changed.slices]), after)
        box = Rect(*cv2.boundingRect(turned))
        if box.is_empty:
            return CarryPlan(ink, self.scale, self.strips)
        core = box.translated(changed.x, changed.y)
        part = core.inflated(_reach(self.scale)).intersected(Rect(0, 0, ink.shape[1], ink.shape[0]))
        around = np.zeros((part.h, part.w), np.uint8)
        around[core.translated(-part.x, -part.y).slices] = turned[box.slices]
        return CarryPlan(ink, self.scale, _walked(self.strips, ink, self.scale, part, around))

    def carry(self, flats: Colours, *, again: bool = False) -> Colours:
        """Return ``flats`` [h,w,3] at the drawing's size [H,W,3]; ``again``: they were carried before."""
        import cv2

        height, width = self.ink.shape
        four = np.asarray(cv2.cvtColor(flats, cv2.COLOR_RGB2RGBA), np.uint8)
        enlarged = enlarge(four, width, height, crisp=again)
        # Four bytes a pixel: one number to move, in half the time of four.
        packed = enlarged.view(np.int32)[..., 0]
        carried = np.empty((height, width, 3), np.uint8)
        for place, codes in enumerate(self.strips):
            rows = slice(place * STRIP, (place + 1) * STRIP)
            colours = enlarged[rows]
            if codes is not None:
                sources = codes.view(np.int16).reshape(*codes.shape, 2)
                moved = np.asarray(cv2.remap(packed, sources, _NO_FRACTIONS, cv2.INTER_NEAREST), np.int32)
                colours = moved.view(np.uint8).reshape(colours.shape)
            cv2.cvtColor(colours, cv2.COLOR_RGBA2RGB, dst=carried[rows])
        return carried


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

    out = np.empty_like(flats, order="C")
    for top in range(0, len(flats), STRIP):
        rows = slice(top, top + STRIP)
        if sketch[rows].min(initial=255) == 255:
            out[rows] = flats[rows]
        else:
            three = cv2.cvtColor(sketch[rows], cv2.COLOR_GRAY2RGB)
            cv2.multiply(flats[rows], three, dst=out[rows], scale=1 / 255)
    return out


def _reach(scale: float) -> int:
    """Return how far, in pixels, a changed line can change a walk."""
    return _paper_reach(scale) + math.ceil(DEPTH_CELLS * scale) + 3


def _paper_reach(scale: float) -> int:
    """Return how far, in pixels, a changed line can change a walk that begins on paper."""
    return math.ceil(2 * PURE_CELLS * scale) + 4


def _margin(scale: float) -> int:
    """Return how much of a drawing around the reach of a change must be known to renew the walks there."""
    pure, depth = PURE_CELLS * scale, DEPTH_CELLS * scale
    return math.ceil(max(2 * pure - depth + 4, depth + 3))


def _grown(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """Return the mask with everything within ``pixels`` of it, in a square."""
    import cv2

    side = 2 * pixels + 1
    # Sums that stop at 255: the size of the square costs nothing, unlike that of a dilation.
    sums = cv2.boxFilter(mask, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(cv2.threshold(sums, 0, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _walked(
    strips: tuple[Codes | None, ...], ink: Ink, scale: float, part: Rect, turned: NDArray[np.uint8] | None
) -> tuple[Codes | None, ...]:
    """Return the strips with the walks in ``part`` renewed that depend on the pixels ``turned`` [h,w] marks.

    These became ink or paper, and lie at least a reach inside ``part``; None: every walk is new.
    """
    height, width = ink.shape
    window = part.inflated(_margin(scale)).intersected(Rect(0, 0, width, height))
    field = _Field(_signed_distance(ink[window.slices]), scale, window, strips)
    walkers = field.walk(part.translated(-window.x, -window.y), turned)
    renewed = list(strips)
    for rows in _strips(part):
        place = rows.y // STRIP
        old = strips[place]
        if old is None and not walkers[rows.translated(-part.x, -part.y).slices].any():
            continue
        strip = Rect(0, place * STRIP, width, STRIP).intersected(Rect(0, 0, width, height))
        new = _codes(strip) if old is None else old.copy()
        new[rows.translated(0, -strip.y).slices] = field.targets_in(rows.translated(-window.x, -window.y))
        renewed[place] = new
    return tuple(renewed)


def _strips(rect: Rect) -> Iterator[Rect]:
    """Yield the part of ``rect`` in each strip; pieces small enough for the processor's cache."""
    for top in range(rect.y // STRIP * STRIP, rect.bottom, STRIP):
        yield Rect(rect.x, top, rect.w, STRIP).intersected(rect)


def _codes(rect: Rect, frame: int = 0) -> Codes:
    """Return the codes of the pixels in ``rect`` [h,w]; in a frame around it, those of the nearest pixels."""
    rows = np.arange(-frame, rect.h + frame, dtype=np.int32).clip(0, rect.h - 1) + np.int32(rect.y)
    columns = np.arange(-frame, rect.w + frame, dtype=np.int32).clip(0, rect.w - 1) + np.int32(rect.x)
    return np.add((rows * np.int32(ROW_CODE))[:, None], columns, dtype=np.int32)


def _lines(ink: Ink) -> NDArray[np.uint8]:
    """Return 255 where a line parts colours, else 0."""
    import cv2

    return np.asarray(cv2.threshold(ink, LINE_COVERAGE - 1, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _signed_distance(ink: Ink) -> Distances:
    """Return pixels to the nearest line, negative beneath it, nowhere 0."""
    import cv2

    lines = _lines(ink)
    outside = cv2.distanceTransform(cv2.bitwise_not(lines), cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(lines, cv2.DIST_L2, 3)
    return np.asarray(cv2.subtract(outside, inside, dst=outside), np.float32)


def _between(distance: Distances, low: float, high: float) -> NDArray[np.uint8]:
    """Return 255 where the distance lies between two values, else 0."""
    import cv2

    return np.asarray(cv2.inRange(distance, low, high), np.uint8)


class _Field:
    """Distances to the ink in which pixels walk upwards until they are pure.

    The field is the ``window`` [H,W] of a drawing. All its arrays have a frame that repeats the pixels at the
    edge, as wide as the longest walk, so that a walk is one addition to a flat index, without a test.
    """

    def __init__(
        self, distance: Distances, scale: float, window: Rect, strips: tuple[Codes | None, ...]
    ) -> None:
        import cv2

        self._scale = scale
        self._pure = np.float32(PURE_CELLS * scale)
        self._depth = DEPTH_CELLS * scale
        self._frame = frame = math.ceil(max(PURE_CELLS, DEPTH_CELLS) * scale) + 3
        sides = (frame, frame, frame, frame)
        framed = cv2.copyMakeBorder(distance, *sides, cv2.BORDER_REPLICATE)
        self._distance = np.asarray(framed, np.float32)
        self._stride = self._distance.shape[1]
        self._flat = self._distance.reshape(-1)
        self._own = _codes(window, frame)
        self._targets = self._own.copy()
        for rows in _strips(window):
            known = strips[rows.y // STRIP]
            if known is not None:
                inside = rows.translated(0, -(rows.y // STRIP * STRIP))
                self.targets_in(rows.translated(-window.x, -window.y))[...] = known[inside.slices]

    def targets_in(self, rect: Rect) -> Codes:
        """Return the codes of the sources in ``rect`` of the field, to read or write."""
        return self._targets[rect.translated(self._frame, self._frame).slices]

    def walk(self, part: Rect, turned: NDArray[np.uint8] | None) -> NDArray[np.bool_]:
        """Renew the walks in ``part`` that depend on what ``turned`` marks (None: all); return who walks."""
        distance = self._distance[part.translated(self._frame, self._frame).slices]
        targets, before = self.targets_in(part), self.targets_in(part).copy()
        paper = _between(distance, 0.0, float(self._pure))
        beneath = _between(distance, -self._depth, 0.0)
        if turned is not None:
            near = _grown(turned, _paper_reach(self._scale)) & _between(distance, 0.0, np.inf)
            self._call_back(part, near)
            paper &= near
        # All of the paper first: pixels beneath the ink take the colour of the paper at its edge.
        for places in self._places(part, paper):
            self._send(places)
        if turned is not None:
            # Beneath the ink only what has new ink or paper around it, or paper with a new source.
            anew = turned | np.not_equal(targets, before).view(np.uint8)
            near = _grown(anew, math.ceil(self._depth) + 3) & _between(distance, -np.inf, 0.0)
            self._call_back(part, near)
            beneath &= near
        self._repeat_edges()
        for places in self._places(part, beneath):
            self._send_beneath(places)
        return (paper | beneath).view(np.bool_)

    def _call_back(self, part: Rect, which: NDArray[np.uint8]) -> None:
        """Let the marked pixels of ``part`` stand where they are."""
        own = self._own[part.translated(self._frame, self._frame).slices]
        np.copyto(self.targets_in(part), own, where=which.view(np.bool_))

    def _places(self, part: Rect, mask: NDArray[np.uint8]) -> Iterator[Indices]:
        """Yield the flat indices of the pixels that ``mask`` marks in ``part``, `STRIP` rows at a time."""
        inside = part.translated(self._frame, self._frame)
        for top in range(0, part.h, STRIP):
            rows = mask[top : top + STRIP]
            wide = np.zeros((len(rows), self._stride), np.uint8)
            wide[:, inside.x : inside.right] = rows
            found = np.flatnonzero(wide.view(np.bool_))
            if found.size:
                found += (inside.y + top) * self._stride
                yield found

    def _repeat_edges(self) -> None:
        """Give the frame the targets of the pixels at the edge."""
        targets, frame = self._targets, self._frame
        targets[:frame], targets[-frame:] = targets[frame], targets[-frame - 1]
        targets[:, :frame] = targets[:, frame, None]
        targets[:, -frame:] = targets[:, -frame - 1, None]

    def _send(self, places: Indices) -> None:
        """Let pixels of the paper walk up the distance and remember where they arrive."""
        here, dy, dx = self._slope(places)
        free = self._pure - here
        there, value = self._look(places, dy, dx, free)
        arrived = self._safe(here, free, value)
        arrived &= value >= self._pure - np.float32(1.5)
        self._remember(places, there, arrived)
        # Between close lines and in corners: the best of two nearer places, if one is better than here.
        rest = np.flatnonzero(~arrived)
        places, dy, dx = places.take(rest), dy.take(rest), dx.take(rest)
        here, free = here.take(rest), free.take(rest)
        best = here + np.float32(0.01)
        for share in (np.float32(0.67), np.float32(0.33)):
            way = free * share
            there, value = self._look(places, dy, dx, way)
            better = self._safe(here, way, value)
            better &= value > best
            self._remember(places, there, better)
            np.copyto(best, value, where=better)

    def _send_beneath(self, places: Indices) -> None:
        """Send pixels beneath the ink after the nearest paper, or nowhere if it is not found."""
        here, dy, dx = self._slope(places)
        there, value = self._look(places, dy, dx, np.float32(1) - here)
        found = np.flatnonzero(value > 0)
        targets = self._targets.reshape(-1)
        targets[places.take(found)] = targets.take(there.take(found))

    @staticmethod
    def _safe(here: Distances, way: Distances, value: Distances) -> NDArray[np.bool_]:
        """Tell who came by no line, having walked ``way`` from distance ``here`` to distance ``value``.

        A distance grows no faster than the way. Whoever crosses a line first spends ``here`` to reach it and
        at least a pixel within it, and so ends no further than the rest of the way from it.
        """
        bound = way - here
        bound -= np.float32(1)
        return value > bound

    def _slope(self, places: Indices) -> tuple[Distances, Distances, Distances]:
        """Return the distance at pixels, and the direction (down, right; length 1) in which it grows."""
        flat, stride = self._flat, self._stride
        # One index for all five: each neighbour is read from an array that begins elsewhere.
        above = places - stride
        here = flat[stride:].take(above)
        dy = flat[2 * stride :].take(above)
        dy -= flat.take(above)
        dx = flat[stride + 1 :].take(above)
        dx -= flat[stride - 1 :].take(above)
        # The tiny lean sends the pixels in the very middle of a line to one side, all to the same.
        dy += np.float32(2e-3)
        dx += np.float32(1e-3)
        length = dy * dy
        length += dx * dx
        np.sqrt(length, out=length)
        dy /= length
        dx /= length
        return here, dy, dx

    def _look(
        self, places: Indices, dy: Distances, dx: Distances, way: Distances
    ) -> tuple[Indices, Distances]:
        """Return the pixels ``way`` further along the directions, and their distances."""
        steps = dy * way
        np.rint(steps, out=steps)
        steps *= np.float32(self._stride)
        across = dx * way
        np.rint(across, out=across)
        steps += across
        there = steps.astype(np.intp)
        there += places
        return there, self._flat.take(there)

    def _remember(self, places: Indices, there: Indices, which: NDArray[np.bool_]) -> None:
        chosen = np.flatnonzero(which)
        sources = self._own.reshape(-1).take(there.take(chosen))
        self._targets.reshape(-1)[places.take(chosen)] = sources
