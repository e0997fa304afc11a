"""The right column: model, label, colour hints and layers in sections that fold."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QScrollArea, QToolButton, QVBoxLayout, QWidget

from studio.ui.actions import ActionId, Actions
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.colours import Colours
from studio.ui.icons import ICON_PX, IconBook
from studio.ui.panels.hints_panel import HintsPanel
from studio.ui.panels.label_panel import LabelPanel
from studio.ui.panels.layers_panel import LayersPanel
from studio.ui.panels.model_panel import ModelPanel
from studio.ui.session import Session
from studio.ui.theme import COLUMN_PX
from studio.ui.widgets.plain import as_side_panel, lying_line
from studio.ui.widgets.section import Section

SCROLL_BAR_PX = 10


class Column(QScrollArea):
    """Holds the sections; scrolls when they do not fit."""

    def __init__(
        self,
        session: Session,
        toolbox: ToolBox,
        colours: Colours,
        actions: Actions,
        icons: IconBook,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.models = ModelPanel(session, icons)
        self.labels = LabelPanel(session)
        self.hints = HintsPanel(session, toolbox, colours, actions)
        self.layers = LayersPanel(session, icons)
        self.sections = {
            "model": Section("Model", self.models, icons),
            "label": Section("Label", self.labels, icons),
            "hints": Section("Colour hints", self.hints, icons),
            "layers": Section("Layers", self.layers, icons),
        }
        self.sections["model"].add_header_button(self.models.card_button)
        self.sections["model"].add_header_button(_header_button(actions, ActionId.ADD_MODEL))
        for button in self.layers.header_buttons:
            self.sections["layers"].add_header_button(button)
        content = QWidget()
        content.setObjectName("column")
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        content.setFixedWidth(COLUMN_PX)
        rows = QVBoxLayout(content)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for place, section in enumerate(self.sections.values()):
            if place:
                rows.addWidget(lying_line())
            rows.addWidget(section)
        rows.addStretch(1)
        as_side_panel(self, content)
        self.setFixedWidth(COLUMN_PX + SCROLL_BAR_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setFocus()  # that is, the canvas
        else:
            super().keyPressEvent(event)


def _header_button(actions: Actions, action_id: ActionId) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions[action_id])
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setAccessibleName(actions.specs[action_id].plain_text)
    return button
