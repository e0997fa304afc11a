"""Carries the network's colours to the drawing's own size: colour from the network, edges from the drawing.

The network colours a small picture (256 px, say); its colours change beneath the lines, somewhere within the
width of a small pixel or two. Enlarging that gives halos along every line. So near a line each pixel of the large
drawing takes its colour from deeper inside its own side: it walks away from the line, up the signed distance
to the ink, until it is far enough for the enlarged colours to be pure, or, between two close lines, until it stands
on the ridge between them. The distance grows all the way and so the walk cannot cross a line; where a line has a
gap nothing is near and the enlarged colours stay as soft as the network made them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.geometry import Rect

LINE_COVERAGE = 48
"""Ink from this coverage on (of 255) separates colours."""

PURE_CELLS = 1.5
"""Distance from a line, in pixels of the small picture, from which enlarged colours are pure."""

DEPTH_CELLS = 3.0
"""How far beneath the ink, in pixels of the small picture, colours still reach; deeper nobody can see."""

Colours = NDArray[np.uint8]


@dataclass(frozen=True)
class CarryPlan:
    """Where each pixel near a line takes its colour from: depends on the ink alone, not on the colours.

    ``pixels`` and ``sources`` are flat indices, int32 [n], of the drawing ``ink`` [H,W] (coverage, 0 = paper) for a
    small picture ``scale`` times smaller.
    """

    ink: NDArray[np.uint8]
    scale: float
    pixels: NDArray[np.int32]
    sources: NDArray[np.int32]

    @classmethod
    def of(cls, ink: NDArray[np.uint8], scale: float) -> "CarryPlan":
        """Return the plan for a whole drawing."""
        height, width = ink.shape
        return cls(ink, scale, *_walks(ink, scale, Rect(0, 0, width, height)))

    def updated(self, ink: NDArray[np.uint8], changed: Rect | None) -> "CarryPlan":
        """Return the plan for a drawing that differs from this one's only inside ``changed`` (None: nowhere)."""
        if changed is None or changed.is_empty:
            return CarryPlan(ink, self.scale, self.pixels, self.sources)
        height, width = ink.shape
        part = changed.inflated(_reach(self.scale)).intersected(Rect(0, 0, width, height))
        if 2 * part.area > height * width:
            return CarryPlan.of(ink, self.scale)
        rows, columns = np.divmod(self.pixels, width)
        outside = (rows < part.y) | (rows >= part.bottom) | (columns < part.x) | (columns >= part.right)
        pixels, sources = _walks(ink, self.scale, part)
        return CarryPlan(
            ink,
            self.scale,
            np.concatenate([self.pixels[outside], pixels]),
            np.concatenate([self.sources[outside], sources]),
        )

    def carry(self, flats: Colours) -> Colours:
        """Return ``flats`` [h,w,3] at the drawing's size [H,W,3]."""
        import cv2

        height, width = self.ink.shape
        enlarged = cv2.resize(
            cv2.cvtColor(flats, cv2.COLOR_RGB2RGBA), (width, height), interpolation=cv2.INTER_CUBIC
        )
        packed = enlarged.view(np.uint32).reshape(-1)
        packed[self.pixels] = packed.take(self.sources)
        result: Colours = cv2.cvtColor(enlarged, cv2.COLOR_RGBA2RGB)
        return result


def carry_flats(flats: Colours, ink: NDArray[np.uint8]) -> Colours:
    """Return the colours ``flats`` [h,w,3] at the size of ``ink`` [H,W] (coverage, 0 = paper), edges on its lines.

    Both show the same scene edge to edge. The colours go on beneath the lines and meet in their middle, so the
    ink can be multiplied over them without a seam.
    """
    return CarryPlan.of(ink, max(1.0, ink.shape[1] / flats.shape[1])).carry(flats)


def multiply_ink(flats: Colours, sketch: NDArray[np.uint8]) -> Colours:
    """Return round(flats * sketch / 255) for colours [H,W,3] and a sketch [H,W] (255 = paper)."""
    import cv2

    result: Colours = cv2.multiply(flats, cv2.cvtColor(sketch, cv2.COLOR_GRAY2RGB), scale=1 / 255)
    return result


