"""From pen samples to a smooth path: one pass of smoothing, then curves cut into short straight pieces."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

FULL_SMOOTHING_S = 0.15
"""Time constant of the smoothing at strength 1."""
USUAL_STEP_S = 0.008
LONGEST_STEP_S = 0.05
SMALLEST_MOVE_PX = 0.5
FLATNESS_PX = 0.1
LONGEST_PIECE_PX = 48.0
FARTHEST_PX = 16384.0


@dataclass(frozen=True, slots=True)
class PenSample:
    """One report of a pen or mouse in document space: pixels, pressure 0..1 (a mouse: 1), tilt in degrees."""

    x: float
    y: float
    pressure: float = 1.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0
    time_s: float = 0.0


class PathPoint(NamedTuple):
    """A point of the path with the pressure there."""

    x: float
    y: float
    pressure: float


class Piece(NamedTuple):
    """A straight piece of a path."""

    start: PathPoint
    end: PathPoint


class StrokePath:
    """Turns samples, one at a time, into the pieces of one smooth curve.

    Samples pass an exponential filter in time (strength 0..1; 0 follows the pen exactly), then quadratic
    curves join the midpoints between filtered points, so that the path has no corners at any speed. The
    result depends on the samples alone, not on how they were batched. ``finish`` catches up with the pen.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self._time_constant_s = FULL_SMOOTHING_S * min(max(smoothing, 0.0), 1.0) ** 2
        self._pen = PathPoint(0.0, 0.0, 0.0)
        self._smooth = self._pen
        self._control = self._pen
        self._middle = self._pen
        self._heading_from = self._pen
        self._time_s = 0.0

    def start(self, sample: PenSample) -> list[Piece]:
        """Begin at ``sample``; return the dot under the pen."""
        point = _point(sample)
        self._pen = self._smooth = self._control = self._middle = self._heading_from = point
        self._time_s = sample.time_s
        return [Piece(point, point)]

    def add(self, sample: PenSample) -> list[Piece]:
        """Follow the pen to ``sample``; return the pieces that are certain now (often none or a few)."""
        point = _point(sample)
        if _distance(self._pen, point) >= SMALLEST_MOVE_PX:
            self._heading_from = self._pen
        self._pen = point
        step_s = sample.time_s - self._time_s
        self._time_s = sample.time_s
        return self._follow(step_s)

    def finish(self, sample: PenSample | None = None) -> list[Piece]:
        """End the path where the pen was lifted, without a tail of lag."""
        pieces: list[Piece] = []
        if sample is not None:
            # Tablets report no pressure as the pen leaves; the line keeps the width it had.
            pieces += self.add(replace(sample, pressure=sample.pressure or self._pen.pressure))
        pieces += [*_straight(self._middle, self._control), *self._catch_up()]
        self._middle = self._control = self._smooth = self._pen
        return pieces

    def _catch_up(self) -> list[Piece]:
        """Lead from the last certain point to the pen: off the way the path went, on to the way the pen went.

        A straight line there would show as a kink whenever the smoothing lags behind a fast pen.
        """
        start, end = self._control, self._pen
        gap = _distance(start, end)
        if gap < 0.01:
            return []
        reach = gap / 3
        leave = _toward(self._middle, start, reach)
        arrive = _toward(self._heading_from, end, reach)
        first = start._replace(x=start.x + leave[0], y=start.y + leave[1])
        second = end._replace(x=end.x - arrive[0], y=end.y - arrive[1])
        return _cubic(start, first, second, end)

    def _follow(self, step_s: float) -> list[Piece]:
        # Replayed or coarse clocks give 0 or huge steps; a stroke must not freeze or jump for that.
        step_s = min(step_s, LONGEST_STEP_S) if step_s > 0 else USUAL_STEP_S
        share = 1.0 - math.exp(-step_s / self._time_constant_s) if self._time_constant_s > 0 else 1.0
        self._smooth = _between(self._smooth, self._pen, share)
        if _distance(self._smooth, self._control) < SMALLEST_MOVE_PX:
            return []
        middle = _between(self._control, self._smooth, 0.5)
        pieces = _curve(self._middle, self._control, middle)
        self._middle, self._control = middle, self._smooth
        return pieces


def _point(sample: PenSample) -> PathPoint:
    pressure = min(max(sample.pressure, 0.0), 1.0)
    return PathPoint(_bounded(sample.x), _bounded(sample.y), pressure)


def _bounded(value: float) -> float:
    # Far outside any drawing; keeps a wild report from costing thousands of pieces.
    return min(max(value, -FARTHEST_PX), FARTHEST_PX) if math.isfinite(value) else 0.0


def _distance(a: PathPoint, b: PathPoint) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)


def _between(a: PathPoint, b: PathPoint, t: float) -> PathPoint:
    return PathPoint(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.pressure + (b.pressure - a.pressure) * t)


def _curve(start: PathPoint, control: PathPoint, end: PathPoint) -> list[Piece]:
    """Cut a quadratic Bezier curve so that no chord is farther than FLATNESS_PX from it."""
    bend = math.hypot(start.x - 2 * control.x + end.x, start.y - 2 * control.y + end.y)
    count = max(1, math.ceil(math.sqrt(bend / (4 * FLATNESS_PX))))
    pieces: list[Piece] = []
    last = start
    for i in range(1, count + 1):
        t = i / count
        here = _between(_between(start, control, t), _between(control, end, t), t)
        pieces += _straight(last, here)
        last = here
    return pieces


def _cubic(start: PathPoint, first: PathPoint, second: PathPoint, end: PathPoint) -> list[Piece]:
    """Cut a cubic Bezier curve into even shares of its parameter, short enough for a catch-up."""
    count = min(24, max(1, math.ceil(_distance(start, end) / 3)))
    points = []
    for i in range(count + 1):
        t = i / count
        a, b, c = _between(start, first, t), _between(first, second, t), _between(second, end, t)
        points.append(_between(_between(a, b, t), _between(b, c, t), t))
    return [piece for a, b in pairwise(points) for piece in _straight(a, b)]


def _toward(start: PathPoint, end: PathPoint, length: float) -> tuple[float, float]:
    """Return the step of ``length`` in the direction from start to end; none where they coincide."""
    distance = _distance(start, end)
    if distance < 1e-6:
        return 0.0, 0.0
    return (end.x - start.x) / distance * length, (end.y - start.y) / distance * length


def _straight(start: PathPoint, end: PathPoint) -> list[Piece]:
    """Cut a long line, so that the box of each piece stays small."""
    count = max(1, math.ceil(_distance(start, end) / LONGEST_PIECE_PX))
    points = [_between(start, end, i / count) for i in range(count + 1)]
    return [Piece(a, b) for a, b in pairwise(points)]
