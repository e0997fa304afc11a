"""The bar above a page of its own inside the training workspace: the way back, and what the page is about."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from studio.ui.icons import IconBook
from studio.ui.theme import GAP
from studio.ui.training.basis import with_icon
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.plain import across

SUBJECT_PX = 240


class PageHead(QFrame):
    """Back to the columns, the page's title, its subject, and at the right what can be done with it."""

    def __init__(self, title: str, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.back = with_icon("Training", "arrow-left", icons)
        self.back.setToolTip("Back to data, run and watch (Alt+Left)")
        self.back.setShortcut(QKeySequence("Alt+Left"))
        self.title = QLabel(title)
        self.title.setProperty("role", "title")
        self.subject = ElidedLabel()
        self.subject.setProperty("role", "muted")
        self.subject.setMinimumWidth(SUBJECT_PX)
        self.subject.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row = across(self, 2 * GAP)
        self._row.setContentsMargins(12, 6, 12, 6)
        for part in (self.back, self.title):
            self._row.addWidget(part)
        self._row.addWidget(self.subject, 1)

    def set_subject(self, text: str, tip: str = "") -> None:
        """Say what the page is about."""
        self.subject.set_text(text, tip)

    def add(self, button: QWidget) -> None:
        """Put a button at the right end."""
        self._row.addWidget(button)
