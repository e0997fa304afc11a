"""Tools: what a pen does to the document. Each press-to-release is one undo step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

import numpy as np

from studio.core.brush import Brush, BrushMode, StrokeRaster
from studio.core.compose import composite
from studio.core.document import Document
from studio.core.edit import Edit
from studio.core.fill import enclosed_region
from studio.core.geometry import Rect
from studio.core.layers import Layer, LayerKind
from studio.core.stroke import PenSample, StrokePath
from studio.core.tiles import Pixels
from training.files import UserError

Colour: TypeAlias = tuple[int, int, int]


class ToolId(StrEnum):
    """The tools of the strip."""

    PEN = "pen"
    ERASER = "eraser"
    HINT = "hint"
    FILL = "fill"
    PICK = "pick"
    PAN = "pan"


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """How each tool works. ``hint`` gives fill its colour too; ``gap_px`` is the widest opening it closes."""

    pen: Brush = field(default_factory=Brush)
    eraser: Brush = field(default_factory=lambda: Brush(size_px=40.0, smoothing=0.1))
    hint: Brush = field(
        default_factory=lambda: Brush(size_px=28.0, colour=(235, 87, 87), pressure_size=False, smoothing=0.1)
    )
    gap_px: float = 16.0


class Tool(Protocol):
    """One pen or mouse drag: ``press``, any number of ``move``, then ``release`` or ``cancel``.

    Samples are in document space. Each call returns the box of pixels it changed, None for none. ``check``
    raises UserError, with the remedy, where the tool would change pixels that nobody sees; so does ``press``.
    """

    def check(self) -> None: ...

    def press(self, sample: PenSample) -> Rect | None: ...

    def move(self, samples: Sequence[PenSample]) -> Rect | None: ...

    def release(self, sample: PenSample) -> Rect | None: ...

    def cancel(self) -> None: ...


class StrokeTool:
    """Draws one stroke into one layer; announces it batch by batch, commits it on release.

    A command that ends the edit from outside (undo mid-stroke) ends the stroke: what follows does nothing.
    """

    text = "Stroke"
    mode = BrushMode.PAINT

    def __init__(self, document: Document, brush: Brush) -> None:
        self._document = document
        self._brush = brush
        self._edit: Edit | None = None
        self._path = StrokePath(brush.smoothing)
        self._raster: StrokeRaster | None = None

    def target(self) -> Layer:
        """Return the layer the stroke goes to."""
        return self._document.layer(self._document.active_layer_id)

    def check(self) -> None:
        """Raise UserError when the stroke would not be seen."""
        _require_seen(self.target())

    def press(self, sample: PenSample) -> Rect | None:
        """Begin a stroke with a dot under the pen."""
        self.cancel()
        self.check()
        layer = self.target()
        self._document.active_layer_id = layer.id
        self._edit = self._document.edit(self.text, layer.id).begin()
        self._raster = StrokeRaster(self._edit, self._brush, self.mode)
        self._path = StrokePath(self._brush.smoothing)
        self._raster.stamp(self._path.start(sample))
        return _rect_or_none(self._edit.publish())

    def move(self, samples: Sequence[PenSample]) -> Rect | None:
        """Follow the pen through a batch of samples."""
        if self._edit is None or self._raster is None or not self._edit.is_open:
            return None
        pieces = [piece for sample in samples for piece in self._path.add(sample)]
        self._raster.stamp(pieces)
        return _rect_or_none(self._edit.publish())

    def release(self, sample: PenSample) -> Rect | None:
        """End the stroke where the pen was lifted and make it one step."""
        edit, self._edit = self._edit, None
        if edit is None or self._raster is None or not edit.is_open:
            return None
        self._raster.stamp(self._path.finish(sample))
        rect = edit.publish()
        edit.commit()
        return _rect_or_none(rect)

    def cancel(self) -> None:
        """Take the stroke in hand back, if there is one."""
        edit, self._edit = self._edit, None
        if edit is not None and edit.is_open:
            edit.cancel()


class PenTool(StrokeTool):
    """Draws lines on the active layer; with the hints layer active, on the line layer."""

    text = "Pen"

    def target(self) -> Layer:
        layer = super().target()
        return self._document.line if layer.kind is LayerKind.HINTS else layer


class EraserTool(StrokeTool):
    """Erases on the active layer: the one last drawn on, or the one picked in the layer list."""

    text = "Eraser"
    mode = BrushMode.ERASE


class HintTool(StrokeTool):
    """Puts spots and strokes of colour on the hints layer, which becomes the active one."""

    text = "Hint"
    mode = BrushMode.REPLACE

    def target(self) -> Layer:
        return self._document.hints


class _ClickTool:
    """A tool that acts on the press alone."""

    def check(self) -> None:
        """Nothing hinders it."""

    def press(self, sample: PenSample) -> Rect | None:
        """Do nothing."""
        return None

    def move(self, samples: Sequence[PenSample]) -> Rect | None:
        """Do nothing."""
        return None

    def release(self, sample: PenSample) -> Rect | None:
        """Do nothing."""
        return None

    def cancel(self) -> None:
        """Do nothing."""


class FillTool(_ClickTool):
    """Fills the clicked region that the lines enclose with the hint colour, on the hints layer."""

    def __init__(self, document: Document, brush: Brush, gap_px: float) -> None:
        self._document = document
        self._brush = brush
        self._gap_px = gap_px

    def check(self) -> None:
        """Raise UserError when the colour would not be seen."""
        _require_seen(self._document.hints)

    def press(self, sample: PenSample) -> Rect | None:
        """Fill the region under the pen, one undo step."""
        self.check()
        document = self._document
        x, y = int(np.floor(sample.x)), int(np.floor(sample.y))
        if not (0 <= x < document.width and 0 <= y < document.height):
            return None
        ink = document.line.surface.alpha(document.rect)
        region = enclosed_region(ink, x, y, self._gap_px)
        ys, xs = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
        if not ys.size:
            return None
        rect = Rect.from_edges(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1)
        alpha = min(max(self._brush.opacity, 0.0), 1.0)
        colour = np.rint(np.array([*self._brush.colour, 255.0]) * alpha).astype(np.uint8)
        document.active_layer_id = document.hints.id
        with document.edit("Fill", document.hints.id) as edit:
            pixels = edit.read(rect)
            pixels[region[rect.slices]] = colour
            edit.write(rect, pixels)
        return rect


class PickTool(_ClickTool):
    """Reads the colour under the pen from the picture, or from the drawing where there is no picture."""

    def __init__(
        self,
        document: Document,
        on_pick: Callable[[Colour], None] | None,
        picture: Callable[[], Pixels | None] | None,
    ) -> None:
        self._document = document
        self._on_pick = on_pick
        self._picture = picture

    def press(self, sample: PenSample) -> Rect | None:
        """Report the colour under the pen."""
        self._pick(sample)
        return None

    def move(self, samples: Sequence[PenSample]) -> Rect | None:
        """Report the colour the pen has moved to."""
        if samples:
            self._pick(samples[-1])
        return None

    def colour_at(self, x: float, y: float) -> Colour | None:
        """Return the colour of the pixel at (x, y), None outside the drawing."""
        spot = Rect(int(np.floor(x)), int(np.floor(y)), 1, 1)
        if not self._document.rect.contains(spot):
            return None
        picture = self._picture() if self._picture is not None else None
        if picture is not None and picture.shape[:2] == (self._document.height, self._document.width):
            pixel = picture[spot.y, spot.x]
        else:
            pixel = composite(self._document.layers, spot)[0, 0]
        return int(pixel[0]), int(pixel[1]), int(pixel[2])

    def _pick(self, sample: PenSample) -> None:
        colour = self.colour_at(sample.x, sample.y)
        if colour is not None and self._on_pick is not None:
            self._on_pick(colour)


class PanTool(_ClickTool):
    """Changes nothing: the view moves itself."""


def make_tool(
    tool_id: ToolId,
    document: Document,
    options: ToolOptions,
    *,
    on_pick: Callable[[Colour], None] | None = None,
    picture: Callable[[], Pixels | None] | None = None,
) -> Tool:
    """Return a fresh tool. ``on_pick`` gets what the pick tool reads, ``picture`` is what it reads first."""
    match ToolId(tool_id):
        case ToolId.PEN:
            return PenTool(document, options.pen)
        case ToolId.ERASER:
            return EraserTool(document, options.eraser)
        case ToolId.HINT:
            return HintTool(document, options.hint)
        case ToolId.FILL:
            return FillTool(document, options.hint, options.gap_px)
        case ToolId.PICK:
            return PickTool(document, on_pick, picture)
        case ToolId.PAN:
            return PanTool()


def _require_seen(layer: Layer) -> None:
    if not layer.visible:
        raise UserError(f"The layer “{layer.name}” is hidden: show it in the list of layers to draw on it.")
    if layer.opacity <= 0:
        raise UserError(f"The layer “{layer.name}” is wholly transparent: raise its opacity to draw on it.")


def _rect_or_none(rect: Rect) -> Rect | None:
    return None if rect.is_empty else rect
