"""The first column: pictures in, what was found in them, what is wrong with them, how sketches are made."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.ui.icons import IconBook
from studio.ui.theme import tabular
from studio.ui.training.basis import (
    ScrollColumn,
    clear_layout,
    link,
    small_picture,
    subtitle,
    thin_bar,
    wrapped,
)
from studio.ui.training.data_choice import DataChoice, Found
from studio.ui.training.drop_zone import DropZone
from studio.ui.training.findings_list import FindingsList
from studio.ui.training.sketch_panel import SketchPanel
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.ui.widgets.elided import ElidedLabel

LAYOUT_WORDS = {
    "images": "One kind of pictures",
    "classes": "A folder per class",
    "paired": "Paired folders",
    "side_by_side": "Side-by-side pairs",
    "prepared": "A prepared data set",
    "idx": "MNIST files",
    "cifar": "CIFAR files",
}
TABLE = "A table of labels"
DIRECTIONS = (("left", "Sketch on the left"), ("right", "Sketch on the right"))
CAN_BE = """It can be:

•  pictures only; sketches are made
•  a folder for each kind of picture
•  a folder of sketches, one of pictures
•  sketch and picture side by side
•  the files of MNIST or CIFAR

Nothing in your folder is changed."""
CLASSES_SHOWN = 10
THUMBNAIL_PX = 24


class DataColumn(ScrollColumn):
    """Follows the choice of data.

    *Signals*
    labels_wanted(): the person wants labels for pictures that have none, or other ones than a table gives.
    """

    labels_wanted = Signal()

    def __init__(self, choice: DataChoice, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__("Data", parent)
        self._choice = choice
        self.drop = DropZone(choice, icons)
        self.can_be = wrapped(CAN_BE, muted=True)
        self.label_link = link("Suggest labels for the pictures…", "By what labelled pictures look like")
        self.label_link.clicked.connect(self.labels_wanted)
        self.table_link = link("Go through the labels…", "Correct them, or have more suggested")
        self.table_link.clicked.connect(self.labels_wanted)
        self.bar = thin_bar()
        self.busy = ElidedLabel()
        self.busy.setProperty("role", "muted")
        self.busy.setFont(tabular(self.busy.font()))
        self.cancel = link("Cancel")
        self.cancel.clicked.connect(choice.cancel)
        self.problem = wrapped()
        self.use_again = link("Use them again")
        self.use_again.clicked.connect(choice.include_all)
        self.found = QWidget()
        self.layout_box = QComboBox()
        self.layout_box.setAccessibleName("How the folder is read")
        self.direction_box = QComboBox()
        self.direction_box.setAccessibleName("Where the sketch is")
        for box in (self.layout_box, self.direction_box):
            CalmWheel(box)
        for value, words in DIRECTIONS:
            self.direction_box.addItem(words, value)
        self.layout_box.activated.connect(self._read_as)
        self.direction_box.activated.connect(self._read_as)
        self.reason = wrapped(muted=True)
        self.counts = wrapped()
        self._classes = QWidget()
        self._class_rows = QVBoxLayout(self._classes)
        self._class_rows.setContentsMargins(0, 0, 0, 0)
        self._class_rows.setSpacing(4)
        self.findings = FindingsList(choice, icons)
        self.sketches = SketchPanel(choice)
        self._sketch_title = subtitle("Sketches")
        busy_row = QHBoxLayout()
        busy_row.addWidget(self.busy, 1)
        busy_row.addWidget(self.cancel)
        inside = QVBoxLayout(self.found)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        for part in (
            self.counts,
            self.layout_box,
            self.direction_box,
            self.reason,
            self._classes,
            subtitle("Check"),
            self.findings,
            self._sketch_title,
            self.sketches,
        ):
            inside.addWidget(part)
        self.rows.addWidget(self.drop)
        self.rows.addWidget(self.can_be)
        self.rows.addWidget(self.label_link, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows.addWidget(self.table_link, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows.addWidget(self.bar)
        self.rows.addLayout(busy_row)
        self.rows.addWidget(self.problem)
        self.rows.addWidget(self.use_again, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows.addWidget(self.found)
        self.rows.addStretch(1)
        choice.changed.connect(self._show)
        choice.progress.connect(self._on_progress)
        self._show()

    def set_drawn(self, drawn: bool) -> None:
        """Show how sketches are made only where a recipe learns from some."""
        for part in (self._sketch_title, self.sketches):
            part.setVisible(drawn)

    def set_locked(self, locked: bool) -> None:
        """Let nothing be changed while a run trains on these pictures; they stay in sight."""
        self.drop.set_locked(locked)
        for part in (self.layout_box, self.direction_box, self.findings, self.sketches.controls):
            part.setEnabled(not locked)
            part.setToolTip("The pictures of a run stay as they are" if locked else "")

    def _read_as(self) -> None:
        layout = self.layout_box.currentData()
        is_pair = layout == "side_by_side" or (layout == "auto" and self.direction_box.isVisible())
        self._choice.read_as(layout, self.direction_box.currentData() if is_pair else "auto")

    def _on_progress(self, done: int, total: int, text: str) -> None:
        if not self._choice.busy:
            return
        if total and done >= total:
            # Tens of thousands of pictures take as long again to compare as to read.
            self.bar.setRange(0, 0)
            self.busy.set_text(f"{total:,} pictures are compared", text)
            return
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.busy.set_text(f"{done:,}" + (f" of {total:,} pictures" if total else " found"), text)

    def _show(self) -> None:
        busy, found = self._choice.busy, self._choice.found
        for part in (self.bar, self.busy, self.cancel):
            part.setVisible(bool(busy))
        if busy:
            self.bar.setRange(0, 0)
            self.busy.set_text(busy)
        self.problem.setText(self._choice.problem)
        self.problem.setVisible(bool(self._choice.problem))
        self.use_again.setVisible(bool(self._choice.problem and self._choice.source.excluded))
        self.found.setVisible(found is not None)
        self.can_be.setVisible(self._choice.folder is None or bool(self._choice.problem))
        self.label_link.setVisible(self._choice.folder is None or self._choice.is_unlabelled)
        self.table_link.setVisible(self._choice.table is not None and not self._choice.is_unlabelled)
        if found is not None:
            self._show_found(found)

    def _show_found(self, found: Found) -> None:
        report = found.report
        train, val, test = (report.splits.get(split, 0) for split in ("train", "val", "test"))
        apart = report.usable - train - val - test
        self.counts.setText(
            f"{report.usable:,} pictures: {train:,} to learn from, {val + test:,} held out"
            + (f", {apart:,} in neither" if apart else "")
        )
        sizes = ", ".join(f"{count:,} of {name} px" for name, count in report.sizes.items())
        self.counts.setToolTip(
            f"Held out: {val:,} that the run measures itself on, {test:,} for a judgement at the end.\n"
            + (f"In neither: {apart:,} nearly the same as pictures that are held out.\n" if apart else "")
            + f"By shorter side: {sizes}"
        )
        self.reason.setText(report.reason)
        chosen = self._choice.source.layout
        with QSignalBlocker(self.layout_box):
            self.layout_box.clear()
            by_table = report.layout == "images" and any(report.counts)
            self.layout_box.addItem(f"Found: {TABLE if by_table else LAYOUT_WORDS[report.layout]}", "auto")
            for kind in dict.fromkeys((report.layout, *report.alternatives)):
                if chosen != "auto" or kind != report.layout:
                    self.layout_box.addItem(LAYOUT_WORDS[kind], kind)
            if chosen != "auto":
                self.layout_box.setItemText(0, "Find out")
            self.layout_box.setCurrentIndex(max(0, self.layout_box.findData(chosen)))
        self.layout_box.setVisible(report.layout not in ("prepared", "idx", "cifar"))
        self.direction_box.setVisible(report.layout == "side_by_side")
        with QSignalBlocker(self.direction_box):
            self.direction_box.setCurrentIndex(self.direction_box.findData(report.direction))
        self._show_classes(found)

    def _show_classes(self, found: Found) -> None:
        clear_layout(self._class_rows)
        counts = found.report.counts
        named = {label: count for label, count in counts.items() if label}
        largest = max(named.values(), default=1)
        for label, count in list(named.items())[:CLASSES_SHOWN]:
            row = QWidget()
            inside = QHBoxLayout(row)
            inside.setContentsMargins(0, 0, 0, 0)
            picture = QLabel()
            picture.setFixedSize(THUMBNAIL_PX, THUMBNAIL_PX)
            if label in found.thumbnails:
                ratio = self.devicePixelRatioF()
                picture.setPixmap(small_picture(found.thumbnails[label], THUMBNAIL_PX, ratio))
            name = ElidedLabel()
            name.set_text(label)
            share = thin_bar()
            share.setRange(0, largest)
            share.setValue(count)
            share.setFixedWidth(64)
            share.setProperty("role", "share")
            figure = QLabel(f"{count:,}")
            figure.setFont(tabular(figure.font()))
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            figure.setMinimumWidth(36)
            for part, stretch in ((picture, 0), (name, 1), (share, 0), (figure, 0)):
                inside.addWidget(part, stretch)
            self._class_rows.addWidget(row)
        if len(named) > CLASSES_SHOWN:
            more = wrapped(f"and {len(named) - CLASSES_SHOWN:,} more classes", muted=True)
            more.setToolTip("\n".join(f"{label}: {count:,}" for label, count in named.items())[:4000])
            self._class_rows.addWidget(more)
        self._classes.setVisible(bool(named))
