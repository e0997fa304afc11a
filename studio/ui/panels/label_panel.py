"""The labels of the model, with a picture each; one is chosen, or two are mixed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.labels import LabelMix, known_mix
from studio.ui.label_mix import ANY, added_to, chosen, named_weights, share_of_second, with_share
from studio.ui.session import Session
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.picture_grid import PictureGrid, Tile
from studio.ui.widgets.slider_row import Scale, SliderRow, percent


class LabelPanel(QWidget):
    """Writes the labels of the document's choices and shows them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pictures_of = ""
        self.grid = PictureGrid()
        self.grid.setAccessibleName("Labels")
        self.grid.chosen.connect(self.choose)
        self.grid.added.connect(self._add)
        self.mix = SliderRow("Mix", Scale(0.0, 1.0, 0.01), percent)
        self.mix.moved.connect(self._set_share)
        self.mix_names = QWidget()
        names = QHBoxLayout(self.mix_names)
        names.setContentsMargins(0, 0, 0, 0)
        self.first_name = ElidedLabel()
        self.second_name = ElidedLabel()
        self.second_name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        names.addWidget(self.first_name, 1)
        names.addWidget(self.second_name, 1)
        self.note = muted_label()
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.grid)
        column.addWidget(self.mix_names)
        column.addWidget(self.mix)
        column.addWidget(self.note)
        session.entry_changed.connect(self._show_labels)
        session.choices_changed.connect(self._show_choice)
        self._show_labels()

    def choose(self, label: str) -> None:
        """Colour the drawing as this label alone; "" is any."""
        self._session.document.set_choices(labels=chosen(label))

    def show_pictures(self, model_id: str, pictures: dict) -> None:
        """Show the model's small pictures, uint8 [h, w, 3] by label ("" is any)."""
        entry = self._session.entry
        if entry is not None and entry.id == model_id:
            self._pictures_of = model_id
            self.grid.set_pictures({name or ANY: pixels for name, pixels in pictures.items()})

    def _mix_now(self) -> LabelMix:
        entry = self._session.entry
        if entry is None or entry.manifest is None:
            return ()
        return known_mix(entry.manifest, self._session.document.choices.labels)

    def _add(self, label: str) -> None:
        self._session.document.set_choices(labels=added_to(self._mix_now(), label))

    def _set_share(self, share: float) -> None:
        mix = self._mix_now()
        if len(mix) == 2:
            self._session.document.set_choices(labels=with_share(mix, share))

    def _show_labels(self) -> None:
        entry = self._session.entry
        names = entry.manifest.labels if entry is not None and entry.manifest is not None else ()
        if entry is None or entry.id != self._pictures_of:
            self.grid.set_pictures({})
        self.grid.set_tiles(
            [Tile(ANY, "Any", "Any (0)\nThe model decides by the drawing alone")] * bool(names)
            + [
                Tile(
                    name,
                    name,
                    f"{name}{f' ({place})' if place <= 9 else ''}\nCtrl+click mixes it with the chosen one",
                )
                for place, name in enumerate(names, start=1)
            ]
        )
        self.grid.setVisible(bool(names))
        self.note.setVisible(not names)
        waiting = "The labels come with the model." if entry is None else "This model has no labels."
        self.note.setText(waiting)
        self._show_choice()

    def _show_choice(self) -> None:
        mix = self._mix_now()
        self.grid.set_weights(named_weights(mix))
        mixing = len(mix) == 2
        self.mix.setVisible(mixing)
        self.mix_names.setVisible(mixing)
        if mixing:
            self.first_name.set_text(mix[0][0])
            self.second_name.set_text(mix[1][0])
            self.mix.set_value(share_of_second(mix))
