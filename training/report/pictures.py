"""Pictures for pages: grids of samples cut to their first rows, small enough to be inside a page."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

MOST_ROWS = {"sketch-to-image": 4, "label-to-image": 16}
"""Rows of a grid of samples that the page shows."""
LARGEST_PX = 1100
PLAIN_PX = 640
"""Grids up to this width are embedded as they are, larger ones with a little loss."""
STRIP_PX, GAP_PX, CAPTION_PX = 220, 10, 24


def data_uri(picture: Image.Image) -> str:
    """``picture`` as an address that holds it: PNG where it is small, else WebP of moderate size."""
    buffer = io.BytesIO()
    if picture.width <= PLAIN_PX:
        picture.save(buffer, "PNG", optimize=True)
        kind = "png"
    else:
        picture = picture.copy()
        picture.thumbnail((LARGEST_PX, 4 * LARGEST_PX), Image.Resampling.LANCZOS)
        picture.save(buffer, "WEBP", quality=88)
        kind = "webp"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def rows_of(path: Path, grid: Mapping[str, Any], rows: int) -> Image.Image | None:
    """The first ``rows`` of a grid of samples."""
    picture = opened(path)
    if picture is None or not grid["rows"]:
        return picture
    shown = min(rows, grid["rows"])
    return picture.crop((0, 0, picture.width, min(picture.height, shown * (grid["side"] + grid["gap"]))))


def opened(path: Path) -> Image.Image | None:
    """The picture in RGB, None where there is none that can be read."""
    try:
        with Image.open(path) as image:
            return Image.fromarray(np.asarray(image.convert("RGB")))
    except OSError:
        return None


def strip(run: Path, grids: Sequence[Mapping[str, Any]], task: str) -> Image.Image | None:
    """The grids of samples of ``run`` side by side, each with how far the run was; None without any."""
    shown = [(grid, rows_of(run / grid["file"], grid, MOST_ROWS[task])) for grid in grids]
    found = [(grid, picture) for grid, picture in shown if picture is not None]
    if not found:
        return None
    small = [
        picture.resize(
            (STRIP_PX, max(1, round(picture.height * STRIP_PX / picture.width))), Image.Resampling.BOX
        )
        if picture.width > STRIP_PX
        else picture
        for _, picture in found
    ]
    width = sum(picture.width for picture in small) + GAP_PX * (len(small) - 1)
    drawn = Image.new("RGB", (width, max(picture.height for picture in small) + CAPTION_PX), "white")
    draw, font, left = ImageDraw.Draw(drawn), ImageFont.load_default(size=13), 0
    for (grid, _), picture in zip(found, small, strict=True):
        text = f"{grid['share']:.0%}, step {grid['step']:,}"
        draw.text((left, CAPTION_PX // 2), text, fill="#444", font=font, anchor="lm")
        drawn.paste(picture, (left, CAPTION_PX))
        left += picture.width + GAP_PX
    return drawn
