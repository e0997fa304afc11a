"""Flat drawings without lines, such as other emoji sets, redrawn as line art and flat colours.

The pictures' areas are found between sudden changes of colour, so that a slow gradient is one area; shades of
one colour are joined; what is left is parted by lines as wide as a pen's, and every area takes the nearest of
the swatches that the line art's own artists use.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.flats import fill_nearest

Pixels = NDArray[np.uint8]

WORKED_PX = 384
"""Side at which areas are found; the result is made smaller."""
SUDDEN = 9.0
"""Difference in Lab and alpha over three pixels from which a change of colour is an edge."""
SHADES = 16.0
"""Difference below which neighbouring areas are shades of one colour."""
SMALL = 0.0012
"""Share of the picture below which an area gives way to a neighbour, unless it is as dark as ink."""
SMALLEST = 20
DARK, GREY, PALE = 26.0, 25.0, 93.0
"""Lightness below which a grey area is ink, the chroma up to which it is grey, and white's lightness."""
ROUNDING = 0.006
"""How far, as a share of the side, the outlines of areas are rounded."""
LIGHTNESS_COUNTS = 0.7
PEN = (0.75, 1.05)
"""Widths of the lines, in OpenMoji's own (2 of 72 of the side)."""


class Redrawn(NamedTuple):
    """``sketch`` uint8 [S,S], 255 = paper, and the picture ``image`` uint8 [S,S,3] with those lines."""

    sketch: Pixels
    image: Pixels


class _Areas(NamedTuple):
    """``area`` int32 [H,W], each pixel's, from 1; by area its ``size`` in pixels and its ``mean`` [A,4]: L,
    a, b and alpha from 0 to 100.
    """

    area: NDArray[np.int32]
    size: NDArray[np.float64]
    mean: NDArray[np.float64]


def redraw(
    picture: Pixels, swatches: NDArray[np.float32], size: int, rng: np.random.Generator
) -> Redrawn | None:
    """Return ``picture`` uint8 [H,W,4] (straight alpha) in lines and ``swatches`` [K,3] of 0..1, at ``size``.

    None for a picture that is a single area, or nothing.
    """
    areas = _find(picture)
    if areas is None:
        return None
    _join(areas, SMALL * picture.shape[0] * picture.shape[1])
    ground = areas.mean[:, 3] < 50
    chroma = np.hypot(areas.mean[:, 1], areas.mean[:, 2])
    ink = (areas.mean[:, 0] < DARK) & (chroma < GREY) & ~ground
    white = ground | ((areas.mean[:, 0] > PALE) & (chroma < GREY / 3))
    colour = np.where(white[:, None], 1.0, _nearest(areas.mean[:, :3], swatches))
    area = _rounded(areas.area)
    if area.min() == area.max():
        return None
    inked = ink[area]
    lines = np.maximum(_outlines(area, rng.uniform(*PEN)), inked)
    names = fill_nearest(area, (~inked).astype(np.uint8)) if not inked.all() else area
    image = colour[names] * (1.0 - lines[..., None])
    return Redrawn(_smaller(1.0 - lines, size), _smaller(image, size))


def _find(picture: Pixels) -> _Areas | None:
    alpha = picture[..., 3:].astype(np.float32) / 255
    rgb = picture[..., :3].astype(np.float32) / 255 * alpha + (1.0 - alpha)
    values = np.dstack([cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), 100 * alpha])
    framed = cv2.copyMakeBorder(values, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    down = np.linalg.norm(framed[3:-1, 2:-2] - framed[:-4, 2:-2], axis=2)
    along = np.linalg.norm(framed[2:-2, 3:-1] - framed[2:-2, :-4], axis=2)
    even = (np.maximum(down, along) < SUDDEN).astype(np.uint8)
    _, found, stats, _ = cv2.connectedComponentsWithStats(even, connectivity=4)
    kept = stats[:, cv2.CC_STAT_AREA] >= SMALLEST
    kept[0] = False
    if not kept.any():
        return None
    names = np.where(kept, np.cumsum(kept), 0).astype(np.int32)[found]
    area = fill_nearest(names, (names > 0).astype(np.uint8)).astype(np.int32)
    size = np.bincount(area.ravel()).astype(np.float64)
    sums = [np.bincount(area.ravel(), values[..., channel].ravel()) for channel in range(4)]
    return _Areas(area, size, np.stack(sums, axis=1) / np.maximum(size, 1)[:, None])


def _join(areas: _Areas, small: float) -> None:
    """Join the most alike neighbours, the smaller into the larger, while any are shades or small."""
    area, size, mean = areas
    while True:
        pairs = np.concatenate(
            [
                np.stack([area[:, 1:].ravel(), area[:, :-1].ravel()], axis=1),
                np.stack([area[1:].ravel(), area[:-1].ravel()], axis=1),
            ]
        )
        pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
        if not len(pairs):
            return
        one, other = pairs.T
        apart = np.linalg.norm(mean[one] - mean[other], axis=1)
        lesser = np.where(size[one] < size[other], one, other)
        # A small dark spot is an eye; other small spots go, unless they would become the ground.
        spot = (size[lesser] < small) & (mean[lesser, 0] >= DARK)
        apart = np.where(spot, apart / 5, apart)
        apart += 100.0 * ((mean[one, 3] > 50) != (mean[other, 3] > 50))
        best = int(apart.argmin())
        if apart[best] >= SHADES:
            return
        away = int(lesser[best])
        into = int(one[best] + other[best] - away)
        area[area == away] = into
        size[into] += size[away]
        size[away] = 0


def _nearest(lab: NDArray[np.float64], swatches: NDArray[np.float32]) -> NDArray[np.float32]:
    table = cv2.cvtColor(swatches[None], cv2.COLOR_RGB2LAB)[0]
    weights = np.array([LIGHTNESS_COUNTS, 1.0, 1.0])
    distance = np.linalg.norm((lab[:, None] - table[None]) * weights, axis=2)
    chosen: NDArray[np.float32] = swatches[distance.argmin(axis=1)]
    return chosen


def _rounded(area: NDArray[np.int32]) -> NDArray[np.int32]:
    """Areas with rounded outlines: each pixel goes to the area that has most of its surroundings."""
    most = np.full(area.shape, -1.0, np.float32)
    rounded = np.zeros_like(area)
    for name in np.unique(area):
        share = cv2.GaussianBlur((area == name).astype(np.float32), (0, 0), ROUNDING * area.shape[0])
        taken = share > most
        rounded[taken] = name
        most[taken] = share[taken]
    return rounded


def _outlines(area: NDArray[np.int32], pen: float) -> NDArray[np.float32]:
    """The ink 0..1 of lines between the areas."""
    edge = np.zeros(area.shape, bool)
    edge[:, 1:] |= area[:, 1:] != area[:, :-1]
    edge[1:] |= area[1:] != area[:-1]
    away = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.clip(pen * area.shape[0] / 72 - away + 0.5, 0.0, 1.0).astype(np.float32)


def _smaller(values: NDArray[np.float32] | NDArray[np.float64], size: int) -> Pixels:
    small = cv2.resize(values.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray((small * 255 + 0.5).clip(0, 255), np.uint8)
