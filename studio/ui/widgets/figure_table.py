"""A small table of figures: words at the left, numbers at the right, a line between the rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from studio.ui.theme import GAP, muted_label, tabular
from studio.ui.widgets.plain import lying_line

NUMBER_PX = 112
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class FigureRow:
    """``name`` with what it means below it, its ``values``, and what is said of them at the end."""

    name: str
    values: tuple[str, ...]
    meaning: str = ""
    remark: str = ""


class FigureTable(QWidget):
    """Shows the rows it is made with; its texts can be selected."""

    def __init__(
        self, heads: Sequence[str], rows: Sequence[FigureRow], parent: QWidget | None = None
    ) -> None:
        """``heads`` stand above the values; the first column and the remarks have none."""
        super().__init__(parent)
        self.rows = tuple(rows)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(4)
        last = len(heads) + 1
        for place, text in enumerate(heads, 1):
            grid.addWidget(_number(muted_label(text)), 0, place)
        for number, row in enumerate(rows):
            line = 2 * number + 1
            grid.addWidget(lying_line(), line, 0, 1, last + 1)
            grid.addWidget(_words(row), line + 1, 0)
            for place, value in enumerate(row.values, 1):
                grid.addWidget(_number(_plain(value)), line + 1, place)
            grid.addWidget(muted_label(row.remark), line + 1, last)
        grid.setColumnStretch(0, 1)


def _words(row: FigureRow) -> QWidget:
    name = _plain(row.name)
    if not row.meaning:
        return name
    both = QWidget()
    column = QGridLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setVerticalSpacing(0)
    meaning = _plain(row.meaning)
    meaning.setProperty("role", "small")
    meaning.setWordWrap(True)
    column.addWidget(name, 0, 0)
    column.addWidget(meaning, 1, 0)
    return both


def _plain(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _number(label: QLabel) -> QLabel:
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(tabular(label.font()))
    label.setAlignment(RIGHT)
    label.setMinimumWidth(NUMBER_PX)
    return label
