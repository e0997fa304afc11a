"""One colour a region: where a network chose among a few colours and wavered within a shape, most of it wins.

A region of flat colour is of one colour more often than not. The network lets the pixels of a region choose
together, but only so far: around eyes and whiskers a large face would fade from one colour to another.
"""

import numpy as np
from numpy.typing import NDArray

from studio.core.regions import GROUND, Labels

BITS = 3
BINS = 1 << 3 * BITS
"""Bits of each of red, green and blue by which colours are one, and how many colours that makes."""
MOST_REGIONS = 4000
"""With more of them a drawing is a texture, and no shape would be seen to waver."""
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
    seen, region = colours[where], regions[where]
    if not len(seen) or count > MOST_REGIONS:
        return colours
    coarse = (seen >> (8 - BITS)).astype(np.intp)
    bins = (coarse[:, 0] << BITS | coarse[:, 1]) << BITS | coarse[:, 2]
    share = np.bincount(region * BINS + bins, minlength=count * BINS).reshape(count, BINS)
    winning = bins == share.argmax(axis=1)[region]
    sums = [np.bincount(region[winning], channel[winning], minlength=count) for channel in seen.T]
    means = np.stack(sums, axis=1) / np.maximum(share.max(axis=1), 1)[:, None]
    out = colours.copy()
    out[where] = np.rint(means)[region]
    return out
