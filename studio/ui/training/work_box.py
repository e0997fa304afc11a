"""How far work in a process of its own is: a bar, words, the time left, Cancel, and what went wrong."""

import time

from PySide6.QtWidgets import QWidget

from studio.core.run_history import time_words
from studio.core.work_progress import WorkProgress
from studio.ui.icons import IconBook
from studio.ui.theme import GAP, tabular
from studio.ui.training.basis import thin_bar, with_icon, wrapped
from studio.ui.widgets.plain import down
from studio.workers.errand import Errand


class WorkBox(QWidget):
    """Follows an errand; nothing of it is seen while there is nothing to say."""

    def __init__(self, errand: Errand, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = WorkProgress()
        self.bar = thin_bar()
        self.words = wrapped()
        self.words.setFont(tabular(self.words.font()))
        self.cancel = with_icon("Cancel", "close", icons)
        self.cancel.clicked.connect(errand.cancel)
        self.trouble = wrapped()
        rows = down(self, GAP)
        for part in (self.bar, self.words, self.cancel, self.trouble):
            rows.addWidget(part)
        errand.told.connect(self._on_told)
        errand.failed.connect(self.say)
        errand.busy_changed.connect(self._on_busy)
        self._on_busy(errand.busy)
        self.say("")

    def say(self, trouble: str) -> None:
        """Say what went wrong; "" for nothing."""
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))

    def _on_busy(self, busy: bool) -> None:
        for part in (self.bar, self.words, self.cancel):
            part.setVisible(busy)
        if busy:
            self._progress = WorkProgress()
            self.say("")
            self.bar.setRange(0, 0)
            self.words.setText("One moment…")

    def _on_told(self, done: int, total: int, text: str) -> None:
        now = time.monotonic()
        self._progress.tell(now, done, total, text)
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        words = text + (f"\n{done:,} of {total:,}" if total else "")
        left = self._progress.left_s(now)
        if left is not None:
            words += f" · {time_words(left)} left of this part"
        self.words.setText(words)
