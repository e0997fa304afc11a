"""Bars above the canvas for what deserves an answer but not a dialog."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, IconBook
from studio.ui.widgets.elided import ElidedLabel


class InlineBar(QFrame):
    """One sentence, some buttons, and a cross to put it off, as Esc does in it; hidden until asked."""

    def __init__(self, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.text = ElidedLabel()
        self.buttons: list[QPushButton] = []
        self.cross = QToolButton()
        self.cross.setIconSize(QSize(ICON_PX, ICON_PX))
        self.cross.setToolTip("Not now")
        self.cross.setAccessibleName("Not now")
        self.cross.clicked.connect(self.hide)
        icons.bind(self.cross, "close", muted=True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 6, 6)
        self._row.setSpacing(8)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.cross)
        self.hide()

    def ask(self, text: str, answers: list[tuple[str, Callable[[], None]]]) -> None:
        """Show the sentence with a button for each answer, the main one first; any answer hides the bar."""
        for old in self.buttons:
            self._row.removeWidget(old)
            old.deleteLater()
        self.buttons = []
        self.text.set_text(text)
        for place, (word, run) in enumerate(answers):
            button = QPushButton(word)
            button.setProperty("role", "primary" if place == 0 else "")
            button.setCursor(Qt.CursorShape.ArrowCursor)
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _checked=False, go=run: go())
            self._row.insertWidget(self._row.count() - 1, button)
            self.buttons.append(button)
        self.show()

    def put_off(self) -> bool:
        """Give no answer now; False where nothing is asked."""
        if self.isHidden():
            return False
        self.cross.click()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_off()
        else:
            super().keyPressEvent(event)


class BarRow(QWidget):
    """Bars one below the other; takes no room while all of them are hidden.

    *Signals*
    closed(): a bar has gone.
    """

    closed = Signal()

    def __init__(self, *bars: InlineBar) -> None:
        super().__init__()
        self._bars = bars
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(8)
        for bar in bars:
            rows.addWidget(bar)
            bar.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.setVisible(not all(bar.isHidden() for bar in self._bars))
            if event.type() == QEvent.Type.HideToParent:
                self.closed.emit()
        return False
