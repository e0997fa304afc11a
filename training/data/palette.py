"""A picture's palette in eight numbers: what the ``noise`` input of a line-art model means.

In training the code of the true colours is the network's noise, a quarter of the time, so at run time a
random code is a random palette and zeros are the best guess: a conditional VAE whose encoder is fixed (after
BicycleGAN, Zhu et al. 2017, whose cVAE-GAN learns the encoder; equation 6 there).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

CODE_SIZE = 8
# The lightest of the three channels' darkest value that still counts as coloured.
WHITE_FROM = 236
# Mean and standard deviation of raw_code over the 1,216 of 1,265 base emoji in OpenMoji 17.0.0's train split
# at 256 px (unvaried, sketch and flats as PairedDataset has them) that have any colour.
MEAN = np.array([71.03, 4.17, 33.70, 47.28, 7.02, 15.49, -0.551, 0.179], np.float32)
STD = np.array([16.75, 20.98, 34.97, 29.41, 7.09, 16.86, 0.490, 0.548], np.float32)
LIMIT = 3.0


def palette_code(
    flats: NDArray[np.uint8], sketch: NDArray[np.uint8], size: int = CODE_SIZE
) -> NDArray[np.float32]:
    """Return the code float32 [size] of the colours in ``flats`` uint8 [H,W,3], about N(0, 1) over OpenMoji.

    ``sketch`` uint8 [H,W] (255 paper, 0 ink) tells where lines hide the colours. A picture without colours
    has a code of zeros. ``size`` takes the first so many of the eight numbers (ValueError beyond).
    """
    if not 0 <= size <= CODE_SIZE:
        raise ValueError(f"a palette code has at most {CODE_SIZE} numbers, not {size}")
    raw = raw_code(flats, sketch)
    if raw is None:
        return np.zeros(size, np.float32)
    return np.clip((raw - MEAN) / STD, -LIMIT, LIMIT)[:size].astype(np.float32)


def raw_code(flats: NDArray[np.uint8], sketch: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return the code before it is standardised, None without colours: mean L, a, b of the coloured area,
    mean chroma, spread of L, spread of a and b, and the second harmonic of the hues (cosine, sine; by
    chroma).
    """
    step = max(1, flats.shape[0] // 64)
    few = np.ascontiguousarray(flats[::step, ::step])
    red, green, blue = cv2.split(few)
    seen = (cv2.min(cv2.min(red, green), blue) < WHITE_FROM) & (sketch[::step, ::step] >= 128)
    if seen.sum() < 4:
        return None
    lab = cv2.cvtColor(few[seen][None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    lightness, a, b = lab.T
    chroma = np.hypot(a, b)
    total = max(float(chroma.sum()), 1e-3)
    hue = np.arctan2(b, a)
    cos2, sin2 = (
        float((chroma * np.cos(2 * hue)).sum()) / total,
        float((chroma * np.sin(2 * hue)).sum()) / total,
    )
    spread = float(np.sqrt(a.var() + b.var()))
    return np.array(
        [lightness.mean(), a.mean(), b.mean(), chroma.mean(), lightness.std(), spread, cos2, sin2], np.float32
    )
