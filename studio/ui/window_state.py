"""What the window remembers from one start to the next."""

import base64
import json
from dataclasses import replace

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from studio.core import settings as keys
from studio.core.settings import Setting, Settings
from studio.core.tools import ToolOptions
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.panes import SPLIT_MIDDLE, ViewMode
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.colours import Colours
from studio.ui.widgets.section import Section
from studio.ui.widgets.swatches import Colour, hex_of

NO_NAMES: tuple[str, ...] = ()
FOLDED = Setting("folded_sections", NO_NAMES, "Sections of the right column that are folded.")
BRUSHES = Setting("brushes", "", "Sizes and smoothing of the tools, as JSON.")
SPLIT = Setting("divider", SPLIT_MIDDLE, "The divider's place, as a share of the width.", low=0.0, high=1.0)
RECENT_COLOURS = Setting("recent_colours", NO_NAMES, "Hint colours used lately, newest first, as #RRGGBB.")

BRUSH_NAMES = ("pen", "eraser", "hint")


def restore_window(window: QMainWindow, settings: Settings) -> bool:
    """Put the window where it was; False when that is not known."""
    stored = settings.get(keys.WINDOW_GEOMETRY)
    return bool(stored) and window.restoreGeometry(QByteArray(base64.b64decode(stored)))


def store_window(window: QMainWindow, settings: Settings) -> None:
    """Remember where the window is."""
    settings.set(keys.WINDOW_GEOMETRY, base64.b64encode(window.saveGeometry().data()).decode())


def restore_canvas(canvas: CanvasWidget, settings: Settings) -> None:
    """Bring the arrangement of drawing and picture back, with the divider between them."""
    name = settings.get(keys.VIEW_MODE).upper()
    if name in ViewMode.__members__:
        canvas.set_mode(ViewMode[name])
    canvas.set_split(settings.get(SPLIT))


def store_canvas(canvas: CanvasWidget, settings: Settings) -> None:
    """Remember the arrangement of drawing and picture, and the divider between them."""
    settings.set(keys.VIEW_MODE, canvas.mode.name.lower())
    settings.set(SPLIT, canvas.split)


def restore_tools(toolbox: ToolBox, colours: Colours, settings: Settings) -> None:
    """Bring sizes, smoothing and colours back; what makes no sense is left out."""
    toolbox.set_options(_options_from(settings.get(BRUSHES), toolbox.options))
    recent = [_colour_from(text) for text in settings.get(RECENT_COLOURS)]
    colours.set_recent(tuple(colour for colour in recent if colour is not None))


def store_tools(toolbox: ToolBox, colours: Colours, settings: Settings) -> None:
    """Remember sizes, smoothing and colours."""
    brushes = {name: getattr(toolbox.options, name) for name in BRUSH_NAMES}
    values = {
        name: {"size_px": brush.size_px, "smoothing": brush.smoothing, "colour": hex_of(brush.colour)}
        for name, brush in brushes.items()
    }
    settings.set(BRUSHES, json.dumps(values))
    settings.set(RECENT_COLOURS, tuple(hex_of(colour) for colour in colours.recent))


def restore_sections(sections: dict[str, Section], settings: Settings) -> None:
    """Fold what was folded."""
    folded = settings.get(FOLDED)
    for name, section in sections.items():
        section.set_open(name not in folded)


def store_sections(sections: dict[str, Section], settings: Settings) -> None:
    """Remember what is folded."""
    settings.set(FOLDED, tuple(name for name, section in sections.items() if not section.is_open))


def _options_from(text: str, options: ToolOptions) -> ToolOptions:
    try:
        values = json.loads(text) if text else {}
    except ValueError:
        return options
    for name in BRUSH_NAMES:
        stored = values.get(name) if isinstance(values, dict) else None
        if not isinstance(stored, dict):
            continue
        brush = getattr(options, name)
        size, smoothing = stored.get("size_px"), stored.get("smoothing")
        if isinstance(size, int | float):
            brush = replace(brush, size_px=min(max(float(size), 1.0), 512.0))
        if isinstance(smoothing, int | float):
            brush = replace(brush, smoothing=min(max(float(smoothing), 0.0), 1.0))
        colour = _colour_from(stored.get("colour"))
        if colour is not None:
            brush = replace(brush, colour=colour)
        options = replace(options, **{name: brush})
    return options


def _colour_from(text: object) -> Colour | None:
    if not isinstance(text, str) or len(text) != 7 or not text.startswith("#"):
        return None
    try:
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    except ValueError:
        return None
