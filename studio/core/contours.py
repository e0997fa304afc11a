"""Enlarged colours with crisp contours, also where the network parts two colours without a line.

Enlarging blurs such an edge over several pixels. Here every pixel of the blur is pushed away from the middle
between the least and the greatest value around it, channel by channel, until the edge is about a pixel wide
again; it runs where that middle value is, as smoothly as the enlargement. Soft shading has no edge and stays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHARPEST = 1.5
"""How much steeper than enlarged an edge becomes, for each step of enlargement."""

CONTRAST = 40
"""An edge is a change of more than this (of 255) within five pixels of the small picture."""

ROWS = 64
"""Rows worked on together: small enough for the processor's cache."""

Colours = NDArray[np.uint8]


def enlarge(small: Colours, width: int, height: int, *, crisp: bool = False) -> Colours:
    """Return ``small`` uint8 [h,w,4] enlarged to [height,width,4], cubic, with crisp contours.

    A small picture that is ``crisp`` itself has edges a pixel or two wide, which are quicker to find.
    """
    import cv2

    large = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    scale = min(width / small.shape[1], height / small.shape[0])
    if scale <= 1:
        return large
    edges = _Edges.of_crisp(small, scale) if crisp else _Edges.of(small, scale)
    if not edges.where.any():
        return large
    # For each row the first pixel of its cells in the small picture, for each column the cell within the row.
    rows = (np.arange(height) * small.shape[0] // height * small.shape[1]).astype(np.int32)
    columns = (np.arange(width) * small.shape[1] // width).astype(np.int32)
    wide = edges.where.take(columns, axis=1)
    pixels = large.view(np.uint32).reshape(-1)
    for top in range(0, height, ROWS):
        first = rows[top : top + ROWS]
        mask = wide.take(first // small.shape[1], axis=0)
        here = np.flatnonzero(mask).astype(np.int32)
        counts = np.count_nonzero(mask, axis=1)
        row_start = np.repeat(np.arange(len(first), dtype=np.int32) * np.int32(width), counts)
        cells = np.repeat(first, counts) + columns.take(here - row_start)
        _sharpen(pixels, here + np.int32(top * width), cells, edges)
    return large


@dataclass(frozen=True, slots=True)
class _Edges:
    """The edges of a small picture: where they are [h,w]; for each of its pixels the values to both sides
    (four bytes in one number) [h*w], and how much steeper an edge there shall become [h*w].
    """

    where: NDArray[np.bool_]
    low: NDArray[np.uint32]
    high: NDArray[np.uint32]
    gain: NDArray[np.float32]

    @classmethod
    def of(cls, small: Colours, scale: float) -> "_Edges":
        """Find the edges of a network's picture [h,w,4] that is about to be enlarged ``scale`` times."""
        low, high = _extremes(small, 5)
        around = _span(low, high).astype(np.float32)
        # Within three pixels and within nine an edge is as high as within five; shading is lower and higher.
        within, beyond = _span(*_extremes(small, 3)), _span(*_extremes(small, 9))
        steep = (within / np.maximum(around, 1) - np.float32(0.15)) * np.float32(5)
        alone = (around / np.maximum(beyond, 1) - np.float32(0.6)) * np.float32(5)
        share = np.clip(steep, 0, 1) * np.clip(alone, 0, 1)
        share[around <= CONTRAST] = 0
        gain = 1 + np.float32(max(SHARPEST * scale - 1, 0)) * share
        return cls(share > 0, _packed(low), _packed(high), gain.astype(np.float32).reshape(-1))

    @classmethod
    def of_crisp(cls, small: Colours, scale: float) -> "_Edges":
        """Find the edges of a picture [h,w,4] whose edges are a pixel or two wide."""
        low, high = _extremes(small, 3)
        where = _span(low, high) > CONTRAST
        gain = np.full(where.size, max(SHARPEST * scale, 1), np.float32)
        return cls(where, _packed(low), _packed(high), gain)


def _sharpen(
    pixels: NDArray[np.uint32], here: NDArray[np.int32], cells: NDArray[np.int32], edges: _Edges
) -> None:
    """Make the edge steeper at the flat indices ``here``; ``cells`` are theirs in the small picture."""
    low, high = _bytes(edges.low.take(cells)), _bytes(edges.high.take(cells))
    middle: NDArray[np.float32] = np.add(low, high, dtype=np.float32)
    middle *= np.float32(0.5)
    values: NDArray[np.float32] = np.subtract(_bytes(pixels.take(here)), middle)
    values *= edges.gain.take(cells)[:, None]
    values += middle
    np.maximum(values, low, out=values)
    np.minimum(values, high, out=values)
    values += np.float32(0.5)
    pixels[here] = _packed(values.astype(np.uint8))


def _extremes(small: Colours, side: int) -> tuple[Colours, Colours]:
    """Return the least and the greatest value within ``side`` pixels, channel by channel."""
    import cv2

    kernel = np.ones((side, side), np.uint8)
    return np.asarray(cv2.erode(small, kernel), np.uint8), np.asarray(cv2.dilate(small, kernel), np.uint8)


def _span(low: Colours, high: Colours) -> NDArray[np.uint8]:
    """Return the greatest difference of any of the three colours, [h,w]."""
    import cv2

    red, green, blue, _ = cv2.split(cv2.subtract(high, low))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _packed(colours: Colours) -> NDArray[np.uint32]:
    return np.ascontiguousarray(colours).view(np.uint32).reshape(-1)


def _bytes(packed: NDArray[np.uint32]) -> Colours:
    return packed.view(np.uint8).reshape(-1, 4)
