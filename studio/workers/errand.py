"""Work of the training package that is no training, in a process of its own: the window never waits."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from studio.core.settings import Settings
from studio.workers.training import PYTHON, check_pytorch, worker_command
from training import commands, events
from training.files import UserError

log = logging.getLogger(__name__)

PATIENCE_MS = 5_000
"""How long a process that was told to stop may take before it is ended by force."""


class Errand(QObject):
    """Does one piece of work at a time: ``training.errands`` lists them. GUI thread; nothing blocks it.

    Always `close` before the program ends.

    *Signals*
    told(int, int, str): so much of so much (0 = not known) of what the text says is done.
    done(Path): the work is done; what came of it lies there.
    failed(str): it is not; a sentence.
    busy_changed(bool): work begins, or has ended in one way or another.
    """

    told = Signal(int, int, str)
    done = Signal(object)
    failed = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._process: _Process | None = None

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return self._process is not None

    def start(self, task: str, request: Mapping[str, Any]) -> None:
        """Begin; UserError when work is under way or nothing here can do it."""
        if self._process is not None:
            raise UserError("Something is being worked on already; wait for it, or cancel it.")
        python = self._settings.get(PYTHON) if self._settings is not None else ""
        check_pytorch(python)
        process = self._process = _Process(self)
        process.said.connect(self._on_said)
        process.ended.connect(self._on_ended)
        self.busy_changed.emit(True)
        process.begin(worker_command(python), {**request, "task": task})

    def cancel(self) -> None:
        """Give up what is under way; it is as if it had never been asked for."""
        process, self._process = self._process, None
        if process is not None:
            process.give_up()
            self.busy_changed.emit(False)

    def close(self) -> None:
        """End every process at once."""
        self._process = None
        for process in self.findChildren(_Process):
            process.kill()
            process.waitForFinished(2000)

    def _on_said(self, event: events.Event) -> None:
        if self.sender() is self._process and isinstance(event, events.Preparing):
            self.told.emit(event.done, event.total, event.text)

    def _on_ended(self, path: Path | None, problem: str) -> None:
        if self.sender() is not self._process:
            return
        self._process = None
        self.busy_changed.emit(False)
        if path is not None:
            self.done.emit(path)
        else:
            self.failed.emit(problem)


class _Process(QProcess):
    """A worker that speaks in lines of JSON; it goes away by itself once it has ended.

    *Signals*
    said(Event): what it tells.
    ended(Path, str): what came of it, or None and a sentence.
    """

    said = Signal(object)
    ended = Signal(object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rest = b""
        self._result: Path | None = None
        self._given_up = False
        self.readyReadStandardOutput.connect(self._read)
        self.finished.connect(self._on_finished)
        self.errorOccurred.connect(self._on_error)

    def begin(self, command: list[str], request: Mapping[str, Any]) -> None:
        self.start(command[0], command[1:])
        self.write(json.dumps(request).encode() + b"\n")

    def give_up(self) -> None:
        self._given_up = True
        self.write(commands.to_json(commands.Stop()).encode() + b"\n")
        QTimer.singleShot(PATIENCE_MS, self, self.kill)

    def _read(self) -> None:
        *lines, self._rest = (self._rest + self.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            try:
                event = events.from_json(line.decode())
            except ValueError:
                log.warning("the working process said %r", line[:200])
                continue
            if isinstance(event, events.Written):
                self._result = Path(event.path)
            self.said.emit(event)

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        said = bytes(self.readAllStandardError().data()).decode(errors="replace").strip()
        last = said.splitlines()[-1] if said else "its process was ended"
        problem = ""
        if status is QProcess.ExitStatus.CrashExit or code != 0 or self._result is None:
            self._result = None
            refused = code == 2 and bool(said) and status is QProcess.ExitStatus.NormalExit
            problem = last if refused else f"That failed: {last}. The log has the details."
            if not self._given_up:
                log.error("the work ended with %d: %s", code, said[-4000:])
        self.ended.emit(self._result, problem)
        self.deleteLater()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            problem = f"{self.program()} cannot be started; name another Python under Settings."
            self.ended.emit(None, problem)
            self.deleteLater()
