"""The rail at the left: the workspaces above, what belongs to the whole program below."""

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, Checked, IconBook
from studio.ui.theme import SMALL_PX, tabular

RAIL_PX = 72
BUTTON_PX = 52
NOTE_PX = 15
"""What a workspace's button grows by while it has something to say."""
DOT_PX = 7


class WorkspaceButton(QToolButton):
    """A workspace with an icon and a word; below them, while it is busy, a dot and a short text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = ""
        self._dot = QColor()

    @property
    def note(self) -> str:
        """What is said below the word."""
        return self._note

    def set_note(self, note: str, dot: str) -> None:
        """Say ``note`` ("42 %") with a dot of the colour ``dot``; "" for the dot means neither."""
        self._note, self._dot = note, QColor(dot) if dot else QColor()
        self.setFixedHeight(BUTTON_PX + (NOTE_PX if dot else 0))
        self.setAccessibleDescription(note)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._dot.isValid():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = tabular(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(self._note)
        left = (self.width() - DOT_PX - 4 - width) / 2 if self._note else (self.width() - DOT_PX) / 2
        middle = self.height() - 11
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._dot)
        painter.drawEllipse(QPointF(left + DOT_PX / 2, middle), DOT_PX / 2, DOT_PX / 2)
        painter.setPen(self.palette().windowText().color())
        place = QRect(round(left + DOT_PX + 4), middle - 8, width + 2, 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._note)


class Rail(QWidget):
    """A column of buttons with an icon and a word."""

    def __init__(self, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(RAIL_PX)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 8, 4, 8)
        self._column.setSpacing(4)
        self._column.addStretch(1)
        self._top = 0

    def add_workspace(self, action: QAction, word: str, icon: str) -> WorkspaceButton:
        """Add a workspace below those already there; its action opens it and says whether it is open."""
        button = WorkspaceButton()
        self._dress(button, word)
        button.setCheckable(True)
        button.setChecked(action.isChecked())
        button.setToolTip(action.toolTip())
        button.setProperty("role", "soft")
        self._icons.bind(button, icon, checked=Checked.ACCENT)
        # A click on the open workspace must not uncheck it: the action says what is open.
        button.clicked.connect(lambda: button.setChecked(action.isChecked()))
        button.clicked.connect(action.trigger)
        action.toggled.connect(button.setChecked)
        self._column.insertWidget(self._top, button)
        self._top += 1
        return button

    def add_bottom(self, action: QAction, word: str, icon: str) -> QToolButton:
        """Add a button for an action at the lower end."""
        button = QToolButton()
        self._dress(button, word)
        self._icons.bind(button, icon, muted=True)
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        self._column.addWidget(button)
        return button

    @staticmethod
    def _dress(button: QToolButton, word: str) -> None:
        button.setText(word)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        font = button.font()
        font.setPixelSize(SMALL_PX)  # the longest word, "Generate", must not be cut
        button.setFont(font)
        button.setFixedHeight(BUTTON_PX)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
