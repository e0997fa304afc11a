"""Hands that act on a canvas through real events, and what they left on the document."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QImage,
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from studio.core.document import Document
from studio.core.geometry import Rect
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.view import Point

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier
Place = tuple[float, float]


class Hand:
    """Moves mouse, pen and wheel over a canvas; places are document points, seen in the drawing pane."""

    def __init__(self, canvas: CanvasWidget) -> None:
        self.canvas = canvas
        self.clock_ms = 1000
        self.gap_ms = 5  # between two events: 200 of them a second
        self.pen = _stylus(QPointingDevice.PointerType.Pen, 1)
        self.eraser = _stylus(QPointingDevice.PointerType.Eraser, 2)

    def at(self, place: Place, *, picture: bool = False) -> QPointF:
        """Return the widget point of a document point in the drawing (or picture) pane."""
        panes = self.canvas.arrangement
        pane = panes.picture if picture else panes.drawing
        return QPointF(*pane.lens(self.canvas.view).to_widget(Point(*place), pane.middle))

    def mouse(
        self,
        kind: QEvent.Type,
        at: QPointF,
        button: Qt.MouseButton = LEFT,
        modifiers: Qt.KeyboardModifier = PLAIN,
    ) -> QMouseEvent:
        """Send one mouse event at a widget point."""
        is_move = kind == QEvent.Type.MouseMove
        held = NONE if kind == QEvent.Type.MouseButtonRelease else button
        event = QMouseEvent(
            kind, at, self.canvas.mapToGlobal(at), NONE if is_move else button, held, modifiers
        )
        event.setTimestamp(self._now())
        QApplication.sendEvent(self.canvas, event)
        return event

    def press(self, place: Place, **options: object) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, self.at(place), **options)  # type: ignore[arg-type]

    def move(self, place: Place, **options: object) -> None:
        self.mouse(QEvent.Type.MouseMove, self.at(place), **options)  # type: ignore[arg-type]

    def release(self, place: Place, **options: object) -> None:
        self.mouse(QEvent.Type.MouseButtonRelease, self.at(place), **options)  # type: ignore[arg-type]

    def drag(self, places: Sequence[Place], *, picture: bool = False, **options: object) -> None:
        """Press at the first place, move through the others in small steps, let go at the last."""
        points = [self.at(place, picture=picture) for place in places]
        self.mouse(QEvent.Type.MouseButtonPress, points[0], **options)  # type: ignore[arg-type]
        for start, end in pairwise(points):
            for step in range(1, 9):
                self.mouse(QEvent.Type.MouseMove, start + (end - start) * step / 8, **options)  # type: ignore[arg-type]
        self.mouse(QEvent.Type.MouseButtonRelease, points[-1], **options)  # type: ignore[arg-type]

    def tablet(
        self, kind: QEvent.Type, place: Place, pressure: float, device: QPointingDevice | None = None
    ) -> QTabletEvent:
        """Send one tablet event and return it, so that a test can ask whether it was accepted."""
        at = self.at(place)
        is_move = kind == QEvent.Type.TabletMove
        held = LEFT if pressure > 0 else NONE
        event = QTabletEvent(
            kind, device or self.pen, at, self.canvas.mapToGlobal(at), pressure, 0, 0, 0, 0, 0, PLAIN,
            NONE if is_move else LEFT, held,
        )  # fmt: skip
        event.setTimestamp(self._now())
        event.ignore()
        QApplication.sendEvent(self.canvas, event)
        return event

    def wheel(self, at: QPointF, notches: float, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        """Turn the mouse wheel at a widget point."""
        self._scroll(at, QPoint(), round(notches * 120), modifiers, Qt.ScrollPhase.NoScrollPhase)

    def two_fingers(self, at: QPointF, by: QPoint, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        """Scroll on a trackpad."""
        self._scroll(at, by, by.y(), modifiers, Qt.ScrollPhase.ScrollUpdate)

    def native(self, kind: Qt.NativeGestureType, at: QPointF, value: float) -> None:
        """Send a gesture that a trackpad's driver has recognised."""
        everywhere = self.canvas.mapToGlobal(at)
        event = QNativeGestureEvent(kind, self.pen, 2, at, at, everywhere, value, QPointF())
        QApplication.sendEvent(self.canvas, event)

    def _scroll(
        self, at: QPointF, by: QPoint, angle: int, modifiers: Qt.KeyboardModifier, phase: Qt.ScrollPhase
    ) -> None:
        event = QWheelEvent(
            at, self.canvas.mapToGlobal(at), by, QPoint(0, angle), NONE, modifiers, phase, False
        )
        QApplication.sendEvent(self.canvas, event)

    def _now(self) -> int:
        self.clock_ms += self.gap_ms
        return self.clock_ms


def ink(document: Document, place: Place, reach: int = 3) -> int:
    """The strongest ink of the line layer within a few pixels of a place, 0..255."""
    return int(document.line.surface.alpha(Rect.around([place], reach)).max(initial=0))


def hint(document: Document, place: Place, reach: int = 3) -> int:
    """The strongest hint within a few pixels of a place, 0..255."""
    return int(document.hints.surface.alpha(Rect.around([place], reach)).max(initial=0))


def _stylus(kind: QPointingDevice.PointerType, number: int) -> QPointingDevice:
    return QPointingDevice(
        "stylus",
        number,
        QInputDevice.DeviceType.Stylus,
        kind,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        3,
    )


def on_screen(canvas: CanvasWidget) -> QImage:
    """What the window shows at this moment, without painting it again."""
    QApplication.processEvents()
    return canvas.screen().grabWindow(canvas.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
