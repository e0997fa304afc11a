"""Integer rectangles in document space: pixels, y down, pixel (0, 0) covers 0..1 x 0..1."""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Rect(NamedTuple):
    """A half-open box of whole pixels; empty when a side is zero or less."""

    x: int
    y: int
    w: int
    h: int

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]], radius: float = 0.0) -> "Rect":
        """Return the smallest rect that holds a disc of ``radius`` pixels around every point."""
        xs, ys = zip(*points, strict=True) if (points := list(points)) else ((), ())
        if not xs:
            return EMPTY
        return cls.from_edges(
            math.floor(min(xs) - radius),
            math.floor(min(ys) - radius),
            math.ceil(max(xs) + radius),
            math.ceil(max(ys) + radius),
        )

    @classmethod
    def from_edges(cls, left: int, top: int, right: int, bottom: int) -> "Rect":
        """Return the rect between two corners, empty when they cross."""
        return cls(left, top, max(0, right - left), max(0, bottom - top))

    @property
    def right(self) -> int:
        """The first column right of the rect."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row below the rect."""
        return self.y + self.h

    @property
    def area(self) -> int:
        """The number of pixels inside."""
        return max(0, self.w) * max(0, self.h)

    @property
    def is_empty(self) -> bool:
        """Whether no pixel is inside."""
        return self.w <= 0 or self.h <= 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array whose origin is the document's."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    def united(self, other: "Rect") -> "Rect":
        """Return the smallest rect that holds both; an empty rect adds nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Rect.from_edges(
            min(self.x, other.x),
            min(self.y, other.y),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersected(self, other: "Rect") -> "Rect":
        """Return the pixels inside both, EMPTY when there are none."""
        both = Rect.from_edges(
            max(self.x, other.x),
            max(self.y, other.y),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )
        return EMPTY if both.is_empty else both

    def inflated(self, pixels: int) -> "Rect":
        """Return the rect grown (or, when negative, shrunk) by ``pixels`` on every side."""
        return Rect.from_edges(self.x - pixels, self.y - pixels, self.right + pixels, self.bottom + pixels)

    def translated(self, dx: int, dy: int) -> "Rect":
        """Return the rect moved by whole pixels."""
        return Rect(self.x + dx, self.y + dy, self.w, self.h)

    def contains(self, other: "Rect") -> bool:
        """Whether every pixel of ``other`` is inside."""
        return other.is_empty or self.intersected(other) == other


EMPTY = Rect(0, 0, 0, 0)
