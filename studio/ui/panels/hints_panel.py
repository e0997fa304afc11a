"""Colour hints: which colour, how strongly they count, and away with all of them."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.core.tools import ToolId
from studio.ui.actions import ActionId, Actions
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.colours import SWATCHES, Colours
from studio.ui.icons import ICON_PX
from studio.ui.session import Session
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.slider_row import Scale, SliderRow, percent
from studio.ui.widgets.swatches import Colour, ColourButton, SwatchGrid


class HintsPanel(QWidget):
    """Writes the hint colour (toolbox) and the strength of the hints (document) and shows both."""

    def __init__(
        self,
        session: Session,
        toolbox: ToolBox,
        colours: Colours,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._toolbox = toolbox
        self._colours = colours
        self.in_hand = ColourButton("Hint colour")
        self.in_hand.colour_chosen.connect(self._take)
        self.other = ColourButton("Other colour")
        self.other.colour_chosen.connect(self._take)
        self.swap = _small_button(actions, ActionId.SWAP_COLOURS)
        self.clear = _small_button(actions, ActionId.CLEAR_HINTS)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.in_hand)
        row.addWidget(self.swap)
        row.addWidget(self.other)
        row.addStretch(1)
        row.addWidget(self.clear)
        self.swatches = SwatchGrid()
        self.swatches.set_colours(SWATCHES)
        self.swatches.chosen.connect(self._take)
        self.recent_name = muted_label("Used lately")
        self.recent = SwatchGrid()
        self.recent.chosen.connect(self._take)
        self.strength = SliderRow("Strength", Scale(0.0, 1.0, 0.01), percent)
        self.strength.setToolTip("How strongly the hints colour the picture")
        self.strength.moved.connect(self._set_strength)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(row)
        column.addSpacing(4)
        column.addWidget(self.swatches)
        column.addWidget(self.recent_name)
        column.addWidget(self.recent)
        column.addSpacing(4)
        column.addWidget(self.strength)
        colours.changed.connect(self._show_colours)
        session.choices_changed.connect(self._show_strength)
        session.entry_changed.connect(self._show_strength)
        self._show_colours()
        self._show_strength()

    def _take(self, colour: Colour) -> None:
        self._colours.choose(colour)
        if self._toolbox.tool not in (ToolId.HINT, ToolId.FILL):
            self._toolbox.choose(ToolId.HINT)

    def _set_strength(self, strength: float) -> None:
        self._session.document.set_choices(hint_strength=strength)

    def _show_colours(self) -> None:
        self.in_hand.set_colour(self._colours.in_hand)
        self.other.set_colour(self._colours.other)
        self.swatches.set_current(self._colours.in_hand)
        self.recent.set_colours(self._colours.recent)
        self.recent.set_current(self._colours.in_hand)
        self.recent_name.setVisible(bool(self._colours.recent))
        self.recent.setVisible(bool(self._colours.recent))

    def _show_strength(self) -> None:
        self.strength.set_value(self._session.document.choices.hint_strength)
        entry = self._session.entry
        obeyed = entry is None or entry.manifest is None or entry.manifest.hints
        self.strength.slider.setEnabled(obeyed)
        self.strength.setToolTip(
            "How strongly the hints colour the picture" if obeyed else "This model does not take colour hints"
        )


def _small_button(actions: Actions, action_id: ActionId) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions[action_id])
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setAccessibleName(actions.specs[action_id].plain_text)
    return button
