"""What Esc does on the canvas: it closes what lies open there, one thing at a time."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


class Escape(QObject):
    """Asks one closer after the other until one says that it has closed something.

    One shortcut for them all: of several on the same key Qt would run none.
    """

    def __init__(self, canvas: QWidget, *closers: Callable[[], bool]) -> None:
        super().__init__(canvas)
        self._closers = closers
        # Of the canvas alone, so that Esc still closes what has the keys instead.
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Escape), canvas)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._close_one)

    def _close_one(self) -> None:
        any(close() for close in self._closers)