def _reach(scale: float) -> int:
    """Return how far, in pixels, a changed line can change a walk."""
    return int(np.ceil((2 * PURE_CELLS + DEPTH_CELLS) * scale)) + 4


def _walks(ink: NDArray[np.uint8], scale: float, part: Rect) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return pixels inside ``part`` that must take their colour elsewhere, and where; flat indices of ``ink``."""
    height, width = ink.shape
    window = part.inflated(_reach(scale)).intersected(Rect(0, 0, width, height))
    distance = _signed_distance(ink[window.slices])
    pure = PURE_CELLS * scale
    near = (distance < pure) & (distance > -DEPTH_CELLS * scale)
    inner = part.translated(-window.x, -window.y)
    mask = np.zeros_like(near)
    mask[inner.slices] = near[inner.slices]
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    to_rows, to_columns = _walk(distance, rows.astype(np.int32), columns.astype(np.int32), pure)
    pixels = (rows + window.y) * width + columns + window.x
    sources = (to_rows + window.y) * width + to_columns + window.x
    return pixels.astype(np.int32), sources.astype(np.int32)


def _signed_distance(ink: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return pixels to the nearest line, negative beneath it."""
    import cv2

    line = cv2.compare(ink, LINE_COVERAGE, cv2.CMP_GE)
    if not line.any():
        return np.full(ink.shape, 1e4, np.float32)
    outside = cv2.distanceTransform(cv2.bitwise_not(line), cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(line, cv2.DIST_L2, 3)
    result: NDArray[np.float32] = cv2.subtract(outside, inside)
    return result


def _walk(
    distance: NDArray[np.float32], rows: NDArray[np.int32], columns: NDArray[np.int32], pure: float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return where each pixel arrives when it walks straight up the distance until that is ``pure``."""
    height, width = distance.shape
    flat = distance.reshape(-1)
    here = flat.take(rows * width + columns)
    up = flat.take(np.maximum(rows - 1, 0) * width + columns)
    down = flat.take(np.minimum(rows + 1, height - 1) * width + columns)
    left = flat.take(rows * width + np.maximum(columns - 1, 0))
    right = flat.take(rows * width + np.minimum(columns + 1, width - 1))
    # The tiny lean sends the pixels in the very middle of a line to one side, all to the same.
    dy, dx = down - up + np.float32(2e-3), right - left + np.float32(1e-3)
    length = np.sqrt(dx * dx + dy * dy)
    dy /= length
    dx /= length

    def at(steps: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        y = np.rint(rows + dy * steps).astype(np.int32)
        x = np.rint(columns + dx * steps).astype(np.int32)
        return np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)

    to_rows, to_columns = at(pure - here)
    arrived = flat.take(to_rows * width + to_columns) >= pure - 1.0
    # The distance cannot grow faster than the way, so whoever arrived came by no line. The rest goes step by step.
    rest = np.flatnonzero(~arrived)
    if rest.size:
        rows, columns, dy, dx, here = rows[rest], columns[rest], dy[rest], dx[rest], here[rest]
        best_rows, best_columns = _climb(flat, height, width, rows, columns, dy, dx, here, pure)
        to_rows[rest] = best_rows
        to_columns[rest] = best_columns
    return to_rows, to_columns


def _climb(flat, height, width, rows, columns, dy, dx, here, pure):
    start = np.maximum(-here, 0)
    best_rows, best_columns, best = rows.copy(), columns.copy(), here.copy()
    alive = np.arange(rows.size)
    for step in range(1, int(np.ceil(pure)) + 3):
        way = start[alive] + np.float32(step)
        y = np.clip(np.rint(rows[alive] + dy[alive] * way).astype(np.int32), 0, height - 1)
        x = np.clip(np.rint(columns[alive] + dx[alive] * way).astype(np.int32), 0, width - 1)
        value = flat.take(y * width + x)
        higher = value > best[alive]
        y, x, value, alive = y[higher], x[higher], value[higher], alive[higher]
        best_rows[alive], best_columns[alive], best[alive] = y, x, value
        alive = alive[value < pure]
        if not alive.size:
            break
    return best_rows, best_columns
