"""From opened, dropped and pasted pictures to line art; runs in background threads."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from studio.core.document import LARGEST_SIDE
from studio.core.lineart import NO_CLEAN_UP, CleanUp, clean_up, suggest
from training.files import UserError

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")


@dataclass(frozen=True, slots=True)
class Scan:
    """A decoded picture on white, uint8 [H, W, 3], at most 4096 a side, and what suits it."""

    name: str
    pixels: NDArray[np.uint8]
    suggested: CleanUp
    notes: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether it is digital line art that needs no clean-up."""
        return self.suggested == NO_CLEAN_UP

    def ink(self) -> NDArray[np.uint8]:
        """The ink as suggested, coverage uint8 [H, W]."""
        return clean_up(self.pixels, self.suggested)


def read_scan(path: Path) -> Scan:
    """Decode a picture file; UserError with a sentence for everything that is none."""
    from training.images import load_image

    return _scan(load_image(path), path.name)


def scan_of_image(image: QImage, name: str) -> Scan:
    """Decode what was pasted."""
    from training.images import load_image_bytes

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if image.isNull() or not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise UserError("The pasted picture could not be read; copy it again.")
    return _scan(load_image_bytes(bytes(buffer.data().data()), name), name)


def _scan(image: "Image", name: str) -> Scan:
    from PIL import Image

    from training.images import describe

    notes = list(describe(image))
    if max(image.size) > LARGEST_SIDE:
        before = image.size
        image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
        notes.append(f"reduced from {before[0]} x {before[1]} to {image.width} x {image.height}")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, layer)
    pixels = np.asarray(image.convert("RGB"))
    return Scan(name, pixels, suggest(pixels), tuple(notes))
