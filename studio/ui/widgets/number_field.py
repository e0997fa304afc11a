"""A field for a whole number."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QSpinBox, QToolTip, QWidget

TEXT_INDENT_PX = 6


class NumberField(QSpinBox):
    """A spin box that lets a number beyond its limits be typed, says so, and takes the limit instead.

    Its figures keep off its edge: the stylesheet's padding does not reach them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(TEXT_INDENT_PX, 0, 0, 0)
        self.lineEdit().textEdited.connect(self._on_edited)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        # A digit that is not taken goes unseen: 5000 would become 500.
        if self._number_in(text) > self.maximum():
            return QValidator.State.Intermediate, text, position
        return super().validate(text, position)

    def fixup(self, text: str) -> str:
        number = self._number_in(text)
        if number == self._within(number):
            return text
        # A focus that moves on takes tips away; this one is for after that.
        QTimer.singleShot(0, self, partial(self._say_limit, number))
        return f"{self.prefix()}{self.textFromValue(self._within(number))}{self.suffix()}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        corrects = not self.hasAcceptableInput()
        super().keyPressEvent(event)
        # What became of the number is to be seen before a dialog goes on with it.
        if corrects and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()

    def _number_in(self, text: str) -> int:
        """The number typed; one within the limits where it is none."""
        digits = text.removeprefix(self.prefix()).removesuffix(self.suffix()).strip()
        number, is_number = self.locale().toLongLong(digits)
        return number if is_number else self.value()

    def _within(self, number: int) -> int:
        return min(max(number, self.minimum()), self.maximum())

    def _on_edited(self, text: str) -> None:
        number = self._number_in(text)
        # Less than the least may be the beginning of more.
        if number > self.maximum():
            self._say_limit(number)
        else:
            QToolTip.hideText()

    def _say_limit(self, number: int) -> None:
        bound = "At most" if number > self.maximum() else "At least"
        words = f"{bound} {self._within(number):,}{self.suffix()}"
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height() // 2)), words, self)
