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
    import cv2

    sizes = np.bincount(regions.reshape(-1))
    even = sizes > SMALL
    even[: GROUND + 1] = False
    even[regions[hinted]] = False
    where = np.flatnonzero(even.take(regions))
    count = len(sizes)
    if not where.size or count > MOST_REGIONS:
        return colours
    # Four bytes a pixel: one number to look up, and to write.
    four = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2RGBA), np.uint8)
    packed = four.view(np.uint32).reshape(-1)
    seen, region = packed.take(where), regions.reshape(-1).take(where)
    bins = np.asarray(sum(_coarse(seen, channel) << BITS * (2 - channel) for channel in range(3)))
    share = np.bincount(region * BINS + bins, minlength=count * BINS).reshape(count, BINS)
    winning = np.flatnonzero(bins == share.argmax(axis=1).take(region))
    of, winners = region.take(winning), seen.take(winning).view(np.uint8).reshape(-1, 4)
    sums = [np.bincount(of, channel, minlength=count) for channel in winners.T]
    means = np.rint(np.stack(sums, axis=1) / np.maximum(share.max(axis=1), 1)[:, None]).astype(np.uint8)
    packed[where] = means.view(np.uint32).reshape(-1).take(region)
    return np.asarray(cv2.cvtColor(four, cv2.COLOR_RGBA2RGB), np.uint8)


def _coarse(packed: NDArray[np.uint32], channel: int) -> NDArray[np.intp]:
    """Return the highest `BITS` of one byte of each of some packed colours."""
    return (packed >> np.uint32(8 * channel + 8 - BITS) & np.uint32((1 << BITS) - 1)).astype(np.intp)
