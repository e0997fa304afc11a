"""Autosave of the open drawing, and what to do with work a crash left behind."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from studio.core import settings as keys
from studio.core.autosave import Autosaver, Recoverable, list_recoverable
from studio.core.document import Document
from studio.core.settings import Settings
from studio.ui.drawing_files import DrawingFiles
from studio.ui.inline_bar import InlineBar
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.workers.tasks import run_in_background
from training.files import UserError

TICK_MS = 1000


class _Kept:
    """One document's autosaver, which must not be closed under a running job."""

    def __init__(self, saver: Autosaver) -> None:
        self.saver = saver
        self.running = False
        self.ended = False
        self.stale = False
        """The work was saved or given up while a job ran."""

    def settle(self) -> None:
        """Do what had to wait for the job."""
        if self.running:
            return
        if self.ended:
            self.saver.close()
        elif self.stale:
            self.saver.discard()
        self.stale = False


class Recovery(QObject):
    """Asks the autosaver once a second and runs its jobs in the background. GUI thread only."""

    def __init__(
        self,
        session: Session,
        files: DrawingFiles,
        settings: Settings,
        messages: Messages,
        bar: InlineBar,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._settings = settings
        self._messages = messages
        self._bar = bar
        self._clock = clock
        self._kept = self._keep(session.document)
        self._recovered: Recoverable | None = None
        self._left: list[Recoverable] = []
        """What a crash left and nobody has decided on, newest first."""
        self._thrown: Recoverable | None = None
        """What was thrown away last; it lies where it lay until the next one, or the end of the program."""
        self._told_trouble = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_timer)
        self._timer.start()
        session.document_replaced.connect(self._on_document_replaced)
        session.saved_changed.connect(self._on_saved_changed)
        settings.changed.connect(self._on_setting_changed)

    def tick(self, now: float) -> None:
        """Start a save when one is due at `now` (monotonic seconds)."""
        kept = self._kept
        if kept.running:
            return
        kept.saver.title = self._files.name
        try:
            job = kept.saver.job(now)
        except UserError as error:
            self._say_once(error)
            return
        if job is not None:
            kept.running = True
            run_in_background(job.run, partial(self._on_done, kept), partial(self._on_error, kept))

    def offer(self) -> None:
        """Look for work that a crash left and ask what to do with it."""
        run_in_background(partial(list_recoverable, keys.recovery_dir()), self._on_found, self._say_once)

    def close(self) -> None:
        """End cleanly: unsaved work has been asked about by now."""
        self._timer.stop()
        self._end(self._kept)
        self._forget_thrown()

    def _on_timer(self) -> None:
        self.tick(self._clock())

    def _keep(self, document: Document) -> _Kept:
        return _Kept(Autosaver(document, keys.recovery_dir(), self._interval_s()))

    def _interval_s(self) -> float:
        return float(self._settings.get(keys.AUTOSAVE_S))

    def _on_setting_changed(self, key: str) -> None:
        if key == keys.AUTOSAVE_S.key:
            self._kept.saver.interval_s = self._interval_s()

    def _end(self, kept: _Kept) -> None:
        kept.ended = True
        kept.settle()
        self._forget_recovered()

    def _forget_recovered(self) -> None:
        """Remove what the open drawing came back from: the drawing has been saved or given up."""
        if self._recovered is not None:
            self._recovered.discard()
            self._recovered = None

    def _forget_thrown(self) -> None:
        if self._thrown is not None:
            self._thrown.discard()
            self._thrown = None

    def _on_document_replaced(self, document: Document) -> None:
        self._end(self._kept)
        self._kept = self._keep(document)

    def _on_saved_changed(self) -> None:
        if not self._session.document.modified:
            self._kept.stale = True
            self._kept.settle()
            self._forget_recovered()

    def _on_done(self, kept: _Kept, _result: object) -> None:
        kept.running = False
        kept.saver.finished(self._clock())
        if kept is self._kept and not kept.stale:
            # Its new copy is as good, and locked while this program lives.
            self._forget_recovered()
        kept.settle()
        self._told_trouble = False

    def _on_error(self, kept: _Kept, error: UserError) -> None:
        kept.running = False
        kept.saver.finished(self._clock(), error)
        kept.settle()
        self._say_once(error)

    def _say_once(self, error: UserError) -> None:
        if not self._told_trouble:
            self._told_trouble = True
            self._messages.trouble(str(error))

    def _on_found(self, found: list[Recoverable]) -> None:
        self._left = found
        self._ask()

    def _ask(self) -> None:
        """Ask about the newest of what is left."""
        if not self._left:
            return
        entry = self._left[0]
        when = _local_time(entry.saved)
        text = f"The program ended without saving “{entry.name}”{f' ({when})' if when else ''}."
        self._bar.ask(
            text,
            [
                ("Recover", partial(self._recover, entry)),
                ("Throw away", partial(self._throw_away, entry)),
            ],
        )

    def _recover(self, entry: Recoverable) -> None:
        gui_thread = self.thread()

        def read() -> Document:
            document = entry.open()
            document.moveToThread(gui_thread)
            return document

        run_in_background(read, partial(self._take, entry), self._on_unreadable)

    def _take(self, entry: Recoverable, document: Document) -> None:
        def show() -> None:
            if entry not in self._left:
                return  # thrown away while the open drawing was being saved
            self._left.remove(entry)
            self._bar.hide()
            self._files.take_document(document, None, Path(entry.name).stem)
            # It stays on disk until this drawing has a copy of its own: a second crash must not lose it.
            self._recovered = entry
            self._messages.news("Your drawing is back; save it to keep it.")

        # Who keeps the open drawing instead, however that comes about, still has the offer.
        self._ask()
        self._files.ask_and(show)

    def _throw_away(self, entry: Recoverable) -> None:
        self._forget_thrown()
        self._left.remove(entry)
        self._thrown = entry
        self._messages.offer(f"The drawing “{entry.name}” was thrown away.", "Undo", self._bring_back)
        self._ask()

    def _bring_back(self) -> None:
        """Offer what was thrown away last once more."""
        if self._thrown is not None:
            self._left.insert(0, self._thrown)
            self._thrown = None
            self._ask()

    def _on_unreadable(self, error: UserError) -> None:
        self._messages.trouble(str(error))
        self._ask()


def _local_time(saved: str) -> str:
    try:
        return datetime.fromisoformat(saved).astimezone().strftime("%d %b, %H:%M")
    except ValueError:
        return ""
