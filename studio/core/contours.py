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

CELLS = 1024
"""Pixels of the small picture worked on together: few enough for the processor's cache."""

Colours = NDArray[np.uint8]
Indices = NDArray[np.intp]


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
    cells = np.flatnonzero(edges.where)
    rows, columns = _spans(small.shape[0], height) * width, _spans(small.shape[1], width)
    pixels = large.view(np.uint32).reshape(-1)
    for first in range(0, cells.size, CELLS):
        part = cells[first : first + CELLS]
        y, x = np.divmod(part, small.shape[1])
        here = rows[:, y][:, None] + columns[:, x]
        _sharpen(pixels, here.reshape(-1, part.size), part, edges)
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
        closest = _extremes((small, small), 3)
        low, high = _extremes(closest, 3)
        where = _span(low, high) > CONTRAST
        there = np.flatnonzero(where)
        # Within three pixels and within nine an edge is as high as within five; shading is lower and higher.
        within, around, beyond = (
            _span_at(there, *pair) for pair in (closest, (low, high), _extremes((low, high), 5))
        )
        steep = (within / around - np.float32(0.15)) * np.float32(5)
        alone = (around / beyond - np.float32(0.6)) * np.float32(5)
        share = np.clip(steep, 0, 1) * np.clip(alone, 0, 1)
        where.reshape(-1)[there] = share > 0
        gain = np.ones(where.size, np.float32)
        gain[there] += np.float32(max(SHARPEST * scale - 1, 0)) * share
        return cls(where, _packed(low), _packed(high), gain)

    @classmethod
    def of_crisp(cls, small: Colours, scale: float) -> "_Edges":
        """Find the edges of a picture [h,w,4] whose edges are a pixel or two wide."""
        low, high = _extremes((small, small), 3)
        where = _span(low, high) > CONTRAST
        gain = np.full(where.size, max(SHARPEST * scale, 1), np.float32)
        return cls(where, _packed(low), _packed(high), gain)


def _spans(small: int, large: int) -> Indices:
    """Return which of ``large`` places lie in each of ``small`` [n,small]; short spans repeat their last."""
    edges = -(-np.arange(small + 1) * large // small)
    longest = max(1, int(np.diff(edges).max()))
    return np.minimum(edges[:-1] + np.arange(longest)[:, None], edges[1:] - 1)


def _sharpen(pixels: NDArray[np.uint32], here: Indices, cells: Indices, edges: _Edges) -> None:
    """Make the edge steeper at the flat indices ``here`` [m,n]; ``cells`` [n] are their small pixels."""
    half = np.float32(0.5)
    low, high = (_bytes(side.take(cells)).astype(np.float32).reshape(-1) for side in (edges.low, edges.high))
    middle = (low + high) * half
    # One long row for each place within the cells, so that every step runs straight through memory.
    values = _bytes(pixels.take(here)).reshape(here.shape[0], -1).astype(np.float32)
    values -= middle
    values *= np.repeat(edges.gain.take(cells), 4)
    values += middle + half
    np.maximum(values, low + half, out=values)
    np.minimum(values, high + half, out=values)
    pixels[here] = values.astype(np.uint8).view(np.uint32)


def _extremes(pair: tuple[Colours, Colours], side: int) -> tuple[Colours, Colours]:
    """Return the least of the first and the greatest of the second within ``side`` pixels, by channel."""
    import cv2

    kernel = np.ones((side, side), np.uint8)
    return np.asarray(cv2.erode(pair[0], kernel), np.uint8), np.asarray(cv2.dilate(pair[1], kernel), np.uint8)


def _span(low: Colours, high: Colours) -> NDArray[np.uint8]:
    """Return the greatest difference of any of the three colours, [h,w]."""
    import cv2

    red, green, blue, _ = cv2.split(cv2.subtract(high, low))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _span_at(there: Indices, low: Colours, high: Colours) -> NDArray[np.float32]:
    """Return the greatest difference of any of the three colours at flat indices [n]."""
    red, green, blue, _ = (_bytes(_packed(high).take(there)) - _bytes(_packed(low).take(there))).T
    return np.maximum(np.maximum(red, green), blue).astype(np.float32)


def _packed(colours: Colours) -> NDArray[np.uint32]:
    return np.ascontiguousarray(colours).view(np.uint32).reshape(-1)


def _bytes(packed: NDArray[np.uint32]) -> Colours:
    return packed.view(np.uint8).reshape(-1, 4)
