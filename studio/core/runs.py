"""Training runs on disk: what each has come to, its events, new folders for new ones, and deleting."""

import contextlib
import math
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile

from studio.core.settings import runs_dir
from training import events
from training.events import Event
from training.files import UserError, read_json

if TYPE_CHECKING:
    from training.config import TrainConfig

LOCK = "window.lock"
HOSTED = "hosted"
"""Lies in a run's folder while a window trains it, and after that window has died."""
LEFT = "left"
"""Stands in that file once the person wants to be asked about the run no more."""
CONFIG = "config.toml"
JOURNAL = "events.jsonl"
EXPORTED = ("average.safetensors", "manifest.json")
"""What a model is made of in a checkpoint."""
HOLD_TRIES = 10
CHECKPOINT = re.compile(r"step-(\d+)")
QUIET_S = 90.0
"""A journal that was written to more recently belongs to a run that a command line has under way."""


class RunState(StrEnum):
    """What has become of a run. CUT_OFF: it ended without a word, by a crash or a power cut."""

    RUNNING = "running"
    CUT_OFF = "cut off"
    STOPPED = "stopped"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True)
class RunSummary:
    """One run as a list shows it. ``changed`` is the time of its last word, in seconds since 1970."""

    path: Path
    state: RunState
    step: int
    steps: int
    changed: float
    data: str = ""
    recipe: str = ""
    size: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    checkpoints: tuple[int, ...] = ()
    problem: str = ""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def can_resume(self) -> bool:
        """Whether it can go on: from its last checkpoint, or from its start where it has none yet."""
        return self.state not in (RunState.RUNNING, RunState.FINISHED)


def list_runs(folder: Path | None = None, now: float | None = None) -> list[RunSummary]:
    """Return the runs in ``folder`` (the user's), the last active first; what is no run is passed over."""
    folder = runs_dir() if folder is None else folder
    now = time.time() if now is None else now
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError, UserError):
            if is_run(path):
                found.append(summarise(path, now))
    return sorted(found, key=lambda run: run.changed, reverse=True)


def summarise(run: Path, now: float) -> RunSummary:
    """Return what has become of ``run`` at the time ``now``; UserError when its config cannot be read."""
    config = _config(run)
    told = read_events(run)
    journal = run / JOURNAL
    changed = (journal if journal.is_file() else run / CONFIG).stat().st_mtime
    step, steps, problem = 0, config.steps, ""
    metrics: dict[str, float] = {}
    last: Event | None = None
    for event in told:
        step = getattr(event, "step", step)
        if isinstance(event, events.Started | events.StepDone) and event.steps:
            steps = event.steps
        elif isinstance(event, events.MetricsReady) and (event.best or not metrics):
            metrics = event.metrics
        elif isinstance(event, events.Failed):
            problem = event.text
        last = event
    if is_locked(run):
        state = RunState.RUNNING
    elif isinstance(last, events.Finished):
        state = RunState.FINISHED if last.complete else RunState.STOPPED
    elif isinstance(last, events.Failed):
        state = RunState.FAILED
    elif now - changed < QUIET_S and not _window_died(run, changed):
        state = RunState.RUNNING
    else:
        state = RunState.CUT_OFF
    return RunSummary(
        run, state, step, steps, changed, config.data, config.recipe, config.size, dict(metrics),
        checkpoints_of(run), problem,
    )  # fmt: skip


def read_events(run: Path) -> list[Event]:
    """Return the events in the run's journal; lines that a crash cut short are passed over."""
    try:
        lines = (run / JOURNAL).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found: list[Event] = []
    for line in lines:
        with contextlib.suppress(ValueError):
            found.append(events.from_json(line))
    return found


def share_words(share: float) -> str:
    """Return how much of a run is done, 0..1, as a whole percentage; nothing is at 100 % before its end."""
    return f"{math.floor(100 * share + 1e-9)} %"


def is_run(folder: Path) -> bool:
    """Whether a training has begun in ``folder``."""
    return (folder / CONFIG).is_file()


def checkpoints_of(run: Path) -> tuple[int, ...]:
    """Return the steps of the run's whole checkpoints, in order."""
    return tuple(sorted(_checkpoint_folders(run)))


def hold_checkpoint(run: Path, into: Path, step: int | None = None, *, best: bool = False) -> int:
    """Keep what a model is made of beyond the training's own clearing up; return the step it is of.

    ``into`` becomes a run with that one checkpoint: of ``step``, else the best one, else the newest. Linked,
    so that it takes no room, where the system can. UserError when there is none.
    """
    for _ in range(HOLD_TRIES):
        folders = _checkpoint_folders(run)
        if not folders:
            raise UserError(f"{run.name} has no saved state yet; train it a little further.")
        wanted = max(folders)
        if step is not None:
            wanted = step
        elif best:
            wanted = _best_step(folders[wanted], wanted)
        if wanted not in folders:
            raise UserError(f"The state of step {wanted:,} is kept no more; choose another one.")
        try:
            _link_or_copy(folders[wanted], into / "checkpoints" / folders[wanted].name)
            return wanted
        except FileNotFoundError:
            # The training has cleared it away meanwhile; there is a newer one.
            shutil.rmtree(into, ignore_errors=True)
        except OSError as error:
            raise UserError(f"{into} cannot be written ({error.strerror}); free some space.") from error
    raise UserError(f"The states of {run.name} change too fast to hold one; pause the training first.")


