"""The pictures by label: chosen with the mouse and the keyboard, dragged from one label to another."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QToolTip, QWidget

from studio.core.label_sheet import LEFT_OUT, Group, LabelSheet
from studio.ui.training.labelling.cells import CELL_PX, CellPainter
from studio.ui.training.labelling.layout import Box, GroupLayout
from studio.ui.training.thumbnails import Thumbnails

MIME = "application/x-sketch-studio-pictures"
"""What is dragged: the pictures chosen in this window; they never leave it as files."""
LEFT_OUT_WORDS = "Left out"
STEP_PX = 48
Steps = dict[Qt.Key, tuple[int, int]]
STEPS: Steps = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


@dataclass
class _Press:
    """Where the mouse went down: on the picture ``index``, or beside any."""

    at: QPoint
    index: int | None
    kept: frozenset[str]
    """What stays chosen while a rectangle is drawn."""


class LabelGrid(QAbstractScrollArea):
    """Follows the sheet; says what the person wants with the pictures chosen.

    *Signals*
    assign_wanted(list, str): these files shall have that label.
    confirm_wanted(list): these files have the right labels.
    key_pressed(str): a letter or figure was typed.
    chosen_changed(): other pictures are chosen.
    """

    assign_wanted = Signal(object, str)
    confirm_wanted = Signal(object)
    key_pressed = Signal(str)
    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = LabelSheet()
        self._groups: list[Group] = []
        self._files: tuple[str, ...] = ()
        self._layout = GroupLayout((), 1, CELL_PX)
        self._chosen: set[str] = set()
        self._cursor = 0
        self._anchor = 0
        self._press: _Press | None = None
        self._band: Box | None = None
        self._target: int | None = None
        self.thumbnails = Thumbnails(CELL_PX[0] * 2, self)
        self.thumbnails.ready.connect(self.viewport().update)
        self._cells = CellPainter(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Pictures by label")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAcceptDrops(True)
        self.verticalScrollBar().setSingleStep(STEP_PX)

    @property
    def chosen(self) -> list[str]:
        """The files chosen, in the order they are shown."""
        return [file for file in self._files if file in self._chosen]

    def show_sheet(self, sheet: LabelSheet) -> None:
        """Show the labels as they are now; what is chosen stays chosen."""
        is_new = sheet is not self._sheet
        self._sheet = sheet
        self._groups = sheet.groups()
        self._files = tuple(file for group in self._groups for file in group.files)
        self._chosen = set() if is_new else self._chosen & set(self._files)
        if is_new:
            self._cursor = self._anchor = 0
            self.verticalScrollBar().setValue(0)
        self._cursor = min(self._cursor, max(len(self._files) - 1, 0))
        self._anchor = min(self._anchor, max(len(self._files) - 1, 0))
        self._measure()
        self.chosen_changed.emit()

    def show_label(self, label: str) -> None:
        """Scroll to the pictures of a label."""
        for place, group in enumerate(self._groups):
            if group.label == label:
                self.verticalScrollBar().setValue(self._layout.head(place).top)

    def choose(self, files: Iterable[str]) -> None:
        """Choose these alone."""
        self._set_chosen(set(files))

    def file_rect(self, file: str) -> QRect:
        """Where a picture is in the viewport."""
        return self._rect(self._layout.box(self._files.index(file)))

    def head_rect(self, label: str) -> QRect:
        """Where a label's heading is in the viewport."""
        return self._rect(
            self._layout.head(next(i for i, group in enumerate(self._groups) if group.label == label))
        )

    def after(self, files: Iterable[str]) -> str | None:
        """The picture to go on with when ``files`` have been dealt with: the next of the same label."""
        gone = set(files)
        places = [place for place, file in enumerate(self._files) if file in gone]
        if not places:
            return None
        group = self._layout.indices(self._layout.group_of(places[-1]))
        rest = [*range(places[-1] + 1, group.stop), *reversed(range(group.start, places[0]))]
        return next((self._files[place] for place in rest if self._files[place] not in gone), None)

    def go_to(self, file: str) -> None:
        """Choose one picture and bring it into sight."""
        self._cursor = self._anchor = self._files.index(file)
        self._set_chosen({file})
        self._bring_into_sight(self._cursor)

    def _measure(self) -> None:
        counts = [len(group.files) for group in self._groups]
        self._layout = GroupLayout(counts, self.viewport().width(), CELL_PX)
        high = self.viewport().height()
        self.verticalScrollBar().setRange(0, max(0, self._layout.height - high))
        self.verticalScrollBar().setPageStep(high)
        self._want()
        self.viewport().update()

    def _want(self) -> None:
        """Ask for the pictures in sight, and for those of the next screen after them."""
        high = self.viewport().height()
        top = self.verticalScrollBar().value()
        for_now = self._layout.within(Box(0, top, self.viewport().width(), 2 * high))
        self.thumbnails.want(self._files[index] for index in for_now)

    def _rect(self, box: Box) -> QRect:
        return QRect(box.left, box.top - self.verticalScrollBar().value(), box.width, box.height)

    def _place(self, point: QPoint) -> QPoint:
        """A point of the viewport in the whole grid."""
        return point + QPoint(0, self.verticalScrollBar().value())

    def _index_at(self, point: QPoint) -> int | None:
        place = self._place(point)
        return self._layout.index_at(place.x(), place.y())

    def _set_chosen(self, files: set[str]) -> None:
        if files != self._chosen:
            self._chosen = files
            self.viewport().update()
            self.chosen_changed.emit()

    def _range(self, first: int, last: int) -> set[str]:
        return set(self._files[min(first, last) : max(first, last) + 1])

    def _bring_into_sight(self, index: int) -> None:
        box, bar = self._layout.box(index), self.verticalScrollBar()
        if box.top < bar.value():
            bar.setValue(box.top - CELL_PX[1] // 2)
        elif box.top + box.height > bar.value() + self.viewport().height():
            bar.setValue(box.top + box.height - self.viewport().height())

    def _drag(self) -> None:
        mime = QMimeData()
        mime.setData(MIME, "\0".join(self.chosen).encode("utf-8", "surrogatepass"))
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.setPixmap(self._cells.stack(self.thumbnails.get(file) for file in self.chosen[:4]))
        drag.exec(Qt.DropAction.MoveAction)

    # Qt

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._want()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        top = self.verticalScrollBar().value()
        seen = Box(0, top, self.viewport().width(), self.viewport().height())
        for place, group in enumerate(self._groups):
            if self._layout.area(place).meets(seen):
                settled = sum(self._sheet.verdict(file).settled for file in group.files)
                if place == self._target:
                    self._cells.paint_target(painter, self._rect(self._layout.area(place)))
                words = LEFT_OUT_WORDS if group.label == LEFT_OUT else group.label
                self._cells.paint_head(
                    painter, self._rect(self._layout.head(place)), words, len(group.files), settled
                )
        for index in self._layout.within(seen):
            file = self._files[index]
            self._cells.paint(
                painter,
                self._rect(self._layout.box(index)),
                self.thumbnails.get(file),
                self._sheet.suggestion(file).confidence,
                self._sheet.verdict(file),
                chosen=file in self._chosen,
                at_cursor=self.hasFocus() and index == self._cursor,
            )
        if self._band is not None:
            self._cells.paint_band(painter, self._rect(self._band))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index = self._index_at(event.position().toPoint())
        adding = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        kept = frozenset(self._chosen) if adding else frozenset()
        self._press = _Press(event.position().toPoint(), index, kept)
        if index is None:
            self._set_chosen(set(kept))
            return
        file = self._files[index]
        self._cursor = index
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._set_chosen(set(kept) | self._range(self._anchor, index))
            return
        self._anchor = index
        if adding:
            self._set_chosen(self._chosen ^ {file})
        elif file not in self._chosen:
            self._set_chosen({file})

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        press, point = self._press, event.position().toPoint()
        if press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if (point - press.at).manhattanLength() < QApplication.startDragDistance() and self._band is None:
            return
        if press.index is not None:
            self._press = None
            if self._chosen:
                self._drag()
            return
        first, second = self._place(press.at), self._place(point)
        self._band = Box(
            min(first.x(), second.x()), min(first.y(), second.y()),
            abs(first.x() - second.x()) + 1, abs(first.y() - second.y()) + 1,
        )  # fmt: skip
        inside = {self._files[index] for index in self._layout.within(self._band)}
        self._set_chosen(set(press.kept) | inside)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press, self._band = self._press, None, None
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if press is not None and press.index is not None and plain:
            # One of several was clicked and not dragged: it alone is meant.
            self._set_chosen({self._files[press.index]})
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, extending = Qt.Key(event.key()), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if not self._files:
            super().keyPressEvent(event)
        elif key in STEPS and plain:
            self._cursor = self._layout.moved(self._cursor, *STEPS[key])
            self._anchor = self._anchor if extending else self._cursor
            self._set_chosen(self._range(self._anchor, self._cursor))
            self._bring_into_sight(self._cursor)
        elif key == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            group = self._layout.indices(self._layout.group_of(self._cursor))
            self._set_chosen({self._files[index] for index in group})
        elif key == Qt.Key.Key_Escape and self._chosen:
            self._set_chosen(set())
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._chosen:
            self.assign_wanted.emit(self.chosen, LEFT_OUT)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen:
            self.confirm_wanted.emit(self.chosen)
        elif plain and event.text().isalnum():
            self.key_pressed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._index_at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(index) if index is not None else "", self)
            return True
        return super().viewportEvent(event)

    def _tip(self, index: int) -> str:
        one = self._sheet.suggestion(self._files[index])
        said = f"Suggested: {one.label}, {one.confidence:.0%} sure"
        return f"{one.file}\n{said}" + (f"; else {one.runner_up}" if one.runner_up else "")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._aim(self._layout.group_at(self._place(event.position().toPoint()).y()))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._aim(None)

    def dropEvent(self, event: QDropEvent) -> None:
        group = self._layout.group_at(self._place(event.position().toPoint()).y())
        self._aim(None)
        if group is not None and event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self.assign_wanted.emit(dragged_files(event.mimeData()), self._groups[group].label)

    def _aim(self, group: int | None) -> None:
        if group != self._target:
            self._target = group
            self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(6 * CELL_PX[0], 4 * CELL_PX[1])


def dragged_files(mime: QMimeData) -> list[str]:
    """The files that are dragged from the grid."""
    return bytes(mime.data(MIME).data()).decode("utf-8", "surrogatepass").split("\0")
