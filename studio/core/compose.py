"""From layers to pixels: what the screen and files show, and what the network is given."""

import weakref
from collections.abc import Callable, Collection, Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from studio.core.geometry import Rect
from studio.core.layers import Layer, LayerKind, LayerSnapshot
from studio.core.snapshot import DocumentSnapshot
from studio.core.tiles import TILE, Pixels, TileSnapshot, tile_parts

PREMULTIPLIED = QImage.Format.Format_RGBA8888_Premultiplied

DOT_PX = 6.0
"""A hint of this many document pixels fills the network pixel it lies in."""

_COLOUR_BYTES = np.array([255, 255, 255, 0], np.uint8).view(np.uint32)


def composite(
    source: DocumentSnapshot | Iterable[Layer | LayerSnapshot],
    rect: Rect,
    paper: bool = True,
    kinds: Collection[LayerKind] | None = None,
) -> Pixels:
    """Return the visible layers in ``rect`` as premultiplied RGBA [h, w, 4], on white or on nothing.

    ``kinds`` keeps only layers of those kinds. May be called from any thread with a snapshot.
    """
    layers = source.layers if isinstance(source, DocumentSnapshot) else source
    image = QImage(max(1, rect.w), max(1, rect.h), PREMULTIPLIED)
    image.fill(0xFFFFFFFF if paper else 0)
    painter = QPainter(image)
    try:
        for layer in layers:
            if layer.visible and layer.opacity > 0 and (kinds is None or layer.kind in kinds):
                painter.setOpacity(layer.opacity)
                _paint_tiles(painter, layer, rect)
    finally:
        painter.end()
    return pixels_of(image)[: max(0, rect.h), : max(0, rect.w)]


