"""Where drawing and picture lie in the canvas: three arrangements and a divider, as plain numbers."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from studio.core.geometry import Rect
from studio.ui.canvas.view import Point, Size, ViewTransform

DIVIDER_PX = 6.0
GRIP_PX = 6.0
SHRUNK_MARGIN_PX = 8.0
"""The surround left and right of a document that a narrow pane shows smaller."""
SPLIT_MIDDLE = 0.5
SPLIT_MIN = 0.15
SPLIT_MAX = 0.85
PICTURE_LEAST = 0.25
"""What side by side leaves of the width to the picture at least: it is what one draws for."""


class ViewMode(StrEnum):
    """How drawing and picture share the canvas."""

    SIDE_BY_SIDE = "side by side"
    OVER = "over"
    WIPE = "wipe"

    def following(self) -> "ViewMode":
        """The mode that Tab goes to from this one."""
        modes = list(ViewMode)
        return modes[(modes.index(self) + 1) % len(modes)]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in logical widget pixels.

    shrink: how much smaller than the view says a pane shows the document, so that all of it is seen.
    """

    left: float
    top: float
    width: float
    height: float
    shrink: float = 1.0

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    @property
    def middle(self) -> Point:
        return Point(self.left + self.width / 2, self.top + self.height / 2)

    @property
    def pixels(self) -> Rect:
        """The whole widget pixels that the box touches."""
        left, top = math.floor(self.left), math.floor(self.top)
        return Rect.from_edges(left, top, math.ceil(self.right), math.ceil(self.bottom))

    def lens(self, view: ViewTransform) -> ViewTransform:
        """The view as this pane shows it."""
        return view if self.shrink == 1.0 else replace(view, zoom=view.zoom * self.shrink)

    def holds(self, point: Point, slack: float = 0.0) -> bool:
        """Whether the point lies inside, or within `slack` pixels of it."""
        return (
            self.left - slack <= point.x < self.right + slack
            and self.top - slack <= point.y < self.bottom + slack
        )


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The boxes of one arrangement.

    drawing, picture: the panes, whose middles the view is mapped around; the same box in OVER and WIPE.
    drawing_seen, picture_seen: the part of each pane that shows; they never overlap but in OVER.
    divider: the bar between the two, None in OVER.
    """

    mode: ViewMode
    drawing: Box
    picture: Box
    drawing_seen: Box
    picture_seen: Box
    divider: Box | None

    @property
    def panes(self) -> tuple[Box, ...]:
        """The distinct panes, drawing first."""
        return (self.drawing,) if self.picture == self.drawing else (self.drawing, self.picture)

    def pane_at(self, point: Point) -> Box | None:
        """The pane under a widget point, None on the divider of side by side and outside."""
        return next((pane for pane in self.panes if pane.holds(point)), None)

    def on_divider(self, point: Point) -> bool:
        """Whether a press here takes hold of the divider."""
        if self.divider is None:
            return False
        if self.mode is ViewMode.SIDE_BY_SIDE:
            return self.divider.holds(point, slack=2.0)
        # In a wipe the line runs through the drawing: only its grip is taken hold of.
        return grip(self.divider).holds(point, slack=GRIP_PX)


@lru_cache(maxsize=8)  # asked several times an event, for the same widget
def arrange(mode: ViewMode, size: Size, split: float, outline: Size | None = None) -> Arrangement:
    """The boxes for a canvas of `size` logical pixels with the divider at `split` (0..1 of the width).

    outline: the extent on the screen of a document that fits into the wider pane of side by side; the narrow
    one shows it smaller where it must. None: both show it at one size.
    """
    whole = Box(0.0, 0.0, size.width, size.height)
    if mode is ViewMode.OVER:
        return Arrangement(mode, whole, whole, whole, whole, None)
    # Whole pixels, so that neither pane starts with a blurred column.
    if mode is ViewMode.SIDE_BY_SIDE:
        width = round((size.width - DIVIDER_PX) * split)
        drawing = _shrunk(Box(0.0, 0.0, width, size.height), outline)
        divider = Box(drawing.right, 0.0, DIVIDER_PX, size.height)
        picture = _shrunk(Box(divider.right, 0.0, max(size.width - divider.right, 1.0), size.height), outline)
        return Arrangement(mode, drawing, picture, drawing, picture, divider)
    line = round(size.width * split)
    return Arrangement(
        mode,
        whole,
        whole,
        Box(0.0, 0.0, line, size.height),
        Box(line, 0.0, size.width - line, size.height),
        Box(line - 1.0, 0.0, 2.0, size.height),
    )


def _shrunk(pane: Box, outline: Size | None) -> Box:
    if outline is None:
        return pane
    room = max(pane.width - 2 * SHRUNK_MARGIN_PX, 1.0)
    return replace(pane, shrink=min(room / outline.width, 1.0))


def split_at(mode: ViewMode, size: Size, x: float) -> float:
    """The split that brings the divider's middle to widget column x, within its limits."""
    room = size.width - (DIVIDER_PX if mode is ViewMode.SIDE_BY_SIDE else 0.0)
    start = DIVIDER_PX / 2 if mode is ViewMode.SIDE_BY_SIDE else 0.0
    return limited(mode, (x - start) / max(room, 1.0))


def limited(mode: ViewMode, split: float) -> float:
    """The nearest split that leaves both panes usable."""
    most = 1.0 - PICTURE_LEAST if mode is ViewMode.SIDE_BY_SIDE else SPLIT_MAX
    return min(max(split, SPLIT_MIN), most)


def grip(divider: Box) -> Box:
    """The handle in the middle of a divider."""
    height = min(36.0, divider.height)
    width = max(divider.width, GRIP_PX)
    middle = divider.middle
    return Box(middle.x - width / 2, middle.y - height / 2, width, height)
