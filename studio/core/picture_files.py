"""Pictures as files: the ending of the name says the format."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.openraster import PNG_EFFORT
from training.files import UserError, write_bytes

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
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    if image.mode == "RGBA" and not keeps_transparency(path):
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image).convert("RGB")
    kind = FORMATS[path.suffix.lower()]
    out = BytesIO()
    image.save(out, kind, **_HOW[kind])
    try:
        write_bytes(path, out.getvalue())
    except OSError as error:
        raise UserError(
            f"{path.name} could not be written ({error.strerror or error}); choose another folder."
        ) from error
    return path
