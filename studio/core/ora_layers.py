"""From an OpenRaster stack to our layers: groups flattened, offsets applied, a line layer found or made."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.core.compose import premultiplied
from studio.core.document import Document, check_size
from studio.core.geometry import Rect
from studio.core.layers import Layer, LayerKind
from studio.core.ora_archive import Archive
from studio.core.tiles import Pixels, TileSurface

MAX_LAYERS = 256
MAX_DEPTH = 32
MAX_TOTAL_PIXELS = 512_000_000
MAX_OFFSET = 1_000_000
NORMAL = "svg:src-over"

LINE_NAME = re.compile(r"(?i)(^|[\W_])(line ?art|lines?|inks?|inking|sketch|outlines?|pencils?)($|[\W_\d])")
HINTS_NAME = re.compile(r"(?i)^(colou?r )?hints?$")
GREY_SPREAD = 24
"""Channels that differ by no more than this look grey."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A layer as the file has it, its place and properties summed up over the groups it lies in."""

    name: str
    source: str
    x: int
    y: int
    opacity: float
    visible: bool


@dataclass(slots=True)
class _Read:
    entry: _Entry
    surface: TileSurface
    kind: LayerKind


def read_layers(archive: Archive, extras: dict[str, Any], notes: list[str]) -> tuple[Document, set[str]]:
    """Return the document and the names of the entries its layers came from; UserError when it is damaged.

    ``extras`` (our own settings, may be empty) says what each layer is; without it the line layer is guessed
    by name, or by look where there is only one layer, and everything else is kept as paint.
    """
    root = archive.stack()
    stack = root.find("stack")
    if root.tag != "image" or stack is None:
        raise archive.damaged("its stack.xml has no stack of layers")
    width, height = _whole(root.get("w"), 0), _whole(root.get("h"), 0)
    check_size(width, height)
    entries = list(_flattened(archive, stack, _Entry("", "", 0, 0, 1.0, True), 0, notes))[::-1]
    _check_amount(archive, entries)
    document = Document.new(width, height)
    kinds, paper = _stored_kinds(extras)
    known = bool(kinds) and all(entry.source in kinds or entry.source == paper for entry in entries)
    reads: list[_Read] = []
    for entry in entries:
        if known and entry.source == paper:
            continue
        pixels = archive.image(entry.source)
        if archive.bits(entry.source) > 8:
            _note(notes, "Layers of 16 bits a channel were converted to 8 bits.")
        if not known and not reads and _is_paper(pixels, entry, document):
            continue
        kind = kinds[entry.source] if known else LayerKind.PAINT
        reads.append(_Read(entry, _surface(pixels, entry, document), kind))
    if not known:
        _guess_kinds(reads)
    _settle_kinds(reads)
    document.restore_layers(_stacked(reads, document))
    return document, {entry.source for entry in entries}


def _flattened(
    archive: Archive, stack: ET.Element, group: _Entry, depth: int, notes: list[str]
) -> Iterator[_Entry]:
    """Yield the layers of a stack from top to bottom."""
    if depth > MAX_DEPTH:
        raise archive.damaged("its groups are nested too deeply")
    for element in stack:
        if element.tag not in ("layer", "stack"):
            continue
        entry = _Entry(
            (element.get("name") or "Layer")[:200],
            element.get("src") or "",
            group.x + _whole(element.get("x"), 0),
            group.y + _whole(element.get("y"), 0),
            group.opacity * _share(element.get("opacity")),
            group.visible and element.get("visibility", "visible") != "hidden",
        )
        if element.get("composite-op", NORMAL) != NORMAL:
            _note(
                notes,
                "Some layers are blended in a way Sketch Studio does not know; they are shown as normal.",
            )
        if element.tag == "stack":
            _note(notes, "Groups of layers were flattened.")
            yield from _flattened(archive, element, entry, depth + 1, notes)
        elif entry.source.lower().endswith(".png"):
            yield entry
        else:
            _note(notes, "Layers that are no PNG pictures were left out.")


def _check_amount(archive: Archive, entries: list[_Entry]) -> None:
    if len(entries) > MAX_LAYERS:
        raise archive.damaged(f"it has {len(entries)} layers, more than {MAX_LAYERS}")
    total = 0
    for entry in entries:
        if entry.source not in archive:
            raise archive.damaged(f"its layer {entry.source!r:.80} is missing")
        width, height = archive.image_size(entry.source)
        total += width * height
    if total > MAX_TOTAL_PIXELS:
        raise archive.damaged("its layers hold too many pixels")


