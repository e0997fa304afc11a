"""The card of a model, filled in by the person who made it."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from studio.ui.dialogs.basis import button_row, new_dialog
from studio.ui.theme import muted_label
from studio.ui.training.basis import wrapped
from studio.workers.publish import Card
from training.manifest import MAX_NAME


class PublishDialog(QObject):
    """Asks for name, licence, author and note; calls ``on_card`` with them."""

    def __init__(self, parent: QWidget, name: str, licence: str, on_card: Callable[[Card], None]) -> None:
        dialog, column = new_dialog(parent, "Publish the model")
        super().__init__(dialog)
        self.dialog: QDialog = dialog
        self._on_card = on_card
        self.name = QLineEdit(name)
        self.name.setMaxLength(MAX_NAME)
        self.licence = QLineEdit(licence)
        self.licence.setPlaceholderText("The data set's own")
        self.author = QLineEdit()
        self.note = QPlainTextEdit()
        self.note.setPlaceholderText("What it was trained for, and what it is good at")
        self.note.setFixedHeight(72)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for words, control in (
            ("Name", self.name),
            ("Licence", self.licence),
            ("Author", self.author),
            ("Note", self.note),
        ):
            control.setMinimumWidth(320)
            form.addRow(muted_label(words), control)
        column.addLayout(form)
        column.addWidget(
            wrapped(
                "The best state so far becomes one file in your models folder. It is compared with PyTorch "
                "before it is offered, and can be shared as it is.",
                muted=True,
            )
        )
        buttons = button_row(dialog, "Publish")
        column.addWidget(buttons)
        roles = QDialogButtonBox.ButtonRole
        self._main = next(one for one in buttons.buttons() if buttons.buttonRole(one) is roles.AcceptRole)
        self.name.textChanged.connect(self._on_name)
        dialog.accepted.connect(self._on_accepted)
        dialog.open()
        self.name.selectAll()
        self.name.setFocus()

    def _on_name(self, text: str) -> None:
        self._main.setEnabled(bool(text.strip()))

    def _on_accepted(self) -> None:
        self._on_card(
            Card(
                self.name.text().strip(),
                self.licence.text().strip(),
                self.author.text().strip(),
                self.note.toPlainText().strip(),
            )
        )
