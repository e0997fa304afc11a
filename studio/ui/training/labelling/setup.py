"""What labels are suggested for, and by what: the first column of the page."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from studio.core.library import ModelEntry
from studio.ui.icons import IconBook
from studio.ui.session import Session
from studio.ui.theme import muted_label
from studio.ui.training.basis import ScrollColumn, link, with_icon, wrapped
from studio.ui.training.labelling.folder_field import FolderField
from studio.ui.training.labelling.saved import Saved
from studio.ui.training.work_box import WorkBox
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.workers.errand import Errand
from training.data.labels_file import Suggestions

UNSURE = 0.5
NO_MODEL = "No model"


class LabelSetup(ScrollColumn):
    """Owns the choice of folders and model.

    *Signals*
    suggest_wanted(): the person pressed Suggest.
    saved_wanted(): the person wants to go on with labels that were saved.
    """

    suggest_wanted = Signal()
    saved_wanted = Signal()

    def __init__(
        self, session: Session, errand: Errand, icons: IconBook, parent: QWidget | None = None
    ) -> None:
        super().__init__("Pictures", parent)
        self._session = session
        self._errand = errand
        self.unlabelled = FolderField("Pictures without labels", "Drop their folder here", icons)
        self.saved = link("Open saved labels…", "Go on with a table of labels that was saved before")
        self.saved.clicked.connect(self.saved_wanted)
        self.like = FolderField(
            "Labelled pictures to go by", "Drop a folder with a folder for each label", icons
        )
        self.models = QComboBox()
        self.models.setAccessibleName("A model to go by")
        self.models.setToolTip("Pictures are compared with what a model of labels makes, too, or alone")
        CalmWheel(self.models)
        self.suggest = with_icon("Suggest labels", "tag-search-outline", icons, on_accent=True)
        self.suggest.setProperty("role", "primary")
        self.suggest.clicked.connect(self.suggest_wanted)
        self.why_not = wrapped(muted=True)
        self.work = WorkBox(errand, icons)
        self.summary = wrapped(muted=True)
        self.rows.addWidget(self.unlabelled)
        self.rows.addWidget(self.saved, 0, Qt.AlignmentFlag.AlignLeft)
        self.rows.addWidget(self.like)
        self.rows.addWidget(muted_label("And by what a model makes of its labels"))
        for part in (self.models, self.suggest, self.why_not, self.work, self.summary):
            self.rows.addWidget(part)
        self.rows.addStretch(1)
        for field in (self.unlabelled, self.like):
            field.changed.connect(self._show)
        self.models.activated.connect(self._show)
        errand.busy_changed.connect(self._show)
        session.models_changed.connect(self._show_models)
        self._show_models()
        self.show_summary(None)

    @property
    def model(self) -> str:
        """The path of the model file to go by, "" for none."""
        return str(self.models.currentData() or "")

    def request(self, out: Path) -> dict[str, Any]:
        """What is asked for, its result to be written to ``out``."""
        return {
            "folder": str(self.unlabelled.folder),
            "like": str(self.like.folder) if self.like.folder is not None else None,
            "model": self.model or None,
            "out": str(out),
        }

    def show_summary(self, found: Suggestions | None) -> None:
        """Say how far what was suggested can be trusted."""
        self.summary.setVisible(found is not None)
        if found is None:
            return
        unsure = sum(row.confidence < UNSURE for row in found.rows)
        text = (
            f"{len(found.rows):,} pictures, {unsure:,} of them less than half sure. Of the "
            f"{sum(found.examples.values()):,} examples {found.accuracy:.0%} would have got their own label."
        )
        if found.left_out:
            text += f" {len(found.left_out):,} files cannot be read and stay without a label."
        self.summary.setText(text)
        self.summary.setToolTip(f"Suggested: {found.protocol}.")

    def show_saved(self, saved: Saved) -> None:
        """Say what was taken up."""
        settled = sum(row.settled for row in saved.rows)
        text = f"{saved.table.name} has labels of {len(saved.rows):,} pictures, {settled:,} of them settled."
        if saved.no_row:
            text += f" {saved.no_row:,} others have none yet; have labels suggested for them."
        self.summary.setText(text)
        self.summary.setToolTip(str(saved.table))
        self.summary.setVisible(True)

    def _show_models(self) -> None:
        chosen = self.model
        with QSignalBlocker(self.models):
            self.models.clear()
            self.models.addItem(NO_MODEL, "")
            for entry in self._session.library.generators():
                if _has_labels(entry):
                    self.models.addItem(entry.name, str(entry.path))
            self.models.setCurrentIndex(max(0, self.models.findData(chosen)))
        self._show()

    def _show(self) -> None:
        busy = self._errand.busy
        reason = ""
        if self.unlabelled.folder is None:
            reason = "Choose the pictures without labels"
        elif self.like.folder is None and not self.model:
            reason = "Choose labelled pictures, or a model, to go by"
        elif self.like.folder == self.unlabelled.folder:
            reason = "Both are the same folder; choose another one"
        self.suggest.setEnabled(not reason)
        self.suggest.setToolTip(reason or "Compare each picture with those that have labels")
        self.suggest.setVisible(not busy)
        self.saved.setVisible(self.unlabelled.folder is not None and not busy)
        self.why_not.setText(reason)
        self.why_not.setVisible(bool(reason) and not busy)
        for part in (self.unlabelled, self.like, self.models):
            part.setEnabled(not busy)


def _has_labels(entry: ModelEntry) -> bool:
    return entry.manifest is not None and bool(entry.manifest.labels)
