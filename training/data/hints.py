"""Colour hints: the regions of a drawing, simulated hints for training, and fixed ones for evaluation."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.flats import fill_nearest
from training.data.options import HintConfig

Pixels = NDArray[np.uint8]
REFERENCE_PX = 256
# Colours that differ by more than this in a channel are two colours.
EDGE = 24
WHITE = 236
SMALLEST_PX = 24
DOT_PX = 5.0


@dataclass(frozen=True)
class Regions:
    """The flat regions of a drawing, numbered from 1 by falling area; 0 is the paper.

    full uint8 [H,W]: the region of every pixel, lines shared out to the nearest. paint bool [H,W]: where a
    region has its main colour, clear of lines. area int64 [R]: pixels of each region's ``full``.
    """

    full: Pixels
    paint: NDArray[np.bool_]
    area: NDArray[np.int64]

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The numbers of the regions that can be painted."""
        return np.flatnonzero(self.area > 0)[1:] if self.area[0] > 0 else np.flatnonzero(self.area > 0)

    def inside(self, region: int) -> NDArray[np.bool_]:
        """Return where the region has its main colour, bool [H,W]."""
        return self.paint & (self.full == region)

    def colour(self, region: int, flats: Pixels) -> Pixels:
        """Return the region's main colour uint8 [3] in ``flats``."""
        where = np.flatnonzero(self.inside(region))
        return np.asarray(flats.reshape(-1, 3)[where[len(where) // 2]])

    def pack(self) -> Pixels:
        """Return the regions as one map uint8 [H,W] that can be moved along with the drawing."""
        return self.full + self.paint * np.uint8(128)

    @classmethod
    def unpack(cls, packed: Pixels) -> "Regions":
        """Return the regions of a packed map, moved or not; those that have vanished have no area."""
        counts = np.bincount(packed.ravel(), minlength=256)
        area = counts[:128] + counts[128:]
        # A region left without a clear pixel cannot be hinted, so it must not be picked either.
        area[1:][counts[129:] == 0] = 0
        return cls(packed & np.uint8(127), packed > 127, area)


def find_regions(flats: Pixels, sketch: Pixels) -> Regions:
    """Return the regions of flats uint8 [H,W,3] under the line art uint8 [H,W], the 127 largest.

    What lines enclose is one region, whatever its shading; where lines leave it open to the border of the
    picture, each colour is one. White that is open to the border is paper.
    """
    free = (sketch >= 128).astype(np.uint8)
    count, shape = cv2.connectedComponents(free, connectivity=4)
    red, green, blue = cv2.split(cv2.morphologyEx(flats, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    plain = free & (cv2.max(cv2.max(red, green), blue) <= EDGE)
    parts, part, stats, _ = cv2.connectedComponentsWithStats(plain, connectivity=4)
    sample = np.zeros(parts, np.int64)
    sample[part.ravel()] = np.arange(part.size)
    owner = shape.ravel()[sample]
    colour = flats.reshape(-1, 3)[sample]
    open_shape = np.zeros(count, bool)
    at_border = np.zeros(parts, bool)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        open_shape[shape[edge]] = True
        at_border[part[edge]] = True
    is_open = open_shape[owner]
    paper = is_open & at_border & (colour.min(axis=1) >= WHITE)
    # Parts of one enclosed shape share an identity; parts of the open ground are their own.
    identity = np.where(is_open, count + np.arange(parts), owner)
    area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    usable = ~paper
    usable[0] = False
    whole = np.bincount(identity[usable], weights=area[usable], minlength=count + parts)
    usable &= whole[identity] >= SMALLEST_PX * (sketch.shape[0] / REFERENCE_PX) ** 2
    kept = sorted(set(identity[usable].tolist()), key=lambda key: (-whole[key], key))[:127]
    number = np.zeros(count + parts, np.uint8)
    number[kept] = np.arange(1, len(kept) + 1)
    region = np.where(usable, number[identity], 0).astype(np.uint8)
    main = np.zeros(128, np.int64)
    for index in np.argsort(area, kind="stable"):
        main[region[index]] = index
    is_main = np.zeros(parts, bool)
    is_main[main[1:]] = True
    is_main[0] = False
    # Slivers too small to be regions join their neighbours, as lines do.
    known = ((region > 0) | paper)[part].astype(np.uint8)
    full = fill_nearest(region[part], known)
    return Regions.unpack(full + is_main[part] * np.uint8(128))


def regions(flats: Pixels, sketch: Pixels) -> NDArray[np.int32]:
    """Return the flat, line-enclosed regions as a map int32 [H,W]: 0 lines and paper, 1 the largest."""
    return np.where(sketch >= 128, find_regions(flats, sketch).full, 0).astype(np.int32)


@dataclass(frozen=True)
class Hinted:
    """The hints uint8 [H,W,4] (straight RGBA) and the colours uint8 [H,W,3] that they ask for."""

    hints: Pixels
    flats: Pixels


def simulate_hints(
    flats: Pixels,
    found: Regions,
    rng: np.random.Generator,
    config: HintConfig,
    must: Pixels | None = None,
) -> Hinted:
    """Return simulated hints for the colours ``flats`` uint8 [S,S,3] with the regions ``found``, and the
    truth that goes with them: often some regions, or the whole picture, in colours that only the hints tell.

    A hint of strength s on a recoloured region asks for a colour s of the way from the region's own. ``must``
    uint8 [S,S] marks areas whose colours cannot be guessed (skin tones); the largest of them always get a
    hint.
    """
    hints = np.zeros((*flats.shape[:2], 4), np.uint8)
    if not config.enabled or (must is None and rng.random() < config.none):
        return Hinted(hints, flats)
    strength = float(rng.uniform(0.3, 1.0)) if rng.random() < config.faint else 1.0
    painter = _Painter(hints, found, round(255 * strength), config.sloppy, rng)
    if must is not None:
        _hint_areas(painter, flats, must, rng)
    elif rng.random() < config.shift_all:
        flats = _other_hues(flats, rng)
    painted: list[int] = []
    if must is None and rng.random() < config.recolour:
        painted = _pick(found, int(rng.integers(1, config.recolour_most + 1)), rng)
        flats = flats.copy()
        for region in painted:
            colour = random_colour(rng)
            _recolour(flats, found, region, colour, strength)
            painter.paint(found.inside(region), found.full == region, colour)
    if must is None and rng.random() < config.ground:
        paper = found.full == 0
        colour = random_colour(rng)
        flats = flats.copy()
        flats[paper] = _between(flats[paper], colour, strength)
        painter.paint(paper, paper, colour)
    wanted = _how_many(config.most, rng) - len(painted) - (2 if must is not None else 0)
    free = [region for region in _pick(found, config.most, rng) if region not in painted]
    for region in free[: max(wanted, 0)]:
        inside = found.inside(region)
        if must is not None:
            inside &= must == 0
        painter.paint(inside, found.full == region, None, flats)
    return Hinted(hints, flats)


def evaluation_hints(
    flats: Pixels,
    sketch: Pixels,
    count: int,
    rng: np.random.Generator,
    colours: Pixels | None = None,
) -> Pixels:
    """Return hints uint8 [H,W,4]: a dot (5 px at 256) in each of the ``count`` largest regions, in their own
    colours or, to test that a hint wins, in ``colours`` uint8 [count,3] (largest region first).

    A drawing with fewer regions has fewer dots. Each dot lies well inside its region's main colour, at a
    place drawn from ``rng``.
    """
    hints = np.zeros((*sketch.shape, 4), np.uint8)
    found = find_regions(flats, sketch)
    radius = DOT_PX / 2 * sketch.shape[0] / REFERENCE_PX
    for i, region in enumerate(found.numbers[:count]):
        inside = found.inside(int(region))
        depth = cv2.distanceTransform(np.pad(inside.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
        deep = np.flatnonzero((depth >= min(float(depth.max()), 2 * radius + 1)) & inside)
        y, x = divmod(int(rng.choice(deep)), sketch.shape[1])
        dot = np.zeros(sketch.shape, np.uint8)
        cv2.circle(dot, (x * 16, y * 16), round(radius * 16), 255, -1, cv2.LINE_AA, 4)
        hints[dot > 0, :3] = found.colour(int(region), flats) if colours is None else colours[i]
        hints[..., 3] = np.maximum(hints[..., 3], dot)
    return hints


def random_colour(rng: np.random.Generator) -> Pixels:
    """Return a colour uint8 [3] as somebody might pick it: mostly clear, sometimes pale, grey or dark."""
    hue = rng.uniform(0, 180)
    kind = rng.random()
    saturation = (
        rng.uniform(0, 40) if kind < 0.12 else rng.uniform(40, 130) if kind < 0.4 else rng.uniform(130, 255)
    )
    value = rng.uniform(20, 130) if rng.random() < 0.2 else rng.uniform(130, 255)
    pixel = np.array([[[hue, saturation, value]]], np.float32).astype(np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0], np.uint8)


def _how_many(most: int, rng: np.random.Generator) -> int:
    weights = 1.0 / np.arange(1, most + 1) ** 0.8
    return int(rng.choice(most, p=weights / weights.sum())) + 1


def _pick(found: Regions, count: int, rng: np.random.Generator) -> list[int]:
    """Return up to ``count`` different regions, large ones more often."""
    numbers = found.numbers
    if not len(numbers):
        return []
    weights = np.sqrt(found.area[numbers].astype(np.float64))
    chosen = rng.choice(numbers, min(count, len(numbers)), replace=False, p=weights / weights.sum())
    return [int(region) for region in chosen]


def _between(values: Pixels, colour: Pixels, strength: float) -> Pixels:
    mixed = values.astype(np.float32) * (1 - strength) + colour.astype(np.float32) * strength
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _recolour(flats: Pixels, found: Regions, region: int, colour: Pixels, strength: float) -> None:
    """Give the region another main colour in place; its shading keeps its distance from it."""
    where = found.full == region
    old = flats[where].astype(np.float32)
    shading = (old - found.colour(region, flats).astype(np.float32)) @ np.full((3, 1), 1 / 3, np.float32)
    shading[np.abs(shading) < 4] = 0
    new = colour.astype(np.float32) + shading * 0.7
    flats[where] = np.clip(np.rint(old * (1 - strength) + new * strength), 0, 255).astype(np.uint8)


def _other_hues(flats: Pixels, rng: np.random.Generator) -> Pixels:
    if rng.random() < 0.4:
        orders = [(0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
        return np.ascontiguousarray(flats[..., orders[int(rng.integers(len(orders)))]])
    hsv = cv2.cvtColor(flats, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + int(rng.integers(10, 170))) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)


def _hint_areas(painter: "_Painter", flats: Pixels, must: Pixels, rng: np.random.Generator) -> None:
    inside = ((must > 0) & painter.found.paint).astype(np.uint8)
    _, label, stats, _ = cv2.connectedComponentsWithStats(inside if inside.any() else must, connectivity=4)
    order = np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1] + 1
    for index in order[: int(rng.integers(1, 4))]:
        painter.paint(label == index, must > 0, None, flats)


class _Painter:
    """Puts hints on the hint layer: points, strokes and blobs of one strength."""

    def __init__(
        self, hints: Pixels, found: Regions, alpha: int, sloppy: float, rng: np.random.Generator
    ) -> None:
        self.found = found
        self._hints = hints
        self._alpha = alpha
        self._sloppy = sloppy
        self._rng = rng
        self._unit = hints.shape[0] / REFERENCE_PX
        self._depth = cv2.distanceTransform(found.paint.astype(np.uint8), cv2.DIST_L2, 3).ravel()

    def paint(
        self,
        inside: NDArray[np.bool_],
        bounds: NDArray[np.bool_],
        colour: Pixels | None,
        truth: Pixels | None = None,
    ) -> None:
        """Put one hint somewhere ``inside`` [S,S] and, unless it is a sloppy one, nowhere out of ``bounds``;
        its colour is ``colour``, or what ``truth`` has at its middle.
        """
        rng = self._rng
        where = np.flatnonzero(inside)
        if not len(where):
            return
        tries = where[rng.integers(0, len(where), 3)]
        y, x = divmod(int(tries[np.argmax(self._depth[tries])]), inside.shape[1])
        if colour is None:
            if truth is None:
                raise ValueError("a hint needs a colour or a picture to take it from")
            colour = truth[y, x]
        shape = self._shape(x, y)
        if rng.random() >= self._sloppy:
            shape *= bounds
        if rng.random() < 0.3:
            shape = np.asarray(cv2.GaussianBlur(shape, (5, 5), 0.9 * self._unit), np.uint8)
        shape[y, x] = 255
        top, left, height, width = _box(shape)
        box = np.s_[top : top + height, left : left + width]
        alpha = shape[box].astype(np.uint16) * self._alpha // 255
        over = alpha > 0
        self._hints[box][over, :3] = colour
        self._hints[box][over, 3] = alpha[over]

    def _shape(self, x: int, y: int) -> Pixels:
        rng, unit = self._rng, self._unit
        shape = np.zeros(self._hints.shape[:2], np.uint8)
        middle = (x * 16, y * 16)
        kind = rng.random()
        if kind < 0.45:
            cv2.circle(
                shape, middle, round(float(rng.uniform(1.2, 5.5)) * unit * 16), 255, -1, cv2.LINE_AA, 4
            )
        elif kind < 0.85:
            heading = rng.uniform(0, 2 * math.pi)
            turns = heading + np.cumsum(rng.normal(0, 0.7, int(rng.integers(1, 6))))
            steps = rng.uniform(3, 11) * unit * np.stack([np.cos(turns), np.sin(turns)], 1)
            line = np.cumsum(np.vstack([[x, y], steps]), axis=0)
            width = max(1, round(float(rng.uniform(2, 9)) * unit))
            cv2.polylines(shape, [np.rint(line * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)
        else:
            axes = tuple(round(float(r) * unit * 16) for r in rng.uniform(4, 16, 2))
            angle = float(rng.uniform(0, 180))
            cv2.ellipse(shape, middle, axes, angle, 0, 360, 255, -1, cv2.LINE_AA, 4)
        return shape


def _box(shape: Pixels) -> tuple[int, int, int, int]:
    left, top, width, height = cv2.boundingRect(shape)
    return top, left, height, width
