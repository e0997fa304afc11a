"""The size of a new drawing."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPushButton, QWidget

from studio.core.document import LARGEST_SIDE, SMALLEST_SIDE
from studio.ui.dialogs.basis import button_row, new_dialog
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.number_field import NumberField

PRESETS = ((512, 512), (1024, 1024), (2048, 2048), (1024, 1448), (1920, 1080))


def ask_new_drawing(parent: QWidget, width: int, height: int, on_size: Callable[[int, int], None]) -> QDialog:
    """Ask for width and height in pixels; calls `on_size` when the user agrees."""
    dialog, column = new_dialog(parent, "New drawing")
    width_field = _side_field(width, "Width")
    height_field = _side_field(height, "Height")
    grid = QGridLayout()
    grid.setHorizontalSpacing(GAP)
    grid.setVerticalSpacing(GAP)
    for row, (name, field) in enumerate((("Width", width_field), ("Height", height_field))):
        grid.addWidget(muted_label(name), row, 0)
        grid.addWidget(field, row, 1)
    grid.setColumnStretch(1, 1)
    column.addWidget(muted_label("Usual sizes"))
    presets = QHBoxLayout()
    presets.setSpacing(4)

    def take(preset_width: int, preset_height: int) -> None:
        width_field.setValue(preset_width)
        height_field.setValue(preset_height)

    for preset in PRESETS:
        button = QPushButton(f"{preset[0]} × {preset[1]}")
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False, size=preset: take(*size))
        presets.addWidget(button)
    column.addLayout(presets)
    column.addSpacing(GAP)
    column.addLayout(grid)
    column.addWidget(muted_label(f"{SMALLEST_SIDE} to {LARGEST_SIDE:,} pixels a side"))
    column.addSpacing(GAP)
    column.addWidget(button_row(dialog, "Create"))

    def finish() -> None:
        # Where a click on a button takes no focus, a field does not know yet that the typing has ended.
        for field in (width_field, height_field):
            field.interpretText()
        on_size(width_field.value(), height_field.value())

    dialog.accepted.connect(finish)
    width_field.setFocus(Qt.FocusReason.OtherFocusReason)
    width_field.selectAll()
    dialog.open()
    return dialog


def _side_field(value: int, name: str) -> NumberField:
    field = NumberField()
    field.setRange(SMALLEST_SIDE, LARGEST_SIDE)
    field.setSuffix(" px")
    field.setSingleStep(64)
    field.setValue(value)
    field.setAccessibleName(name)
    return field
