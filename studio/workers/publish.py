"""Models made of runs: exported and proved in a process of its own, so that the window never waits."""

import re
import shutil
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core import settings as keys
from studio.core.runs import hold_checkpoint
from studio.core.settings import Settings
from studio.workers.training import PYTHON, worker_command
from studio.workers.work_process import WorkProcess
from training import events
from training.files import UserError

LONGEST_STEM = 80


@dataclass(frozen=True)
class Card:
    """What a person says of a model; an empty licence leaves the data set's own."""

    name: str
    licence: str = ""
    author: str = ""
    note: str = ""


@dataclass(frozen=True)
class Published:
    """A model file that has been proved; it deviates from PyTorch by at most ``worst``/255."""

    path: Path
    worst: int
    trial: bool = False


class Publisher(QObject):
    """Exports one run at a time. GUI thread; nothing blocks it. Always `close` before the program ends.

    *Signals*
    published(Published): a model lies in its folder.
    failed(str): it does not; a sentence.
    busy_changed(bool): work begins or has ended.
    """

    published = Signal(object)
    failed = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, settings: Settings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._process: WorkProcess | None = None
        self._worst = 0
        self._trial = False
        self._held = Path()

    @property
    def busy(self) -> bool:
        """Whether an export is under way."""
        return self._process is not None

    def publish(self, run: Path, card: Card) -> None:
        """Export the best state of ``run`` into the user's models.

        UserError when an export is under way, there is no state or the name makes no file name.
        """
        stem = file_stem(card.name)
        if not stem:
            raise UserError("A model needs a name; type one.")
        self._hold(run, best=True)
        self._begin(free_path(keys.user_models_dir(), stem), card, trial=False)

    def try_step(self, run: Path, step: int | None = None) -> int:
        """Export the state of ``step``, or the newest, for this session only; return its step.

        UserError when an export is under way or there is no such state.
        """
        step = self._hold(run, step)
        card = Card(f"Trial: {run.name}, step {step:,}")
        self._begin(free_path(trials_dir(), file_stem(f"trial-{run.name}-{step}")), card, trial=True)
        return step

    def close(self) -> None:
        """Give up what is under way and forget the trials."""
        process, self._process = self._process, None
        if process is not None:
            process.end_now()
        shutil.rmtree(trials_dir(), ignore_errors=True)

    def _hold(self, run: Path, step: int | None = None, *, best: bool = False) -> int:
        """Hold a state: by the time the process reads it, the training may have cleared it away."""
        if self._process is not None:
            raise UserError("A model is being exported; wait until it is done.")
        self._held = trials_dir() / f"state-{uuid.uuid4().hex[:8]}"
        return hold_checkpoint(run, self._held, step, best=best)

    def _begin(self, out: Path, card: Card, *, trial: bool) -> None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{out.parent} cannot be made ({error.strerror}); check its rights.") from error
        self._trial = trial
        request = {
            "task": "export",
            "run": str(self._held),
            "out": str(out),
            "card": asdict(card),
            "step": None,
        }
        process = self._process = WorkProcess(self, "The export")
        process.said.connect(self._on_said)
        process.ended.connect(self._on_ended)
        self.busy_changed.emit(True)
        python = self._settings.get(PYTHON) if self._settings is not None else ""
        process.begin(worker_command(python), request)

    def _on_said(self, event: events.Event) -> None:
        if isinstance(event, events.Exported):
            self._worst = event.worst

    def _on_ended(self, path: Path | None, problem: str) -> None:
        if self._process is None:
            return
        self._process = None
        shutil.rmtree(self._held, ignore_errors=True)
        self.busy_changed.emit(False)
        if path is not None:
            self.published.emit(Published(path, self._worst, self._trial))
        else:
            self.failed.emit(problem)


def trials_dir() -> Path:
    """Return the folder of models that are tried out; it is emptied when the program ends."""
    return keys.user_cache_dir() / "trials"


def file_stem(name: str) -> str:
    """Return ``name`` as the stem of a file, "" when nothing of it can be."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:LONGEST_STEM]


def free_path(folder: Path, stem: str) -> Path:
    """Return a path for a model in ``folder`` that is not taken."""
    path, count = folder / f"{stem}.onnx", 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}.onnx"
    return path
