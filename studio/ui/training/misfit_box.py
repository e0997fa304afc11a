"""Why the chosen recipe cannot be trained on the chosen pictures, and what to do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.ui.training.basis import link, wrapped
from studio.ui.widgets.plain import down
from training.needs import Misfit

REMEDIES = {
    "needs labels": ("Sort the pictures into a folder for each label, or:", "Train without labels"),
    "needs sketches": ("Add a sketch of each picture, or:", "Make sketches of the pictures"),
    "needs more pictures": ("Add pictures, or:", "Take batches of {value}"),
    "needs colours": ("", "Learn them in grey"),
}
"""Of each kind: what the person can do to the pictures, and the words for the change of a setting."""
NO_SETTING = {
    "needs more pictures": "Add pictures, or use those again that are left out.",
    "needs colours": "Choose colour pictures, or another recipe.",
}
"""What the person can do where no setting helps."""


class MisfitBox(QWidget):
    """Hidden while everything fits.

    *Signals*
    change_wanted(str, object): the person wants this setting to have that value.
    labels_wanted(): the person wants labels to be suggested.
    """

    change_wanted = Signal(str, object)
    labels_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._misfit: Misfit | None = None
        self.reason = wrapped()
        self.remedy = wrapped(muted=True)
        self.suggest = link("Suggest labels…", "By what labelled pictures look like")
        self.suggest.clicked.connect(self.labels_wanted)
        self.change = link("")
        self.change.clicked.connect(self._on_change)
        rows = down(self, 4)
        rows.addWidget(self.reason)
        rows.addWidget(self.remedy)
        for button in (self.suggest, self.change):
            rows.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_misfit(None, False)

    def show_misfit(self, misfit: Misfit | None, can_suggest: bool) -> None:
        """Show what is wrong, None for nothing; ``can_suggest`` offers labels where those are missing."""
        self._misfit = misfit
        self.setVisible(misfit is not None)
        if misfit is None:
            return
        by_hand, words = REMEDIES[misfit.kind]
        self.reason.setText(f"{misfit.reason}.")
        self.remedy.setText(by_hand if misfit.setting else NO_SETTING[misfit.kind])
        self.remedy.setVisible(bool(self.remedy.text()))
        self.suggest.setVisible(misfit.setting == "conditions.labels" and can_suggest)
        self.change.setVisible(bool(misfit.setting))
        self.change.setText(words.format(value=misfit.value))
        self.change.setToolTip(f"Sets {misfit.setting} to {misfit.value} under Advanced")

    def _on_change(self) -> None:
        if self._misfit is not None:
            self.change_wanted.emit(self._misfit.setting, self._misfit.value)
