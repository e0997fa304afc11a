"""A field for a whole number."""

from PySide6.QtWidgets import QSpinBox, QWidget

TEXT_INDENT_PX = 6


class NumberField(QSpinBox):
    """A spin box whose figures keep off its edge: the stylesheet's padding does not reach them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(TEXT_INDENT_PX, 0, 0, 0)
