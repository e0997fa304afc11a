"""Drawings as people make them: soft pencil, a thresholded scan, and the picture's own dark lines."""

from itertools import pairwise

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
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey, (0, 0), max(varied(1.3, 0.3, rng) * px, 0.4))
    block = max(3, round(varied(11 + 6 * strength, 0.3, rng) * px)) | 1
    # Pale pictures have as many lines as strong ones.
    contrast = min(max(float(soft.std()) / 50, 0.25), 1.0)
    offset = varied(13 - 9 * strength, 0.2, rng) * contrast
    found = cv2.adaptiveThreshold(soft, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, block, offset)
    return without_specks(np.asarray(found, np.uint8), 10 * px * px)


@register_sketcher("lines")
def lines(image: Pixels, strength: float, rng: np.random.Generator | None) -> Pixels:
    """Return the dark lines of a drawing or a painting, clear of its colours; the dark side of edges where
    nothing is drawn.

    What is darker than its surroundings at any of three scales (differences of Gaussians, as in scale-space
    ridge detection, Lindeberg 1998), measured against the strongest such places of the picture.
    """
    import cv2

    px = unit(image)
    grey = cv2.cvtColor(cv2.bilateralFilter(image, 5, 30, 3 * px), cv2.COLOR_RGB2GRAY).astype(np.float32)
    width = varied(0.9, 0.25, rng) * px
    blurred = [cv2.GaussianBlur(grey, (0, 0), max(width * 2**octave, 0.4)) for octave in range(4)]
    depth = np.maximum.reduce([wide - fine for fine, wide in pairwise(blurred)])
    deepest = max(float(np.quantile(depth[::2, ::2], 0.985)), 5.0)
    low = varied(0.55 - 0.4 * strength, 0.15, rng)
    ink = np.clip((depth / deepest - low) / 0.25, 0, 1)
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
