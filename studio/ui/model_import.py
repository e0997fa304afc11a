"""Taking model files into the user's folder, and looking at the folders again."""

import os
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core import settings as keys
from studio.core.library import ModelEntry, ModelLibrary, entry_of_file
from studio.core.settings import Settings
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.workers.tasks import Lane, run_in_background
from training.files import UserError, write_atomically


class ModelImport(QObject):
    """Checks model files in the background and copies the good ones. GUI thread only.

    *Signals*
    generate_wanted(): the user wants to see what the new model of labels makes.
    """

    generate_wanted = Signal()

    def __init__(self, session: Session, settings: Settings, messages: Messages, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._messages = messages
        self._window = window
        self._looking = False
        self._look_again = False

    def look(self) -> None:
        """Look in the background whether the folders hold other files than before; costs next to nothing."""
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        library = self._session.library
        run_in_background(library.refresh_if_changed, self._on_looked, self._on_look_failed, lane=Lane.SLOW)

    def refresh(self) -> None:
        """Look at the model folders in the background."""
        run_in_background(self._session.library.refresh, self._on_refreshed, self._say_error, lane=Lane.SLOW)

    def ask(self) -> None:
        """Ask for a model file and take it."""
        dialog = QFileDialog(self._window, "Add a model", self._settings.get(keys.LAST_FOLDER))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter("Models (*.onnx)")
        dialog.filesSelected.connect(self._take_names)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, paths: Sequence[Path]) -> None:
        """Check each file, copy it into the models folder, and use the last good one."""
        for path in paths:
            self._messages.news(f"Checking {path.name}")
            run_in_background(
                partial(_import, path, self._session.library),
                self._on_imported,
                self._say_error,
                lane=Lane.SLOW,
            )

    def _take_names(self, names: list[str]) -> None:
        self.take([Path(name) for name in names])

    def _on_imported(self, entry: ModelEntry) -> None:
        self._session.show_models()
        if self._session.use(entry):
            self._messages.news(f"The model {entry.name} is added and in use.")
        else:
            self._settings.set(keys.GENERATE_MODEL, entry.id)
            text = f"The model {entry.name} is added; it makes pictures of labels."
            self._messages.news(text, "Open Generate", self.generate_wanted.emit)

    def _on_refreshed(self, _entries: object) -> None:
        self._session.show_models()

    def _on_looked(self, entries: list[ModelEntry] | None) -> None:
        if entries is not None:
            self._session.show_models()
        self._end_look()

    def _on_look_failed(self, error: UserError) -> None:
        self._say_error(error)
        self._end_look()

    def _end_look(self) -> None:
        self._looking, again, self._look_again = False, self._look_again, False
        if again:
            self.look()

    def _say_error(self, error: UserError) -> None:
        self._messages.trouble(str(error))


def _import(path: Path, library: ModelLibrary) -> ModelEntry:
    """Copy a good model into the user's folder and return its entry; UserError for a bad one."""
    try:
        checked = entry_of_file(path)
    except UserError as error:
        text = str(error)
        raise UserError(text if path.name in text else f"{path.name}: {text}") from error
    for entry in library.entries:
        if entry.usable and entry.sha256 == checked.sha256:
            return entry
    folder = keys.user_models_dir()
    try:
        target = _free_name(folder, path.name)
        write_atomically(target, lambda temp: _copy(path, temp))
    except OSError as error:
        raise UserError(
            f"{path.name} could not be copied to {folder} ({error.strerror or error}); check the folder."
        ) from error
    for entry in library.refresh():
        if entry.path == target and entry.usable:
            return entry
    raise UserError(f"{path.name} could not be read after copying; add it again.")


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _free_name(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stem, suffix = os.path.splitext(name)
    path, count = folder / name, 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}{suffix}"
    return path
