"""A folder to be dropped or chosen, with what it is for."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from studio.ui.icons import IconBook
from studio.ui.theme import GAP, set_role
from studio.ui.training.basis import with_icon, wrapped
from studio.ui.training.drop_zone import dropped_folder
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.plain import down

CHOOSE, ANOTHER = "Choose a folder…", "Another folder…"


class FolderField(QFrame):
    """Holds one folder.

    *Signals*
    changed(): another one.
    """

    changed = Signal()

    def __init__(self, what: str, words: str, icons: IconBook, parent: QWidget | None = None) -> None:
        """``what`` is in the folder; ``words`` ask for it while there is none."""
        super().__init__(parent)
        self.folder: Path | None = None
        self.last_folder = ""
        self._title = f"Choose the folder: {what.lower()}"
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.what = wrapped(what)
        self.what.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.words = wrapped(words, muted=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.name = ElidedLabel()
        self.name.setProperty("role", "title")
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.choose = with_icon(CHOOSE, "folder-open-outline", icons)
        self.choose.setAccessibleName(self._title)
        self.choose.clicked.connect(self.ask)
        column = down(self, GAP)
        column.setContentsMargins(12, 12, 12, 12)
        for part in (self.what, self.words, self.name, self.choose):
            column.addWidget(part)
        self._show()

    def set_folder(self, folder: Path) -> None:
        """Take a folder."""
        if folder != self.folder:
            self.folder = folder
            self._show()
            self.changed.emit()

    def ask(self) -> None:
        """Ask for a folder."""
        dialog = QFileDialog(self.window(), self._title, self.last_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_chosen(self, name: str) -> None:
        self.set_folder(Path(name))

    def _show(self) -> None:
        self.words.setVisible(self.folder is None)
        self.name.setVisible(self.folder is not None)
        if self.folder is not None:
            self.name.set_text(self.folder.name, str(self.folder))
        self.choose.setText(f" {CHOOSE if self.folder is None else ANOTHER}")

    # Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folder(event.mimeData()) is not None:
            set_role(self, "dropping")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_role(self, "drop")

    def dropEvent(self, event: QDropEvent) -> None:
        set_role(self, "drop")
        folder = dropped_folder(event.mimeData())
        if folder is not None:
            event.acceptProposedAction()
            self.set_folder(folder)
