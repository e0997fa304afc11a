"""Drawings as people make them: soft pencil, a thresholded scan, and the picture's own dark lines."""

import numpy as np

from training.sketches.registry import Pixels, register_sketcher, unit, varied


@register_sketcher("pencil")
def pencil(image: Pixels, strength: float, rng: np.random.Generator | None) -> Pixels:
    """Return a soft grey drawing: the picture divided by its own blur, which leaves what is darker than its
    surroundings.
    """
    import cv2

    px = unit(image)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) + 1
    reach = varied(3.0 + 6.0 * strength, 0.3, rng) * px
    paper = np.minimum(grey / cv2.GaussianBlur(grey, (0, 0), max(reach, 0.5)), 1)
    paper = paper ** varied(1.2 + 2.2 * strength, 0.2, rng)
    if rng is not None:
        # The tooth of the paper shows where the pencil is soft.
        tooth = np.asarray(rng.standard_normal(grey.shape, dtype=np.float32))
        grain = cv2.GaussianBlur(tooth, (0, 0), 0.7)
        paper = paper + 0.25 * float(rng.uniform(0, 1)) * grain * (1 - paper)
    return np.asarray(np.clip(np.rint(paper * 255), 0, 255), np.uint8)


@register_sketcher("threshold")
def threshold(image: Pixels, strength: float, rng: np.random.Generator | None) -> Pixels:
    """Return black and white, as of a scan: ink is what is darker than the mean around it."""
    import cv2

    px = unit(image)
    grey = cv2.GaussianBlur(
        cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), max(varied(1.3, 0.3, rng) * px, 0.4)
    )
    block = max(3, round(varied(11 + 6 * strength, 0.3, rng) * px)) | 1
    offset = varied(13 - 9 * strength, 0.2, rng)
    found = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, block, offset)
    return without_specks(np.asarray(found, np.uint8), 10 * px * px)


@register_sketcher("lines")
def lines(image: Pixels, strength: float, rng: np.random.Generator | None) -> Pixels:
    """Return the thin dark lines of a drawing or a painting, clear of its colours.

    A closing with a disc as wide as the widest line paints the lines over; what it changed is the lines. In
    pictures without drawn lines the edges of shadows take their part.
    """
    import cv2

    px = unit(image)
    grey = cv2.cvtColor(cv2.bilateralFilter(image, 5, 30, 3 * px), cv2.COLOR_RGB2GRAY)
    side = max(3, round(varied(9.0, 0.25, rng) * px)) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    depth = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, disc).astype(np.float32)
    # Pictures differ in contrast: the deepest lines set the scale, noise alone does not.
    deepest = max(float(np.quantile(depth[::2, ::2], 0.99)), 30.0)
    low = varied(0.5 - 0.38 * strength, 0.15, rng) * deepest
    ink = np.clip((depth - low) / (0.35 * deepest), 0, 1)
    return without_specks(np.asarray(np.rint(255 * (1 - ink)), np.uint8), 14 * px * px)


def without_specks(sketch: Pixels, smallest_px: float) -> Pixels:
    """Return the sketch uint8 [H,W] without spots of ink of fewer than ``smallest_px`` pixels."""
    import cv2

    count, label, stats, _ = cv2.connectedComponentsWithStats((sketch < 192).astype(np.uint8), connectivity=8)
    speck = stats[:, cv2.CC_STAT_AREA] < smallest_px
    speck[0] = False
    if count < 2 or not speck.any():
        return sketch
    # The soft rim of a speck goes with it.
    near = cv2.dilate(speck[label].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept = cv2.dilate(((label > 0) & ~speck[label]).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(near & ~kept, 255, sketch).astype(np.uint8)
