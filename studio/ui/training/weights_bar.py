"""The published Inception weights that FID needs: fetched by a button, or taken from a file."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.ui.theme import GAP
from studio.ui.training.basis import link, thin_bar
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.plain import across
from studio.workers.tasks import Lane, run_in_background
from training.files import UserError
from training.metrics.weights import INCEPTION, fetch_weights, find_weights, take_weights

ABOUT = "FID and KID need the published Inception weights."
ABOUT_TIP = f"{INCEPTION.megabytes} MB from github.com, fetched once. All else works without them."
HERE = "FID and KID are measured from the next measurement on."
BAR_PX = 120

Get = Callable[[Callable[[int, int], None], Callable[[], bool]], Path]


class WeightsBar(QWidget):
    """Hidden where the weights lie already. GUI thread; `cancel` before the program ends.

    *Signals*
    progress(int, int): so many bytes of so many are here.
    """

    progress = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cancelled = threading.Event()
        self.words = ElidedLabel()
        self.words.setProperty("role", "muted")
        self.words.set_text(ABOUT, ABOUT_TIP)
        self.bar = thin_bar()
        self.bar.setFixedWidth(BAR_PX)
        self.fetch = link(f"Fetch ({INCEPTION.megabytes} MB)", INCEPTION.url)
        self.fetch.clicked.connect(self._fetch)
        self.choose = link("Choose the file…", f"A file called {INCEPTION.name}, fetched elsewhere")
        self.choose.clicked.connect(self._ask)
        self.stop = link("Cancel")
        self.stop.clicked.connect(self.cancel)
        row = across(self, GAP)
        row.addWidget(self.words, 1)
        for part in (self.bar, self.fetch, self.choose, self.stop):
            row.addWidget(part)
        self.progress.connect(self._on_progress)
        self._show_busy(False)
        if find_weights() is not None:
            self.hide()

    def take(self, path: Path) -> None:
        """Take the weights from a file that the person has."""
        self._get(partial(take_weights, path))

    def cancel(self) -> None:
        """Stop fetching; nothing half done is left."""
        self._cancelled.set()

    def _fetch(self) -> None:
        self._get(fetch_weights)

    def _ask(self) -> None:
        dialog = QFileDialog(self.window(), "Choose the Inception weights")
        dialog.setNameFilter("Weights (*.pth)")
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_chosen(self, name: str) -> None:
        self.take(Path(name))

    def _get(self, get: Get) -> None:
        self._cancelled = threading.Event()
        self._show_busy(True)
        self.words.set_text("The weights are being fetched.")
        # Emitted in the working thread, received in this one.
        run_in_background(
            partial(get, self.progress.emit, self._cancelled.is_set),
            self._on_here,
            self._on_error,
            lane=Lane.FETCH,
        )

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.words.set_text(f"{done / 1e6:.0f} of {total / 1e6:.0f} MB are here.")

    def _on_here(self, _path: Path) -> None:
        self._show_busy(False)
        for button in (self.fetch, self.choose):
            button.hide()
        self.words.set_text(HERE)

    def _on_error(self, error: UserError) -> None:
        self._show_busy(False)
        if self._cancelled.is_set():
            self.words.set_text(ABOUT, ABOUT_TIP)
        else:
            self.words.set_text(str(error), str(error))

    def _show_busy(self, busy: bool) -> None:
        self.bar.setRange(0, 0)
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.fetch.setVisible(not busy)
        self.choose.setVisible(not busy)