def _stored_kinds(extras: dict[str, Any]) -> tuple[dict[str, LayerKind], str]:
    """Return what our own settings say each source is, and which source is the paper."""
    layers = extras.get("layers")
    kinds: dict[str, LayerKind] = {}
    for layer in layers if isinstance(layers, list) else []:
        if isinstance(layer, dict) and layer.get("kind") in list(LayerKind):
            kinds[str(layer.get("src"))] = LayerKind(layer["kind"])
    return kinds, str(extras.get("paper"))


def _is_paper(pixels: Pixels, entry: _Entry, document: Document) -> bool:
    """Whether the lowest layer is nothing but white under the whole drawing."""
    covers = Rect(entry.x, entry.y, pixels.shape[1], pixels.shape[0]).contains(document.rect)
    return covers and entry.visible and entry.opacity == 1 and int(pixels.min()) == 255


def _surface(pixels: Pixels, entry: _Entry, document: Document) -> TileSurface:
    surface = TileSurface(document.width, document.height)
    inside = Rect(entry.x, entry.y, pixels.shape[1], pixels.shape[0]).intersected(document.rect)
    surface.write(inside, premultiplied(pixels[inside.translated(-entry.x, -entry.y).slices]))
    surface.drop_blank_tiles()
    return surface


def _guess_kinds(reads: list[_Read]) -> None:
    """Find the line and the hints layer of a drawing made elsewhere."""
    for kind, pattern in ((LayerKind.LINE, LINE_NAME), (LayerKind.HINTS, HINTS_NAME)):
        named = [read for read in reads if pattern.search(read.entry.name)]
        if named:
            named[-1].kind = kind
    if len(reads) == 1 and _looks_like_ink(reads[0].surface):
        reads[0].kind = LayerKind.LINE
    for read in reads:
        if read.kind is LayerKind.LINE:
            _lift_ink(read.surface)


def _settle_kinds(reads: list[_Read]) -> None:
    """Leave at most one line and one hints layer, the topmost of each."""
    for kind in (LayerKind.LINE, LayerKind.HINTS):
        for read in [read for read in reads if read.kind is kind][:-1]:
            read.kind = LayerKind.PAINT


def _looks_like_ink(surface: TileSurface) -> bool:
    """Whether a layer is grey nearly everywhere, as a scan or a pencil drawing is."""
    if surface.is_blank:
        return False
    pixels = surface.read(surface.rect)[..., :3]
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    return float(np.mean(spread > GREY_SPREAD)) < 0.01


def _lift_ink(surface: TileSurface) -> None:
    """Turn line art on opaque paper into ink on nothing; leave ink on nothing as it is."""
    pixels = surface.read(surface.rect)
    if float(np.mean(pixels[..., 3] == 255)) < 0.95:
        return
    luminance = pixels[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    ink = np.zeros_like(pixels)
    ink[..., 3] = 255 - np.rint(luminance + (255 - pixels[..., 3])).clip(0, 255).astype(np.uint8)
    surface.write(surface.rect, ink)
    surface.drop_blank_tiles()


def _stacked(reads: list[_Read], document: Document) -> tuple[Layer, ...]:
    """Return the layers from bottom to top, with a blank line and hints layer where there is none."""
    layers = [
        Layer(number, read.entry.name, read.kind, read.surface, read.entry.visible, read.entry.opacity)
        for number, read in enumerate(reads, start=document.line.id + 1)
    ]
    if all(layer.kind is not LayerKind.LINE for layer in layers):
        layers.append(document.line)
    if all(layer.kind is not LayerKind.HINTS for layer in layers):
        position = next(i for i, layer in enumerate(layers) if layer.kind is LayerKind.LINE)
        layers.insert(position, document.hints)
    return tuple(layers)


def _whole(text: str | None, default: int) -> int:
    """Return an attribute as whole pixels; some programs write 12.0."""
    try:
        value = float(text) if text is not None else default
        return int(min(max(value, -MAX_OFFSET), MAX_OFFSET))
    except ValueError:
        return default


def _share(text: str | None) -> float:
    try:
        value = float(text) if text is not None else 1.0
    except ValueError:
        return 1.0
    return min(max(value, 0.0), 1.0) if value == value else 1.0


def _note(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)
