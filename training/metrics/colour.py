"""Colour differences as people see them: sRGB to CIE L*a*b* (D65) and CIEDE2000."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# IEC 61966-2-1, linear sRGB to XYZ; the white is the picture's own (1, 1, 1), so that greys have a* = b* = 0.
RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = RGB_TO_XYZ.sum(axis=1)
DARK_LIMIT = (6 / 29) ** 3
POWER_7_OF_25 = 25.0**7


def srgb_to_lab(colours: ArrayLike) -> NDArray[np.float64]:
    """Return L*a*b* [..., 3] of sRGB colours [..., 3] in 0..255."""
    value = np.asarray(colours, np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((np.maximum(value, 0.04045) + 0.055) / 1.055) ** 2.4)
    xyz = linear @ RGB_TO_XYZ.T / WHITE
    f = np.where(xyz > DARK_LIMIT, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return the CIEDE2000 difference [...] of L*a*b* colours [..., 3]; about 1 is just noticeable.

    Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula", equations 2 to 22, kL = kC = kH = 1.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    mean_chroma_7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(mean_chroma_7 / (mean_chroma_7 + POWER_7_OF_25)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = _hue_deg(a1, b1), _hue_deg(a2, b2)
    coloured = c1 * c2 != 0

    turn = h2 - h1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn)) * coloured
    d_lightness, d_chroma = l2 - l1, c2 - c1
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)

    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue_sum = h1 + h2
    far = np.abs(h1 - h2) > 180
    hue = np.where(far, np.where(hue_sum < 360, hue_sum + 360, hue_sum - 360), hue_sum) / 2
    hue = np.where(coloured, hue, hue_sum)
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    s_lightness = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    s_chroma = 1 + 0.045 * chroma
    s_hue = 1 + 0.015 * chroma * t
    chroma_7 = chroma**7
    turn_angle = 30 * np.exp(-(((hue - 275) / 25) ** 2))
    rotation = -np.sin(np.radians(2 * turn_angle)) * 2 * np.sqrt(chroma_7 / (chroma_7 + POWER_7_OF_25))
    lightness_term, chroma_term, hue_term = d_lightness / s_lightness, d_chroma / s_chroma, d_hue / s_hue
    return np.asarray(
        np.sqrt(lightness_term**2 + chroma_term**2 + hue_term**2 + rotation * chroma_term * hue_term)
    )


def _hue_deg(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.degrees(np.arctan2(b, a)) % 360)
