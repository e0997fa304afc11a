"""Single items of a scan as pixels: decoded, taken apart, made square."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from training.data.layouts import LayoutKind
from training.data.looks import on_white
from training.data.scan import Scan
from training.files import UserError
from training.images import Facts, facts, load_image, load_image_bytes, read_file

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Item:
    """One decoded item: the picture on white (RGB), its sketch (L, black on white) or None, what the files
    held, and a digest of their bytes.
    """

    image: Image.Image
    sketch: Image.Image | None
    facts: Facts
    sketch_facts: Facts | None
    digest: int


def read_item(scan: Scan, index: int, at_least: int = 0) -> Item:
    """Return item ``index``; ``at_least`` as in ``load_image``. UserError when it cannot be read."""
    if scan.packed is not None:
        pixels = scan.packed.images[index]
        image = Image.fromarray(pixels).convert("RGB")
        grey = pixels.ndim == 2
        return Item(image, None, Facts(*image.size, grey=grey), None, _digest(pixels.tobytes()))
    data, image, known = _loaded(scan.folder / scan.images[index], at_least)
    if scan.layout.kind is LayoutKind.PAIRED and scan.sketches is not None:
        other, drawn, drawn_facts = _loaded(scan.folder / scan.sketches[index], at_least)
        return Item(image, _as_sketch(drawn, scan), known, drawn_facts, _digest(data + other))
    if scan.layout.kind is LayoutKind.SIDE_BY_SIDE:
        left, right = halves(image)
        drawn, image = (left, right) if scan.layout.direction == "left" else (right, left)
        return Item(image, _as_sketch(drawn, scan), known, None, _digest(data))
    return Item(image, None, known, None, _digest(data))


def halves(image: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Return the left and the right half; UserError when the picture is a single column."""
    half = image.width // 2
    if not half:
        raise UserError("A picture is too narrow to be two side by side; choose another layout.")
    return image.crop((0, 0, half, image.height)), image.crop((image.width - half, 0, *image.size))


def square(image: Image.Image, size: int, fit: str) -> Pixels:
    """Return ``image`` (RGB or L) as uint8 [size,size,3] or [size,size]: its middle ("crop"), the whole of it
    on white ("pad"), or squeezed ("stretch").
    """
    import cv2

    pixels = np.asarray(image)
    height, width = pixels.shape[:2]
    if fit == "crop" and height != width:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        pixels = pixels[top : top + side, left : left + side]
    wide, high = size, size
    if fit == "pad":
        factor = size / max(height, width)
        wide, high = max(1, round(width * factor)), max(1, round(height * factor))
    if pixels.shape[:2] != (high, wide):
        smaller = pixels.shape[0] >= high and pixels.shape[1] >= wide
        how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        pixels = np.asarray(
            cv2.resize(np.ascontiguousarray(pixels), (wide, high), interpolation=how), np.uint8
        )
    if (high, wide) == (size, size):
        return np.ascontiguousarray(pixels)
    ground = np.full((size, size, *pixels.shape[2:]), 255, np.uint8)
    top, left = (size - high) // 2, (size - wide) // 2
    ground[top : top + high, left : left + wide] = pixels
    return ground


def thumbnail(path: Path, side: int = 96) -> Pixels:
    """Return a small copy uint8 [h,w,3] of a picture file, its longer side ``side``; UserError as
    ``load_image``.
    """
    image = on_white(load_image(path, at_least=side)).convert("RGB")
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.array(image)


def _loaded(path: Path, at_least: int) -> tuple[bytes, Image.Image, Facts]:
    data = read_file(path)
    image = load_image_bytes(data, path.name, at_least=at_least)
    return data, on_white(image).convert("RGB"), facts(image)


def _as_sketch(image: Image.Image, scan: Scan) -> Image.Image:
    grey = image.convert("L")
    return ImageChops.invert(grey) if scan.layout.inverted else grey


def _digest(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
