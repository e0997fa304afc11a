"""Which part of the paper belongs together: the region the lines enclose around a point, gaps closed."""

import numpy as np
from numpy.typing import NDArray

from studio.core.tiles import Pixels

WORKING_SIDE = 1024
"""Regions are found at this size at most; finer detail than that cannot close or open a region."""
INK_LEVEL = 96
SEEK_PX = 12
"""How far from the click the nearest paper may be, for a click on a line."""


def enclosed_region(ink: Pixels, x: int, y: int, gap_px: float = 0.0) -> NDArray[np.bool_]:
    """Return the paper around (x, y) that the lines enclose, bool [H, W]; empty for a click amid ink.

    Openings up to about ``gap_px`` wide are treated as closed. The region is looked for with the lines
    grown by half a gap, then grown back to the lines without passing them. Where the grown lines leave no
    room at the point (a narrow shape), smaller gaps are tried.
    """
    import cv2

    height, width = ink.shape
    shrink = max(1, -(-max(height, width) // WORKING_SIDE))
    small = _shrunk_ink(ink, shrink)
    free = (small < INK_LEVEL).astype(np.uint8)
    seed = _nearest_free(free, x // shrink, y // shrink)
    if seed is None:
        return np.zeros(ink.shape, np.bool_)
    radius = round(gap_px / 2 / shrink)
    # Distance of each free pixel to the nearest ink; beyond the border there is none.
    depth = cv2.distanceTransform(free, cv2.DIST_L2, 5)
    region = _component(free, seed)
    while radius > 0:
        if depth[seed[1], seed[0]] > radius:
            core = _component((depth > radius).astype(np.uint8), seed)
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 3, 2 * radius + 3))
            reach = np.asarray(cv2.dilate(core, kernel), np.uint8) & free
            region = _component(reach, seed)
            break
        radius //= 2
    full = np.repeat(np.repeat(region, shrink, axis=0), shrink, axis=1)[:height, :width]
    return full.astype(np.bool_) & (ink < INK_LEVEL)


def _shrunk_ink(ink: Pixels, factor: int) -> Pixels:
    """Return the darkest of each ``factor`` x ``factor`` block, so that thin lines still enclose."""
    if factor == 1:
        return ink
    height, width = ink.shape
    padded = np.zeros((-(-height // factor) * factor, -(-width // factor) * factor), np.uint8)
    padded[:height, :width] = ink
    rows = padded.reshape(padded.shape[0] // factor, factor, padded.shape[1]).max(axis=1)
    return rows.reshape(rows.shape[0], -1, factor).max(axis=2)


def _component(mask: Pixels, seed: tuple[int, int]) -> Pixels:
    """Return the 4-connected part of a 0/1 mask that holds the seed (x, y)."""
    import cv2

    flooded = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.uint8)
    cv2.floodFill(mask.copy(), flooded, seed, 0, flags=4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8))
    return np.ascontiguousarray(flooded[1:-1, 1:-1])


def _nearest_free(free: Pixels, x: int, y: int) -> tuple[int, int] | None:
    height, width = free.shape
    if not (0 <= x < width and 0 <= y < height):
        return None
    left, top = max(0, x - SEEK_PX), max(0, y - SEEK_PX)
    ys, xs = np.nonzero(free[top : y + SEEK_PX + 1, left : x + SEEK_PX + 1])
    if not xs.size:
        return None
    best = int(np.argmin((xs + left - x) ** 2 + (ys + top - y) ** 2))
    return int(xs[best]) + left, int(ys[best]) + top
