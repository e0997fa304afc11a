"""What a person does with mouse and keys, as real events."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.view import Point


def draw(canvas: CanvasWidget, path: Sequence[tuple[float, float]]) -> None:
    """Press at the first document point, move along the others, release at the last."""
    middle = canvas.arrangement.drawing.middle
    places = [QPointF(*canvas.view.to_widget(Point(*point), middle)) for point in path]
    _send(
        canvas, QEvent.Type.MouseButtonPress, places[0], Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton
    )
    for place in places[1:]:
        _send(canvas, QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton)
    _send(
        canvas, QEvent.Type.MouseButtonRelease, places[-1], Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    )


def _send(
    canvas: CanvasWidget, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton, held: Qt.MouseButton
) -> None:
    on_screen = QPointF(canvas.mapToGlobal(QPoint(0, 0))) + place
    event = QMouseEvent(kind, place, on_screen, button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)
