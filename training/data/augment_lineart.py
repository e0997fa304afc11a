"""Line art as people draw it: moved and bent together with its colours, then redrawn with an unsteady pen."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.options import AugmentConfig
from training.data.strokes import Strokes

Pixels = NDArray[np.uint8]
Field = NDArray[np.float32]
# Lengths in the settings are for pictures of this side.
REFERENCE_PX = 256
# Bits of fraction in the coordinates handed to OpenCV.
_FRACTION = 4


@dataclass(frozen=True)
class Drawn:
    """One varied pair: the sketch as somebody might draw it, the colours under it, and the moved ``maps``."""

    sketch: Pixels
    flats: Pixels
    maps: Pixels


@dataclass(frozen=True)
class Geometry:
    """Where each pixel of a moved picture comes from (maps) and where it goes (matrix, then minus bend)."""

    matrix: NDArray[np.float64]
    scale: float
    map_x: Field
    map_y: Field
    bend: tuple[Field, Field] | None

    def warp(
        self,
        picture: Pixels,
        interpolation: int = cv2.INTER_LINEAR,
        ground: int = 255,
        mirrored: bool = False,
    ) -> Pixels:
        """Return the picture [S,S] or [S,S,3] moved; what comes from outside is ``ground``, or the picture
        itself ``mirrored`` at its border.
        """
        border = (ground, ground, ground)
        mode = cv2.BORDER_REFLECT_101 if mirrored else cv2.BORDER_CONSTANT
        moved = cv2.remap(picture, self.map_x, self.map_y, interpolation, borderMode=mode, borderValue=border)
        return np.asarray(moved, np.uint8)

    def carry(self, points: Field) -> Field:
        """Return points float32 [P,2] of the original where they lie in the moved picture."""
        moved = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        if self.bend is None or not len(points):
            return moved.astype(np.float32)
        last = self.map_x.shape[0] - 1
        x, y = np.clip(np.rint(moved), 0, last).astype(int).T
        back = np.stack([self.bend[0][y, x], self.bend[1][y, x]], 1)
        return ((points - back) @ self.matrix[:, :2].T + self.matrix[:, 2]).astype(np.float32)


def draw_like_people(
    sketch: Pixels,
    flats: Pixels,
    strokes: Strokes,
    rng: np.random.Generator,
    config: AugmentConfig,
    maps: Pixels,
) -> Drawn:
    """Return a varied pair of sketch uint8 [S,S] and flats uint8 [S,S,3]; a function of its arguments alone.

    ``strokes`` are the sketch's own; ``maps`` uint8 [S,S] or [S,S,C] are moved along, 0 outside. Colours stay
    under the lines: the pen's unsteadiness against them is kept below about half its width.
    """
    if not config.enabled:
        return Drawn(sketch, flats, maps)
    geometry = random_geometry(sketch.shape[0], rng, config)
    if geometry is not None:
        sketch, flats = geometry.warp(sketch), geometry.warp(flats)
        maps = geometry.warp(maps, cv2.INTER_NEAREST, 0)
    unit = sketch.shape[0] / REFERENCE_PX
    scale = geometry.scale if geometry else 1.0
    usual = float(np.median(strokes.radius)) * scale if len(strokes) else 1.5 * unit
    kind = rng.random()
    if kind < config.clean or not len(strokes):
        return Drawn(sketch, flats, maps)
    pen = _pen_width(rng, config, unit, usual)
    # Lines cannot be shaved down to a thin pen without breaking up; those are drawn anew.
    if kind < config.clean + config.redraw or pen < 2.4 * unit:
        points = geometry.carry(strokes.points) if geometry else strokes.points
        hollow = bool(strokes.area.any()) and rng.random() < config.hollow
        if hollow:
            flats = _blackened(flats, points, strokes)
        ink = _redraw(points, strokes, sketch.shape[0], pen, usual, hollow, rng, config)
    else:
        points = strokes.points[np.repeat(~strokes.area, np.diff(strokes.ends))]
        ink = _reweigh(sketch, geometry.carry(points) if geometry else points, pen, rng, config)
    return Drawn(on_paper(ink, pen, rng, config), flats, maps)


def random_geometry(size: int, rng: np.random.Generator, config: AugmentConfig) -> Geometry | None:
    """Return a random mirroring, rotation, scale, shift and bend of pictures [size,size]; None for one in
    ten.
    """
    if rng.random() < 0.1:
        return None
    angle = math.radians(float(np.clip(rng.normal(0, 0.5), -1, 1)) * config.rotate_deg)
    scale = math.exp(rng.uniform(math.log(config.scale_low), math.log(config.scale_high)))
    flip = -1.0 if rng.random() < config.mirror else 1.0
    # A smaller drawing leaves more paper to lie on.
    room = (config.shift + max(0.0, 0.35 * (1 - scale))) * size
    dx, dy = rng.uniform(-1, 1, 2) * room * rng.uniform(0, 1)
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    turn = np.array([[cos * flip, -sin], [sin * flip, cos]])
    middle = np.full(2, (size - 1) / 2)
    matrix = np.column_stack([turn, middle + np.array([dx, dy]) - turn @ middle])
    inverse = np.linalg.inv(turn)
    offset = -inverse @ matrix[:, 2]
    steps = np.arange(size, dtype=np.float32)
    x_by_x, x_by_y, y_by_x, y_by_y = inverse[0, 0], inverse[0, 1], inverse[1, 0], inverse[1, 1]
    map_x = np.add.outer(steps * np.float32(x_by_y), steps * np.float32(x_by_x) + np.float32(offset[0]))
    map_y = np.add.outer(steps * np.float32(y_by_y), steps * np.float32(y_by_x) + np.float32(offset[1]))
    bend = None
    if config.bend_px > 0 and rng.random() < 0.7:
        reach = config.bend_px * size / REFERENCE_PX * rng.uniform(0.2, 1)
        knots = int(rng.integers(4, 9))
        bend = (smooth_field(size, knots, rng) * reach, smooth_field(size, knots, rng) * reach)
        map_x += bend[0]
        map_y += bend[1]
    return Geometry(matrix, scale, map_x, map_y, bend)


def smooth_field(size: int, knots: int, rng: np.random.Generator) -> Field:
    """Return a smooth random field float32 [size,size], mostly in -1..1, from knots x knots random values."""
    coarse = rng.uniform(-1, 1, (knots, knots)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _pen_width(rng: np.random.Generator, config: AugmentConfig, unit: float, usual: float) -> float:
    low, high = config.pen_low_px * unit, max(config.pen_high_px, config.pen_low_px) * unit
    width = math.exp(rng.uniform(math.log(low), math.log(high)))
    # A pen much thicker than the drawing's own lines would close its details.
    return max(min(width, 3.0 * usual), low)


def _reweigh(
    sketch: Pixels, centres: Field, pen: float, rng: np.random.Generator, config: AugmentConfig
) -> Field:
    """Return the ink 0..1 [S,S] of the same lines, thinner or thicker, swelling and tapering; ``centres``
    [P,2] are points in the middle of them.
    """
    size = sketch.shape[0]
    reach = min(config.wobble_px * size / REFERENCE_PX, 0.35 * pen)
    if reach > 0.2:
        steps = np.arange(size, dtype=np.float32)
        knots = int(rng.integers(14, 28))
        map_x = smooth_field(size, knots, rng) * np.float32(reach) + steps[None, :]
        map_y = smooth_field(size, knots, rng) * np.float32(reach) + steps[:, None]
        sketch = np.asarray(cv2.remap(sketch, map_x, map_y, cv2.INTER_LINEAR, borderValue=(255,)), np.uint8)
    black = (sketch < 128).astype(np.uint8)
    inside = cv2.distanceTransform(black, cv2.DIST_L2, 3)
    outside = cv2.distanceTransform(1 - black, cv2.DIST_L2, 3)
    depth = np.where(black > 0, inside - 0.5, 0.5 - outside).astype(np.float32)
    depth = np.asarray(cv2.GaussianBlur(depth, (3, 3), 0.7), np.float32)
    # The half widths of the thinner and of the usual lines, as they are now.
    x, y = np.clip(np.rint(centres), 0, size - 1).astype(int).T
    half = np.maximum(cv2.dilate(depth, np.ones((5, 5), np.uint8))[y, x], 0)
    thin, usual = np.percentile(half, (5, 50)) if len(half) else (pen / 2, pen / 2)
    # How far the edge moves inwards; never so far that lines vanish.
    most = np.float32(thin - 0.8 * size / REFERENCE_PX)
    shift: Field | np.float32 = np.minimum(np.float32(usual - pen / 2), most)
    if rng.random() < 0.6:
        swelling = smooth_field(size, int(rng.integers(6, 16)), rng) * np.float32(0.16 * pen)
        shift = np.minimum(swelling + shift, most)
    return np.clip(depth - shift + 0.5, 0, 1)


def _redraw(
    points: Field,
    strokes: Strokes,
    size: int,
    pen: float,
    usual: float,
    hollow: bool,
    rng: np.random.Generator,
    config: AugmentConfig,
) -> Field:
    """Return the ink 0..1 [S,S] of the strokes drawn anew with a round pen ``pen`` pixels wide."""
    unit = size / REFERENCE_PX
    canvas = np.zeros((2 * size, 2 * size), np.uint8)
    reach = min(config.wobble_px * unit, 0.35 * pen + 0.35 * unit) * rng.uniform(0.1, 1)
    relative = np.sqrt(strokes.radius / max(float(np.median(strokes.radius)), 1e-3))
    width = np.maximum(pen * np.clip(relative, 0.6, 1.5) * rng.lognormal(0, 0.08, len(strokes)), 1.0 * unit)
    keep = np.ones(len(strokes), bool)
    if rng.random() < config.missing:
        # Details get left out, not what gives the drawing its shape.
        length = np.diff(strokes.ends)
        keep = (rng.random(len(strokes)) > 0.15) | (length > 0.12 * length.sum())
    habits = _Habits(
        overshoot_px=float(rng.uniform(2, 9)) * unit if rng.random() < config.overshoot else 0.0,
        gaps=rng.random() < config.gaps,
        pressure=rng.random() < 0.35,
    )
    steady = _unsteady(points, strokes.ends, reach, rng)
    if not hollow and strokes.area.any():
        outlines = [
            _fixed(steady[strokes.ends[k] : strokes.ends[k + 1]]) for k in np.flatnonzero(strokes.area & keep)
        ]
        cv2.fillPoly(canvas, outlines, 255, cv2.LINE_AA, _FRACTION)
    again = rng.random() < config.double
    for k in np.flatnonzero(keep):
        line = steady[strokes.ends[k] : strokes.ends[k + 1]]
        # Filled areas end where their edge is; a full pen on top would fatten them.
        thick = width[k] if not strokes.area[k] else width[k] if hollow else 1.0
        _draw(canvas, line, float(thick), habits if not strokes.area[k] else _STEADY, rng)
    if again:
        other = _unsteady(points, strokes.ends, reach + 1.2 * unit, rng)
        for k in np.flatnonzero(keep & ~strokes.area & (rng.random(len(strokes)) < 0.6)):
            _draw(canvas, other[strokes.ends[k] : strokes.ends[k + 1]], float(width[k] * 0.8), habits, rng)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


@dataclass(frozen=True)
class _Habits:
    overshoot_px: float
    gaps: bool
    pressure: bool


_STEADY = _Habits(0.0, False, False)


def _unsteady(points: Field, ends: NDArray[np.int32], reach: float, rng: np.random.Generator) -> Field:
    """Return the points with the hand's slow swaying along each stroke and a small miss of each stroke."""
    if not len(points):
        return points
    noise = rng.standard_normal((len(points), 2)).astype(np.float32)
    # Blurred over 3 to 6 points the noise keeps about a third of its spread.
    sigma = float(rng.uniform(1.5, 5))
    sway = np.asarray(cv2.GaussianBlur(noise, (1, 25), sigma), np.float32).reshape(-1, 2)
    sway *= reach * 0.6 * math.sqrt(2 * math.sqrt(math.pi) * sigma)
    miss = np.repeat(rng.normal(0, 0.35 * reach, (len(ends) - 1, 2)), np.diff(ends), axis=0)
    return (points + sway + miss).astype(np.float32)


