"""A bar above the canvas for what deserves an answer but not a dialog."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from studio.ui.icons import ICON_PX, IconBook
from studio.ui.widgets.elided import ElidedLabel


class InlineBar(QFrame):
    """One sentence, some buttons, and a cross to put it off; hidden until asked."""

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
