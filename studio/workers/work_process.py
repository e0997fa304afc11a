"""A child process that does one piece of the training package's work and tells of it."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from training import commands, events

log = logging.getLogger(__name__)

PATIENCE_MS = 5_000
"""How long a process that was told to stop may take before it is ended by force."""
END_MS = 2_000


class WorkProcess(QProcess):
    """A worker that speaks in lines of JSON; it goes away by itself once it has ended.

    ``work`` names in its sentences what it does. *Signals*
    said(Event): what it tells.
    ended(Path, str): what came of it, or None and a sentence.
    """

    said = Signal(object)
    ended = Signal(object, str)

    def __init__(self, parent: QObject, work: str = "The work") -> None:
        super().__init__(parent)
        self._work = work
        self._rest = b""
        self._result: Path | None = None
        self._given_up = False
        self.readyReadStandardOutput.connect(self._read)
        self.finished.connect(self._on_finished)
        self.errorOccurred.connect(self._on_error)

    def begin(self, command: list[str], request: Mapping[str, Any]) -> None:
        """Start the worker and tell it what to do."""
        self.start(command[0], command[1:])
        self.write(json.dumps(request).encode() + b"\n")

    def give_up(self) -> None:
        """Ask the worker to stop; it is ended by force if it takes long."""
        self._given_up = True
        self.write(commands.to_json(commands.Stop()).encode() + b"\n")
        QTimer.singleShot(PATIENCE_MS, self, self.kill)

    def end_now(self) -> None:
        """End the worker by force, and wait until it is gone; nobody asks what becomes of its work."""
        self._given_up = True
        self.kill()
        self.waitForFinished(END_MS)

    def _read(self) -> None:
        *lines, self._rest = (self._rest + self.readAllStandardOutput().data()).split(b"\n")
        for line in lines:
            try:
                event = events.from_json(line.decode())
            except ValueError:
                log.warning("the working process said %r", line[:200])
                continue
            if isinstance(event, events.Written | events.Exported):
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
            problem = last if refused else f"{self._work} failed: {last}. The log has the details."
            if not self._given_up:
                log.error("%s ended with %d: %s", self._work, code, said[-4000:])
        self.ended.emit(self._result, problem)
        self.deleteLater()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            problem = f"{self.program()} cannot be started; name another Python under Settings."
            self.ended.emit(None, problem)
            self.deleteLater()
