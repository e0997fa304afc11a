"""A drop-down list that says when it opens, so that it can be brought up to date first."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox

_OPENING = frozenset(
    {
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Space,
        Qt.Key.Key_F4,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
    }
)


class Picker(QComboBox):
    """Nothing is chosen unseen: the keys that would choose in the closed list open it instead.

    *Signals*
    opening(): the list is about to be shown.
    """

    opening = Signal()

    def refit(self) -> None:
        """Fit the open list to the rows it has now; does nothing while it is closed."""
        if self.view().isVisible():
            super().showPopup()

    def showPopup(self) -> None:
        self.opening.emit()
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING:
            self.showPopup()
        else:
            event.ignore()
