"""Where pictures come in: drop a folder, choose one, or take the sample data set."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QStandardPaths, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from studio.ui.icons import IconBook
from studio.ui.theme import GAP
from studio.ui.training.basis import with_icon, wrapped
from studio.ui.training.data_choice import DataChoice
from studio.ui.widgets.elided import ElidedLabel

SAMPLE_TIP = "Nearly 3,000 drawings and their colours (OpenMoji, CC BY-SA 4.0)"


class DropZone(QFrame):
    """Large while nothing is chosen, then the folder's name and a way to another one.

    *Signals*
    folder_opened(str): the person chose this folder in the dialog.
    """

    folder_opened = Signal(str)

    def __init__(self, choice: DataChoice, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self.last_folder = ""
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.words = wrapped("Drop a folder of pictures here")
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.name = ElidedLabel()
        self.name.setProperty("role", "title")
        self.place = ElidedLabel()
        self.place.setProperty("role", "muted")
        self.open_button = with_icon("Choose a folder…", "folder-open-outline", icons)
        self.open_button.clicked.connect(self.ask)
        self.sample_button = with_icon("Use the sample data set", "creation-outline", icons)
        self.sample_button.setToolTip(SAMPLE_TIP)
        self.sample_button.clicked.connect(choice.choose_sample)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(GAP)
        for part in (self.words, self.name, self.place, self.open_button, self.sample_button):
            column.addWidget(part)
        choice.changed.connect(self._show)
        self._show()

    def ask(self) -> None:
        """Ask for a folder."""
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        start = self.last_folder or (pictures if Path(pictures).is_dir() else str(Path.home()))
        dialog = QFileDialog(self.window(), "Choose a folder of pictures", start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def set_locked(self, locked: bool) -> None:
        """Take no other folder while a run trains on this one."""
        self.setAcceptDrops(not locked)
        for button, tip in ((self.open_button, ""), (self.sample_button, SAMPLE_TIP)):
            button.setEnabled(not locked)
            button.setToolTip("The pictures of a run stay as they are" if locked else tip)

    def _on_chosen(self, name: str) -> None:
        self.folder_opened.emit(name)
        self._choice.choose(Path(name))

    def _show(self) -> None:
        folder = self._choice.folder
        self.words.setVisible(folder is None)
        self.name.setVisible(folder is not None)
        self.place.setVisible(folder is not None)
        if folder is not None:
            self.name.set_text("The sample data set" if self._choice.is_sample else folder.name)
            self.place.set_text(str(folder))
        self.open_button.setText(" Choose a folder…" if folder is None else " Another folder…")
        self.sample_button.setVisible(not self._choice.is_sample)

    # Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folder(event.mimeData()) is not None:
            self._light(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        folder = dropped_folder(event.mimeData())
        if folder is not None:
            event.acceptProposedAction()
            self._choice.choose(folder)

    def _light(self, on: bool) -> None:
        self.setProperty("role", "dropping" if on else "drop")
        self.style().unpolish(self)
        self.style().polish(self)


def dropped_folder(mime: QMimeData) -> Path | None:
    """The first folder among what is dragged, None for none."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return next((path for path in paths if path.is_dir()), None)
