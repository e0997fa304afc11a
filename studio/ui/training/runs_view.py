"""All runs: their state and figures; compare curves, go on with one, open its folder, delete it."""

import time
from functools import partial

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.run_history import figure_words, metric_words, time_words
from studio.core.runs import RunState, RunSummary, delete_run, list_runs
from studio.ui.dialogs.basis import new_question
from studio.ui.icons import ICON_PX, IconBook
from studio.ui.messages import Messages
from studio.ui.training.basis import clear_layout, link, wrapped
from studio.ui.widgets.elided import ElidedLabel
from studio.workers.tasks import Lane, run_in_background
from training.files import UserError


class RunsView(QScrollArea):
    """Reads the runs in the background each time it is told to.

    *Signals*
    show_wanted(RunSummary), resume_wanted(RunSummary): the person asks for it.
    compared(list): the runs whose curves shall stand beside those of the run on show.
    listed(list): the runs, newly read.
    deleted(Path): this run is gone.
    """

    show_wanted = Signal(object)
    resume_wanted = Signal(object)
    compared = Signal(object)
    listed = Signal(object)
    deleted = Signal(object)

    def __init__(self, icons: IconBook, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._messages = messages
        self.runs: list[RunSummary] = []
        self._chosen: set[str] = set()
        content = QWidget()
        content.setProperty("role", "panel")
        self._rows = QVBoxLayout(content)
        self._rows.setContentsMargins(0, 8, 8, 8)
        self._rows.setSpacing(4)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._show()

    def refresh(self) -> None:
        """Read the runs anew."""
        run_in_background(list_runs, self._on_listed, self._say, lane=Lane.SLOW)

    def _on_listed(self, runs: list[RunSummary]) -> None:
        self.runs = runs
        known = {str(run.path) for run in runs}
        self._chosen &= known
        self._show()
        self.listed.emit(runs)

    def _show(self) -> None:
        clear_layout(self._rows)
        for run in self.runs:
            self._rows.addWidget(self._row(run))
        if not self.runs:
            self._rows.addWidget(wrapped("There are no runs yet. Choose pictures and press Start.", True))
        self._rows.addStretch(1)

    def _row(self, run: RunSummary) -> QWidget:
        row = QFrame()
        row.setProperty("role", "row")
        inside = QHBoxLayout(row)
        inside.setContentsMargins(8, 6, 4, 6)
        inside.setSpacing(8)
        tick = QCheckBox()
        tick.setToolTip("Compare its curves with those of the run on show")
        tick.setAccessibleName(f"Compare {run.name}")
        tick.setChecked(str(run.path) in self._chosen)
        tick.toggled.connect(partial(self._on_ticked, run))
        words = QVBoxLayout()
        words.setSpacing(0)
        name = ElidedLabel()
        name.set_text(run.name, str(run.path))
        about = ElidedLabel()
        about.setProperty("role", "muted")
        about.set_text(about_run(run), run.problem)
        words.addWidget(name)
        words.addWidget(about)
        inside.addWidget(tick)
        inside.addLayout(words, 1)
        inside.addWidget(self._text_button("Show", self.show_wanted, run))
        if run.can_resume:
            inside.addWidget(self._text_button("Go on", self.resume_wanted, run))
        inside.addWidget(self._icon_button("folder-outline", "Open its folder", self._open, run))
        trash = self._icon_button("trash-can-outline", "Delete it…", self._ask_delete, run)
        if run.state is RunState.RUNNING:
            trash.setEnabled(False)
            trash.setToolTip("It is being trained; stop it first")
        inside.addWidget(trash)
        return row

    def _text_button(self, words: str, signal: object, run: RunSummary) -> QWidget:
        button = link(words)
        button.setAccessibleName(f"{words} {run.name}")
        button.clicked.connect(lambda: signal.emit(run))  # type: ignore[attr-defined]
        return button

    def _icon_button(self, icon: str, tip: str, act: object, run: RunSummary) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        self._icons.bind(button, icon, muted=True)
        button.setToolTip(tip)
        button.setAccessibleName(f"{tip.removesuffix('…')}: {run.name}")
        button.clicked.connect(lambda: act(run))  # type: ignore[operator]
        return button

    def _on_ticked(self, run: RunSummary, on: bool) -> None:
        self._chosen.add(str(run.path)) if on else self._chosen.discard(str(run.path))
        self.compared.emit([known for known in self.runs if str(known.path) in self._chosen])

    def _open(self, run: RunSummary) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.path)))

    def _ask_delete(self, run: RunSummary) -> None:
        box = new_question(
            self.window(),
            "askDelete",
            "Delete a run",
            f"Delete the run “{run.name}”?",
            "Its checkpoints, samples and curves are deleted for good. Models that were published stay.",
        )
        delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        delete.clicked.connect(partial(self._delete, run))
        box.open()

    def _delete(self, run: RunSummary) -> None:
        run_in_background(
            partial(delete_run, run.path), partial(self._on_deleted, run), self._say, lane=Lane.SLOW
        )

    def _on_deleted(self, run: RunSummary, _nothing: object) -> None:
        self.deleted.emit(run.path)
        self.refresh()

    def _say(self, error: UserError) -> None:
        self._messages.trouble(str(error))
        self.refresh()


def about_run(run: RunSummary) -> str:
    """Return its state, steps, leading figure and size, what may be cut first at the end."""
    steps = f"{run.step:,}/{run.steps:,}" if run.steps else f"step {run.step:,}"
    when = "" if run.state is RunState.RUNNING else f" {time_words(max(0.0, time.time() - run.changed))} ago"
    parts = [f"{run.state.value}{when}", steps]
    if run.metrics:
        name = "l1" if "l1" in run.metrics else next(iter(run.metrics))
        parts.append(f"{metric_words(name)} {figure_words(run.metrics[name])}")
    return " · ".join([*parts, f"{run.size} px"])
