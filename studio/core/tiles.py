"""Sparse pixels in 128 px tiles that are never written in place, so that sharing them is always safe.

A surface maps tile indices to read-only arrays. Changing pixels means putting a new array in a tile's
place, so a snapshot is a shallow copy, undo keeps references, and "did it change?" is a test of identity.

>>> surface = TileSurface(300, 200)
>>> before = surface.snapshot()
>>> surface.write(Rect(10, 10, 2, 2), np.full((2, 2, 4), 255, np.uint8))
Rect(x=10, y=10, w=2, h=2)
>>> before.is_blank, surface.snapshot().changed_since(before)
(True, Rect(x=0, y=0, w=128, h=128))
"""

from collections.abc import Collection, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from studio.core.geometry import EMPTY, Rect

TILE = 128

Pixels: TypeAlias = NDArray[np.uint8]
TileIndex: TypeAlias = tuple[int, int]


class TilePixels:
    """What can be read from tiles: the part a live surface and a snapshot have in common.

    Pixels are premultiplied RGBA, uint8. Outside the tiles, and outside the surface, they are zero.
    """

    __slots__ = ("_tiles", "height", "width")

    def __init__(self, width: int, height: int, tiles: dict[TileIndex, Pixels]) -> None:
        self.width = width
        self.height = height
        self._tiles = tiles

    @property
    def rect(self) -> Rect:
        """The whole surface."""
        return Rect(0, 0, self.width, self.height)

    @property
    def is_blank(self) -> bool:
        """Whether no tile holds anything."""
        return not self._tiles

    def is_blank_in(self, rect: Rect) -> bool:
        """Whether ``rect`` holds no mark at all."""
        return all(is_blank_area(pixels) for _, pixels in self.tiles_in(rect))

    @property
    def nbytes(self) -> int:
        """Bytes held by the tiles."""
        return sum(tile.nbytes for tile in self._tiles.values())

    def tile_indices(self) -> tuple[TileIndex, ...]:
        """Return the (column, row) of every tile that holds something."""
        return tuple(self._tiles)

    def tile(self, index: TileIndex) -> Pixels | None:
        """Return the read-only [128, 128, 4] array at (column, row), None where nothing was drawn."""
        return self._tiles.get(index)

    def differing(self, other: "TilePixels") -> list[TileIndex]:
        """Return the indices whose tiles are not the very same arrays (or absence) in both."""
        mine, theirs = self._tiles, other._tiles
        changed = [index for index, tile in mine.items() if theirs.get(index) is not tile]
        return changed + [index for index in theirs if index not in mine]

    def tiles_in(self, rect: Rect) -> Iterator[tuple[Rect, Pixels]]:
        """Yield, for every tile that meets ``rect``, the common rect and the tile's pixels there (a view)."""
        for index, part in tile_parts(rect.intersected(self.rect)):
            tile = self._tiles.get(index)
            if tile is not None:
                yield part, tile[part.translated(-index[0] * TILE, -index[1] * TILE).slices]

    def read(self, rect: Rect) -> Pixels:
        """Return a copy of the pixels in ``rect`` as [h, w, 4]; zero where there are none."""
        out = np.zeros((max(0, rect.h), max(0, rect.w), 4), np.uint8)
        for part, pixels in self.tiles_in(rect):
            out[part.translated(-rect.x, -rect.y).slices] = pixels
        return out

    def alpha(self, rect: Rect) -> Pixels:
        """Return a copy of the coverage in ``rect`` as [h, w]."""
        out = np.zeros((max(0, rect.h), max(0, rect.w)), np.uint8)
        for part, pixels in self.tiles_in(rect):
            out[part.translated(-rect.x, -rect.y).slices] = pixels[..., 3]
        return out

    def tiles_rect(self) -> Rect:
        """Return the box around the tiles, clipped to the surface; EMPTY without tiles."""
        return bounding_rect(self._tiles).intersected(self.rect)

    def bounds(self) -> Rect:
        """Return the smallest rect that holds every pixel that is not wholly transparent."""
        rect = EMPTY
        for (column, row), tile in self._tiles.items():
            opaque = tile[..., 3] != 0
            ys, xs = np.flatnonzero(opaque.any(axis=1)), np.flatnonzero(opaque.any(axis=0))
            if ys.size:
                edges = Rect.from_edges(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1)
                rect = rect.united(edges.translated(column * TILE, row * TILE))
        return rect.intersected(self.rect)


