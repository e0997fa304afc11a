"""Under which name a file is written: with an ending that fits it, and no other file is replaced unasked."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from studio.ui.dialogs.basis import new_question


def take_name(dialog: QFileDialog, endings: Collection[str], write: Callable[[Path], None]) -> None:
    """Hand ``write`` the path a dialog is answered with; one with none of ``endings`` gets the first."""
    ending, window = next(iter(endings)), dialog.parentWidget()
    dialog.setDefaultSuffix(ending)

    def take(name: str) -> None:
        path = Path(name)
        if path.suffix.lower() in endings:
            write(path)
            return
        path = path.with_name(path.name + ending)
        # The dialog has asked about the name that was typed, not about this one.
        if path.exists():
            ask_replace(window, path.name, partial(write, path))
        else:
            write(path)

    dialog.fileSelected.connect(take)


def ask_replace(parent: QWidget | None, name: str, on_replace: Callable[[], None]) -> QMessageBox:
    """Ask whether a file may be replaced; ``on_replace`` follows when it may."""
    box = new_question(
        parent,
        "askReplace",
        "Replace the file",
        f"{name} exists already. Replace it?",
        "What is in it now is lost.",
    )
    replace = box.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    replace.clicked.connect(lambda: on_replace())
    box.open()
    return box
