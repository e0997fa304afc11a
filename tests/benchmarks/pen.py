"""The pen: how long one event holds the window up, how long the repaint takes, and half an hour of it."""

import os
import time
from collections.abc import Callable, Iterable

import numpy as np
import psutil
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from studio.core.document import Document
from studio.ui.canvas import view
from studio.ui.canvas.canvas import CanvasWidget
from tests.benchmarks.measure import (
    Effort,
    Point,
    Row,
    milliseconds,
    percentile,
    resident_mb,
    scribble,
)

SIZE = 2048
LAYERS = 10
HANDLER_P99_MS = 2.0
REPAINT_P95_MS = 16.0
GROWTH_MB = 16.0
PEN_HZ = 125
STROKE_SAMPLES = 125


def application() -> QApplication:
    """Return the application, made without a screen where there is none."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    running = QApplication.instance()
    return running if isinstance(running, QApplication) else QApplication([])


def full_document(size: int, layers: int) -> Document:
    """Return a drawing with ``layers`` layers in all, the kept pictures among them opaque to the edge."""
    document = Document.new(size, size)
    across = np.linspace(0, 255, size, dtype=np.uint8)
    for index in range(layers - len(document.layers)):
        pixels = np.empty((size, size, 4), np.uint8)
        pixels[..., 0] = across
        pixels[..., 1] = across[:, None]
        pixels[..., 2] = 25 * index
        pixels[..., 3] = 255
        document.add_paint_layer(f"Picture {index + 1}", pixels)
    return document


class PlainPad(QWidget):
    """The reference: the least a drawing program does, a line into one image and the touched part painted."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
        self._image.fill(QColor("white"))
        self._last = QPointF()

    def _scale(self) -> float:
        return min(self.width(), self.height()) / self._image.width()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position() / self._scale()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position() / self._scale()
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("black"), 12.0))
        painter.drawLine(self._last, here)
        painter.end()
        last, self._last = self._last * self._scale(), here
        box = np.array([[last.x(), last.y()], [event.position().x(), event.position().y()]])
        low, high = box.min(axis=0) - 8, box.max(axis=0) + 8
        self.update(int(low[0]), int(low[1]), int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.scale(self._scale(), self._scale())
        painter.drawImage(0, 0, self._image)
        painter.end()


ToWidget = Callable[[Point], QPointF]


def handled_ms(widget: QWidget, kind: QEvent.Type, at: QPointF, time_s: float) -> float:
    """Hand the widget one mouse event, as the window system would; return how long it was busy with it.

    time_s: the event's own time, by which the canvas tells how often the pen reports.
    """
    up = kind == QEvent.Type.MouseButtonRelease
    move = kind == QEvent.Type.MouseMove
    event = QMouseEvent(
        kind,
        at,
        widget.mapToGlobal(at),
        Qt.MouseButton.NoButton if move else Qt.MouseButton.LeftButton,
        Qt.MouseButton.NoButton if up else Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setTimestamp(round(time_s * 1e3))
    # One made by Python is asked for methods that Python overrides; the system's own are not.
    plain = event.clone()
    return milliseconds(lambda: QApplication.sendEvent(widget, plain))


def draw(widget: QWidget, to_widget: ToWidget, stroke: Iterable[Point]) -> tuple[list[float], list[float]]:
    """Draw one stroke; return the milliseconds of each event's handler and of each repaint that followed."""
    handlers, repaints = [], []
    points = list(stroke)
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * (len(points) - 1)]
    for kind, point in zip(kinds, points, strict=True):
        handlers.append(handled_ms(widget, kind, to_widget(point), point.time_s))
        repaints.append(milliseconds(QApplication.processEvents))
    last = points[-1]
    handlers.append(handled_ms(widget, QEvent.Type.MouseButtonRelease, to_widget(last), last.time_s))
    QApplication.processEvents()
    return handlers, repaints


def on_canvas(canvas: CanvasWidget) -> ToWidget:
    """Return the way from the document to the pane one draws in."""

    def to_widget(point: Point) -> QPointF:
        middle = canvas.arrangement.drawing.middle
        return QPointF(*canvas.view.to_widget(view.Point(point.x, point.y), middle))

    return to_widget


def _shown(widget: QWidget) -> None:
    widget.resize(1280, 800)
    widget.show()
    for _ in range(3):
        QApplication.processEvents()


def pen_and_repaint(effort: Effort) -> list[Row]:
    """Handler and repaint with ten layers at 2048 x 2048, fitted and at 100 %, beside a plain pad."""
    application()
    size = effort.times(SIZE, 256)
    document = full_document(size, effort.times(LAYERS, 4))
    canvas, pad = CanvasWidget(document), PlainPad(size)
    _shown(canvas)
    _shown(pad)
    rows = []
    for look in ("fitted", "at 100 %"):
        if look == "fitted":
            canvas.fit()
        else:
            canvas.zoom_to(1.0)
        ours: tuple[list[float], list[float]] = [], []
        plain: tuple[list[float], list[float]] = [], []
        for index in range(effort.times(24, 1)):
            stroke = list(scribble(size, index, effort.times(STROKE_SAMPLES, 8)))
            for kept, widget, to_widget in (
                (ours, canvas, on_canvas(canvas)),
                (plain, pad, _on_pad(pad, size)),
            ):
                handlers, repaints = draw(widget, to_widget, stroke)
                kept[0].extend(handlers)
                kept[1].extend(repaints)
        against = f"a plain pad, {size} px"
        for name, share, budget, which in (
            ("pen handler p99", 0.99, HANDLER_P99_MS, 0),
            ("repaint p95", 0.95, REPAINT_P95_MS, 1),
        ):
            measured, reference = percentile(ours[which], share), percentile(plain[which], share)
            rows.append(Row(f"{name}, {size} px, {look}", measured, reference, budget, "ms", against))
    canvas.close()
    pad.close()
    return rows


def pan(effort: Effort) -> list[Row]:
    """The repaint after each event of a pan, upright and turned, beside a plain pad painted whole."""
    application()
    size = effort.times(SIZE, 256)
    canvas, pad = CanvasWidget(full_document(size, 4)), PlainPad(size)
    canvas.set_picture(QImage(size, size, QImage.Format.Format_RGB32))
    _shown(canvas)
    _shown(pad)
    rows = []
    for degrees in (0, 90, 33):
        canvas.upright()
        canvas.zoom_to(0.8)
        canvas.rotate_by(degrees)
        QApplication.processEvents()
        ours, plain = [], []
        for index in range(effort.times(60, 3)):
            canvas.pan_by(7 if index % 20 < 10 else -7, 3 if index % 6 < 3 else -3)
            ours.append(milliseconds(QApplication.processEvents))
            pad.update()
            plain.append(milliseconds(QApplication.processEvents))
        name = f"pan repaint p95, {size} px, turned by {degrees} degrees"
        measured, reference = percentile(ours, 0.95), percentile(plain, 0.95)
        rows.append(Row(name, measured, reference, REPAINT_P95_MS, "ms", "a plain pad painted whole"))
    canvas.close()
    pad.close()
    return rows


def _on_pad(pad: PlainPad, size: int) -> ToWidget:
    scale = min(pad.width(), pad.height()) / size
    return lambda point: QPointF(point.x * scale, point.y * scale)


def half_an_hour(effort: Effort) -> list[Row]:
    """Thirty minutes of pen input as fast as it goes; memory may not grow once the history is full."""
    application()
    size = effort.times(1024, 256)
    document = Document.new(size, size)
    canvas = CanvasWidget(document)
    _shown(canvas)
    strokes = effort.times(30 * 60 * PEN_HZ // STROKE_SAMPLES, 6)
    settled = strokes // 3
    to_widget = on_canvas(canvas)
    memory = []
    start = time.perf_counter()
    for index in range(strokes):
        draw(canvas, to_widget, scribble(size, index, effort.times(STROKE_SAMPLES, 8)))
        # A hand clears the sheet now and then; without that the sheet would be all ink.
        if index % 60 == 59:
            document.clear(document.line.id)
        memory.append(resident_mb())
    took_s = time.perf_counter() - start
    canvas.close()
    growth = max(memory[settled:]) - memory[settled]
    whole = float(psutil.virtual_memory().total) / 2**20
    played_s = strokes * STROKE_SAMPLES / PEN_HZ
    return [
        Row(
            "memory growth, last 20 of 30 min of pen",
            growth,
            memory[settled],
            GROWTH_MB,
            "MB",
            "memory at 10 min",
        ),
        Row("memory at the end", memory[-1], whole, None, "MB", "the machine's memory"),
        Row("time to replay 30 min of pen", took_s, played_s, None, "s", "the time it stands for"),
    ]
