"""How one picture, one heading and what is dragged look in the grid of labels."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from studio.core.label_sheet import LEFT_OUT, Verdict

CELL_PX = (84, 96)
PAD_PX, PICTURE_PX, BAR_PX = 6, 72, 4
HEAD_PAD_PX = 6
FAINT = 0.35
STACK_PX = 8


class CellPainter:
    """Paints with the palette and the font of the widget it is made for."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def paint_head(self, painter: QPainter, rect: QRect, words: str, count: int, settled: int) -> None:
        """A label with the number of its pictures, and how many of them a person has settled."""
        palette = self._widget.palette()
        font = self._widget.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        inside = rect.adjusted(HEAD_PAD_PX, 0, -HEAD_PAD_PX, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        width = painter.fontMetrics().horizontalAdvance(words)
        painter.drawText(inside, flags, words)
        painter.setFont(self._widget.font())
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        so_far = f"{count:,}" + (f", {settled:,} of them settled" if settled else "")
        painter.drawText(inside.adjusted(width + 10, 0, 0, 0), flags, so_far)
        line = QPen(palette.color(QPalette.ColorRole.Mid))
        painter.setPen(line)
        painter.drawLine(rect.left() + HEAD_PAD_PX, rect.bottom(), rect.right() - HEAD_PAD_PX, rect.bottom())

    def paint_target(self, painter: QPainter, rect: QRect) -> None:
        """The group that what is dragged would be dropped on."""
        painter.setPen(QPen(self._widget.palette().accent().color(), 1))
        painter.setBrush(self._widget.palette().color(QPalette.ColorRole.Midlight))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -6.5), 6, 6)

    def paint_band(self, painter: QPainter, rect: QRect) -> None:
        """The rectangle that is being drawn around pictures."""
        accent = self._widget.palette().accent().color()
        painter.setPen(QPen(accent, 1))
        accent.setAlphaF(0.15)
        painter.setBrush(accent)
        painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        image: QImage | None,
        confidence: float,
        verdict: Verdict,
        *,
        chosen: bool,
        at_cursor: bool,
    ) -> None:
        """A picture; below it how sure its label is: a bar as long as that, or a tick where it is settled."""
        palette = self._widget.palette()
        accent = palette.accent().color()
        square = QRectF(rect.left() + PAD_PX, rect.top() + PAD_PX, PICTURE_PX, PICTURE_PX)
        outline = QPainterPath()
        outline.addRoundedRect(square, 5, 5)
        painter.fillPath(outline, palette.color(QPalette.ColorRole.Midlight))
        if image is not None:
            painter.save()
            painter.setClipPath(outline)
            if verdict.label == LEFT_OUT:
                painter.setOpacity(FAINT)
            size = image.size().scaled(PICTURE_PX, PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(square.center().toPoint())
            painter.drawImage(place, image)
            painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen or at_cursor:
            painter.setPen(QPen(accent if chosen else palette.color(QPalette.ColorRole.Dark), 2))
            painter.drawRoundedRect(square.adjusted(-2, -2, 2, 2), 6, 6)
        below = QRectF(square.left(), square.bottom() + 6, PICTURE_PX, BAR_PX)
        if verdict.settled:
            self._paint_tick(painter, below.center(), accent)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(QPalette.ColorRole.Mid))
            painter.drawRoundedRect(below, 2, 2)
            painter.setBrush(palette.color(QPalette.ColorRole.Dark))
            painter.drawRoundedRect(
                QRectF(below.left(), below.top(), confidence * below.width(), BAR_PX), 2, 2
            )

    def stack(self, images: Iterable[QImage | None]) -> QPixmap:
        """A few pictures one upon the other, to be dragged."""
        shown = [image for image in images if image is not None]
        side = PICTURE_PX + STACK_PX * max(len(shown) - 1, 0)
        ratio = self._widget.devicePixelRatioF()
        pixmap = QPixmap(round(side * ratio), round(side * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, image in reversed(list(enumerate(shown))):
            painter.drawImage(QRect(place * STACK_PX, place * STACK_PX, PICTURE_PX, PICTURE_PX), image)
        painter.end()
        return pixmap

    def _paint_tick(self, painter: QPainter, centre: QPointF, colour: QColor) -> None:
        pen = QPen(colour, 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPolyline(
            [centre + QPointF(-5, 0), centre + QPointF(-1.5, 3.5), centre + QPointF(5.5, -3.5)]
        )
