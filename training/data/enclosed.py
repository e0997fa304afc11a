"""What the lines of a drawing enclose, and the colour it mostly has."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Clean

PAPER = 191
"""Grey above which a pixel is no line, as for the networks (``training.networks.papers.INK_IS_WALL``)."""
MOST_REGIONS = 255
MOSTLY, SHADE = 0.6, 64
"""Share of a drawing that its main colour has, and how far its shades are, in steps of 255."""
WHITE = 250


def closed_regions(sketch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the number uint8 [S,S] of the closed region between the lines of ``sketch`` uint8 [S,S] that
    each pixel lies in; 0 on lines and on what can be reached from the border.
    """
    count, numbers = cv2.connectedComponents((sketch > PAPER).astype(np.uint8), connectivity=4)
    kept = np.ones(count, bool)
    kept[0] = False
    for edge in (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]):
        kept[edge] = False
    renumbered = np.where(kept, np.minimum(np.cumsum(kept), MOST_REGIONS), 0).astype(np.uint8)
    return renumbered[numbers]


def main_colour(drawing: Clean) -> NDArray[np.uint8] | None:
    """The colour that most of ``drawing`` has, its ground left aside; None where there is no such colour."""
    coloured = drawing.flats.min(axis=2) < WHITE
    inside = drawing.flats[coloured | (closed_regions(drawing.sketch) > 0)]
    if not len(inside):
        return None
    colours, count = np.unique(inside, axis=0, return_counts=True)
    main = np.asarray(colours[count.argmax()], np.uint8)
    alike = np.abs(inside.astype(int) - main).max(axis=1) < SHADE
    return main if alike.mean() >= MOSTLY else None
