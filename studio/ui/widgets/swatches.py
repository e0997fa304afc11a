"""Colours to choose from: a grid of small squares and a button that shows one colour."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QColorDialog, QSizePolicy, QToolTip, QWidget

Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""


def hex_of(colour: Colour) -> str:
    """ "#RRGGBB" as people write it."""
    return "#{:02X}{:02X}{:02X}".format(*colour)


class SwatchGrid(QWidget):
    """Squares of colour in rows; one may be ringed.

    *Signals*
    chosen(tuple): the user took a colour.
    """

    chosen = Signal(object)

    def __init__(
        self, columns: int = 10, cell_px: int = 20, gap_px: int = 5, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._colours: tuple[Colour, ...] = ()
        self._current: Colour | None = None
        self._columns = columns
        self._cell = cell_px
        self._gap = gap_px
        self._hover = -1
        self._focus_index = 0
        self._pressed_at = QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Colours")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def colours(self) -> tuple[Colour, ...]:
        return self._colours

    def set_colours(self, colours: Sequence[Colour]) -> None:
        """Show these colours, in reading order."""
        self._colours = tuple(colours)
        self.updateGeometry()
        self.update()

    def set_current(self, colour: Colour | None) -> None:
        """Ring this colour where it is shown."""
        self._current = colour
        self.update()

    def cell_rect(self, index: int) -> QRectF:
        """Where the square `index` lies."""
        pitch = self._cell + self._gap
        return QRectF(index % self._columns * pitch, index // self._columns * pitch, self._cell, self._cell)

    def _index_at(self, position: QPointF) -> int:
        reach = self._gap / 2
        for index in range(len(self._colours)):
            if self.cell_rect(index).adjusted(-reach, -reach, reach, reach).contains(position):
                return index
        return -1

    def sizeHint(self) -> QSize:
        rows = max(1, -(-len(self._colours) // self._columns))
        pitch = self._cell + self._gap
        return QSize(self._columns * pitch - self._gap, rows * pitch - self._gap)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
            self.chosen.emit(self._colours[index])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._maybe_drag(event.position())
            return
        index = self._index_at(event.position())
        if index != self._hover:
            self._hover = index
            self.update()
            if index >= 0:
                QToolTip.showText(event.globalPosition().toPoint(), hex_of(self._colours[index]), self)
            else:
                QToolTip.hideText()

    def _maybe_drag(self, position: QPointF) -> None:
        """Begin to drag the pressed colour, so that it can be dropped on the drawing."""
        index = self._index_at(self._pressed_at)
        far = (position - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if index < 0 or not far:
            return
        colour = QColor(*self._colours[index])
        mime = QMimeData()
        mime.setColorData(colour)
        swatch = QPixmap(self._cell, self._cell)
        swatch.fill(colour)
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.setPixmap(swatch)
        drag.exec(Qt.DropAction.CopyAction)

    def leaveEvent(self, event: object) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        if event.key() in steps and self._colours:
            self._focus_index = min(
                max(self._focus_index + steps[Qt.Key(event.key())], 0), len(self._colours) - 1
            )
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._colours:
            self.chosen.emit(self._colours[self._focus_index])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = self.palette().accent().color()
        edge = self.palette().color(self.palette().ColorRole.Dark)
        for index, colour in enumerate(self._colours):
            rect = self.cell_rect(index)
            ringed = colour == self._current
            marked = index == self._hover or (self.hasFocus() and index == self._focus_index)
            inner = rect.adjusted(3.5, 3.5, -3.5, -3.5) if ringed else rect.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(QColor(*colour))
            painter.drawRoundedRect(inner, 3 if ringed else 5, 3 if ringed else 5)
            if ringed or marked:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(accent, 2))
                painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 5, 5)


class ColourButton(QAbstractButton):
    """Shows a colour; a click opens the colour dialog.

    *Signals*
    colour_chosen(tuple): the user took a colour.
    """

    colour_chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour: Colour = (0, 0, 0)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._ask)

    @property
    def colour(self) -> Colour:
        return self._colour

    def set_colour(self, colour: Colour) -> None:
        """Show a colour without announcing it."""
        self._colour = colour
        self.setToolTip(f"{self.accessibleName()}: {hex_of(colour)}")
        self.update()

    def _ask(self) -> None:
        dialog = QColorDialog(QColor(*self._colour), self.window())
        dialog.setWindowTitle(self.accessibleName())
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._on_selected)
        dialog.open()

    def _on_selected(self, colour: QColor) -> None:
        self.colour_chosen.emit((colour.red(), colour.green(), colour.blue()))

    def sizeHint(self) -> QSize:
        return QSize(32, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus() or self.underMouse()
        role = self.palette().ColorRole.Accent if focused else self.palette().ColorRole.Dark
        painter.setPen(QPen(self.palette().color(role), 2 if focused else 1))
        colour = QColor(*self._colour)
        if not self.isEnabled():
            colour.setAlpha(90)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
