"""From pen samples to a smooth path: one pass of smoothing, then curves cut into short straight pieces."""

import math
from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

FULL_SMOOTHING_S = 0.15
"""Time constant of the smoothing at strength 1."""
USUAL_STEP_S = 0.008
LONGEST_STEP_S = 0.05
TAIL_STEP_S = 0.008
"""How far apart, in the hand's time, the points are by which a lifted stroke catches up."""
TAIL_READINGS = 16
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


class Moment(NamedTuple):
    """Where the hand was, at a time on the stroke's own clock."""

    time_s: float
    point: PathPoint


class StrokePath:
    """Turns samples, one at a time, into the pieces of one smooth curve.

    Samples pass an exponential filter in time (strength 0..1; 0 follows the pen exactly), then quadratic
    curves join the midpoints between filtered points, so that the path has no corners at any speed. The
    result depends on the samples alone, not on how they were batched. ``finish`` runs on to the pen along the
    way the hand took.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        self._time_constant_s = FULL_SMOOTHING_S * min(max(smoothing, 0.0), 1.0) ** 2
        self._pen = PathPoint(0.0, 0.0, 0.0)
        self._smooth = self._pen
        self._control = self._pen
        self._middle = self._pen
        self._time_s = 0.0
        self._clock_s = 0.0
        self._lag_s = 0.0
        self._hand: deque[Moment] = deque()

    def start(self, sample: PenSample) -> list[Piece]:
        """Begin at ``sample``; return the dot under the pen."""
        point = _point(sample)
        self._pen = self._smooth = self._control = self._middle = point
        self._time_s = sample.time_s
        self._clock_s = self._lag_s = 0.0
        self._hand = deque([Moment(0.0, point)])
        return [Piece(point, point)]

    def add(self, sample: PenSample) -> list[Piece]:
        """Follow the pen to ``sample``; return the pieces that are certain now (often none or a few)."""
        self._pen = _point(sample)
        step_s = sample.time_s - self._time_s
        self._time_s = sample.time_s
        # Replayed or coarse clocks give 0 or huge steps; a stroke must not freeze or jump for that.
        step_s = min(step_s, LONGEST_STEP_S) if step_s > 0 else USUAL_STEP_S
        self._remember(step_s)
        kept = math.exp(-step_s / self._time_constant_s) if self._time_constant_s > 0 else 0.0
        # The clock passes the same filter: the smoothed point is where the hand was this long ago.
        self._lag_s = (self._lag_s + step_s) * kept
        self._smooth = _between(self._smooth, self._pen, 1.0 - kept)
        return self._lead_to(self._smooth)

    def finish(self, sample: PenSample | None = None) -> list[Piece]:
        """End the path where the pen was lifted, without a tail of lag."""
        pieces: list[Piece] = []
        if sample is not None:
            # Tablets report no pressure as the pen leaves; the line keeps the width it had.
            pieces += self.add(replace(sample, pressure=sample.pressure or self._pen.pressure))
        for point in self._tail():
            pieces += self._lead_to(point)
        pieces += [*_straight(self._middle, self._control), *_straight(self._control, self._pen)]
        self._middle = self._control = self._smooth = self._pen
        return pieces

    def _tail(self) -> list[PathPoint]:
        """Return the points from the smoothed one to the pen, along the way that the hand took last.

        The filter runs on over the samples it has already seen, as a mean around the moment it has reached;
        the less of them is left, the shorter the mean, so that it ends at the pen. What parts that mean from
        the smoothed point at first is brought in bit by bit, so that the path does not jump.
        """
        count = math.ceil(self._lag_s / TAIL_STEP_S)
        if count == 0 or _distance(self._smooth, self._pen) < SMALLEST_MOVE_PX:
            return []
        left = np.linspace(1.0, 0.0, count + 1)
        share = 0.5 + (np.arange(TAIL_READINGS) + 0.5) / TAIL_READINGS
        times = self._clock_s - self._lag_s * left[:, None] * share
        known = [moment.time_s for moment in self._hand]
        values = np.array([moment.point for moment in self._hand])
        means = np.stack([np.interp(times, known, column).mean(axis=1) for column in values.T], axis=1)
        # Smoothstep: neither the start nor the end of the tail bends for it.
        means += (np.array(self._smooth) - means[0]) * (left * left * (3.0 - 2.0 * left))[:, None]
        return [PathPoint(*point) for point in means[1:].tolist()]

    def _remember(self, step_s: float) -> None:
        self._clock_s += step_s
        self._hand.append(Moment(self._clock_s, self._pen))
        # The lag is never longer than the filter's time constant.
        oldest_s = self._clock_s - 1.5 * self._time_constant_s
        while len(self._hand) > 1 and self._hand[1].time_s <= oldest_s:
            self._hand.popleft()

    def _lead_to(self, point: PathPoint) -> list[Piece]:
        """Lead the curve towards the next smoothed point."""
        if _distance(point, self._control) < SMALLEST_MOVE_PX:
            return []
        middle = _between(self._control, point, 0.5)
        pieces = _curve(self._middle, self._control, middle)
        self._middle, self._control = middle, point
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


def _straight(start: PathPoint, end: PathPoint) -> list[Piece]:
    """Cut a long line, so that the box of each piece stays small."""
    distance = _distance(start, end)
    if distance <= LONGEST_PIECE_PX:
        return [Piece(start, end)]
    count = math.ceil(distance / LONGEST_PIECE_PX)
    points = [_between(start, end, i / count) for i in range(count + 1)]
    return [Piece(a, b) for a, b in pairwise(points)]
