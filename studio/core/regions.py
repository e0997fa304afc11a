"""The regions that the lines of a network's sketch enclose, small gaps closed, and the ground around them."""

import numpy as np
from numpy.typing import NDArray

from studio.core.tiles import Pixels

INK_LEVEL = 64
"""Ink from this coverage on (of 255) is a wall, as it is for the network."""

GAP_RADIUS = 2
"""Openings in lines up to twice this many pixels of the network's sketch are treated as closed."""

SMALLEST_ROOM = 8
"""Pixels deeper than the radius of a gap that make no region of their own."""

APART_PX = 5
"""Side of the square around a pixel apart from ink: the network's cells are as coarse as two pixels, and
colour in a cell that a line crosses would count on both sides of the line."""

GROUND = 1
"""The number of the ground among regions; 0 is ink."""

Labels = NDArray[np.int32]


def find_regions(sketch: Pixels) -> Labels:
    """Return the number of the region each pixel of ``sketch`` [h,w] lies in: 0 on ink, `GROUND` where the
    border can be reached, small gaps in the lines closed.
    """
    import cv2

    free = (sketch > 255 - INK_LEVEL).astype(np.uint8)
    depth = cv2.distanceTransform(free, cv2.DIST_L2, 5)
    # Where there is room, gaps are closed by what they leave of the room; narrow shapes have to do without.
    roomy = (depth > GAP_RADIUS).astype(np.uint8)
    count, cores, stats, _ = cv2.connectedComponentsWithStats(roomy, connectivity=4)
    # A few pixels are no room of their own but the bend of a narrow one.
    cores[(stats[:, cv2.CC_STAT_AREA] <= SMALLEST_ROOM)[cores]] = 0
    parts_count, parts = cv2.connectedComponents(free, connectivity=4)
    has_room = np.zeros(parts_count, np.bool_)
    has_room[parts[cores > 0]] = True
    narrow = (free > 0) & ~has_room[parts]
    cores[narrow] = parts[narrow] + (count - 1)
    cores[cores > 0] += GROUND
    edge = np.concatenate([cores[0], cores[-1], cores[:, 0], cores[:, -1]])
    ground = np.zeros(count + parts_count + GROUND, np.bool_)
    ground[edge[edge > 0]] = True
    cores[ground[cores]] = GROUND
    return grown(np.asarray(cores, np.int32), free)


def grown(numbers: Labels, within: Pixels, steps: int | None = None) -> Labels:
    """Return numbers [h,w] with the zeros in ``within`` (0/1) taken by their neighbours, a step along rows
    and columns at a time: ``steps`` of them, or as many as there is anything to take.
    """
    import cv2

    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    # Numbers that OpenCV can dilate; whole ones are exact.
    out = numbers.astype(np.float32)
    left = taken = 0
    while taken != steps:
        open_to = cv2.bitwise_and(cv2.inRange(out, 0, 0), within)
        before, left = left, cv2.countNonZero(open_to)
        if left in (0, before):
            break
        cv2.copyTo(cv2.dilate(out, cross), open_to, out)
        taken += 1
    return out.astype(np.int32)


def apart_from_ink(regions: Labels) -> NDArray[np.bool_]:
    """Return where no ink is near."""
    import cv2

    paper = (regions > 0).astype(np.uint8)
    return np.asarray(cv2.erode(paper, np.ones((APART_PX, APART_PX), np.uint8))) > 0
