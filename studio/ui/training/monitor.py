"""The run on show: the one that is trained now, or one from the list; its phase and its history."""

from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.run_history import RunHistory
from studio.core.runs import RunState, RunSummary, checkpoints_of, is_run
from studio.workers.tasks import Lane, run_in_background
from studio.workers.training import RunEnd, TrainingHost
from training import commands, events
from training.commands import Command
from training.events import Event

QUIET_MS = 100
"""Events come faster than eyes read: views are told at most so often."""


class RunPhase(Enum):
    """Where a run stands."""

    NONE = auto()
    PREPARING = auto()
    RUNNING = auto()
    PAUSING = auto()
    PAUSED = auto()
    STOPPING = auto()
    STOPPED = auto()
    FINISHED = auto()
    FAILED = auto()


ALIVE = frozenset({RunPhase.RUNNING, RunPhase.PAUSING, RunPhase.PAUSED})
"""It hears what it is told."""
BUSY = ALIVE | {RunPhase.PREPARING, RunPhase.STOPPING}
PHASE_OF_STATE = {
    RunState.RUNNING: RunPhase.STOPPED,
    RunState.CUT_OFF: RunPhase.STOPPED,
    RunState.STOPPED: RunPhase.STOPPED,
    RunState.FAILED: RunPhase.FAILED,
    RunState.FINISHED: RunPhase.FINISHED,
}


class RunMonitor(QObject):
    """Follows the host and owns what is known of the run on show. GUI thread only.

    *Signals*
    changed(): anything new, at most ten times a second.
    replaced(): another run is on show.
    told(Event): one event of the run that is trained, as it comes.
    checkpoint_saved(int): the state of that step is on disk.
    """

    changed = Signal()
    replaced = Signal()
    told = Signal(object)
    checkpoint_saved = Signal(int)

    def __init__(self, host: TrainingHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self.history = RunHistory()
        self.phase = RunPhase.NONE
        self.checkpoints: tuple[int, ...] = ()
        self.busy_text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.changed)
        host.started.connect(self._on_started)
        host.told.connect(self._on_event)
        host.finished.connect(self._on_finished)

    @property
    def running(self) -> bool:
        """Whether the run on show is being trained."""
        return self.phase in BUSY

    @property
    def can_resume(self) -> bool:
        """Whether the run on show can go on, be it from its start."""
        return bool(self.checkpoints) or (self.phase is not RunPhase.FINISHED and is_run(self.history.run))

    def show_run(self, run: RunSummary) -> None:
        """Show a run of the list; not while one is trained."""
        if self._host.running:
            return
        run_in_background(partial(RunHistory.of_run, run.path), partial(self._on_read, run), lane=Lane.DATA)

    def clear(self) -> None:
        """Show no run; not while one is trained."""
        if not self._host.running:
            self.history, self.phase, self.checkpoints = RunHistory(), RunPhase.NONE, ()
            self._replace()

    def send(self, command: Command) -> None:
        """Tell the run something."""
        self._host.send(command)

    def look_for_checkpoints(self) -> tuple[int, ...]:
        """Return the steps whose state is on disk now."""
        self.checkpoints = checkpoints_of(self.history.run)
        return self.checkpoints

    def toggle_pause(self) -> None:
        """Wait once the step in hand is done, or go on."""
        if self.phase is RunPhase.RUNNING:
            self.phase = RunPhase.PAUSING
            self._host.send(commands.Pause())
        elif self.phase in ALIVE:
            if self.phase is RunPhase.PAUSING:
                self.phase = RunPhase.RUNNING
            self._host.send(commands.Continue())
        self.changed.emit()

    def stop(self) -> None:
        """Save the state and end."""
        if self.running:
            self.phase = RunPhase.STOPPING
            self._host.send(commands.Stop())
            self.changed.emit()

    def _on_read(self, run: RunSummary, history: RunHistory) -> None:
        if self._host.running:
            return
        self.history, self.phase, self.checkpoints = history, PHASE_OF_STATE[run.state], run.checkpoints
        self._replace()

    def _on_started(self, run: Path, resumed: bool) -> None:
        self.checkpoints = checkpoints_of(run)
        # Without a state to go on from it begins again, and what was told before will happen again.
        goes_on = resumed and bool(self.checkpoints)
        if not (goes_on and run == self.history.run):
            self.history = RunHistory.of_run(run) if goes_on else RunHistory(run)
        self.history.warning = None
        self.phase, self.busy_text = RunPhase.PREPARING, ""
        self._replace()

    def _on_event(self, event: Event) -> None:
        match event:
            case events.Preparing():
                so_far = f"{event.done:,} of {event.total:,}" if event.total else f"{event.done:,}"
                self.busy_text = f"{event.text} ({so_far})"
            case events.Started():
                self.phase, self.busy_text = self._unless_stopping(RunPhase.RUNNING), ""
                if event.resumed:
                    self.history.cut(event.step)
            case events.Paused():
                self.phase = self._unless_stopping(RunPhase.PAUSED)
            case events.Continued():
                self.phase = self._unless_stopping(RunPhase.RUNNING)
        self.history.add(event)
        if isinstance(event, events.CheckpointSaved):
            self.look_for_checkpoints()
            self.checkpoint_saved.emit(event.step)
        self.told.emit(event)
        if not self._timer.isActive():
            self._timer.start()

    def _unless_stopping(self, phase: RunPhase) -> RunPhase:
        return self.phase if self.phase is RunPhase.STOPPING else phase

    def _on_finished(self, end: RunEnd) -> None:
        self.busy_text = ""
        if end.problem:
            self.phase = RunPhase.FAILED
            self.busy_text = end.problem
        else:
            self.phase = RunPhase.FINISHED if end.complete else RunPhase.STOPPED
        self.checkpoints = checkpoints_of(end.run)
        self.changed.emit()

    def _replace(self) -> None:
        self.replaced.emit()
        self.changed.emit()
