"""Lines where brightness changes: Canny edges and XDoG."""

import numpy as np
from numpy.typing import NDArray

from training.sketches.registry import Pixels, register_sketcher, unit, varied


@register_sketcher("canny")
def canny(image: Pixels, strength: float, rng: np.random.Generator | None) -> Pixels:
    """Return thin lines of even width along the edges of the picture (Canny, 1986).

    The thresholds are quantiles of the picture's own gradient, so that faint pictures have lines too.
    """
    import cv2

    px = unit(image)
    sigma = varied(2.2 - 1.4 * strength, 0.25, rng) * px
    soft = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), max(sigma, 0.3))
    dx, dy = (cv2.Sobel(soft, cv2.CV_16S, *order, ksize=3) for order in ((1, 0), (0, 1)))
    steep = np.abs(dx.astype(np.int32)) + np.abs(dy)
    high = max(float(np.quantile(steep[::2, ::2], 0.97 - 0.17 * strength)), 24.0)
    edges = cv2.Canny(dx, dy, varied(0.4, 0.3, rng) * high, high)
    width = varied(1.25, 0.3, rng) * px
    # The pixels' own staircase is blurred, then cut to the width wanted.
    ink = cv2.GaussianBlur(edges, (0, 0), max(0.55 * width, 0.4)).astype(np.float32) / 255
    return _inked(np.clip(ink * 2.4, 0, 1))


@register_sketcher("xdog")
def xdog(image: Pixels, strength: float, rng: np.random.Generator | None) -> Pixels:
    """Return ink lines that swell, with black where the picture is darkest.

    The extended difference of Gaussians of Winnemoeller, Kyprianidis and Olsen (2012), equations 7 and 5:
    (1 + p) G(sigma) - p G(1.6 sigma), then a soft threshold.
    """
    import cv2

    px = unit(image)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    sigma = max(varied(1.6 - 0.8 * strength, 0.25, rng) * px, 0.4)
    sharpness = varied(14 + 10 * strength, 0.3, rng)
    fine, coarse = (cv2.GaussianBlur(grey, (0, 0), sigma * factor) for factor in (1.0, 1.6))
    sharpened = fine + sharpness * (fine - coarse)
    threshold = varied(0.25 + 0.3 * strength, 0.15, rng)
    slope = varied(9.0, 0.4, rng)
    paper = np.where(sharpened >= threshold, 1.0, 1 + np.tanh(slope * (sharpened - threshold)))
    return np.asarray(np.clip(np.rint(paper * 255), 0, 255), np.uint8)


def _inked(ink: NDArray[np.float32]) -> Pixels:
    return np.asarray(np.rint(255 * (1 - ink)), np.uint8)
