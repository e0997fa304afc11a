"""The run's log in sentences; trouble is marked."""

from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.core.run_history import LogLine
from studio.ui.palette import Palette
from studio.ui.theme import tabular

MOST_LINES = 5000


class LogView(QPlainTextEdit):
    """Sentences, newest last; scrolls along unless the person has scrolled up."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[LogLine] = []
        self._palette = palette
        self.setReadOnly(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFont(tabular(self.font()))
        self.setPlaceholderText("What happens in the run is told here.")

    def set_palette(self, palette: Palette) -> None:
        """Write in another theme's colours."""
        self._palette = palette
        lines, self._shown = self._shown, []
        self.clear()
        self.set_lines(lines)

    def set_lines(self, lines: list[LogLine]) -> None:
        """Show these lines; what is there already stays."""
        if lines[: len(self._shown)] != self._shown:
            self.clear()
            self._shown = []
        for line in lines[len(self._shown) :]:
            style = QTextCharFormat()
            if line.trouble:
                style.setForeground(self.palette().text())
                style.setFontWeight(600)
            else:
                style.setForeground(self.palette().text())
            self.setCurrentCharFormat(style)
            self.appendPlainText(f"{line.step:>8,}  {line.text}")
        self._shown = list(lines)
