"""A network's colours, surer along the lines: each pixel near one takes the colour of its own region.

Close to lines, in corners and in slivers between them, a network's small picture is of several minds. It is
surest in the depth of each region; from there its colours are brought to the lines, and a little beneath.
"""

import numpy as np
from numpy.typing import NDArray

from studio.core.hint_regions import SAME_COLOUR
from studio.core.regions import GROUND, Labels, nearest
from studio.core.tiles import Pixels

SURE_PX = 3.0
"""Distance from ink, in pixels of the network's picture, from which on its colours are taken as they are."""

SURE_OF_HINT_PX = 8.0
"""The same where the region was filled with a hint, and the colour is not the hint's."""

NARROW_PX = 5.0
"""A region no deeper than this takes its hint as it is: the network's cells are too coarse for it."""

SLIVER = 12
"""Pixels of a region that is only a corner that lines cut off, and takes the colours around it."""

THIN_PX = 2.0
"""A region that is nowhere deeper is such a corner too: one cell of the network holds its lines and all."""

HINT_STEPS = 24
"""Steps (of 255) that a colour may be off and still be the hint's."""


def settle_colours(colours: Pixels, regions: Labels, hints: Pixels) -> Pixels:
    """Return a network's ``colours`` [h,w,3] with those near lines taken from the depth of their region.

    ``regions`` [h,w] are those of `find_regions`, ``hints`` [h,w,4] what the network was given; a region that
    has hints of one colour trusts those of its pixels near the lines that agree, and one too narrow for the
    network's cells takes the hint itself.
    """
    import cv2

    paper = (regions > 0).astype(np.uint8)
    depth = np.asarray(cv2.distanceTransform(paper, cv2.DIST_L2, 5), np.float32)
    sure = _sure(regions, depth)
    hinted = hints[..., 3] > 0
    for region in np.flatnonzero(np.bincount(regions[hinted])).tolist():
        inside = regions == region
        some = hints[inside & hinted]
        if region <= GROUND or np.ptp(some[:, :3], axis=0).max() > SAME_COLOUR:
            continue
        if depth[inside].max() <= NARROW_PX:
            sure |= inside
            colours = _tinted(colours, inside, some[int(some[:, 3].argmax())])
            continue
        low, high = (some[0, :3].astype(np.float64) + steps for steps in (-HINT_STEPS, HINT_STEPS))
        agreeing = cv2.inRange(colours, low, high) > 0
        # Where none agrees the network was asked for no more than a tint.
        if (inside & sure & agreeing).any():
            sure &= ~inside | agreeing | (depth >= SURE_OF_HINT_PX)
    return _brought(colours, regions, sure)


def _brought(colours: Pixels, regions: Labels, sure: NDArray[np.bool_]) -> Pixels:
    """Return the colours with those that are not ``sure`` [h,w] taken from the nearest that are.

    On paper only from the same region; where a line is nearer than that, from anywhere in it.
    """
    import cv2

    number = regions.reshape(-1)
    known, rest = np.flatnonzero(sure), np.flatnonzero(~sure)
    if not known.size:
        return colours
    near, own = nearest(sure).reshape(-1).take(rest), number.take(rest)
    some = np.full(int(number.max()) + 1, -1, np.intp)
    some[number.take(known)] = known
    cut_off = (own > 0) & (number.take(near) != own) & (some.take(own) >= 0)
    sources = np.where(cut_off, some.take(own), near)
    # Four bytes a pixel: one number to move.
    four = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2RGBA), np.uint8)
    packed = four.view(np.uint32).reshape(-1)
    packed[rest] = packed.take(sources)
    return np.asarray(cv2.cvtColor(four, cv2.COLOR_RGBA2RGB), np.uint8)


def _tinted(colours: Pixels, where: NDArray[np.bool_], hint: Pixels) -> Pixels:
    """Return the colours with a hint [4] laid over some of them, as thick as it is strong."""
    share = hint[3] / np.float32(255)
    out = colours.copy()
    out[where] = np.rint(colours[where] * (1 - share) + hint[:3] * share)
    return out


def _sure(regions: Labels, depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where colours are far enough from ink, or as far as their region goes, [h,w]; not in slivers."""
    sizes = np.bincount(regions.reshape(-1))
    reach = np.zeros(len(sizes), np.float32)
    paper = regions > 0
    shallow = np.flatnonzero(paper & (depth < SURE_PX))
    np.maximum.at(reach, regions.reshape(-1).take(shallow), depth.reshape(-1).take(shallow))
    reach[regions.reshape(-1).take(np.flatnonzero(depth >= SURE_PX))] = SURE_PX
    reach[(sizes <= SLIVER) | (reach < THIN_PX)] = np.inf
    return paper & (depth >= reach.take(regions))