def _draw(canvas: Pixels, line: Field, width: float, habits: _Habits, rng: np.random.Generator) -> None:
    """Draw a polyline [n,2] with a round pen on the canvas of twice the size."""
    length = float(np.abs(np.diff(line, axis=0)).sum()) if len(line) > 1 else 0.0
    if length < 2:
        x, y = line.mean(axis=0) * 2 + 0.5
        cv2.circle(canvas, (round(x * 16), round(y * 16)), round(width * 16), 255, -1, cv2.LINE_AA, _FRACTION)
        return
    if habits.overshoot_px and len(line) > 4:
        line = _run_over(line, habits.overshoot_px, rng)
    parts = [line]
    if habits.gaps and len(line) > 9 and rng.random() < 0.5:
        cut = int(rng.integers(3, len(line) - 4))
        parts = [line[:cut], line[cut + int(rng.integers(1, 3)) :]]
    for part in parts:
        pieces, force = [part], np.ones(1)
        if habits.pressure and len(part) > 8:
            starts = range(0, len(part) - 1, 4)
            pieces = [part[start : start + 5] for start in starts]
            force = np.clip(1 + 0.25 * np.cumsum(rng.normal(0, 0.6, len(pieces))), 0.5, 1.5)
        for piece, strength in zip(pieces, force, strict=True):
            thick = max(1, round(2 * width * float(strength)))
            cv2.polylines(canvas, [_fixed(piece)], False, 255, thick, cv2.LINE_AA, _FRACTION)


