"""Generated pictures on their way out: edge to edge on one sheet, enlarged, as PNG with their facts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.picture_files import write_image

Pixels = NDArray[np.uint8]

FACTS_KEY = "sketch_studio"


def sprite_sheet(rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Return rows of pictures of one size [S,S,3], edge to edge, as one picture."""
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)


def enlarged(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return the picture [H,W,3] as large as fits into ``width`` x ``height`` (Lanczos' filter)."""
    from PIL import Image

    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def save_png(path: Path, pixels: Pixels, facts: Mapping[str, Any]) -> Path:
    """Write a PNG whose text `FACTS_KEY` tells what made it, as JSON; UserError when the disk refuses."""
    from PIL import Image, PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_itxt(FACTS_KEY, json.dumps(facts, ensure_ascii=False))
    return write_image(path, Image.fromarray(np.ascontiguousarray(pixels)), "PNG", pnginfo=info)
