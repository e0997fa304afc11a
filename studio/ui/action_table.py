"""The table of actions: what each is called, which keys it has, what it does, and when it cannot be done."""

from studio.ui.actions import ActionSpec
from studio.ui.parts import Parts
from studio.ui.rows.edit import edit_actions
from studio.ui.rows.files import files_actions
from studio.ui.rows.help import help_actions
from studio.ui.rows.labels import labels_actions
from studio.ui.rows.picture import picture_actions
from studio.ui.rows.tools import tools_actions
from studio.ui.rows.view import view_actions


def action_table(parts: Parts) -> list[ActionSpec]:
    """Every action of the window, in the order of the menus."""
    return [
        *files_actions(parts),
        *edit_actions(parts),
        *tools_actions(parts),
        *view_actions(parts),
        *picture_actions(parts),
        *labels_actions(parts),
        *help_actions(parts),
    ]
