"""Keeping the computer from sleeping while it trains, by the means each system has; best effort."""

import ctypes
import logging
import os
import shutil
import sys

from PySide6.QtCore import QObject, QProcess

log = logging.getLogger(__name__)

ES_CONTINUOUS, ES_SYSTEM_REQUIRED = 0x80000000, 0x00000001


class KeepAwake(QObject):
    """Holds sleep off between `hold` and `release`. The screen may go dark. GUI thread only.

    Linux: a systemd inhibitor that ends with this process; macOS: caffeinate; Windows: the execution state.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._held = False

    @property
    def held(self) -> bool:
        """Whether sleep is held off."""
        return self._held

    def hold(self, why: str) -> None:
        """Ask the system not to sleep; False in `held` when it has no means."""
        if self._held:
            return
        if sys.platform == "win32":
            self._held = bool(
                ctypes.windll.kernel32.SetThreadExecutionState(ES_CONTINUOUS | ES_SYSTEM_REQUIRED)
            )
            return
        command = inhibit_command(why)
        if not command or shutil.which(command[0]) is None:
            log.info("nothing here keeps the computer awake")
            return
        self._process = QProcess(self)
        self._process.start(command[0], command[1:])
        self._held = True

    def release(self) -> None:
        """Let the system sleep again."""
        if not self._held:
            return
        self._held = False
        if sys.platform == "win32":
            ctypes.windll.kernel32.SetThreadExecutionState(ES_CONTINUOUS)
        elif self._process is not None:
            # Its end of the pipe closes, and the inhibitor ends.
            self._process.closeWriteChannel()
            self._process.terminate()
            if not self._process.waitForFinished(500):
                self._process.kill()
                self._process.waitForFinished(500)
            self._process.deleteLater()
            self._process = None


def inhibit_command(why: str, platform: str = sys.platform) -> list[str]:
    """Return the command that keeps the computer awake while it runs, [] where there is none."""
    if platform == "darwin":
        return ["caffeinate", "-i", "-w", str(os.getpid())]
    if platform.startswith("linux"):
        # cat ends when this process, which holds the other end of its input, is gone.
        who = ["--what=sleep:idle", "--mode=block", "--who=Sketch Studio", f"--why={why}"]
        return ["systemd-inhibit", *who, "cat"]
    return []
