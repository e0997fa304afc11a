"""The safe side of OpenRaster: a stranger's zip archive and its stack.xml, checked before unpacking."""

import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

import numpy as np

from studio.core.tiles import Pixels
from training.files import UserError

if TYPE_CHECKING:
    from PIL import Image

MIMETYPE = "image/openraster"
MAX_FILE_BYTES = 2 * 1024**3
MAX_ENTRIES = 2000
MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_ENTRY_BYTES = 256 * 1024**2
MAX_STACK_BYTES = 4 * 1024**2
MAX_IMAGE_PIXELS = 36_000_000
SUSPICIOUS_BYTES = 16 * 1024**2
SUSPICIOUS_RATIO = 200
"""Pictures are packed already: a large entry that shrinks this much more is a bomb."""

PNG_START = b"\x89PNG\r\n\x1a\n"


class Archive:
    """The entries of an OpenRaster file, each read at most once it was found harmless."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._zip = archive
        self._infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}

    def __contains__(self, entry: str) -> bool:
        return entry in self._infos

    @property
    def entries(self) -> tuple[str, ...]:
        """The names of all entries."""
        return tuple(self._infos)

    def size(self, entry: str) -> int:
        """Return how many bytes an entry holds unpacked."""
        return self._infos[entry].file_size

    def read(self, entry: str, limit: int = MAX_ENTRY_BYTES) -> bytes:
        """Return an entry's bytes; UserError when it is missing, damaged or larger than ``limit``."""
        info = self._infos.get(entry)
        if info is None:
            raise self.damaged(f"it has no {entry}")
        if info.file_size > limit:
            raise self.damaged(f"its {entry} is too large")
        try:
            return self._zip.read(info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise self.damaged(f"its {entry} cannot be unpacked") from error

    def stack(self) -> ET.Element:
        """Return the root of stack.xml; UserError unless it is plain XML without a document type."""
        return parse_xml(self.read("stack.xml", MAX_STACK_BYTES), self.name)

    def image_size(self, entry: str) -> tuple[int, int]:
        """Return width and height of a PNG entry without decoding it; UserError when it is none or huge."""
        return self._png_size(entry, self.read(entry))

    def bits(self, entry: str) -> int:
        """Return how many bits each channel of a PNG entry has, as its header says."""
        data = self.read(entry)
        self._png_size(entry, data)
        return data[24]

    def image(self, entry: str) -> Pixels:
        """Return a PNG entry of any kind as straight RGBA uint8 [h, w, 4]; UserError: damaged or huge."""
        from PIL import Image

        data = self.read(entry)
        self._png_size(entry, data)
        try:
            with Image.open(BytesIO(data), formats=("PNG",)) as image:
                return _rgba(image)
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, MemoryError) as error:
            raise self.damaged(f"its picture {entry} is broken") from error

    def damaged(self, what: str) -> UserError:
        """Return the error that says what is wrong with this file."""
        return UserError(f"{self.name} cannot be opened: {what}; choose another file or an older copy of it.")

    def _png_size(self, entry: str, data: bytes) -> tuple[int, int]:
        if not data.startswith(PNG_START) or len(data) < 25:
            raise self.damaged(f"its {entry} is no PNG picture")
        width, height = struct.unpack(">II", data[16:24])
        if width < 1 or height < 1 or width * height > MAX_IMAGE_PIXELS:
            raise self.damaged(f"its picture {entry} is {width} x {height} pixels")
        return width, height


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an OpenRaster file for reading; UserError for anything that is none or might do harm."""
    name = Path(path).name
    try:
        if Path(path).stat().st_size > MAX_FILE_BYTES:
            raise UserError(f"{name} is larger than a drawing can be; choose another file.")
        with zipfile.ZipFile(path) as packed:
            _check_entries(name, packed)
            archive = Archive(name, packed)
            if archive.read("mimetype", 100).strip() != MIMETYPE.encode():
                raise archive.damaged("it is not a drawing")
            yield archive
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; check the path.") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, EOFError) as error:
        raise UserError(
            f"{name} is damaged, or not a drawing at all; choose another file or an older copy of it."
        ) from error
    except (OSError, NotImplementedError) as error:
        raise UserError(f"{name} cannot be read ({error}); check the file and its folder.") from error


def parse_xml(data: bytes, name: str) -> ET.Element:
    """Return the root element; UserError for bad XML, and for any document type or entity in it."""

    def refuse(*_: object) -> None:
        raise UserError(
            f"{name} cannot be opened: its stack.xml declares a document type; save it anew elsewhere."
        )

    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    try:
        guard.Parse(data, True)
        return ET.fromstring(data)
    except (expat.ExpatError, ET.ParseError, ValueError, LookupError, RecursionError) as error:
        raise UserError(
            f"{name} cannot be opened: its stack.xml is damaged; choose an older copy of it."
        ) from error


def _rgba(image: "Image.Image") -> Pixels:
    """Return a PNG picture as straight RGBA; Pillow would clip greys of 16 bits instead of scaling them."""
    if not image.mode.startswith("I"):
        return np.array(image.convert("RGBA"))
    values = np.asarray(image).astype(np.uint32)
    pixels = np.empty((*values.shape, 4), np.uint8)
    pixels[..., :3] = ((values * 255 + 32767) // 65535)[..., None]
    pixels[..., 3] = np.where(values == image.info.get("transparency"), 0, 255)
    return pixels


def _check_entries(name: str, packed: zipfile.ZipFile) -> None:
    infos = packed.infolist()
    if len(infos) > MAX_ENTRIES or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise UserError(f"{name} would unpack to more than a drawing can be; it was not opened.")
    seen: set[str] = set()
    for info in infos:
        if _is_unsafe(info.orig_filename) or info.filename in seen:
            raise UserError(f"{name} holds an unsafe entry name ({info.filename!r:.80}); it was not opened.")
        seen.add(info.filename)
        ratio = info.file_size / max(1, info.compress_size)
        if info.file_size > SUSPICIOUS_BYTES and ratio > SUSPICIOUS_RATIO:
            raise UserError(f"{name} holds an entry that unpacks to far too much; it was not opened.")
        if info.flag_bits & 0x1:
            raise UserError(f"{name} is encrypted; save it without a password first.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UserError(f"{name} is packed in a way OpenRaster does not allow; save it anew elsewhere.")


def _is_unsafe(entry: str) -> bool:
    parts = entry.split("/")
    return entry.startswith("/") or any(mark in entry for mark in ("\\", "\0", ":")) or ".." in parts
