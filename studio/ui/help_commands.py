"""Help and truth: the device report, about, and the folders a user may want to see."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from studio.core import settings as keys
from studio.core.device import DeviceTruth
from studio.ui.drawing_files import show_in_folder
from studio.ui.model_card import facts_line, origin_line
from studio.ui.session import Session


class HelpCommands(QObject):
    """What the Help menu shows; ``truth`` tells what computes the pictures in sight. GUI thread only."""

    def __init__(self, session: Session, truth: Callable[[], DeviceTruth | None], window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._truth = truth
        self._window = window

    def show_device_report(self) -> None:
        """What computes the pictures and why, to read and to copy."""
        from studio.ui.dialogs.sheets import show_device_report

        truth = self._truth()
        line = truth.text if truth is not None else "No model has been loaded yet"
        show_device_report(self._window, line, truth.report if truth is not None else "")

    def show_about(self) -> None:
        """Version, licences, credits, and the models at hand with theirs."""
        from studio.ui.dialogs.sheets import show_about

        lines = []
        for entry in self._session.library.entries:
            if entry.manifest is not None:
                parts = (entry.name, facts_line(entry.manifest), origin_line(entry.manifest))
                lines.append(" · ".join(part for part in parts if part))
        show_about(self._window, lines)

    def open_log_folder(self) -> None:
        """Show where the details of errors are written."""
        _open_folder(keys.log_file().parent)

    def open_models_folder(self) -> None:
        """Show the user's own models."""
        _open_folder(keys.user_models_dir())


def _open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    show_in_folder(folder)
