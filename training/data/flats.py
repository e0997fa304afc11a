"""The colours under the lines: a picture without its line art."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

# Sketch values (255 paper, 0 ink) from which a pixel counts as free of ink.
CLEAR = 250
OPEN = 200

Pixels = NDArray[np.uint8]
Value = TypeVar("Value", bound=np.generic)


def flats_of(image: Pixels, sketch: Pixels) -> Pixels:
    """Return ``image`` uint8 [H,W,3] with each pixel in or beside a line of ``sketch`` uint8 [H,W] replaced
    by the nearest colour beyond the line.

    The lines are grown by a pixel first, since their antialiased edges hold darkened colour that would leave
    a grey fringe. Slivers between lines that the growing swallows whole keep their own colour, freed of the
    ink (image = flats * sketch / 255). A picture that is all ink comes back as it is.
    """
    clear = cv2.erode((sketch >= CLEAR).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, label = cv2.connectedComponents((sketch >= OPEN).astype(np.uint8), connectivity=4)
    seeded = np.bincount(label[clear > 0], minlength=count) > 0
    seeded[0] = True
    lost = ~seeded[label]
    source = image
    if lost.any():
        freed = image[lost].astype(np.float32) * (255.0 / sketch[lost, None])
        source = image.copy()
        source[lost] = np.minimum(freed + 0.5, 255).astype(np.uint8)
        clear[lost] = 1
    return fill_nearest(source, np.asarray(clear, np.uint8))


def fill_nearest(values: NDArray[Value], known: Pixels) -> NDArray[Value]:
    """Return ``values`` [H,W,...], pixels where ``known`` [H,W] is 0 taken from the nearest known."""
    if not known.any() or known.all():
        return values.copy()
    _, nearest = cv2.distanceTransformWithLabels(
        1 - known, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    where = known > 0
    table = np.zeros(int(nearest.max()) + 1, np.int64)
    table[nearest[where]] = np.flatnonzero(where)
    flat = values.reshape(-1, *values.shape[2:])
    return flat[table[nearest]]
