"""The rail at the left: the workspaces above, what belongs to the whole program below."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, Checked, IconBook

RAIL_PX = 72


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

    def add_workspace(self, name: str, icon: str, tip: str) -> QToolButton:
        """Add a workspace below those already there; the caller says which one is open."""
        button = self._button(name)
        button.setCheckable(True)
        button.setAutoExclusive(True)
        button.setToolTip(tip)
        button.setProperty("role", "soft")
        self._icons.bind(button, icon, checked=Checked.ACCENT)
        self._column.insertWidget(self._top, button)
        self._top += 1
        return button

    def add_bottom(self, action: QAction, word: str, icon: str) -> QToolButton:
        """Add a button for an action at the lower end."""
        button = self._button(word)
        self._icons.bind(button, icon, muted=True)
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        self._column.addWidget(button)
        return button

    def _button(self, word: str) -> QToolButton:
        button = QToolButton()
        button.setText(word)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setFixedHeight(52)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button
