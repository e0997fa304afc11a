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

_DIAMOND = np.array(
    [
        [abs(down) + abs(across) <= GAP_RADIUS for across in range(-GAP_RADIUS, GAP_RADIUS + 1)]
        for down in range(-GAP_RADIUS, GAP_RADIUS + 1)
    ],
    np.uint8,
)
"""The pixels that close a gap where they are ink."""

GROUND = 1
"""The number of the ground among regions; 0 is ink."""

Labels = NDArray[np.intp]
"""Wide enough to be indices as they are, for numbers are looked up at every turn."""


def find_regions(sketch: Pixels) -> Labels:
    """Return the number of the region each pixel of ``sketch`` [h,w] lies in: 0 on ink, `GROUND` where the
    border can be reached, small gaps in the lines closed.
    """
    import cv2

    free = (sketch > 255 - INK_LEVEL).view(np.uint8)
    # Where there is room, gaps are closed by what they leave of the room; narrow shapes have to do without.
    count, room_of = cv2.connectedComponents(cv2.erode(free, _DIAMOND), connectivity=4)
    rooms = np.asarray(room_of, np.intp)
    kept = np.arange(GROUND, count + GROUND)
    # A few pixels are no room of their own but the bend of a narrow one.
    kept[np.bincount(rooms.reshape(-1)) <= SMALLEST_ROOM] = kept[0] = 0
    numbers = kept.take(rooms)
    parts_count, part_of = cv2.connectedComponents(free, connectivity=4)
    parts = np.asarray(part_of, np.intp)
    # Each part of the paper falls to a room in it or, where there is none, stands for itself.
    region_of = np.arange(count + GROUND, count + GROUND + parts_count)
    roomy = numbers > 0
    places = np.flatnonzero(roomy)
    region_of[parts.reshape(-1).take(places)] = numbers.reshape(-1).take(places)
    region_of[0] = 0
    narrow = np.where(region_of < count + GROUND, 0, region_of)
    ground = np.maximum(_border(numbers), narrow.take(_border(parts)))
    # The paper that is left goes to the nearest room, unless a line parts them.
    rest = np.flatnonzero(free.view(np.bool_) & ~roomy)
    near, part = nearest(roomy).reshape(-1).take(rest), parts.reshape(-1).take(rest)
    alike = parts.reshape(-1).take(near) == part
    numbers.reshape(-1)[rest] = np.where(alike, numbers.reshape(-1).take(near), region_of.take(part))
    names = np.arange(count + GROUND + parts_count)
    names[ground[ground > 0]] = GROUND
    return names.take(numbers)


def _border(values: Labels) -> Labels:
    """Return the outermost values of [h,w], in a row."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def nearest(marked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the flat index of the nearest pixel that ``marked`` [h,w] marks; 0 where none is marked."""
    import cv2

    _, labels = cv2.distanceTransformWithLabels(
        (~marked).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Marked pixels are labelled row by row, from 1 on.
    return np.concatenate([[0], np.flatnonzero(marked)]).take(np.asarray(labels, np.intp))


def apart_from_ink(regions: Labels) -> NDArray[np.bool_]:
    """Return where no ink is near."""
    import cv2

    paper = (regions > 0).astype(np.uint8)
    return np.asarray(cv2.erode(paper, np.ones((APART_PX, APART_PX), np.uint8))) > 0
