"""From scans and photos of drawings to ink: even out the light, set the levels, drop the specks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.core.tiles import Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

BACKGROUND_SIDE = 256
"""Light is uneven on a large scale only: it is estimated at this size."""
CLEAN_SHARE = 0.9
"""An image with this share of pure white and black is digital line art and needs no clean-up."""


@dataclass(frozen=True, slots=True)
class CleanUp:
    """How a scan becomes ink. Levels are shares of the paper's brightness, 0 black to 1 paper."""

    flatten: bool = True
    """Divide by the light on the paper, so that shadows and yellowed paper become white."""
    black: float = 0.35
    """This dark and darker is full ink."""
    white: float = 0.85
    """This bright and brighter is paper."""
    threshold: float = 0.0
    """Above 0: ink is all or nothing, cut at this coverage; greys of a pencil are lost."""
    speck_px: int = 12
    """Marks of fewer pixels than this are dirt (measured on an image 1024 px wide)."""


NO_CLEAN_UP = CleanUp(flatten=False, black=0.0, white=1.0, speck_px=0)


def clean_up(image: Pixels, options: CleanUp | None = None) -> Pixels:
    """Return the ink of a scan or photo [H, W, 3]: coverage uint8 [H, W], 0 paper, 255 full ink."""
    options = options if options is not None else CleanUp()
    brightness = _luminance(image)
    if options.flatten:
        brightness = _flattened(brightness)
    span = max(options.white - options.black, 1 / 255)
    # A table instead of arithmetic on every pixel: 4096 x 4096 stays well under a second.
    levels = (options.white - np.arange(256) / 255.0) / span
    if options.threshold > 0:
        levels = (levels >= options.threshold).astype(np.float64)
    ink: Pixels = np.rint(np.clip(levels, 0, 1) * 255).astype(np.uint8)[brightness]
    if options.speck_px > 0:
        scale = max(image.shape[:2]) / 1024
        _drop_specks(ink, max(1, round(options.speck_px * scale * scale)))
    return ink


def suggest(image: Pixels) -> CleanUp:
    """Return options that suit an image: none for clean digital line art, measured levels for a scan."""
    brightness = _luminance(image)
    pure = np.bincount(brightness.ravel(), minlength=256)
    if (pure[:8].sum() + pure[248:].sum()) / brightness.size >= CLEAN_SHARE and pure[248:].sum() > pure[
        :8
    ].sum():
        return NO_CLEAN_UP
    flat = _flattened(brightness)
    split = _otsu(flat)
    dark = flat[flat <= split]
    # Pencil is never black: its own middle grey counts as full ink.
    black = float(np.median(dark)) / 255 if dark.size else 0.35
    black = min(max(black, 0.1), 0.7)
    white = min(max((split / 255 + 1.0) / 2, black + 0.1), 0.95)
    return CleanUp(black=round(black, 3), white=round(white, 3))


def ink_from_image(image: "Image", options: CleanUp | None = None) -> Pixels:
    """Return the ink of any image: drawn on nothing (its alpha counts) or on paper; None picks the options.

    An image with transparent parts is laid on white first, so that black on nothing and black on white are
    the same drawing.
    """
    from PIL import Image

    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, layer)
    pixels = np.asarray(image.convert("RGB"))
    return clean_up(pixels, options if options is not None else suggest(pixels))


def _luminance(image: Pixels) -> Pixels:
    """Return Rec. 601 luminance, uint8 [H, W]."""
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(image[..., :3]), cv2.COLOR_RGB2GRAY), np.uint8)


def _flattened(brightness: Pixels) -> Pixels:
    """Divide by the brightness of the paper, estimated as the light that remains when lines are closed."""
    import cv2

    height, width = brightness.shape
    scale = max(height, width) / BACKGROUND_SIDE
    size = (max(1, round(width / scale)), max(1, round(height / scale))) if scale > 1 else (width, height)
    small = cv2.resize(brightness, size, interpolation=cv2.INTER_AREA)
    # Closing removes dark strokes narrower than the kernel; the blur removes its corners.
    side = max(3, round(max(size) / 10)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    paper = cv2.GaussianBlur(closed, (0, 0), side / 3)
    full = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(brightness, np.maximum(full, 1), scale=255), np.uint8)


def _drop_specks(ink: Pixels, smallest_px: int) -> None:
    """Take marks of fewer than ``smallest_px`` pixels away, in place."""
    import cv2

    marks = (ink >= 32).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    keep: NDArray[np.bool_] = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= smallest_px
    keep[0] = False
    # The faint edge of a mark belongs to it; faint haze far from any mark goes with the specks.
    kept = cv2.dilate(keep[np.asarray(labels)].astype(np.uint8), np.ones((3, 3), np.uint8))
    ink[np.asarray(kept) == 0] = 0


def _otsu(values: Pixels) -> int:
    """Return the level that best parts dark from bright (Otsu 1979, eq. 18)."""
    import cv2

    level, _ = cv2.threshold(values, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return int(level)