def _checkpoint_folders(run: Path) -> dict[int, Path]:
    folder = run / "checkpoints"
    found = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        match = CHECKPOINT.fullmatch(path.name)
        if match and (path / "manifest.json").is_file():
            found[int(match[1])] = path
    return found


def _best_step(newest: Path, otherwise: int) -> int:
    """The step that the newest checkpoint names as the best, where that one is still there."""
    with contextlib.suppress(UserError, KeyError, TypeError, ValueError):
        step = int(read_json(newest / "manifest.json")["best"]["step"])
        if step in _checkpoint_folders(newest.parent.parent):
            return step
    return otherwise


def _link_or_copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in EXPORTED:
        (target / name).unlink(missing_ok=True)
        try:
            os.link(source / name, target / name)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(source / name, target / name)


def config_of(run: Path) -> "TrainConfig | None":
    """Return the run's config, None where it cannot be read."""
    try:
        return _config(run)
    except UserError:
        return None


def _config(run: Path) -> "TrainConfig":
    # Imported here: the window is painted before it needs to know what can be set in a training.
    from training.config import load_config

    return load_config(run / CONFIG)


def new_run_folder(name: str, folder: Path | None = None) -> Path:
    """Return a path for a new run called after ``name``; nothing is made yet."""
    folder = runs_dir() if folder is None else folder
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "run"
    path, count = folder / stem, 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}"
    return path


def delete_run(run: Path) -> None:
    """Delete a run with all its checkpoints; UserError for a folder that is no run or is in use."""
    if not is_run(run):
        raise UserError(f"{run} is no run of this program; delete it in the file manager.")
    if is_locked(run):
        raise UserError(f"{run.name} is being trained; stop it first.")
    try:
        shutil.rmtree(run)
    except OSError as error:
        raise UserError(f"{run.name} could not be deleted ({error}); close what has it open.") from error


class RunLock:
    """Says that this process trains a run, until `release`; a crash leaves a mark that it was cut off."""

    def __init__(self, run: Path, lock: QLockFile) -> None:
        self._run = run
        self._lock = lock

    @classmethod
    def take(cls, run: Path) -> "RunLock":
        """Make the folder where it is missing and lock it; UserError while another process trains it."""
        try:
            run.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"{run} cannot be made ({error.strerror}); check the folder's rights.") from error
        lock = _lock(run)
        if not lock.tryLock(0):
            raise UserError(f"{run.name} is being trained by another window; stop it there first.")
        return cls(run, lock)

    def mark(self) -> None:
        """Leave the mark by which a later start finds the run."""
        with contextlib.suppress(OSError):
            (self._run / HOSTED).write_text("", encoding="utf-8")

    def release(self, cut_off: bool = False) -> None:
        """Unlock, the mark left where the run was ``cut_off``; a folder where nothing began is removed."""
        begun = is_run(self._run)
        with contextlib.suppress(OSError):
            if not (cut_off and begun):
                (self._run / HOSTED).unlink(missing_ok=True)
        self._lock.unlock()
        if not begun:
            with contextlib.suppress(OSError):
                (self._run / JOURNAL).unlink(missing_ok=True)
                self._run.rmdir()


def is_locked(run: Path) -> bool:
    """Return whether a living process trains this run."""
    lock = _lock(run)
    if not (run / LOCK).exists():
        return False
    if lock.tryLock(0):
        lock.unlock()
        return False
    return True


def cut_off_runs(folder: Path | None = None) -> list[Path]:
    """Return the runs that died with the window that trained them and can go on, the last one first."""
    folder = runs_dir() if folder is None else folder
    marks = list(folder.glob(f"*/{HOSTED}"))
    found = [
        (mark.stat().st_mtime, mark.parent)
        for mark in marks
        if mark.stat().st_size == 0 and not is_locked(mark.parent) and is_run(mark.parent)
    ]
    return [path for _, path in sorted(found, reverse=True)]


def forget_cut_off(run: Path) -> None:
    """Offer the run no more; it stays in the list as what it is, cut off."""
    with contextlib.suppress(OSError):
        (run / HOSTED).write_text(LEFT, encoding="utf-8")


def _window_died(run: Path, changed: float) -> bool:
    """Whether the window that wrote the journal's last word, at ``changed``, is known to have died."""
    try:
        mark = (run / HOSTED).stat()
    except OSError:
        return False
    return mark.st_size == 0 or mark.st_mtime >= changed


def _lock(run: Path) -> QLockFile:
    lock = QLockFile(str(run / LOCK))
    # However old, a lock counts as long as its process lives; one of a dead process never does.
    lock.setStaleLockTime(0)
    return lock