class TileSnapshot(TilePixels):
    """An immutable shallow copy of a surface; may be read from any thread."""

    __slots__ = ()

    def changed_since(self, other: "TileSnapshot") -> Rect | None:
        """Return the box around the tiles that are not the very same arrays in both, None when all are."""
        changed = self.differing(other)
        return bounding_rect(changed).intersected(self.rect) if changed else None


class TileSurface(TilePixels):
    """The pixels of one layer. Only edits and undo steps call ``write`` and ``put_tile``."""

    __slots__ = ("_snapshot",)

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height, {})
        self._snapshot: TileSnapshot | None = None

    def snapshot(self) -> TileSnapshot:
        """Return the pixels as they are now; the same object until the next write."""
        if self._snapshot is None:
            self._snapshot = TileSnapshot(self.width, self.height, dict(self._tiles))
        return self._snapshot

    def write(self, rect: Rect, pixels: Pixels) -> Rect:
        """Replace the pixels in ``rect`` by ``pixels`` [h, w, 4]; return the part inside the surface."""
        if pixels.shape != (rect.h, rect.w, 4) or pixels.dtype != np.uint8:
            raise ValueError(f"pixels for {rect} must be uint8 [{rect.h}, {rect.w}, 4], not {pixels.shape}")
        inside = rect.intersected(self.rect)
        for index, part in tile_parts(inside):
            old = self._tiles.get(index)
            new = np.zeros((TILE, TILE, 4), np.uint8) if old is None else old.copy()
            source = pixels[part.translated(-rect.x, -rect.y).slices]
            new[part.translated(-index[0] * TILE, -index[1] * TILE).slices] = source
            self.put_tile(index, new)
        return inside

    def put_tile(self, index: TileIndex, tile: Pixels | None) -> None:
        """Put an array in a tile's place (it becomes read-only), or take the tile away."""
        self._snapshot = None
        if tile is None:
            self._tiles.pop(index, None)
            return
        tile.setflags(write=False)
        self._tiles[index] = tile

    def drop_blank_tiles(self) -> None:
        """Take away every tile without a single mark."""
        for index in self.tile_indices():
            if is_blank_area(self._tiles[index]):
                self.put_tile(index, None)


def is_blank_area(pixels: Pixels) -> bool:
    """Whether the pixels of a tile, or of any part of a layer, hold no mark at all."""
    # The maximum is vectorised, any() is not: a third of the time.
    return int(pixels.max()) == 0


def tile_parts(rect: Rect) -> Iterator[tuple[TileIndex, Rect]]:
    """Yield every (column, row) that ``rect`` meets, with the part of ``rect`` inside that tile."""
    if rect.is_empty:
        return
    for row in range(rect.y // TILE, (rect.bottom - 1) // TILE + 1):
        top, bottom = max(rect.y, row * TILE), min(rect.bottom, (row + 1) * TILE)
        for column in range(rect.x // TILE, (rect.right - 1) // TILE + 1):
            left, right = max(rect.x, column * TILE), min(rect.right, (column + 1) * TILE)
            yield (column, row), Rect(left, top, right - left, bottom - top)


def bounding_rect(indices: Collection[TileIndex]) -> Rect:
    """Return the box around whole tiles; EMPTY for none."""
    if not indices:
        return EMPTY
    columns, rows = zip(*indices, strict=True)
    return Rect.from_edges(
        min(columns) * TILE, min(rows) * TILE, (max(columns) + 1) * TILE, (max(rows) + 1) * TILE
    )
