"""The picture under the pointer, larger."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from studio.ui.generate.pictures import CORNER_PX, paint_picture

LARGE_PX = 144
"""The least side of the picture."""
FRAME_PX = 4
CAPTION_PX = 22


class Enlarged(QWidget):
    """One picture above the others, with its name; the pointer goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._name = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, cell: QRect, side: int, seen: QRect, image: QImage | None, name: str) -> None:
        """Show ``image`` with ``side`` pixels around the middle of ``cell``, within ``seen``."""
        self._image, self._name = image, name
        box = QRect(0, 0, side + 2 * FRAME_PX, side + FRAME_PX + CAPTION_PX)
        box.moveCenter(cell.center())
        box.moveLeft(min(max(box.left(), seen.left()), seen.right() - box.width()))
        box.moveTop(min(max(box.top(), seen.top()), seen.bottom() - box.height()))
        self.setGeometry(box)
        self.setVisible(image is not None)
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette = self.palette()
        painter.setPen(palette.color(QPalette.ColorRole.Dark))
        painter.setBrush(palette.color(QPalette.ColorRole.ToolTipBase))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CORNER_PX + FRAME_PX, CORNER_PX + FRAME_PX)
        side = self.width() - 2 * FRAME_PX
        paint_picture(painter, QRectF(FRAME_PX, FRAME_PX, side, side), self._image, palette)
        painter.setPen(palette.color(QPalette.ColorRole.ToolTipText))
        caption = QRect(FRAME_PX, self.height() - CAPTION_PX, side, CAPTION_PX)
        text = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, side)
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, text)