def _run_over(line: Field, most: float, rng: np.random.Generator) -> Field:
    """Return the line with ends that run past where they should stop, or stop short of it."""
    for _ in range(2):
        if rng.random() < 0.6:
            way = line[0] - line[min(3, len(line) - 1)]
            way /= np.hypot(*way) + 1e-6
            line = np.concatenate([(line[0] + way * rng.uniform(0, most))[None].astype(np.float32), line])
        elif rng.random() < 0.3 and len(line) > 6:
            line = line[1:]
        line = line[::-1]
    return line


def _fixed(line: Field) -> NDArray[np.int32]:
    # Twice the size, pixel centres kept, in OpenCV's fixed point.
    return np.rint((line * 2 + 0.5) * 16).astype(np.int32)


def _blackened(flats: Pixels, points: Field, strokes: Strokes) -> Pixels:
    """Return the flats with black areas as colour, for drawings that only outline them."""
    outlines = [
        np.rint(points[strokes.ends[k] : strokes.ends[k + 1]]).astype(np.int32)
        for k in np.flatnonzero(strokes.area)
    ]
    flats = flats.copy()
    cv2.fillPoly(flats, outlines, (0, 0, 0))
    return flats


def on_paper(ink: Field, pen: float, rng: np.random.Generator, config: AugmentConfig) -> Pixels:
    """Return the sketch uint8 [S,S] of ``ink`` 0..1 (changed in place), drawn with a pen ``pen`` pixels wide:
    parts rubbed out, greys, texture, paper.
    """
    size = ink.shape[0]
    unit = size / REFERENCE_PX
    if rng.random() < config.gaps:
        _rub_out(ink, int(rng.integers(1, 7)), (0.8 * pen, 0.8 * pen + 4 * unit), rng)
    if rng.random() < 0.3 * config.missing:
        _rub_out(ink, int(rng.integers(1, 4)), (5 * unit, 14 * unit), rng)
    if rng.random() < config.hard:
        return np.where(ink >= 0.5, 0, 255).astype(np.uint8)
    black = 0.0
    if rng.random() < config.grey:
        black = float(rng.uniform(10, 130))
        if rng.random() < 0.5:
            ink = ink * (1 - float(rng.uniform(0.2, 0.6)) * _grain(size, rng))
    paper: Field | float = 255.0
    if rng.random() < config.paper:
        paper = 255 - float(rng.uniform(0, 22)) * (smooth_field(size, 3, rng) * 0.5 + 0.5)
        paper = paper - float(rng.uniform(0, 8)) * _grain(size, rng)
        if rng.random() < 0.5:
            ink = np.asarray(cv2.GaussianBlur(ink, (5, 5), float(rng.uniform(0.5, 1.1)) * unit), np.float32)
    return np.clip(paper - ink * (paper - black) + 0.5, 0, 255).astype(np.uint8)


def _grain(size: int, rng: np.random.Generator) -> Field:
    """Return the tooth of paper, float32 [size,size] in 0..1."""
    coarse = np.frombuffer(rng.bytes(size * size), np.uint8).reshape(size, size)
    return np.asarray(cv2.blur(coarse, (2, 2)), np.float32) / np.float32(255)


def _rub_out(ink: Field, count: int, radius: tuple[float, float], rng: np.random.Generator) -> None:
    where = np.flatnonzero(ink > 0.5)
    if not len(where):
        return
    for spot in rng.choice(where, count):
        y, x = divmod(int(spot), ink.shape[1])
        cv2.circle(ink, (x, y), max(1, round(float(rng.uniform(*radius)))), 0.0, -1, cv2.LINE_AA)
