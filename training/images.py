"""Safe decoding of pictures from anywhere: the one way in for training folders and for what users open."""

import io
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from training.files import UserError

log = logging.getLogger(__name__)

MAX_PIXELS = 64_000_000
MAX_BYTES = 512 * 1024 * 1024
# Named, so that Pillow tries no reader (EPS starts a program) that nobody asked for.
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".ppm", ".pgm")
NOTES = "sketch_studio_notes"
FACTS = "sketch_studio_facts"


@dataclass(frozen=True)
class Facts:
    """What a picture file was before it was made plain: its upright size, number of frames and oddities."""

    width: int
    height: int
    frames: int = 1
    turned: bool = False
    cmyk: bool = False
    deep: bool = False
    grey: bool = False
    transparent: bool = False


def load_image(path: Path, max_pixels: int = MAX_PIXELS, at_least: int = 0) -> Image.Image:
    """Return the picture in the file as RGB, or RGBA when it has transparency, upright and 8 bits a channel.

    Animations give their first frame. What had to be changed is told by ``describe`` and ``facts``. The
    declared size is checked before a pixel is decoded. ``at_least``: sides of this many pixels are enough,
    larger JPEG files may come reduced, which is much quicker; 0 = full size. Raises UserError with a sentence
    that names the file.
    """
    return load_image_bytes(read_file(path), Path(path).name, max_pixels, at_least)


def read_file(path: Path) -> bytes:
    """Return the bytes of a picture file; UserError when it is missing, unreadable or absurdly large."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path.name} is larger than {MAX_BYTES // 2**20} MB; make it smaller first.")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; check the path.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error


def load_image_bytes(data: bytes, name: str, max_pixels: int = MAX_PIXELS, at_least: int = 0) -> Image.Image:
    """Return the picture in ``data`` as ``load_image`` does; ``name`` stands for it in the sentences."""
    if not data:
        raise UserError(f"{name} is empty; choose another picture.")
    if len(data) > MAX_BYTES:
        raise UserError(f"{name} is larger than {MAX_BYTES // 2**20} MB; make it smaller first.")
    try:
        with warnings.catch_warnings():
            # Sizes are judged below, against our own limit; odd metadata is no reason to complain.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _check_size(opened, name, max_pixels)
                return _plain(opened, at_least)
    except UserError:
        raise
    except Image.DecompressionBombError:
        raise UserError(_too_many(name, max_pixels)) from None
    except UnidentifiedImageError:
        raise UserError(
            f"{name} is no picture that can be opened; save it as PNG, JPEG, WebP or TIFF."
        ) from None
    except MemoryError:
        raise UserError(f"{name} does not fit into memory; make it smaller first.") from None
    except Exception as error:
        # Pillow's readers raise nearly anything on hostile bytes; the log keeps what it was.
        log.info("cannot decode %s", name, exc_info=True)
        raise UserError(f"{name} is damaged or cut off ({_short(error)}); choose another copy.") from error


def describe(image: Image.Image) -> list[str]:
    """Return what was changed when the picture was loaded, as short notes ("CMYK converted")."""
    return list(image.info.get(NOTES, ()))


def facts(image: Image.Image) -> Facts:
    """Return what the file of a picture that was loaded here held."""
    found = image.info.get(FACTS)
    return found if isinstance(found, Facts) else Facts(*image.size)


def _check_size(opened: Image.Image, name: str, max_pixels: int) -> None:
    width, height = opened.size
    if width < 1 or height < 1:
        raise UserError(f"{name} has no pixels; choose another picture.")
    if width * height > max_pixels:
        raise UserError(_too_many(name, max_pixels, f" ({width} x {height})"))


def _too_many(name: str, max_pixels: int, size: str = "") -> str:
    return f"{name} has too many pixels{size}; scale it to at most {max_pixels / 1e6:g} megapixels."


def _plain(opened: Image.Image, at_least: int) -> Image.Image:
    notes = []
    width, height = opened.size
    frames = int(getattr(opened, "n_frames", 1))
    if frames > 1:
        notes.append(f"{frames} frames: the first is used")
        opened.seek(0)
    if at_least and opened.format == "JPEG":
        # The decoder halves the sides while they stay large enough.
        opened.draft(None, (at_least, at_least))
    opened.load()
    # Read before it is turned: that also swaps the sides.
    orientation = opened.getexif().get(0x0112, 1)
    upright = ImageOps.exif_transpose(opened)
    if orientation not in (0, 1):
        notes.append("turned upright as its EXIF data says")
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    image = _eight_bits(upright, notes)
    if image.mode == "CMYK":
        notes.append("CMYK converted")
    clear = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    plain = image.convert("RGBA" if clear else "RGB")
    # A new picture: the file's own metadata (EXIF orientation, profiles) must not travel on.
    result = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    result.info[NOTES] = tuple(notes)
    result.info[FACTS] = Facts(
        width,
        height,
        frames,
        orientation not in (0, 1),
        image.mode == "CMYK",
        image is not upright,
        image.mode in ("1", "L", "LA", "La"),
        clear and plain.getchannel("A").getextrema() != (255, 255),
    )
    return result


def _eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    """Return greys of 16 bits and more, and floats, scaled to 8 bits; other pictures as they are."""
    if not (image.mode in ("I", "F") or image.mode.startswith("I;16")):
        return image
    values = np.asarray(image).astype(np.float64)
    if image.mode == "F":
        values = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0)
        scale = 255.0 if values.max(initial=0.0) <= 1.0 else 1.0
        notes.append("floating-point values converted to 8 bits")
    else:
        scale = 255.0 / 65535.0
        notes.append("16 bits converted to 8 bits")
    return Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))


def _short(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 80 else text[:77] + "..."
