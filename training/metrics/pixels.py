"""Picture against picture, pixel by pixel: mean absolute difference and structural similarity."""

import cv2
import numpy as np
from numpy.typing import NDArray

# Wang et al. 2004, section III-B: an 11 x 11 Gaussian window of standard deviation 1.5, K1 = 0.01, K2 = 0.03.
WINDOW, SIGMA = 11, 1.5
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def l1(pictures: NDArray[np.uint8], truth: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean absolute difference, 0..1, of each pair in [N, H, W, 3]."""
    difference = np.abs(pictures.astype(np.int16) - truth.astype(np.int16))
    return difference.reshape(len(pictures), -1).mean(axis=1) / 255


def ssim(pictures: NDArray[np.uint8], truth: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the structural similarity, at most 1, of each pair in [N, H, W, C].

    Wang et al. 2004, equation 13, averaged over the positions where the window lies wholly inside the picture
    and over the colour channels. ValueError below 11 px.
    """
    if pictures.shape != truth.shape or min(pictures.shape[1:3]) < WINDOW:
        raise ValueError(f"structural similarity of {pictures.shape} and {truth.shape}")
    return np.array([_ssim(a, b) for a, b in zip(pictures, truth, strict=True)])


def _ssim(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    x, y = a.astype(np.float64), b.astype(np.float64)
    mean_x, mean_y = _blur(x), _blur(y)
    xx, yy, xy = mean_x * mean_x, mean_y * mean_y, mean_x * mean_y
    var_x, var_y, covariance = _blur(x * x) - xx, _blur(y * y) - yy, _blur(x * y) - xy
    value = (2 * xy + C1) * (2 * covariance + C2) / ((xx + yy + C1) * (var_x + var_y + C2))
    return float(value.mean())


def _blur(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Gaussian mean of [H, W, C] at the positions with a whole window, [H - 10, W - 10, C]."""
    window = cv2.getGaussianKernel(WINDOW, SIGMA)
    margin = WINDOW // 2
    blurred = cv2.sepFilter2D(picture, cv2.CV_64F, window, window)
    return np.asarray(blurred, np.float64).reshape(picture.shape)[margin:-margin, margin:-margin]
