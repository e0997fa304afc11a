"""Drawings as OpenRaster files (.ora) that Krita, GIMP and MyPaint open, with our extras in our own entries.

The format: https://www.openraster.org/baseline/. A sheet of white paper is written as the lowest layer, so
that other programs show the drawing as we do; reading takes it off again.
"""

import errno
import json
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeGuard

import numpy as np

from studio import __version__
from studio.core.compose import composite, straight
from studio.core.document import Document
from studio.core.layers import LayerSnapshot
from studio.core.ora_archive import MIMETYPE, open_archive
from studio.core.ora_layers import read_layers
from studio.core.snapshot import DocumentChoices, DocumentSnapshot
from studio.core.tiles import Pixels
from training.files import UserError, write_atomically

EXTRAS_ENTRY = "sketch-studio/document.json"
PICTURE_ENTRY = "sketch-studio/picture.png"
MERGED_ENTRY = "mergedimage.png"
THUMBNAIL_ENTRY = "Thumbnails/thumbnail.png"
PAPER_ENTRY = "data/paper.png"
EXTRAS_FORMAT = 1
THUMBNAIL_SIDE = 256
PNG_EFFORT = 3
MYPAINT_SPACE = "http://mypaint.org/ns/openraster"
MAX_EXTRAS_BYTES = 1024**2
MAX_FOREIGN_BYTES = 64 * 1024**2

ET.register_namespace("mypaint", MYPAINT_SPACE)

_OWN_ENTRIES = frozenset(
    {"mimetype", "stack.xml", MERGED_ENTRY, THUMBNAIL_ENTRY, EXTRAS_ENTRY, PICTURE_ENTRY}
)


@dataclass(frozen=True, slots=True)
class OpenedDrawing:
    """What a file held: the document, the last live picture [H, W, 3] if stored, notes for the user."""

    document: Document
    picture: Pixels | None
    notes: tuple[str, ...]


def save_ora(
    snapshot: DocumentSnapshot,
    path: Path,
    merged: Pixels | None = None,
    thumbnail: Pixels | None = None,
    picture: Pixels | None = None,
    *,
    keep_previous: bool = True,
) -> None:
    """Write a drawing to ``path``, verified before it takes the old file's place.

    ``merged`` [H, W, 3|4] is the flattened drawing (made here when None), ``thumbnail`` a small picture (made
    from ``picture``, else from the drawing), ``picture`` [H, W, 3] the last live picture. With
    ``keep_previous`` the old file stays beside the new one with ``~`` behind its name. For any thread.
    UserError when it cannot be written; the old file is untouched then.
    """
    path = Path(path)
    if merged is None:
        merged = composite(snapshot, snapshot.rect)[..., :3]
    if thumbnail is None:
        thumbnail = _thumbnail(merged if picture is None else picture)
    entries = _entries(snapshot, merged, thumbnail, picture)

    def write(temp: Path) -> None:
        _write_zip(temp, entries)
        _verify(temp, entries)

    try:
        write_atomically(path, write, keep_previous=keep_previous)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "free some space" if full else "check the folder or choose another one"
        reason = error.strerror or str(error)
        raise UserError(
            f"{path.name} could not be saved ({reason}); {remedy}. What was saved before is untouched."
        ) from error


def load_ora(path: Path) -> Document:
    """Return the drawing in an OpenRaster file; UserError, in one sentence, for anything that is none."""
    return open_ora(path).document


def open_ora(path: Path) -> OpenedDrawing:
    """Return the drawing in an OpenRaster file with its stored picture and notes; UserError as `load_ora`.

    The document belongs to the calling thread. Entries we do not know are kept for the next save.
    """
    path = Path(path)
    notes: list[str] = []
    with open_archive(path) as archive:
        extras = (
            _read_extras(archive.read(EXTRAS_ENTRY, MAX_EXTRAS_BYTES), notes)
            if EXTRAS_ENTRY in archive
            else {}
        )
        document, sources = read_layers(archive, extras, notes)
        picture = None
        if PICTURE_ENTRY in archive:
            picture = np.ascontiguousarray(archive.image(PICTURE_ENTRY)[..., :3])
        foreign = [name for name in archive.entries if name not in _OWN_ENTRIES and name not in sources]
        if sum(archive.size(name) for name in foreign) > MAX_FOREIGN_BYTES:
            notes.append("Large entries of another program were left out.")
            foreign = []
        document.foreign = MappingProxyType({name: archive.read(name) for name in foreign})
    if choices := _read_choices(extras.get("choices")):
        document.set_choices(**choices)
    document.mark_saved(path)
    return OpenedDrawing(document, picture, tuple(notes))


def encode_png(pixels: Pixels) -> bytes:
    """Return uint8 [h, w], [h, w, 3] or straight [h, w, 4] as the bytes of a PNG file."""
    from PIL import Image

    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", compress_level=PNG_EFFORT)
    return out.getvalue()


