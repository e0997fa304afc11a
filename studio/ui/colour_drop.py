"""A colour dragged from the palette and dropped on the drawing becomes a hint there."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from studio.core.stroke import PenSample
from studio.core.tools import ToolId, make_tool
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.view import Point
from studio.ui.colours import Colours


def drop_colour(canvas: CanvasWidget, colours: Colours, colour: QColor, place: QPointF) -> bool:
    """Put a dab of `colour` at the canvas point `place`, one undo step; False beside the paper."""
    pane = canvas.arrangement.pane_at(Point(place.x(), place.y()))
    if pane is None or canvas.stroke_in_hand:
        return False
    spot = pane.lens(canvas.view).to_document(Point(place.x(), place.y()), pane.middle)
    document = canvas.document
    if not (0 <= spot.x < document.width and 0 <= spot.y < document.height):
        return False
    colours.choose((colour.red(), colour.green(), colour.blue()))
    tool = make_tool(ToolId.HINT, document, canvas.toolbox.options)
    sample = PenSample(spot.x, spot.y, 1.0, 0.0, 0.0, 0.0)
    tool.press(sample)
    tool.release(sample)
    canvas.stroke_finished.emit(ToolId.HINT)
    return True
