"""Autosave and recovery: at most ten seconds of work are lost, whatever happens to the program.

Each open document has an entry in the recovery folder: an .ora file, a .json file that says what it is, and
a lock held while the program that wrote it lives. An entry whose lock can be taken is left from a crash.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

from studio.core.document import Document, DocumentSnapshot
from studio.core.openraster import open_ora, save_ora
from training.files import UserError, read_json, write_json

INTERVAL_S = 5.0
RETRY_S = 2.0
INFO_FORMAT = 1


class AutosavePolicy:
    """Decides when to save: once changes are ``interval_s`` old, one save at a time. It is given the time."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self.interval_s = interval_s
        """How old changes may get; a new value counts for those that wait already."""
        self._oldest_change: float | None = None
        self._last_start = 0.0
        self._not_before = 0.0
        self._saving = False

    def changed(self, now: float) -> None:
        """Note that the document changed."""
        if self._oldest_change is None:
            self._oldest_change = now

    def saved(self) -> None:
        """Note that nothing is unsaved any more."""
        self._oldest_change = None

    def due(self, now: float) -> bool:
        """Whether a save should start now."""
        if self._oldest_change is None or self._saving or now < self._not_before:
            return False
        return now - self._oldest_change >= self.interval_s

    def started(self, now: float) -> None:
        """Note that everything up to now is being saved."""
        self._saving = True
        self._last_start = now
        self._oldest_change = None

    def finished(self, now: float, succeeded: bool) -> None:
        """Note that the save ended; a failed one is tried again soon."""
        self._saving = False
        if not succeeded:
            self._oldest_change = self._last_start
            self._not_before = now + RETRY_S


@dataclass(frozen=True, slots=True)
class AutosaveJob:
    """One save: everything it needs, frozen, to be run in any thread."""

    snapshot: DocumentSnapshot
    path: Path
    info: dict[str, Any]

    def run(self) -> None:
        """Write the drawing and, after it, what it is; UserError when that is not possible."""
        save_ora(self.snapshot, self.path, keep_previous=False)
        try:
            write_json(self.path.with_suffix(".json"), self.info)
        except OSError as error:
            raise UserError(
                f"The drawing could not be kept for recovery ({error}); save it yourself."
            ) from error


class Autosaver:
    """Keeps a copy of one document's unsaved work in the recovery folder.

    Ask ``job(now)`` a few times a second; run what it returns in a worker, then call ``finished``. Call
    ``discard`` once the work is saved or given up, ``close`` on a clean exit, both
    when no job is running.
    """

    def __init__(self, document: Document, folder: Path, interval_s: float = INTERVAL_S) -> None:
        self._document = document
        self._path = Path(folder) / f"{uuid.uuid4().hex}.ora"
        self._policy = AutosavePolicy(interval_s)
        self._lock: QLockFile | None = None
        # A document that begins unsaved, as a recovered one does, waits for its copy already.
        self._seen = -1 if document.modified else document.change_count
        self.title = ""
        """What to call the drawing while it lies in no file."""

    @property
    def path(self) -> Path:
        """Where the copy lies, or will."""
        return self._path

    @property
    def interval_s(self) -> float:
        """How many seconds old changes may get."""
        return self._policy.interval_s

    @interval_s.setter
    def interval_s(self, interval_s: float) -> None:
        self._policy.interval_s = interval_s

    def job(self, now: float) -> AutosaveJob | None:
        """Return the save that is due at ``now`` (monotonic seconds), None when there is none.

        UserError when the recovery folder cannot be written; asking again later is fine.
        """
        if self._document.change_count != self._seen:
            self._seen = self._document.change_count
            self._policy.changed(now)
        if not self._document.modified:
            self._policy.saved()
        if not self._policy.due(now):
            return None
        self._hold_lock()
        self._policy.started(now)
        original = self._document.path
        info = {
            "format": INFO_FORMAT,
            "original": str(original) if original is not None else None,
            "title": self.title,
            "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return AutosaveJob(self._document.snapshot(), self._path, info)

    def finished(self, now: float, error: Exception | None = None) -> None:
        """Note how the job ended."""
        self._policy.finished(now, error is None)

    def discard(self) -> None:
        """Remove the copy: the work is saved in its own file, or was given up. Saving goes on after it."""
        _remove_entry(self._path)

    def close(self) -> None:
        """Remove the copy and the lock, for a clean exit or a document that is closed."""
        self.discard()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _hold_lock(self) -> None:
        if self._lock is not None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"Unsaved work cannot be kept in {self._path.parent} ({error}); save often."
            ) from error
        lock = _lock_of(self._path)
        if not lock.tryLock(0):
            raise UserError(
                f"Unsaved work cannot be kept in {self._path.parent}; check that it can be written."
            )
        self._lock = lock


@dataclass(frozen=True, slots=True)
class Recoverable:
    """Work left by a program that did not end well."""

    path: Path
    original: Path | None
    saved: str
    """When it was written, ISO 8601 in UTC; empty when unknown."""
    title: str = ""
    """What it was called while it lay in no file."""

    @property
    def name(self) -> str:
        """What to call it."""
        return self.original.name if self.original is not None else self.title or "Untitled"

    def open(self) -> Document:
        """Return the drawing, marked as unsaved and belonging to its original file; UserError if damaged."""
        document = open_ora(self.path).document
        document.mark_unsaved(self.original)
        return document

    def discard(self) -> None:
        """Remove it: it has been recovered and saved, or is not wanted."""
        _remove_entry(self.path)
        self.path.with_suffix(".lock").unlink(missing_ok=True)


def list_recoverable(folder: Path) -> list[Recoverable]:
    """Return what crashed programs left in the folder, newest first; work of programs that live is theirs."""
    found = []
    for path in Path(folder).glob("*.ora"):
        lock = _lock_of(path)
        if not lock.tryLock(0):
            continue
        lock.unlock()
        found.append(_described(path))
    return sorted(found, key=lambda entry: entry.saved, reverse=True)


def _described(path: Path) -> Recoverable:
    try:
        info = read_json(path.with_suffix(".json"))
    except UserError:
        # The program died between the two files: the drawing still counts.
        info = {}
    known = {
        key: value
        for key, value in (info.items() if isinstance(info, dict) else ())
        if isinstance(value, str)
    }
    original = known.get("original")
    return Recoverable(
        path, Path(original) if original else None, known.get("saved", ""), known.get("title", "")
    )


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(".lock")))
    # However old, a lock counts as long as its process lives; one of a dead process never does.
    lock.setStaleLockTime(0)
    return lock


def _remove_entry(path: Path) -> None:
    for suffix in (".ora", ".json"):
        path.with_suffix(suffix).unlink(missing_ok=True)
