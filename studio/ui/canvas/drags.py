"""What one press of pen or mouse does until it is let go: draw, draw straight, pan, or move the divider."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from studio.core.stroke import PenSample
from studio.core.tools import Tool
from studio.ui.canvas.input import Pointer
from studio.ui.canvas.view import Point

ToDocument = Callable[[Point], Point]

CLICK_PX = 4.0  # a shorter way than this, in logical pixels, is a click


class Drag(Protocol):
    """One press in hand, which is told where the pen has been since, at least one place at a time.

    `line_from` is the start of a straight line to preview, in document space.
    """

    line_from: Point | None

    def move(self, pointers: Sequence[Pointer]) -> None: ...

    def release(self, pointer: Pointer) -> None: ...

    def cancel(self) -> None: ...


class StrokeDrag:
    """A tool that follows the pen."""

    def __init__(self, tool: Tool, pointer: Pointer, to_document: ToDocument) -> None:
        self.line_from: Point | None = None
        self._tool = tool
        self.to_document = to_document
        tool.press(pointer.sample(to_document))

    def move(self, pointers: Sequence[Pointer]) -> None:
        self._tool.move([pointer.sample(self.to_document) for pointer in pointers])

    def release(self, pointer: Pointer) -> None:
        self._tool.release(pointer.sample(self.to_document))

    def cancel(self) -> None:
        self._tool.cancel()


class LineDrag:
    """A straight stroke from the press to the release; a mere click joins the end of the last stroke instead.

    Nothing is drawn before the release: the canvas shows a preview, and Esc has nothing to take back.
    """

    def __init__(self, tool: Tool, pointer: Pointer, to_document: ToDocument, last: PenSample | None) -> None:
        self._tool = tool
        self.to_document = to_document
        self._press = pointer
        self._last = last
        self._pressure = pointer.pressure
        self._moved = False
        # Until the pen has moved it may be a click: show the line that a click would draw.
        start = to_document(pointer.position)
        self.line_from: Point | None = start if last is None else Point(last.x, last.y)

    def move(self, pointers: Sequence[Pointer]) -> None:
        for pointer in pointers:
            self._pressure = max(self._pressure, pointer.pressure)
            if not self._moved and math.dist(pointer.position, self._press.position) >= CLICK_PX:
                self._moved = True
                self.line_from = self.to_document(self._press.position)

    def release(self, pointer: Pointer) -> None:
        self.move([pointer])
        start = self._press.sample(self.to_document)
        if not self._moved and self._last is not None:
            start = replace(start, x=self._last.x, y=self._last.y)
        self._tool.press(replace(start, pressure=self._pressure))
        self._tool.release(replace(pointer.sample(self.to_document), pressure=self._pressure))

    def cancel(self) -> None:
        self._moved = False


class PanDrag:
    """Moves the view with the pen."""

    line_from: Point | None = None

    def __init__(self, pointer: Pointer, pan_by: Callable[[float, float], None]) -> None:
        self._at = pointer.position
        self._pan_by = pan_by

    def move(self, pointers: Sequence[Pointer]) -> None:
        pointer = pointers[-1]
        # Whole pixels, which the screen can move instead of painting them; the rest waits for the next event.
        dx, dy = round(pointer.position.x - self._at.x), round(pointer.position.y - self._at.y)
        self._pan_by(dx, dy)
        self._at = Point(self._at.x + dx, self._at.y + dy)

    def release(self, pointer: Pointer) -> None:
        self.move([pointer])

    def cancel(self) -> None:
        """A pan keeps what it has moved."""


class DividerDrag:
    """Moves the divider; cancelled, it goes back to where it was taken."""

    line_from: Point | None = None

    def __init__(
        self, split: float, split_to: Callable[[float], None], set_split: Callable[[float], None]
    ) -> None:
        self._first = split
        self._split_to = split_to
        self._set_split = set_split

    def move(self, pointers: Sequence[Pointer]) -> None:
        self._split_to(pointers[-1].position.x)

    def release(self, pointer: Pointer) -> None:
        self._split_to(pointer.position.x)

    def cancel(self) -> None:
        self._set_split(self._first)
