"""The second column during and after a run: how far it is, and what can be done with it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.run_history import RunHistory, balance_words, time_words
from studio.core.runs import share_words
from studio.ui.icons import ICON_PX, IconBook
from studio.ui.theme import GAP, muted_label, tabular
from studio.ui.training.basis import subtitle, thin_bar, with_icon, wrapped
from studio.ui.training.measured_box import MeasuredBox
from studio.ui.training.monitor import ALIVE, RunMonitor, RunPhase
from studio.ui.widgets.elided import ElidedLabel
from training import commands

PHASE_WORDS = {
    RunPhase.NONE: "",
    RunPhase.PREPARING: "Getting ready",
    RunPhase.RUNNING: "Learning",
    RunPhase.PAUSING: "Pausing after this step",
    RunPhase.PAUSED: "Paused",
    RunPhase.STOPPING: "Stopping, the state is being saved",
    RunPhase.STOPPED: "Stopped",
    RunPhase.FINISHED: "Finished",
    RunPhase.FAILED: "Ended by trouble",
}
BAR_PARTS = 1000
EXTENSIONS = (("Half as long", 0.5), ("As long again", 1.0), ("Three times as long", 3.0))
EXPORTING = "A model is being exported and compared with PyTorch."
FIGURES = (
    ("left", "Time left"),
    ("rate", "Pictures a second"),
    ("epoch", "Epoch"),
    ("memory", "Memory"),
    ("device", "Computed by"),
)


class RunProgress(QWidget):
    """Follows the monitor; what the person presses goes to it, or is announced.

    *Signals*
    try_step_wanted(int): the person wants to draw with the state of that step.
    extend_wanted(float): the person wants a finished run to go on, longer by that share.
    try_wanted(), publish_wanted(), evaluate_wanted(), resume_wanted(), another_wanted(): the person asks
    for it.
    """

    try_step_wanted = Signal(int)
    extend_wanted = Signal(float)
    try_wanted = Signal()
    publish_wanted = Signal()
    evaluate_wanted = Signal()
    resume_wanted = Signal()
    another_wanted = Signal()

    def __init__(self, monitor: RunMonitor, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self._icons = icons
        self._exporting = False
        self.name = ElidedLabel()
        self.name.setProperty("role", "title")
        self.phase = wrapped(muted=True)
        self.percent = QLabel()
        self.percent.setProperty("role", "figure")
        self.percent.setFont(tabular(self.percent.font()))
        self.bar = thin_bar()
        self.steps = QLabel()
        self.steps.setFont(tabular(self.steps.font()))
        self.pause = self._button("Pause", "pause", monitor.toggle_pause, "Wait after this step")
        self.stop = self._button("Stop", "stop", monitor.stop, "Save the state and end; it can go on later")
        self.evaluate = self._button(
            "Measure", "chart-line", partial(monitor.send, commands.Evaluate()),
            "Measure on the held-out pictures now",
        )  # fmt: skip
        self.save = self._button(
            "Save", "content-save-outline", partial(monitor.send, commands.SaveCheckpoint()),
            "Save a checkpoint now",
        )  # fmt: skip
        self.examine = self._button("Evaluate…", "chart-box-outline", self.evaluate_wanted.emit, "")
        self.try_button = self._button("Try it", "draw", self.try_wanted.emit, "")
        self.kept = QToolButton()
        self.kept.setIconSize(QSize(ICON_PX, ICON_PX))
        self.kept.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.kept.setToolTip("Try another state that was kept")
        self.kept.setAccessibleName("Try another state that was kept")
        icons.bind(self.kept, "history", muted=True)
        self.kept_menu = QMenu(self)
        self.kept_menu.aboutToShow.connect(self._fill_kept)
        self.kept.setMenu(self.kept_menu)
        self.publish = self._button("Publish…", "export", self.publish_wanted.emit, "")
        self.resume = self._button("Go on", "play", self.resume_wanted.emit, "")
        self.extend_menu = QMenu(self)
        for words, share in EXTENSIONS:
            action = self.extend_menu.addAction(words)
            action.triggered.connect(partial(self.extend_wanted.emit, share))
        self.another = self._button("New run", "plus", self.another_wanted.emit, "Set another run up")
        self.values: dict[str, QLabel] = {}
        figures = QGridLayout()
        figures.setVerticalSpacing(4)
        for place, (key, words) in enumerate(FIGURES):
            value = ElidedLabel()
            value.setFont(tabular(value.font()))
            figures.addWidget(muted_label(words), place, 0)
            figures.addWidget(value, place, 1)
            self.values[key] = value
        figures.setColumnMinimumWidth(0, 112)
        figures.setColumnStretch(1, 1)
        self.balance = wrapped(muted=True)
        self.warning = wrapped()
        self.exporting = wrapped(EXPORTING, muted=True)
        self.measured = MeasuredBox()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for part in (self.name, self.percent, self.bar, self.steps, self.phase):
            column.addWidget(part)
        column.addLayout(_row(self.pause, self.resume, self.stop, self.another))
        column.addSpacing(GAP)
        column.addLayout(figures)
        column.addWidget(self.balance)
        column.addWidget(self.warning)
        column.addWidget(subtitle("The model so far"))
        column.addWidget(self.measured)
        column.addLayout(_row(self.evaluate, self.save))
        exports = _row(self.try_button, self.publish)
        exports.insertWidget(1, self.kept)
        column.addLayout(exports)
        column.addLayout(_row(self.examine))
        column.addWidget(self.exporting)
        column.addStretch(1)
        monitor.changed.connect(self.show_now)
        self.show_now()

    def set_exporting(self, exporting: bool) -> None:
        """Let no second export be asked for while one is under way."""
        self._exporting = exporting
        self.show_now()

    def _button(self, words: str, icon: str, run: Callable[[], object], tip: str) -> QPushButton:
        button = with_icon(words, icon, self._icons)
        button.setToolTip(tip)
        button.clicked.connect(lambda: run())
        return button

    def _fill_kept(self) -> None:
        self.kept_menu.clear()
        best = self._monitor.history.best
        for step in reversed(self._monitor.look_for_checkpoints()):
            is_best = best is not None and best.step == step
            action = self.kept_menu.addAction(f"Step {step:,}" + (" (the best)" if is_best else ""))
            action.triggered.connect(partial(self.try_step_wanted.emit, step))

    def show_now(self) -> None:
        """Show the run as it stands."""
        monitor, history = self._monitor, self._monitor.history
        phase = monitor.phase
        running = monitor.running
        paused = phase in (RunPhase.PAUSING, RunPhase.PAUSED)
        self.name.set_text(history.run.name, str(history.run))
        self.phase.setText(monitor.busy_text or PHASE_WORDS[phase])
        steps, step = history.steps, history.step
        share = history.share
        self.percent.setText(share_words(share) if share or not running else "…")
        self.bar.setRange(0, BAR_PARTS if phase is not RunPhase.PREPARING else 0)
        self.bar.setValue(int(BAR_PARTS * share))
        self.steps.setText(f"Step {step:,}" + (f" of {steps:,}" if steps else ""))
        for button in (self.pause, self.stop, self.evaluate, self.save):
            button.setVisible(running)
        alive = phase in ALIVE
        self.pause.setText(" Go on" if paused else " Pause")
        self._icons.bind(self.pause, "play" if paused else "pause")
        self.pause.setEnabled(alive)
        self.stop.setEnabled(running and phase is not RunPhase.STOPPING)
        for button in (self.evaluate, self.save):
            button.setEnabled(alive)
        self.resume.setVisible(not running and phase is not RunPhase.NONE)
        finished = phase is RunPhase.FINISHED
        self.resume.setText(" Extend by" if finished else " Go on")
        self.resume.setEnabled(not running and monitor.can_resume)
        if finished:
            self.resume.setToolTip("Go on for longer; the schedule is planned anew")
        elif monitor.checkpoints:
            self.resume.setToolTip("Go on from the last checkpoint")
        elif self.resume.isEnabled():
            self.resume.setToolTip("No state was saved yet; it begins again as it was set up")
        else:
            self.resume.setToolTip("It never began; set a new run up")
        self.resume.setMenu(self.extend_menu if finished else None)  # type: ignore[arg-type]
        self.another.setVisible(not running)
        self._show_export(alive)
        self._show_figures(history, running)

    def _show_export(self, alive: bool) -> None:
        has_state = bool(self._monitor.checkpoints) or alive
        reason = EXPORTING if self._exporting else ""
        self.exporting.setVisible(self._exporting)
        reason = reason or ("" if has_state else "There is no saved state yet")
        self.examine.setVisible(not self._monitor.running)
        self.examine.setEnabled(has_state)
        self.examine.setToolTip(
            "Measure it thoroughly, and write a report" if has_state else "There is no saved state yet"
        )
        for button, tip in (
            (self.try_button, "Use the model as it is now, on your canvas or under Generate"),
            (self.publish, "Make a model file of the best state, for the model picker and to share"),
        ):
            button.setEnabled(not reason)
            button.setToolTip(reason or tip)
        self.kept.setVisible(len(self._monitor.checkpoints) > 1)
        self.kept.setEnabled(not self._exporting)

    def _show_figures(self, history: RunHistory, running: bool) -> None:
        last, started = history.last, history.started
        shown = dict.fromkeys((key for key, _ in FIGURES), "—")
        if last is not None:
            shown["left"] = time_words(last.left_s) if running else "—"
            shown["rate"] = f"{last.images_per_s:.1f}"
            shown["epoch"] = f"{last.epoch:.1f}"
            memory = [f"{last.memory[key] / 1024:.1f} GB" for key in ("process_mb",) if key in last.memory]
            memory += [f"GPU {last.memory[key] / 1024:.1f} GB" for key in ("gpu_mb",) if key in last.memory]
            shown["memory"] = ", ".join(memory) or "—"
        if started is not None:
            shown["device"] = f"{started.device} ({started.precision})"
        for key, text in shown.items():
            label = self.values[key]
            assert isinstance(label, ElidedLabel)
            label.set_text(text)
        balance = last.balance if last is not None else {}
        known = {"real", "generated"} <= balance.keys()
        self.balance.setText(balance_words(balance["real"], balance["generated"]) if known else "")
        self.balance.setVisible(known)
        warning = history.warning
        self.warning.setText(warning.text if warning is not None else "")
        self.warning.setVisible(warning is not None)
        self.measured.show_history(history)


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GAP)
    for part in parts:
        row.addWidget(part, 1)
    return row
