"""Find an action: type what you want to do, Enter does it."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import ActionId, Actions, ActionSpec
from studio.ui.theme import GAP

WIDTH_PX = 480
ROWS = 9
ROW_PX = 32
ID_ROLE = Qt.ItemDataRole.UserRole
KEYS_ROLE = Qt.ItemDataRole.UserRole + 1


def score(spec: ActionSpec, text: str, wanted: str) -> int | None:
    """How well an action fits what was typed: lower is better, None not at all."""
    words = wanted.casefold().split()
    name, tip = text.casefold(), spec.tip.casefold()
    if not all(word in name or word in tip for word in words):
        return None
    if name.startswith(wanted.casefold()):
        return 0
    if all(any(part.startswith(word) for part in name.split()) for word in words):
        return 1
    return 2 if all(word in name for word in words) else 3


Index = QModelIndex | QPersistentModelIndex


class _RowDelegate(QStyledItemDelegate):
    """Text at the left, keys at the right, both in the row's colours."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH_PX - 40, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = option.palette
        rect = option.rect.adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.color(colours.ColorRole.Midlight))
            painter.drawRoundedRect(rect, 6, 6)
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        text = colours.color(colours.ColorRole.Text if enabled else colours.ColorRole.PlaceholderText)
        painter.setPen(QColor(text))
        inner = rect.adjusted(10, 0, -10, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.setPen(colours.color(colours.ColorRole.PlaceholderText))
        painter.drawText(
            inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(KEYS_ROLE)
        )
        painter.restore()


class CommandPalette(QFrame):
    """A field and a list over the window; goes when an action ran, on Esc and when the focus leaves.

    While it is open it stays in the upper middle of the window, whatever becomes of the window's size.
    """

    def __init__(self, actions: Actions, window: QWidget, focus_after: QWidget) -> None:
        super().__init__(window)
        self._actions = actions
        self._window = window
        self._focus_after = focus_after
        self.setObjectName("commandPalette")
        self.setProperty("role", "card")
        self.field = QLineEdit()
        self.field.setPlaceholderText("What do you want to do?")
        self.field.setAccessibleName("Find an action")
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setItemDelegate(_RowDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setStyleSheet("QListWidget { border: none; background: transparent; }")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.hide()
        window.installEventFilter(self)

    def ask(self) -> None:
        """Show the palette, empty, in the upper middle of the window."""
        self.field.clear()
        self._fill("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus()

    def _place(self) -> None:
        window = self._window
        self.move((window.width() - WIDTH_PX) // 2, max(48, window.height() // 8))

    def _fill(self, wanted: str) -> None:
        self._actions.refresh()
        found: list[tuple[bool, int, int, ActionId]] = []
        for place, (action_id, spec) in enumerate(self._actions.specs.items()):
            if not self._actions[action_id].isVisible():
                continue
            text = _plain(self._actions[action_id].text())
            rank = score(spec, text, wanted.strip())
            if rank is not None and action_id is not ActionId.FIND:
                found.append((not self._actions[action_id].isEnabled(), rank, place, action_id))
        self.list.clear()
        for blocked, _, _, action_id in sorted(found):
            item = QListWidgetItem(_plain(self._actions[action_id].text()))
            item.setData(ID_ROLE, action_id.value)
            item.setData(KEYS_ROLE, self._actions.specs[action_id].shown_keys)
            item.setToolTip(self._actions[action_id].toolTip())
            if blocked:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        if not found:
            nothing = QListWidgetItem("Nothing is called that")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0)
        rows = min(max(self.list.count(), 1), ROWS)
        self.list.setFixedHeight(rows * ROW_PX)
        self.resize(WIDTH_PX, self.sizeHint().height())

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        action = self._actions[ActionId(item.data(ID_ROLE))]
        self._leave()
        action.trigger()

    def _leave(self) -> None:
        self.hide()
        self._focus_after.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentItem())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
        else:
            return False
        return True


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")
