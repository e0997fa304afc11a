"""Pictures as files: the ending of the name says the format."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.core.openraster import PNG_EFFORT
from training.files import UserError, write_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}

# The usual losses show beside lines and in flat colours.
_HOW: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": PNG_EFFORT},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True},
    "TIFF": {},
}


def keeps_transparency(path: Path) -> bool:
    """Return whether the format that the ending says has transparency."""
    return FORMATS[path.suffix.lower()] != "JPEG"


def save_picture(path: Path, pixels: NDArray[np.uint8]) -> Path:
    """Write uint8 [H, W, 3] or straight [H, W, 4] in the format that the ending says, one of `FORMATS`.

    A format without transparency gets the picture on white. UserError when the disk refuses.
    """
    from PIL.Image import alpha_composite, fromarray, new

    image = fromarray(np.ascontiguousarray(pixels))
    if image.mode == "RGBA" and not keeps_transparency(path):
        image = alpha_composite(new("RGBA", image.size, "white"), image).convert("RGB")
    kind = FORMATS[path.suffix.lower()]
    return write_image(path, image, kind, **_HOW[kind])


def write_image(path: Path, image: "Image", kind: str, **how: Any) -> Path:
    """Write ``image`` as Pillow's format ``kind``; UserError when the disk refuses."""
    out = BytesIO()
    image.save(out, kind, **how)
    try:
        write_bytes(path, out.getvalue())
    except OSError as error:
        raise UserError(
            f"{path.name} could not be written ({error.strerror or error}); choose another folder."
        ) from error
    return path
