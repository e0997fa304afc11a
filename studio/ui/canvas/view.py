"""How the document lies on the screen: zoom, rotation, mirror and pan as one frozen value of plain numbers.

Document space is pixels, y down. Widget space is Qt's logical pixels, y down. One view serves every pane: a
pane adds only its middle, so panes that share a view show the same document point there whatever their sizes.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple, Self

ZOOM_MIN = 0.02
ZOOM_MAX = 64.0
ROTATION_STEP = 15.0
ZOOM_LADDER = (
    0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.33, 0.5, 0.67, 1.0,
    1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0,
)  # fmt: skip


class Point(NamedTuple):
    """A place in document or widget space, in that space's pixels."""

    x: float
    y: float


class Size(NamedTuple):
    """An extent in document or widget space, in that space's pixels."""

    width: float
    height: float


ORIGIN = Point(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """Where document pixels land on the screen.

    zoom: screen (device) pixels per document pixel, so 1.0 is 100 % and crisp at any scale factor; 0.02..64.
    rotation: degrees clockwise on the screen, above -180 up to 180.
    mirror: whether the document is flipped left to right before it is rotated.
    centre: the document point in the middle of every pane.
    pixel_ratio: device pixels per logical pixel of the screen the widget is on.
    """

    zoom: float = 1.0
    rotation: float = 0.0
    mirror: bool = False
    centre: Point = ORIGIN
    pixel_ratio: float = 1.0

    @property
    def scale(self) -> float:
        """Logical pixels per document pixel."""
        return self.zoom / self.pixel_ratio

    # --- mapping ---

    def coefficients(self, middle: Point) -> tuple[float, float, float, float, float, float]:
        """(m11, m12, m21, m22, dx, dy) from document to widget, in QTransform's order, around `middle`.

        x' = m11 x + m21 y + dx, y' = m12 x + m22 y + dy.
        """
        m11, m12, m21, m22 = self._linear()
        dx = middle.x - m11 * self.centre.x - m21 * self.centre.y
        dy = middle.y - m12 * self.centre.x - m22 * self.centre.y
        return m11, m12, m21, m22, dx, dy

    def to_widget(self, point: Point, middle: Point) -> Point:
        """The widget point of a document point."""
        offset = self._turned(Point(point.x - self.centre.x, point.y - self.centre.y))
        return Point(middle.x + offset.x, middle.y + offset.y)

    def to_document(self, point: Point, middle: Point) -> Point:
        """The document point under a widget point."""
        offset = self._unturned(Point(point.x - middle.x, point.y - middle.y))
        return Point(self.centre.x + offset.x, self.centre.y + offset.y)

    def shift_from(self, before: Self) -> Point | None:
        """How far what is shown has moved on the screen since `before`; None where more than that changed."""
        if replace(self, centre=before.centre) != before:
            return None
        return self._turned(Point(before.centre.x - self.centre.x, before.centre.y - self.centre.y))

    def outline(self, document: Size) -> Size:
        """The extent of a document on the screen, as it is turned, in logical pixels."""
        return _extent(document, self.rotation, self.scale)

    # --- changes, each a new value ---

    def zoomed_to(self, zoom: float, anchor: Point, middle: Point) -> Self:
        """The view at `zoom` (clamped) with the document point under the widget point `anchor` kept there."""
        return self._keeping(anchor, middle, zoom=min(max(zoom, ZOOM_MIN), ZOOM_MAX))

    def zoomed_by(self, factor: float, anchor: Point, middle: Point) -> Self:
        """The view magnified by `factor` around the widget point `anchor`."""
        return self.zoomed_to(self.zoom * factor, anchor, middle)

    def zoomed_a_step(self, direction: int, anchor: Point, middle: Point) -> Self:
        """The next rung of the zoom ladder up (direction > 0) or down."""
        if direction > 0:
            zoom = next((rung for rung in ZOOM_LADDER if rung > self.zoom * 1.001), ZOOM_MAX)
        else:
            zoom = next((rung for rung in reversed(ZOOM_LADDER) if rung < self.zoom * 0.999), ZOOM_MIN)
        return self.zoomed_to(zoom, anchor, middle)

    def panned(self, dx: float, dy: float) -> Self:
        """The view with the document moved by (dx, dy) logical pixels on the screen."""
        offset = self._unturned(Point(dx, dy))
        return replace(self, centre=Point(self.centre.x - offset.x, self.centre.y - offset.y))

    def rotated_by(self, degrees: float, anchor: Point, middle: Point) -> Self:
        """The view turned clockwise by any angle around the widget point `anchor`."""
        return self._keeping(anchor, middle, rotation=_wrapped(self.rotation + degrees))

    def rotated_a_step(self, direction: int, anchor: Point, middle: Point) -> Self:
        """The next multiple of 15 degrees clockwise (direction > 0) or counter-clockwise."""
        steps = self.rotation / ROTATION_STEP
        nearest = math.floor(steps + 1e-6) + 1 if direction > 0 else math.ceil(steps - 1e-6) - 1
        return self._keeping(anchor, middle, rotation=_wrapped(nearest * ROTATION_STEP))

    def upright(self) -> Self:
        """The view without rotation and mirror, around the same document point."""
        return replace(self, rotation=0.0, mirror=False)

    def mirrored(self) -> Self:
        """The view as in a mirror: what the screen shows, flipped left to right about the pane's middle."""
        return replace(self, mirror=not self.mirror, rotation=_wrapped(-self.rotation))

    def fitted(self, document: Size, pane: Size, margin: float = 0.0) -> Self:
        """The view that shows the whole document in a pane, with `margin` logical pixels of surround."""
        outline = _extent(document, self.rotation, 1.0)
        free = Size(max(pane.width - 2 * margin, 1.0), max(pane.height - 2 * margin, 1.0))
        scale = min(free.width / outline.width, free.height / outline.height)
        zoom = min(max(scale * self.pixel_ratio, ZOOM_MIN), ZOOM_MAX)
        return replace(self, zoom=zoom, centre=Point(document.width / 2, document.height / 2))

    def on_screen(self, pixel_ratio: float) -> Self:
        """The view on a screen with another pixel ratio: the same logical size, so that nothing jumps."""
        return replace(self, zoom=self.zoom * pixel_ratio / self.pixel_ratio, pixel_ratio=pixel_ratio)

    def kept_in_sight(self, document: Size, pane: Size, margin: float = 0.0) -> Self:
        """The view moved the least it takes to have `margin` logical pixels of the document in the pane."""
        outline = self.outline(document)
        middle = self.to_widget(Point(document.width / 2, document.height / 2), ORIGIN)
        shift = []
        for place, extent, room in zip(middle, outline, pane, strict=True):
            reach = max((extent + room) / 2 - min(margin, extent, room), 0.0)
            shift.append(min(max(place, -reach), reach) - place)
        return self if shift == [0.0, 0.0] else self.panned(*shift)

    # --- inside ---

    def _linear(self) -> tuple[float, float, float, float]:
        cos, sin = _cos_sin(self.rotation)
        flip = -1.0 if self.mirror else 1.0
        return cos * self.scale * flip, sin * self.scale * flip, -sin * self.scale, cos * self.scale

    def _turned(self, offset: Point) -> Point:
        m11, m12, m21, m22 = self._linear()
        return Point(m11 * offset.x + m21 * offset.y, m12 * offset.x + m22 * offset.y)

    def _unturned(self, offset: Point) -> Point:
        cos, sin = _cos_sin(self.rotation)
        x = (cos * offset.x + sin * offset.y) / self.scale
        y = (-sin * offset.x + cos * offset.y) / self.scale
        return Point(-x if self.mirror else x, y)

    def _keeping(
        self, anchor: Point, middle: Point, *, zoom: float | None = None, rotation: float | None = None
    ) -> Self:
        held = self.to_document(anchor, middle)
        turned = replace(
            self,
            zoom=self.zoom if zoom is None else zoom,
            rotation=self.rotation if rotation is None else rotation,
        )
        offset = turned._unturned(Point(anchor.x - middle.x, anchor.y - middle.y))
        return replace(turned, centre=Point(held.x - offset.x, held.y - offset.y))


@lru_cache(maxsize=8)  # asked several times an event, for the same document
def _extent(document: Size, rotation: float, scale: float) -> Size:
    cos, sin = (abs(value) * scale for value in _cos_sin(rotation))
    return Size(document.width * cos + document.height * sin, document.width * sin + document.height * cos)


def _wrapped(degrees: float) -> float:
    turned = math.fmod(degrees, 360.0)
    if turned > 180.0:
        turned -= 360.0
    elif turned <= -180.0:
        turned += 360.0
    return turned


def _cos_sin(degrees: float) -> tuple[float, float]:
    # Exact at quarter turns, so that Qt takes its fast paths and 90° leaves pixels on the grid.
    quarter = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), -90.0: (0.0, -1.0)}.get(degrees)
    return quarter or (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