def pixels_of(image: QImage) -> Pixels:
    """Return a writable copy of an image in PREMULTIPLIED format as [h, w, 4]."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width()].copy()


def sketch_of(snapshot: DocumentSnapshot, width: int, height: int) -> Pixels:
    """Return the line layer as the network sees it: uint8 [height, width], 255 paper, 0 ink.

    Luminance over white; averaged by area when smaller than the drawing. The layer's visibility and
    opacity do not matter: they say how the drawing is shown.
    """
    tiles = snapshot.line.tiles
    factor = _whole_factor(snapshot, width, height)
    if factor is None:
        return _resized(_sketch(tiles, 1), width, height)
    return _sketch(tiles, factor)


def hints_of(snapshot: DocumentSnapshot, width: int, height: int, strength: float = 1.0) -> Pixels:
    """Return the hints as the network sees them: straight RGBA uint8 [height, width, 4], alpha = strength.

    Colours are averaged by area with their alpha as weight; alpha is raised so that a spot smaller than a
    network pixel still counts there. Hints that are not seen are none: what colours must be in sight.
    """
    tiles = snapshot.hints.tiles
    if tiles.is_blank or strength <= 0 or not snapshot.hints.is_seen:
        return np.zeros((height, width, 4), np.uint8)
    factor = _whole_factor(snapshot, width, height)
    if factor is None:
        means = _resized(tiles.read(tiles.rect), width, height)
        out = _spots(means, snapshot.width * snapshot.height / (width * height))
    else:
        out = np.zeros((height, width, 4), np.uint8)
        _place(out, tiles, _HINTS, factor)
    if strength < 1:
        out[..., 3] = np.rint(np.arange(256) * strength).astype(np.uint8)[out[..., 3]]
        out[out[..., 3] == 0] = 0
    return out


def straight(premultiplied: Pixels) -> Pixels:
    """Return premultiplied RGBA as straight RGBA; wholly transparent pixels become zero."""
    alpha = premultiplied[..., 3:].astype(np.uint16)
    half = alpha // 2
    colour = (premultiplied[..., :3].astype(np.uint16) * np.uint16(255) + half) // np.maximum(alpha, 1)
    out = premultiplied.copy()
    out[..., :3] = np.minimum(colour, 255)
    return out


def premultiplied(straight_rgba: Pixels) -> Pixels:
    """Return straight RGBA [h, w, 4] as premultiplied RGBA."""
    height, width = straight_rgba.shape[:2]
    if not straight_rgba.size:
        return straight_rgba.copy()
    # Qt's own conversion takes an eighth of the time.
    straight_rgba = np.ascontiguousarray(straight_rgba)
    image = QImage(straight_rgba.data, width, height, width * 4, QImage.Format.Format_RGBA8888)
    return pixels_of(image.convertToFormat(PREMULTIPLIED))


def _paint_tiles(painter: QPainter, layer: Layer | LayerSnapshot, rect: Rect) -> None:
    tiles = layer.tiles if isinstance(layer, LayerSnapshot) else layer.surface
    for (column, row), part in tile_parts(rect.intersected(tiles.rect)):
        tile = tiles.tile((column, row))
        if tile is not None:
            image = QImage(tile.data, TILE, TILE, PREMULTIPLIED)
            place = QPoint(part.x - rect.x, part.y - rect.y)
            painter.drawImage(
                place, image, QRect(part.x - column * TILE, part.y - row * TILE, part.w, part.h)
            )


def _whole_factor(snapshot: DocumentSnapshot, width: int, height: int) -> int | None:
    """Return n where the drawing is exactly n times as large and n divides a tile, else None."""
    factor, rest = divmod(snapshot.width, width)
    if rest or factor * height != snapshot.height or factor == 0 or TILE % factor:
        return None
    return factor


def _sketch(tiles: TileSnapshot, factor: int) -> Pixels:
    """Return the whole sketch, each side divided by ``factor`` (which divides TILE and both sides)."""
    out = np.full((tiles.height // factor, tiles.width // factor), 255, np.uint8)
    _place(out, tiles, _SKETCHES, factor)
    return out


def _place(out: Pixels, tiles: TileSnapshot, values: "_PerTile", factor: int) -> None:
    """Put what ``values`` makes from each tile where the tile lies in ``out``, clipped at the edges."""
    side = TILE // factor
    for column, row in tiles.tile_indices():
        tile = tiles.tile((column, row))
        assert tile is not None
        target = out[row * side : (row + 1) * side, column * side : (column + 1) * side]
        target[...] = values.get(tile, factor)[: target.shape[0], : target.shape[1]]


def _tile_sketch(tile: Pixels, factor: int) -> Pixels:
    """Return the luminance of a tile over white (Rec. 601 weights), averaged in blocks, rounded."""
    paper = 255 - tile[..., 3]
    if (tile.view(np.uint32) & _COLOUR_BYTES).any():
        red, green, blue = (tile[..., i].astype(np.uint16) for i in range(3))
        paper += ((red * 77 + green * 150 + blue * 29 + 128) >> 8).astype(np.uint8)
    if factor == 1:
        return paper
    # One row of every block at a time, then one column: short sums along an axis are slow.
    side, area = TILE // factor, factor * factor
    rows = np.zeros((side, TILE), np.uint32)
    blocks = np.full((side, side), area // 2, np.uint32)
    for first in range(factor):
        rows += paper[first::factor]
    for first in range(factor):
        blocks += rows[:, first::factor]
    return (blocks // np.uint32(area)).astype(np.uint8)


def _tile_hints(tile: Pixels, factor: int) -> Pixels:
    """Return the hints of a tile in blocks, straight RGBA."""
    rows = np.add.reduce(tile.reshape(-1, factor, TILE * 4), axis=1, dtype=np.uint32)
    blocks = np.add.reduce(rows.reshape(rows.shape[0], -1, factor, 4), axis=2)
    return _spots(blocks.astype(np.float32) / np.float32(factor * factor), factor * factor)


def _spots(means: NDArray[np.generic], block: float) -> Pixels:
    """Return straight RGBA from premultiplied means over ``block`` drawing pixels, small spots raised."""
    out = np.zeros(means.shape, np.uint8)
    where = np.nonzero(means[..., 3])
    some = means[where].astype(np.float32)
    alpha = some[:, 3:]
    raised = np.minimum(alpha * max(1.0, block / DOT_PX), 255.0)
    colour = np.minimum(some[:, :3] * 255.0 / alpha, 255.0)
    out[where] = np.rint(np.concatenate([colour, raised], axis=1)).astype(np.uint8)
    out[out[..., 3] == 0] = 0
    return out


class _PerTile:
    """Remembers what was made from a tile for as long as the tile lives; tiles never change.

    Safe from any thread: at worst two threads make the same value twice.
    """

    def __init__(self, make: Callable[[Pixels, int], Pixels]) -> None:
        self._make = make
        self._known: dict[tuple[int, int], tuple[weakref.ref[Pixels], Pixels]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def get(self, tile: Pixels, factor: int) -> Pixels:
        """Return the value made from ``tile`` with ``factor``."""
        key = (id(tile), factor)
        known = self._known.get(key)
        # The id may belong to a new tile before the old one's reference was told.
        if known is not None and known[0]() is tile:
            return known[1]
        value = self._make(tile, factor)

        def forget(dead: weakref.ref[Pixels]) -> None:
            entry = self._known.get(key)
            if entry is not None and entry[0] is dead:
                del self._known[key]

        self._known[key] = (weakref.ref(tile, forget), value)
        return value


_SKETCHES = _PerTile(_tile_sketch)
_HINTS = _PerTile(_tile_hints)


def _resized(values: Pixels, width: int, height: int) -> Pixels:
    """Return uint8 values at another size: averaged by area when smaller, bilinear when larger."""
    import cv2

    smaller = width * height <= values.shape[0] * values.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), np.uint8)
