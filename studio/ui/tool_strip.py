"""The slim strip of tools beside the canvas."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from studio.ui.actions import ActionId, Actions
from studio.ui.icons import ICON_PX

STRIP_PX = 44


class ToolStrip(QWidget):
    """Buttons for actions, one under the other; None in the list is a gap with a line."""

    def __init__(
        self, actions: Actions, ids: Iterable[ActionId | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(STRIP_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 8, 5, 8)
        column.setSpacing(4)
        for action_id in ids:
            if action_id is None:
                line = QFrame()
                line.setProperty("role", "line")
                line.setFixedSize(24, 1)
                column.addSpacing(4)
                column.addWidget(line, 0, Qt.AlignmentFlag.AlignHCenter)
                column.addSpacing(4)
                continue
            column.addWidget(action_button(actions, action_id))
        column.addStretch(1)


def action_button(actions: Actions, action_id: ActionId) -> QToolButton:
    """A square button with the action's icon."""
    button = QToolButton()
    button.setDefaultAction(actions[action_id])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setFixedSize(34, 34)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(actions.specs[action_id].plain_text)
    if actions.specs[action_id].is_switch:
        button.setProperty("role", "soft")
    return button
