"""An edit: the only way to change pixels, and one undo step."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from studio.core.geometry import EMPTY, Rect
from studio.core.history import PixelStep
from studio.core.layers import Layer
from studio.core.tiles import Pixels, TileIndex, TileSnapshot, is_blank_area


class Edit:
    """A change of one layer's pixels that becomes one step, or nothing.

    Use it with ``with`` for one-shot work (an exception cancels it), or call ``begin``, then ``commit`` or
    ``cancel``, for a stroke that spans events. ``publish`` tells the document what has been written so far.
    """

    def __init__(
        self,
        text: str,
        layer: Layer,
        on_begin: Callable[["Edit"], None],
        on_dirty: Callable[["Edit", Rect], None],
        on_end: Callable[["Edit", PixelStep | None], None],
    ) -> None:
        self.text = text
        self.layer = layer
        self._on_begin = on_begin
        self._on_dirty = on_dirty
        self._on_end = on_end
        self._before: TileSnapshot | None = None
        self._unpublished = EMPTY
        self._dirty = EMPTY

    def __enter__(self) -> Self:
        return self.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.is_open:
            return
        if kind is None:
            self.commit()
        else:
            self.cancel()

    @property
    def is_open(self) -> bool:
        """Whether pixels may be written."""
        return self._before is not None

    @property
    def has_written(self) -> bool:
        """Whether anything was written since the edit began."""
        return not (self._dirty.is_empty and self._unpublished.is_empty)

    @property
    def rect(self) -> Rect:
        """The whole layer."""
        return self.layer.surface.rect

    @property
    def before(self) -> TileSnapshot:
        """The layer's pixels as they were when the edit began."""
        if self._before is None:
            raise RuntimeError(f"the edit {self.text!r} is not open")
        return self._before

    def begin(self) -> Self:
        """Open the edit; an edit still open on the same document is committed first."""
        if self._before is not None:
            raise RuntimeError(f"the edit {self.text!r} is open already")
        self._on_begin(self)
        self._before = self.layer.surface.snapshot()
        self._unpublished = self._dirty = EMPTY
        return self

    def read(self, rect: Rect) -> Pixels:
        """Return a copy of the layer's pixels as they are now, premultiplied RGBA [h, w, 4]."""
        return self.layer.surface.read(rect)

    def write(self, rect: Rect, pixels: Pixels) -> Rect:
        """Replace the pixels in ``rect``; return the part inside the document."""
        if self._before is None:
            raise RuntimeError(f"the edit {self.text!r} is not open")
        inside = self.layer.surface.write(rect, pixels)
        self._unpublished = self._unpublished.united(inside)
        return inside

    def clear(self) -> Rect:
        """Take every pixel of the layer away; return the box that held some."""
        rect = self.layer.surface.tiles_rect()
        for index in self.layer.surface.tile_indices():
            self.layer.surface.put_tile(index, None)
        self._unpublished = self._unpublished.united(rect)
        return rect

    def publish(self) -> Rect:
        """Announce what was written since the last call; return its box."""
        rect = self._unpublished
        self._unpublished = EMPTY
        self._dirty = self._dirty.united(rect)
        if not rect.is_empty:
            self._on_dirty(self, rect)
        return rect

    def commit(self) -> bool:
        """Close the edit and make it one undo step; return False when it changed nothing."""
        before, surface = self.before, self.layer.surface
        tiles: dict[TileIndex, tuple[Pixels | None, Pixels | None]] = {}
        for index in surface.differing(before):
            old, new = before.tile(index), surface.tile(index)
            if new is not None and is_blank_area(new):
                surface.put_tile(index, None)
                new = None
            if old is None and new is None:
                continue
            if old is not None and new is not None and not (old != new).any():
                surface.put_tile(index, old)
            else:
                tiles[index] = (old, new)
        self.publish()
        self._before = None
        step = PixelStep(self.text, self.layer.id, surface, tiles, self._dirty) if tiles else None
        self._on_end(self, step)
        return step is not None

    def cancel(self) -> None:
        """Close the edit and put every pixel back."""
        before, surface = self.before, self.layer.surface
        self._unpublished = self._dirty.united(self._unpublished)
        for index in surface.differing(before):
            surface.put_tile(index, before.tile(index))
        self.publish()
        self._before = None
        self._on_end(self, None)
