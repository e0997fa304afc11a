"""A run is measured here: what is asked for at the left, what was found at the right."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QWidget

from studio.core.settings import Settings
from studio.ui.drawing_files import show_in_folder
from studio.ui.icons import IconBook
from studio.ui.messages import Messages
from studio.ui.theme import GAP
from studio.ui.training.basis import ScrollColumn, with_icon, wrapped
from studio.ui.training.evaluation.form import EvaluationForm, Measured
from studio.ui.training.evaluation.results import ResultsView
from studio.ui.training.page_head import PageHead
from studio.ui.training.weights_bar import WeightsBar
from studio.ui.training.work_box import WorkBox
from studio.ui.widgets.plain import across, down, lying_line, standing_line
from studio.workers.errand import Errand
from studio.workers.tasks import Lane, run_in_background
from training.files import UserError
from training.record import Kept, read_kept

TRAINING = "A training is going on; its own measurements show how it does. Wait until it ends, or stop it."


class EvaluationPage(QWidget):
    """Measures the run that was opened last. GUI thread; `leave` before the program ends.

    *Signals*
    back_wanted(): the person has seen enough.
    """

    back_wanted = Signal()

    def __init__(
        self, settings: Settings, messages: Messages, icons: IconBook, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._messages = messages
        self._errand = Errand(settings, self)
        self._run = Path()
        self._at_work = Path()
        self._reporting = False
        self._training = False
        self.head = PageHead("Evaluate", icons)
        self.report = with_icon("Write a report", "file-document-outline", icons)
        self.report.clicked.connect(self.write_report)
        self.head.add(self.report)
        self.form = EvaluationForm()
        self.measure = with_icon("Measure", "chart-line", icons, on_accent=True)
        self.measure.setProperty("role", "primary")
        self.measure.clicked.connect(self.start)
        self.why_not = wrapped(muted=True)
        self.work = WorkBox(self._errand, icons)
        self.results = ResultsView(icons)
        self.weights = WeightsBar()
        column = ScrollColumn("What to measure")
        column.rows.addWidget(self.form)
        column.rows.addSpacing(GAP)
        for part in (self.measure, self.why_not, self.work):
            column.rows.addWidget(part)
        column.rows.addStretch(1)
        right = down()
        right.addWidget(self.results, 1)
        foot = QFrame()
        foot.setProperty("role", "panel")
        foot_row = across(foot)
        foot_row.setContentsMargins(24, 4, 24, 8)
        foot_row.addWidget(self.weights)
        right.addWidget(foot)
        body = across()
        body.addWidget(column)
        body.addWidget(standing_line())
        body.addLayout(right, 1)
        rows = down(self)
        rows.addWidget(self.head)
        rows.addWidget(lying_line())
        rows.addLayout(body, 1)
        self.head.back.clicked.connect(self.back_wanted)
        self.form.changed.connect(self._show)
        self._errand.done.connect(self._on_done)
        self._errand.failed.connect(self._on_failed)
        self._errand.busy_changed.connect(self._show)
        self._show()

    def open(self, run: Path, about: Measured) -> None:
        """Show what was measured of ``run`` and offer to measure more."""
        if run != self._run:
            self.work.say("")
            self.results.show_kept(Kept(), None)
        self._run = run
        self.head.set_subject(run.name, str(run))
        self.form.show_run(about)
        self._read()
        self._show()

    def set_training(self, training: bool) -> None:
        """Measure nothing while a training has the machine."""
        self._training = training
        self._show()

    def leave(self) -> None:
        """Give up what is under way."""
        self.weights.cancel()
        self._errand.close()

    def start(self) -> None:
        """Measure what is chosen."""
        self._begin("evaluate", {"run": str(self._run), "options": asdict(self.form.options())})

    def write_report(self) -> None:
        """Write the run's page and open it."""
        self._begin("report", {"run": str(self._run)})

    def _begin(self, task: str, request: dict[str, object]) -> None:
        self._at_work, self._reporting = self._run, task == "report"
        try:
            self._errand.start(task, request)
        except UserError as error:
            self.work.say(str(error))

    def _on_done(self, path: Path) -> None:
        if self._reporting:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            self._messages.news("The report is written.", "Show file", partial(show_in_folder, path))
            return
        self._messages.news(f"{self._at_work.name} has been measured.")
        if self._at_work == self._run:
            self._read()

    def _on_failed(self, sentence: str) -> None:
        if not self.isVisible():
            self._messages.trouble(sentence)

    def _read(self) -> None:
        run_in_background(
            partial(_read_all, self._run), partial(self._on_read, self._run), self._on_unread, lane=Lane.SLOW
        )

    def _on_read(self, run: Path, found: tuple[Kept, QImage | None]) -> None:
        if run == self._run:
            kept, picture = found
            self.results.show_kept(kept, QPixmap.fromImage(picture) if picture is not None else None)

    def _on_unread(self, error: UserError) -> None:
        self.work.say(str(error))

    def _show(self) -> None:
        busy = self._errand.busy
        self.form.setEnabled(not busy)
        self.measure.setVisible(not busy)
        reason = ""
        if self._training:
            reason = TRAINING
        elif not self.form.chooses:
            reason = "Choose what to measure"
        self.measure.setEnabled(not reason)
        self.measure.setToolTip(reason or "Measure the run's best state")
        self.why_not.setText(reason)
        self.why_not.setVisible(bool(reason) and not busy)
        self.report.setEnabled(not busy)
        self.report.setToolTip(
            "Something is being measured" if busy else "One page of figures, curves and samples, then open it"
        )


def _read_all(run: Path) -> tuple[Kept, QImage | None]:
    kept = read_kept(run)
    picture = QImage(str(kept.nearest)) if kept.nearest is not None else QImage()
    return kept, picture if not picture.isNull() else None
