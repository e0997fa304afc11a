"""One colour a region: where a network chose among a few colours and wavered within a shape, most of it wins.

A region of flat colour is of one colour more often than not. The network lets the pixels of a region choose
together, but only so far: around eyes and whiskers a large face would fade from one colour to another.
"""

import numpy as np
from numpy.typing import NDArray

from studio.core.hint_regions import GROUND, Labels

BITS = 4
"""Bits of each of red, green and blue by which colours are one."""
SMALL = 12
"""Pixels of a region that keep what they have: between two lines a colour is mostly its surroundings'."""

Colours = NDArray[np.uint8]


def even_regions(colours: Colours, regions: Labels, hinted: NDArray[np.bool_]) -> Colours:
    """Return ``colours`` [h,w,3] with each of ``regions`` [h,w] in its most frequent colour.

    Ink, the ground and regions with any pixel ``hinted`` [h,w] stay as they are.
    """
    count = int(regions.max()) + 1
    even = np.bincount(regions.reshape(-1), minlength=count) > SMALL
    even[: GROUND + 1] = False
    even[regions[hinted]] = False
    where = even[regions]
    seen, region = colours[where], regions[where].astype(np.int64)
    if not len(seen):
        return colours
    red, green, blue = (seen >> (8 - BITS)).astype(np.int64).T
    bins, place, sizes = np.unique(
        ((region << BITS | red) << BITS | green) << BITS | blue, return_inverse=True, return_counts=True
    )
    # By size, so that each region's last bin is its largest.
    order = np.argsort(sizes, kind="stable")
    chosen = np.zeros(count, np.int64)
    chosen[bins[order] >> 3 * BITS] = order
    means = np.stack([np.bincount(place, channel) for channel in seen.T], axis=1) / sizes[:, None]
    out = colours.copy()
    out[where] = np.rint(means[chosen[region]])
    return out
