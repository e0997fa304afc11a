"""The host of a training run: the loop in a thread of this process, or in a process of its own."""

import collections
import gc
import importlib
import importlib.util
import json
import logging
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QThread, Signal

from studio.core.runs import RunLock
from studio.core.settings import Setting, Settings
from studio.workers.pace import Pace, yield_to_the_window
from training import commands, events
from training.commands import Command
from training.events import Event
from training.files import UserError

if TYPE_CHECKING:
    from training.config import TrainConfig

log = logging.getLogger(__name__)

HOST = Setting(
    "training_host",
    "auto",
    "Where training runs: in a thread of the program, or in a process of its own; auto takes the thread "
    "where PyTorch is installed.",
    choices=("auto", "thread", "process"),
)
PYTHON = Setting(
    "training_python",
    "",
    "Python interpreter with Sketch Studio and PyTorch that trains; empty: the one that runs the program.",
)
NO_TORCH = (
    "This needs PyTorch, which is not installed here; install it with: pip install "
    '"sketch-studio[train]", or name a Python that has it under Settings.'
)
ENDED = "The training process ended by itself; resume the run to go on from its last checkpoint."


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: ``complete``, stopped before its last step, or with a ``problem``, a sentence."""

    run: Path
    complete: bool = False
    problem: str = ""


class TrainingHost(QObject):
    """Runs one training at a time and passes its events on; call from the GUI thread, nothing blocks it.

    Always `close` before the program ends.

    *Signals*
    started(Path, bool): a run begins in this folder; True when an earlier one goes on.
    told(Event): what the loop tells, in order.
    failed(str): the run cannot go on; a sentence.
    finished(RunEnd): once for every run, the last thing said about it.
    """

    started = Signal(object, bool)
    told = Signal(object)
    failed = Signal(str)
    finished = Signal(object)

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._worker: _Thread | _Child | None = None
        self._lock: RunLock | None = None
        self._run = Path()
        self._complete = False
        self._said_the_end = False
        self._problem = ""

    @property
    def running(self) -> bool:
        """Whether a run is going on, paused ones included."""
        return self._worker is not None

    @property
    def run(self) -> Path:
        """The folder of the run going on, or of the last one."""
        return self._run

    @property
    def process_id(self) -> int:
        """The process that trains, 0 when none of its own does."""
        return self._worker.process_id if isinstance(self._worker, _Child) else 0

    def start(self, config: "TrainConfig") -> None:
        """Begin a new run in ``config.run``; UserError when one is going on or nothing here can train."""
        self._begin(config, resume=False)

    def resume(self, run: Path, steps: int | None = None, minutes: float | None = None) -> None:
        """Go on with a run; ``steps`` or ``minutes`` in all plan it anew. UserError as in `start`."""
        # Imported here and below: the window is painted before it needs to know what can be set.
        from training.config import load_config

        config = replace(load_config(run / "config.toml"), run=str(run))
        if steps is not None or minutes is not None:
            config = replace(config, steps=steps or config.steps, minutes=minutes, epochs=None).checked()
        self._begin(config, resume=True)

    def send(self, command: Command) -> None:
        """Tell the run; without one nothing happens."""
        if self._worker is not None:
            self._worker.send(command)

    def close(self, wait_ms: int = 10_000) -> bool:
        """Stop the run with its state saved; False when it has not ended within ``wait_ms``.

        A process of its own is ended by force then; its last checkpoint is whole.
        """
        worker = self._worker
        if worker is None:
            return True
        worker.send(commands.Stop())
        ended = worker.end_within(wait_ms)
        if ended:
            self._unlock()
        return ended

    def _begin(self, config: "TrainConfig", *, resume: bool) -> None:
        if self._worker is not None:
            raise UserError("A training is going on; stop it before another one begins.")
        in_thread = self._in_thread()
        if not in_thread:
            check_pytorch(self._python())
        run = Path(config.run)
        self._run, self._complete, self._said_the_end, self._problem = run, False, False, ""
        self._lock = RunLock.take(run)
        self._lock.mark()
        self._worker = (_Thread if in_thread else _Child)(config, resume, self)
        if isinstance(self._worker, _Child):
            self._worker.python = self._python()
        self._follow(self._worker)
        self.started.emit(run, resume)
        self._worker.begin()

    def _follow(self, worker: "_Thread | _Child") -> None:
        worker.told.connect(self._on_event)
        worker.refused.connect(self._on_refused)
        worker.ended.connect(self._on_ended)

    def _wish(self) -> str:
        return self._settings.get(HOST) if self._settings is not None else HOST.default

    def _python(self) -> str:
        return self._settings.get(PYTHON) if self._settings is not None else ""

    def _in_thread(self) -> bool:
        wish = self._wish()
        if wish != "auto":
            return wish == "thread"
        return not self._python() and has_pytorch()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, events.Finished):
            self._complete, self._said_the_end = event.complete, True
        elif isinstance(event, events.Failed):
            self._problem, self._said_the_end = event.text, True
        self.told.emit(event)

    def _on_refused(self, sentence: str) -> None:
        self._problem = sentence

    def _on_ended(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.deleteLater()
        self._unlock(cut_off=not self._said_the_end)
        if self._problem:
            self.failed.emit(self._problem)
        self.finished.emit(RunEnd(self._run, self._complete, self._problem))

    def _unlock(self, cut_off: bool = False) -> None:
        if self._lock is not None:
            self._lock.release(cut_off)
            self._lock = None


class _Thread(QThread):
    """The loop in this process. Torch is imported in here, never by the window."""

    told = Signal(object)
    refused = Signal(str)
    ended = Signal()

    def __init__(self, config: "TrainConfig", resume: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self._config = config
        self._resume = resume
        self._inbox: collections.deque[Command] = collections.deque()
        self.finished.connect(self.ended)

    def begin(self) -> None:
        self.start(QThread.Priority.LowPriority)

    def send(self, command: Command) -> None:
        self._inbox.append(command)

    def end_within(self, wait_ms: int) -> bool:
        return self.wait(wait_ms)

    def run(self) -> None:
        """The thread. The one broad catch of this thread stands here."""
        yield_to_the_window(Pace.TRAINING)
        try:
            # By name, so that no import of the window's leads to torch.
            loop = importlib.import_module("training.loop")
            listeners = importlib.import_module("training.listeners")
            # The window's collector need not walk torch's objects again and again.
            gc.freeze()
            recorders = listeners.run_recorders(Path(self._config.run))

            def on_event(event: Event) -> None:
                for recorder in recorders:
                    recorder(event)
                self.told.emit(event)

            try:
                loop.train(self._config, on_event, self._next_command, resume=self._resume)
            finally:
                for recorder in recorders:
                    recorder.close()
        except UserError as error:
            self.refused.emit(str(error))
        except ImportError as error:
            log.exception("training cannot be imported")
            self.refused.emit(f"{NO_TORCH} ({error})")
        except Exception as error:
            log.exception("training failed")
            text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            self.refused.emit(f"The training broke: {text}. The log has the details; resume to go on.")

    def _next_command(self) -> Command | None:
        return self._inbox.popleft() if self._inbox else None


class _Child(QProcess):
    """The loop in a process of its own, spoken to in lines of JSON. Lives in the GUI thread."""

    told = Signal(object)
    refused = Signal(str)
    ended = Signal()

    def __init__(self, config: "TrainConfig", resume: bool, parent: QObject) -> None:
        from training.config import to_dict

        super().__init__(parent)
        self.python = ""
        self._request = {"task": "train", "config": to_dict(config), "resume": resume}
        self._rest = b""
        self._over = False
        self.readyReadStandardOutput.connect(self._read)
        self.finished.connect(self._on_finished)
        self.errorOccurred.connect(self._on_error)

    @property
    def process_id(self) -> int:
        return self.processId()

    def begin(self) -> None:
        command = worker_command(self.python)
        self.start(command[0], command[1:])
        self._write(json.dumps(self._request))

    def send(self, command: Command) -> None:
        self._write(commands.to_json(command))

    def end_within(self, wait_ms: int) -> bool:
        if self.state() != QProcess.ProcessState.NotRunning and not self.waitForFinished(wait_ms):
            self.kill()
            self.waitForFinished(2000)
        return True

    def _write(self, line: str) -> None:
        self.write(line.encode() + b"\n")

    def _read(self) -> None:
        *lines, self._rest = (self._rest + self.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            try:
                self.told.emit(events.from_json(line.decode()))
            except ValueError:
                log.warning("the training process said %r", line[:200])

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        said = bytes(self.readAllStandardError().data()).decode(errors="replace").strip()
        if status is QProcess.ExitStatus.CrashExit:
            log.error("the training process was killed: %s", said[-4000:])
            self.refused.emit(ENDED)
        elif code == 2 and said:
            self.refused.emit(said.splitlines()[-1])
        elif code not in (0, 1) or (code == 1 and said):
            log.error("the training process ended with %d: %s", code, said[-4000:])
            last = said.splitlines()[-1] if said else f"exit status {code}"
            self.refused.emit(f"The training broke: {last}. The log has the details; resume to go on.")
        self._end()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.refused.emit(f"{self.program()} cannot be started; name another Python under Settings.")
            self._end()

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self.ended.emit()


def has_pytorch() -> bool:
    """Whether PyTorch is installed beside the program; it is not imported to find out."""
    return importlib.util.find_spec("torch") is not None


def check_pytorch(python: str = "") -> None:
    """UserError when neither the program nor the interpreter ``python`` can do training work."""
    if not python and not has_pytorch():
        raise UserError(NO_TORCH)


def worker_command(python: str = "") -> list[str]:
    """Return the command of a process that does training work; ``python`` is another interpreter for it."""
    if python:
        return [python, "-m", "training.worker"]
    if getattr(sys, "frozen", False):
        return [sys.executable, "--train-worker"]
    return [sys.executable, "-m", "training.worker"]
