"""The model in use: its card, the others to pick from, and the files that cannot be used with the reason."""

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.library import ModelEntry, is_for_sketches
from studio.ui.icons import ICON_PX, Checked, IconBook
from studio.ui.model_card import about_line, figures, measured_line, origin_line, size_line
from studio.ui.session import Session
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.picker import Picker
from training.manifest import ModelManifest

ENTRY_ROLE = Qt.ItemDataRole.UserRole
OPEN_FOLDER = "Open the models folder…"
FOR_LABELS = "It makes pictures of labels, without a drawing; it is offered under Generate."


class ModelPanel(QWidget):
    """Writes the model of the document's choices and shows it; its card unfolds.

    *Signals*
    list_wanted(): the list of models is about to open; what the folders hold by now belongs in it.
    folder_wanted(): the user wants to see where the model files lie.
    """

    list_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, session: Session, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.picker = Picker()
        self.picker.setAccessibleName("Model")
        self.picker.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.picker.setMinimumContentsLength(8)
        self.picker.setModel(QStandardItemModel(self.picker))
        CalmWheel(self.picker)
        self.picker.activated.connect(self._on_activated)
        self.picker.opening.connect(self.list_wanted)
        self.card_button = QToolButton()
        self.card_button.setCheckable(True)
        self.card_button.setProperty("role", "soft")
        self.card_button.setIconSize(QSize(ICON_PX, ICON_PX))
        self.card_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.card_button.toggled.connect(self._show_card)
        icons.bind(self.card_button, "information-outline", checked=Checked.SAME)
        self._run_ms: float | None = None
        self.about, self.measures, self.measured, self.origin = (_card_line() for _ in range(4))
        self.figures = QGridLayout()
        self.figures.setContentsMargins(0, 0, 0, 0)
        self.figures.setHorizontalSpacing(GAP)
        self.figures.setVerticalSpacing(2)
        self.figures.setColumnStretch(0, 1)
        card = QFrame()
        card.setProperty("role", "card")
        lines = QVBoxLayout(card)
        lines.setContentsMargins(12, 8, 12, 8)
        lines.setSpacing(4)
        for label in (self.about, self.measures, self.measured):
            lines.addWidget(label)
        lines.addLayout(self.figures)
        lines.addWidget(self.origin)
        for label in (self.measures, self.origin):
            label.setProperty("role", "muted")
        self.card = card
        self.note = muted_label()
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.problems_button = QPushButton()
        self.problems_button.setProperty("role", "link")
        self.problems_button.setCheckable(True)
        self.problems_button.toggled.connect(self._show_problems)
        self.problems = QWidget()
        self._problem_lines = QVBoxLayout(self.problems)
        self._problem_lines.setContentsMargins(0, 0, 0, 0)
        self._problem_lines.setSpacing(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.picker)
        column.addWidget(card)
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.addWidget(self.problems_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.problems)
        session.models_changed.connect(self._show_models)
        session.entry_changed.connect(self._show_entry)
        session.choices_changed.connect(self._show_note)
        self._show_models()

    def _on_activated(self, place: int) -> None:
        if self.picker.itemText(place) == OPEN_FOLDER:
            self._show_entry()
            self.folder_wanted.emit()
            return
        path = self.picker.itemData(place, ENTRY_ROLE)
        for entry in self._session.library.entries:
            if str(entry.path) == path and is_for_sketches(entry):
                self._session.choose_model(entry)
                return
        self._show_entry()

    def _show_models(self) -> None:
        entries = self._session.library.entries
        usable = [entry for entry in entries if is_for_sketches(entry)]
        generators = self._session.library.generators()
        others = [entry for entry in entries if not entry.usable]
        model = self.picker.model()
        assert isinstance(model, QStandardItemModel)
        with QSignalBlocker(self.picker):
            model.clear()
            for entry in usable:
                model.appendRow(_item(entry, entry.name, "\n".join(_card(entry))))
            for entry in generators:
                model.appendRow(_greyed(entry, f"{entry.name} (see Generate)", FOR_LABELS))
            for entry in others:
                model.appendRow(_greyed(entry, f"{entry.path.name} (cannot be used)", entry.problem or ""))
            self.picker.insertSeparator(self.picker.count())
            folder = QStandardItem(OPEN_FOLDER)
            folder.setToolTip("A model file (.onnx) put in there is in this list at once")
            model.appendRow(folder)
        self.picker.refit()
        self._list_problems(others)
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self._session.entry
        with QSignalBlocker(self.picker):
            place = self.picker.findData(str(entry.path), ENTRY_ROLE) if entry is not None else -1
            self.picker.setCurrentIndex(place)
        self.picker.setToolTip(
            "Model that colours the drawing" if entry is not None else "There is no usable model yet"
        )
        if entry is not None and entry.manifest is not None:
            self.about.setText(about_line(entry.manifest))
            self.measured.setText(measured_line(entry.manifest))
            self.measured.setVisible(bool(measured_line(entry.manifest)))
            self.origin.setText(origin_line(entry.manifest))
            self.origin.setToolTip(plain_tip(entry.manifest.note) if entry.manifest.note else "")
            self._show_figures(entry.manifest)
        self._show_size()
        self._show_card()
        self._show_note()

    def show_speed(self, run_ms: float | None) -> None:
        """Say how long the model in use takes for a picture; None: that is not known yet."""
        if run_ms != self._run_ms:
            self._run_ms = run_ms
            self._show_size()

    def _show_size(self) -> None:
        entry = self._session.entry
        if entry is not None and entry.manifest is not None:
            self.measures.setText(size_line(entry.manifest, entry.size_bytes, self._run_ms))
            self.measures.setToolTip("The size it draws at, the size of its file, its time for a picture")

    def _show_figures(self, manifest: ModelManifest) -> None:
        while (item := self.figures.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, figure in enumerate(figures(manifest)):
            name, value = ElidedLabel(), QLabel(figure.value)
            name.set_text(figure.name, plain_tip(figure.meaning))
            name.setProperty("role", "muted")
            value.setToolTip(plain_tip(figure.meaning))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            for column, label in enumerate((name, value)):
                self.figures.addWidget(label, row, column)

    def _show_card(self) -> None:
        has_card, is_open = self._session.entry is not None, self.card_button.isChecked()
        self.card.setVisible(has_card and is_open)
        self.card_button.setEnabled(has_card)
        name = "Hide the model's card" if is_open else "Show the model's card"
        self.card_button.setAccessibleName(name)
        self.card_button.setToolTip(name if has_card else f"{name}\nThere is no usable model yet")

    def _show_note(self) -> None:
        missing = self._session.missing_model()
        if not self._session.models_known:
            self.note.setText("Looking for models")
        elif self._session.entry is None:
            self.note.setText(
                "No model is installed. Drop a model file (.onnx) anywhere in the window to add one."
            )
        elif missing:
            self.note.setText(
                f"This drawing was made with “{missing}”, which is not here; this model stands in."
            )
        self.note.setVisible(self._session.entry is None or bool(missing))

    def _list_problems(self, entries: list[ModelEntry]) -> None:
        while (item := self._problem_lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for entry in entries:
            line = muted_label(f"{entry.path.name}: {entry.problem}")
            line.setTextFormat(Qt.TextFormat.PlainText)
            line.setWordWrap(True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._problem_lines.addWidget(line)
        count = len(entries)
        self.problems_button.setText(f"{count} file{'' if count == 1 else 's'} cannot be used")
        self.problems_button.setVisible(bool(count))
        self._show_problems(self.problems_button.isChecked())

    def _show_problems(self, shown: bool) -> None:
        self.problems.setVisible(shown and self._problem_lines.count() > 0)
        self.problems_button.setToolTip("Hide the reasons" if shown else "Show the reasons")


def _card_line() -> QLabel:
    line = QLabel()
    line.setWordWrap(True)
    line.setTextFormat(Qt.TextFormat.PlainText)
    return line


def plain_tip(text: str) -> str:
    """`text` for a tooltip; a stranger's words are never read as HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<p style='white-space:pre-wrap'>{escaped}</p>"


def _card(entry: ModelEntry) -> list[str]:
    manifest = entry.manifest
    if manifest is None:
        return [Path(entry.path).name]
    lines = [entry.name, about_line(manifest), size_line(manifest, entry.size_bytes), origin_line(manifest)]
    return [line for line in (*lines, manifest.note) if line]


def _item(entry: ModelEntry, text: str, tip: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(str(entry.path), ENTRY_ROLE)
    item.setToolTip(plain_tip(tip))
    return item


def _greyed(entry: ModelEntry, text: str, reason: str) -> QStandardItem:
    item = _item(entry, text, reason)
    item.setEnabled(False)
    return item
