"""What the dialogs share: margins, a title, the row of buttons, questions that do not block."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QVBoxLayout, QWidget

from studio.ui.theme import GAP

MARGIN_PX = 16


def new_dialog(parent: QWidget, title: str) -> tuple[QDialog, QVBoxLayout]:
    """A window-modal dialog that frees itself, and the column to fill."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
    column.setSpacing(GAP)
    return dialog, column


def button_row(dialog: QDialog, accept_text: str) -> QDialogButtonBox:
    """Cancel and the main action, wired to the dialog."""
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    main = box.addButton(accept_text, QDialogButtonBox.ButtonRole.AcceptRole)
    main.setDefault(True)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box


def new_question(parent: QWidget | None, name: str, title: str, text: str, consequence: str) -> QMessageBox:
    """A question about the window it lies on, in plain text, still without buttons; gone when answered."""
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(consequence)
    box.setWindowModality(Qt.WindowModality.WindowModal)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box


def ask_unsaved(
    parent: QWidget, name: str, on_save: Callable[[], None], on_discard: Callable[[], None]
) -> QMessageBox:
    """Ask what to do with unsaved work; cancelling calls neither."""
    box = new_question(
        parent,
        "askUnsaved",
        "Unsaved drawing",
        f"Save the changes to {name}?",
        "Without saving they are lost.",
    )
    box.setStandardButtons(
        QMessageBox.StandardButton.Save
        | QMessageBox.StandardButton.Discard
        | QMessageBox.StandardButton.Cancel
    )
    for button in box.buttons():
        # Where the platform names no letter it is the first of each word: they differ.
        if "&" not in button.text():
            button.setText(f"&{button.text()}")
    box.setDefaultButton(QMessageBox.StandardButton.Save)

    def finish(result: int) -> None:
        if result == QMessageBox.StandardButton.Save:
            on_save()
        elif result == QMessageBox.StandardButton.Discard:
            on_discard()

    box.finished.connect(finish)
    box.open()
    return box
