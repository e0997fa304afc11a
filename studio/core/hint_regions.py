"""A dot of colour means its region: hints filled to the lines around them, before the network sees them.

The network spreads hints by itself, but only so far; around eyes and whiskers the colour of one dot would
end ragged in the middle of a face. What several hints of different colours share is left to the network,
which blends them. On the ground around the drawing a dot stays a dot (`studio.core.open_ground`).
"""

import numpy as np
from numpy.typing import NDArray

from studio.core.regions import GROUND, Labels, apart_from_ink
from studio.core.tiles import Pixels

FAINT = 8
"""Hints weaker than this part of the strongest know their colour badly: the rims of dots."""

MOST_SPOTS = 250
SAME_COLOUR = 10
"""Steps (of 255) from pixel to pixel, and between two spots, that still are one colour."""

DEEPEST = 6.0
"""Depth in a spot, in pixels, beyond which a place counts as its middle."""

Spots = NDArray[np.uint8]


def fill_regions(hints: Pixels, regions: Labels) -> Pixels:
    """Return ``hints`` [h,w,4], straight RGBA, with each of ``regions`` [h,w] (of `find_regions`) that one
    colour was dropped in filled with it, as strong as it was at its strongest.

    What merely spilled over a line, with the rim of a dot whose middle lies elsewhere, is taken away.
    """
    if not hints[..., 3].any():
        return hints
    spots, count = _spots(hints)
    if count > MOST_SPOTS:
        return hints
    meant = _meant(spots, count, regions)
    out = _without_spills(hints, spots, regions, meant)
    # Four bytes a pixel: one number to write.
    packed = out.view(np.uint32)[..., 0]
    apart: NDArray[np.bool_] | None = None
    for region in np.flatnonzero(meant.any(axis=0)):
        if region == GROUND:
            continue
        inside = regions == region
        colours = [_colour(hints, inside & (spots == spot)) for spot in np.flatnonzero(meant[:, region])]
        if np.ptp(np.array(colours)[:, :3], axis=0).max() <= SAME_COLOUR:
            apart = apart_from_ink(regions) if apart is None else apart
            packed[inside & apart] = max(colours, key=lambda colour: colour[3]).view(np.uint32)
    return out


def _spots(hints: Pixels) -> tuple[Spots, int]:
    """Return the number [h,w] of the spot of one colour that each pixel belongs to (0: none), and how many.

    Faint pixels belong to none. Beyond `MOST_SPOTS` nothing is numbered any more.
    """
    import cv2

    alpha = hints[..., 3].astype(np.int16)
    faint = alpha * FAINT < alpha.max()
    colours = np.ascontiguousarray(hints[..., :3])
    mask = np.pad(faint.astype(np.uint8), 1, constant_values=1)
    inner = mask[1:-1, 1:-1]
    tolerance = (SAME_COLOUR,) * 3
    count = 0
    while (left := np.flatnonzero(inner == 0)).size and count <= MOST_SPOTS:
        y, x = divmod(int(left[0]), inner.shape[1])
        count += 1
        flags = 8 | cv2.FLOODFILL_MASK_ONLY | ((count + 1) << 8)
        cv2.floodFill(colours, mask, (x, y), 0, tolerance, tolerance, flags)
    return np.maximum(inner, 1) - np.uint8(1), count


def _meant(spots: Spots, count: int, regions: Labels) -> NDArray[np.bool_]:
    """Return which spots [count + 1] are meant for which regions; none for ink.

    A spot means the regions that its middle touches, and those it covers at least half of.
    """
    import cv2

    numbers = int(regions.max()) + 1
    shape = (count + 1, numbers)
    depth = np.asarray(cv2.distanceTransform((spots > 0).astype(np.uint8), cv2.DIST_L2, 5))
    pairs = spots.astype(np.intp) * numbers + regions
    reach = np.zeros(shape[0] * numbers, np.float32)
    np.maximum.at(reach, pairs.reshape(-1), np.minimum(depth, DEEPEST).reshape(-1))
    deepest = reach.reshape(shape)
    covered = np.bincount(pairs.reshape(-1), minlength=reach.size).reshape(shape)
    meant: NDArray[np.bool_] = deepest >= deepest.max(axis=1, keepdims=True) / 2
    meant |= covered * 2 >= covered.sum(axis=0)
    meant &= covered > 0
    meant[0] = meant[:, 0] = False
    return meant


def _without_spills(hints: Pixels, spots: Spots, regions: Labels, meant: NDArray[np.bool_]) -> Pixels:
    """Return the hints without what lies in regions that no spot, or not its own, is meant for."""
    places = np.flatnonzero(hints[..., 3])
    spot, region = spots.reshape(-1)[places], regions.reshape(-1)[places]
    anyone = np.asarray(meant.any(axis=0))
    wanted = np.where(spot > 0, meant[spot, region], anyone[region])
    out = hints.copy()
    out.reshape(-1, 4)[places[~wanted & (region > 0)]] = 0
    return out


def _colour(hints: Pixels, where: NDArray[np.bool_]) -> Pixels:
    """Return the strongest of some hints, [4]."""
    some = hints[where]
    return np.asarray(some[int(some[:, 3].argmax())])
