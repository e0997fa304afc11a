"""What an export shall contain."""

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDialog, QRadioButton, QVBoxLayout, QWidget

from studio.ui.dialogs.basis import button_row, new_dialog
from studio.ui.exporting import ExportContent, ExportOptions
from studio.ui.theme import GAP, muted_label

WORDS = {
    ExportContent.PICTURE: ("Picture with lines", "The model's colours with your lines"),
    ExportContent.COLOURS: ("Picture without lines", "The model's colours alone"),
    ExportContent.DRAWING: ("Drawing", "Your lines and painted layers, without colour hints"),
}


def ask_export(
    parent: QWidget,
    size: tuple[int, int],
    gap_px: float,
    why_no_picture: str,
    on_options: Callable[[ExportOptions], None],
) -> QDialog:
    """Ask what to export; `why_no_picture` is "" or the reason the picture cannot be exported now."""
    dialog, column = new_dialog(parent, "Export picture")
    column.addWidget(muted_label(f"{size[0]} × {size[1]} px, the size of the drawing"))
    choices = QButtonGroup(dialog)
    rows = QVBoxLayout()
    rows.setSpacing(4)
    buttons: dict[ExportContent, QRadioButton] = {}
    for content, (name, tip) in WORDS.items():
        button = QRadioButton(name)
        button.setToolTip(tip)
        if why_no_picture and content is not ExportContent.DRAWING:
            button.setEnabled(False)
            button.setToolTip(why_no_picture)
        choices.addButton(button)
        rows.addWidget(button)
        buttons[content] = button
    buttons[ExportContent.DRAWING if why_no_picture else ExportContent.PICTURE].setChecked(True)
    column.addSpacing(GAP)
    column.addLayout(rows)
    column.addSpacing(GAP)
    transparent = QCheckBox("Transparent ground")
    transparent.setToolTip(
        "Paper that can be reached from the border becomes transparent; small gaps are closed.\n"
        "JPEG has no transparency"
    )
    column.addWidget(transparent)
    column.addSpacing(GAP)
    column.addWidget(button_row(dialog, "Choose file…"))

    def finish() -> None:
        content = next(content for content, button in buttons.items() if button.isChecked())
        on_options(ExportOptions(content, transparent.isChecked(), gap_px))

    dialog.accepted.connect(finish)
    dialog.setMinimumWidth(320)
    dialog.open()
    return dialog