def _entries(
    snapshot: DocumentSnapshot, merged: Pixels, thumbnail: Pixels, picture: Pixels | None
) -> dict[str, bytes]:
    """Return every entry in the order it is written; mimetype must be first."""
    sources: dict[int, str] = {}
    for layer in snapshot.layers:
        sources[layer.id] = _free_name(f"data/layer{layer.id:03d}.png", snapshot.foreign)
    entries = {"mimetype": MIMETYPE.encode()}
    root = ET.Element("image", version="0.0.3", w=str(snapshot.width), h=str(snapshot.height))
    # MyPaint's canvas has no edges but its tiles' unless a frame is said to be on.
    root.set(f"{{{MYPAINT_SPACE}}}frame-active", "true")
    stack = ET.SubElement(root, "stack")
    for layer in reversed(snapshot.layers):
        bounds = layer.tiles.bounds()
        # An image must have a pixel, so a blank layer is one transparent pixel.
        pixels = straight(layer.tiles.read(bounds)) if bounds.area else np.zeros((1, 1, 4), np.uint8)
        _add_layer(stack, layer.name, sources[layer.id], bounds.x, bounds.y, layer)
        entries[sources[layer.id]] = encode_png(pixels)
    _add_layer(stack, "Paper", PAPER_ENTRY, 0, 0, None)
    entries[PAPER_ENTRY] = encode_png(np.full((snapshot.height, snapshot.width), 255, np.uint8))
    ET.indent(root)
    entries["stack.xml"] = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    entries[MERGED_ENTRY] = encode_png(merged)
    entries[THUMBNAIL_ENTRY] = encode_png(thumbnail)
    entries[EXTRAS_ENTRY] = json.dumps(_extras(snapshot, sources), indent=1).encode()
    if picture is not None:
        entries[PICTURE_ENTRY] = encode_png(picture)
    for name, data in snapshot.foreign.items():
        entries.setdefault(name, data)
    return entries


def _add_layer(
    stack: ET.Element, name: str, source: str, x: int, y: int, layer: LayerSnapshot | None
) -> None:
    ET.SubElement(
        stack,
        "layer",
        {
            "name": _xml_text(name),
            "src": source,
            "x": str(x),
            "y": str(y),
            "opacity": f"{layer.opacity if layer else 1.0:.4f}",
            "visibility": "visible" if layer is None or layer.visible else "hidden",
            "composite-op": "svg:src-over",
        },
    )


def _extras(snapshot: DocumentSnapshot, sources: dict[int, str]) -> dict[str, Any]:
    choices = snapshot.choices
    return {
        "format": EXTRAS_FORMAT,
        "program": __version__,
        "paper": PAPER_ENTRY,
        "layers": [{"src": sources[layer.id], "kind": str(layer.kind)} for layer in snapshot.layers],
        "choices": {
            "model": choices.model_id,
            "model_sha256": choices.model_sha,
            "labels": [[name, weight] for name, weight in choices.labels],
            "hint_strength": choices.hint_strength,
            "seed": choices.seed,
        },
    }


def _read_extras(data: bytes, notes: list[str]) -> dict[str, Any]:
    try:
        extras = json.loads(data)
    except (ValueError, RecursionError):
        extras = None
    if not isinstance(extras, dict) or not isinstance(extras.get("format"), int):
        notes.append("The drawing's own settings were damaged and left out.")
        return {}
    if extras["format"] > EXTRAS_FORMAT:
        notes.append("The drawing was made with a newer Sketch Studio; some settings may be left out.")
    return extras


def _read_choices(values: Any) -> dict[str, Any]:
    """Return the choices that make sense; what does not is left at its default."""
    if not isinstance(values, dict):
        return {}
    default = DocumentChoices()
    labels = values.get("labels")
    pairs = [
        (pair[0], float(pair[1]))
        for pair in (labels if isinstance(labels, list) else [])
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and _is_number(pair[1])
    ]
    strength, seed = values.get("hint_strength"), values.get("seed")
    return {
        "model_id": _text(values.get("model")),
        "model_sha": _text(values.get("model_sha256")),
        "labels": tuple(pairs[:16]),
        "hint_strength": min(max(float(strength), 0.0), 1.0)
        if _is_number(strength)
        else default.hint_strength,
        "seed": seed if isinstance(seed, int) and not isinstance(seed, bool) else default.seed,
    }


def _share(value: Any, default: float) -> float:
    return min(max(float(value), 0.0), 1.0) if _is_number(value) else default


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def _xml_text(text: str) -> str:
    """Return text without the control characters XML cannot hold."""
    return "".join(mark for mark in text if mark.isprintable())


def _free_name(wanted: str, taken: Mapping[str, bytes]) -> str:
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = wanted.replace(".png", f"-{count}.png")
    return name


def _thumbnail(pixels: Pixels) -> Pixels:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX)
    return np.asarray(image)


def _write_zip(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in entries.items():
            # The first entry must lie there unpacked; PNG would not get smaller.
            store = name == "mimetype" or name.endswith(".png")
            packed.writestr(name, data, zipfile.ZIP_STORED if store else zipfile.ZIP_DEFLATED)


def _verify(path: Path, entries: dict[str, bytes]) -> None:
    """Raise OSError unless the file just written holds every entry as meant."""
    try:
        with open_archive(path) as archive:
            whole = all(name in archive and archive.read(name) == data for name, data in entries.items())
    except UserError as error:
        raise OSError(errno.EIO, "the written file could not be read back") from error
    if not whole:
        raise OSError(errno.EIO, "the written file differs from the drawing")
