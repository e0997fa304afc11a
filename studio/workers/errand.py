"""Work of the training package that is no training, in a process of its own: the window never waits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.core.settings import Settings
from studio.workers.training import PYTHON, check_pytorch, worker_command
from studio.workers.work_process import WorkProcess
from training import events
from training.files import UserError


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
        self._process: WorkProcess | None = None

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
        process = self._process = WorkProcess(self)
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
        for process in self.findChildren(WorkProcess):
            process.end_now()

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
