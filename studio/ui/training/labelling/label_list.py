"""The labels with their keys and counts: a click gives the chosen pictures a label, so does a drop."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.core.label_sheet import LEFT_OUT
from studio.ui.icons import IconBook
from studio.ui.theme import muted_label, set_role, tabular
from studio.ui.training.basis import ScrollColumn, with_icon, wrapped
from studio.ui.training.labelling.grid import LEFT_OUT_WORDS, MIME, dragged_files
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.plain import across, down

KEY_PX = 28
HELP = (
    "Click a label to give it to the chosen pictures, press its key, or drag them onto it. Arrows walk, "
    "Shift and Ctrl choose several, Enter confirms a label as it is, Delete leaves out, Ctrl+Z takes back."
)


class LabelRow(QFrame):
    """A label, its key, and how many pictures have it.

    *Signals*
    clicked(): the person pressed it.
    dropped(list): these files were dropped on it.
    """

    clicked = Signal()
    dropped = Signal(object)

    def __init__(self, label: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.setAcceptDrops(True)
        self.setProperty("role", "row")
        words = LEFT_OUT_WORDS if label == LEFT_OUT else label
        self.setAccessibleName(f"Give the chosen pictures the label {words}" if label else "Leave them out")
        self.key = muted_label(key)
        self.key.setFixedWidth(KEY_PX)
        self.name = ElidedLabel()
        self.name.set_text(words)
        self.count = QLabel()
        self.count.setFont(tabular(self.count.font()))
        row = across(self, 8)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self.key)
        row.addWidget(self.name, 1)
        row.addWidget(self.count)

    def set_count(self, count: int) -> None:
        self.count.setText(f"{count:,}")

    # Qt

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            set_role(self, "rowchosen")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_role(self, "row")

    def dropEvent(self, event: QDropEvent) -> None:
        set_role(self, "row")
        event.acceptProposedAction()
        self.dropped.emit(dragged_files(event.mimeData()))


class LabelList(ScrollColumn):
    """Follows what it is told; says which label is wanted.

    *Signals*
    label_clicked(str): this label for the chosen pictures.
    dropped(list, str): this label for these files.
    new_wanted(str): a label of this name.
    """

    label_clicked = Signal(str)
    dropped = Signal(object, str)
    new_wanted = Signal(str)

    def __init__(self, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__("Labels", parent)
        self.row_of: dict[str, LabelRow] = {}
        self.chosen = wrapped(muted=True)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.new_name = QLineEdit()
        self.new_name.setPlaceholderText("Another label")
        self.new_name.setAccessibleName("Name of another label")
        self.new_name.returnPressed.connect(self._on_new)
        self.add = with_icon("Add", "plus", icons)
        self.add.clicked.connect(self._on_new)
        new_row = across(gap=8)
        new_row.addWidget(self.new_name, 1)
        new_row.addWidget(self.add)
        new = down()
        new.addLayout(new_row)
        self.rows.addWidget(self.chosen)
        self.rows.addWidget(inside)
        self.rows.addLayout(new)
        self.rows.addWidget(wrapped(HELP, muted=True))
        self.rows.addStretch(1)

    def show_labels(self, labels: Sequence[str], keys: Mapping[str, str], counts: Mapping[str, int]) -> None:
        """Show ``labels`` and below them those left out; ``keys`` give each its key."""
        wanted = (*labels, LEFT_OUT)
        if tuple(self.row_of) != wanted:
            for row in self.row_of.values():
                self._list.removeWidget(row)
                row.hide()
                row.deleteLater()
            key_of = {label: key.upper() for key, label in keys.items()} | {LEFT_OUT: "Del"}
            self.row_of = {label: LabelRow(label, key_of.get(label, "")) for label in wanted}
            for label, row in self.row_of.items():
                row.clicked.connect(partial(self.label_clicked.emit, label))
                row.dropped.connect(partial(self._on_dropped, label))
                self._list.addWidget(row)
        for label, row in self.row_of.items():
            row.set_count(counts.get(label, 0))

    def show_chosen(self, count: int) -> None:
        """Say how many pictures are chosen."""
        self.chosen.setText("No picture is chosen" if not count else f"{count:,} chosen")

    def _on_new(self) -> None:
        self.new_wanted.emit(self.new_name.text())

    def _on_dropped(self, label: str, files: list[str]) -> None:
        self.dropped.emit(files, label)
