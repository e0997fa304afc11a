"""Three short hints on the canvas at the first start; each goes when its step was done, or by its cross."""

from enum import StrEnum
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from studio.core.tools import ToolId
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.view import Point
from studio.ui.palette import Palette
from training.manifest import ModelManifest

TAIL_PX = 8
PADDING_PX = 12
CROSS_PX = 7


class Step(StrEnum):
    """What a newcomer tries."""

    DRAW = "Draw here"
    LABEL = "Pick another label"
    COLOUR = "Drop a colour here"


PLACES = {Step.DRAW: (0.5, 0.14), Step.COLOUR: (0.5, 0.72)}
"""Where the hints on the paper point, as shares of the drawing."""


class Bubble(QWidget):
    """A few words with a tail that points down or right, and a cross that a press anywhere on it is for.

    *Signals*
    pressed(): it shall go.
    """

    pressed = Signal()

    def __init__(self, text: str, tail: Qt.Edge, palette: Palette, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._text = text
        self._tail = tail
        self._palette = palette
        self._canvas = canvas
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(text)
        self.resize(self.sizeHint())

    def set_palette(self, palette: Palette) -> None:
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._text) + 3 * PADDING_PX + CROSS_PX
        height = self.fontMetrics().height() + PADDING_PX
        right = self._tail == Qt.Edge.RightEdge
        return QSize(width + (TAIL_PX if right else 0), height + (0 if right else TAIL_PX))

    def event(self, event: QEvent) -> bool:
        # The pen's presses too: nobody draws what would be hidden beneath.
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.TabletPress):
            event.accept()
            self.pressed.emit()
            return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        # Qt does not tell the canvas, which would leave the pen's outline where the hint begins.
        QApplication.sendEvent(self._canvas, QEvent(QEvent.Type.Leave))
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        path, tail = QPainterPath(), QPolygonF()
        if self._tail == Qt.Edge.RightEdge:
            body.setRight(body.right() - TAIL_PX)
            middle = body.center().y()
            x, tip = body.right() - 1, QPointF(body.right() + TAIL_PX, middle)
            tail = QPolygonF([QPointF(x, middle - 6), tip, QPointF(x, middle + 6)])
        else:
            body.setBottom(body.bottom() - TAIL_PX)
            middle = body.center().x()
            y, tip = body.bottom() - 1, QPointF(middle, body.bottom() + TAIL_PX)
            tail = QPolygonF([QPointF(middle - 6, y), tip, QPointF(middle + 6, y)])
        path.addRoundedRect(body, 6, 6)
        point = QPainterPath()
        point.addPolygon(tail)
        point.closeSubpath()
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(self._palette.accent))
        painter.drawPath(path.united(point))
        painter.setPen(QPen(QColor(self._palette.on_accent), 1.5))
        words = body.adjusted(PADDING_PX, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._text)
        cross = QRectF(0, 0, CROSS_PX, CROSS_PX)
        cross.moveCenter(QPointF(body.right() - PADDING_PX - CROSS_PX / 2, body.center().y()))
        painter.drawLine(cross.topLeft(), cross.bottomRight())
        painter.drawLine(cross.bottomLeft(), cross.topRight())


class FirstSteps(QObject):
    """Places the hints over the canvas and takes them away.

    *Signals*
    finished(): every step was done.
    """

    finished = Signal()

    def __init__(self, canvas: CanvasWidget, palette: Palette, parent: QObject | None = None) -> None:
        super().__init__(parent or canvas)
        self._canvas = canvas
        self._palette = palette
        self._bubbles: dict[Step, Bubble] = {}
        self._canvas_only = False
        canvas.resized.connect(self._place)
        canvas.stroke_finished.connect(self._on_stroke)
        canvas.mode_changed.connect(self._place)
        canvas.view_changed.connect(self._place)

    @property
    def left(self) -> tuple[Step, ...]:
        """The steps still to do."""
        return tuple(self._bubbles)

    def start(self) -> None:
        """Show all hints."""
        self.stop()
        for step in Step:
            tail = Qt.Edge.RightEdge if step is Step.LABEL else Qt.Edge.BottomEdge
            bubble = Bubble(step.value, tail, self._palette, self._canvas)
            bubble.pressed.connect(partial(self.done, step))
            bubble.setVisible(step is not Step.LABEL or not self._canvas_only)
            self._bubbles[step] = bubble
        self._place()

    def stop(self) -> bool:
        """Take all hints away; False where there were none."""
        bubbles = tuple(self._bubbles.values())
        for bubble in bubbles:
            bubble.hide()
            bubble.deleteLater()
        self._bubbles.clear()
        return bool(bubbles)

    def done(self, step: Step) -> None:
        """A step was done, or its hint is not wanted: the hint goes."""
        bubble = self._bubbles.pop(step, None)
        if bubble is None:
            return
        bubble.hide()
        bubble.deleteLater()
        if not self._bubbles:
            self.finished.emit()

    def suit(self, model: ModelManifest) -> None:
        """Take away the hints that are of no use with a model."""
        if not model.labels:
            self.done(Step.LABEL)
        if not model.hints:
            self.done(Step.COLOUR)

    def set_canvas_only(self, on: bool) -> None:
        """Hide the hint that points at the list of labels while there is nothing beside the canvas."""
        self._canvas_only = on
        if Step.LABEL in self._bubbles:
            self._bubbles[Step.LABEL].setVisible(not on)

    def set_palette(self, palette: Palette) -> None:
        self._palette = palette
        for bubble in self._bubbles.values():
            bubble.set_palette(palette)

    def _on_stroke(self, tool: ToolId) -> None:
        if tool is ToolId.PEN:
            self.done(Step.DRAW)
        elif tool in (ToolId.HINT, ToolId.FILL):
            self.done(Step.COLOUR)

    def _place(self) -> None:
        boxes = self._canvas.arrangement
        drawing, document, width = boxes.drawing, self._canvas.document, self._canvas.width()
        view = drawing.lens(self._canvas.view)
        places = {
            step: view.to_widget(Point(document.width * x, document.height * y), drawing.middle)
            for step, (x, y) in PLACES.items()
        }
        for step, bubble in self._bubbles.items():
            if step is Step.LABEL:
                bubble.move(width - bubble.width() - 8, round(self._canvas.height() * 0.3))
            else:
                x, y = places[step]
                # In the drawing's own pane, wherever the drawing was moved to.
                left = min(max(x - bubble.width() / 2, drawing.left), drawing.right - bubble.width())
                bubble.move(round(left), round(y - bubble.height()))
