"""What shows of a training elsewhere: a note on the rail, a desktop notice, a computer that stays awake."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from studio.core.runs import cut_off_runs, share_words
from studio.ui.messages import Messages
from studio.ui.rail import WorkspaceButton
from studio.ui.theme import Theme
from studio.ui.workspaces import Space, Workspaces
from studio.workers.awake import KeepAwake
from studio.workers.training import RunEnd, TrainingHost
from training import events
from training.events import Event

NOTICE_MS = 10_000
GRAVE = frozenset({"disk", "rollback", "device"})
"""Kinds of warnings that deserve a notice of the desktop."""


class TrainingSigns(QObject):
    """Lives as long as the window; the training workspace itself may never have been built."""

    def __init__(
        self,
        host: TrainingHost,
        window: QMainWindow,
        button: WorkspaceButton,
        spaces: Workspaces,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._button = button
        self._spaces = spaces
        self._messages = messages
        self._theme = theme
        self._awake = KeepAwake(self)
        self._tray: QSystemTrayIcon | None = None
        self._note, self._dot = "", ""
        self._percent = ""
        host.started.connect(self._on_started)
        host.told.connect(self._on_event)
        host.finished.connect(self._on_finished)
        theme.changed.connect(self._show)

    def offer_cut_off(self) -> None:
        """Say that a run was cut off when the program died, and offer to go on with it."""
        found = cut_off_runs()
        if found:
            self._set("", "working")
            text = f"The training “{found[0].name}” was cut off; it can go on."
            self._messages.news(text, "Go on with it", partial(self._go_on, found[0]))

    def forget_offer(self) -> None:
        """The person leaves a run as it is; another one may still wait."""
        self._set("", "working" if cut_off_runs() else "")

    def close(self) -> None:
        """Let the computer sleep again."""
        self._awake.release()
        if self._tray is not None:
            self._tray.hide()

    def _on_started(self, run: Path) -> None:
        self._percent = ""
        # In place of what may still be said of a run before that ended in trouble.
        self._messages.news(f"The training “{run.name}” is starting.")
        self._awake.hold("A model is being trained")
        self._set("", "working")

    def _on_event(self, event: Event) -> None:
        match event:
            case events.StepDone() if event.share:
                self._percent = share_words(event.share)
                self._set(self._percent, "live")
            case events.Paused():
                self._set("Paused", "working")
            case events.Continued():
                self._set(self._percent, "live")
            case events.Warned() if event.kind in GRAVE:
                self._notify("Training needs you", event.text)

    def _on_finished(self, end: RunEnd) -> None:
        self._awake.release()
        self._set("", "trouble" if end.problem else "")
        if end.problem:
            self._messages.trouble(end.problem, "Show", self._open)
            self._notify("Training has ended", end.problem)
        elif end.complete:
            text = f"The training “{end.run.name}” is finished."
            self._messages.news(text, "Show", self._open)
            self._notify("Training is finished", text)

    def _notify(self, title: str, text: str) -> None:
        """Tell a person who looks elsewhere; one who looks at the window sees it there."""
        if self._window.isActiveWindow():
            return
        QApplication.alert(self._window)
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(self._window.activateWindow)
        self._tray.show()
        self._tray.showMessage(title, text, QSystemTrayIcon.MessageIcon.Information, NOTICE_MS)

    def _go_on(self, run: Path) -> None:
        self._spaces.open(Space.TRAIN, lambda page: page.resume(run))

    def _open(self) -> None:
        self._spaces.open(Space.TRAIN)

    def _set(self, note: str, dot: str) -> None:
        if (note, dot) != (self._note, self._dot):
            self._note, self._dot = note, dot
            self._show()

    def _show(self) -> None:
        self._button.set_note(self._note, getattr(self._theme.palette, self._dot) if self._dot else "")
