"""The actions of the Edit menu."""

from studio.ui.actions import ActionId, ActionSpec
from studio.ui.parts import Parts


def edit_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    edit = parts.edit
    return [
        ActionSpec(
            ActionId.UNDO,
            "&Undo",
            "Take the last step back",
            edit.undo,
            ("Ctrl+Z",),
            "undo",
            blocked=edit.why_not_undo,
            words=edit.undo_words,
        ),
        ActionSpec(
            ActionId.REDO,
            "&Redo",
            "Do the step taken back again",
            edit.redo,
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            "redo",
            blocked=edit.why_not_redo,
            words=edit.redo_words,
        ),
        ActionSpec(
            ActionId.COPY,
            "&Copy picture",
            "Put the picture on the clipboard",
            edit.copy_picture,
            ("Ctrl+C",),
            "content-copy",
            blocked=edit.why_not_copy,
        ),
        ActionSpec(
            ActionId.PASTE,
            "&Paste",
            "Begin a drawing from the picture on the clipboard, or put it in as a layer",
            edit.paste,
            ("Ctrl+V",),
            "content-paste",
        ),
        ActionSpec(
            ActionId.CLEAR,
            "C&lear layer",
            "Take everything off the layer that is drawn on",
            edit.clear_layer,
            ("Del",),
            "layers-remove",
            blocked=edit.why_not_clear,
            words=edit.clear_words,
        ),
        ActionSpec(
            ActionId.CLEAR_HINTS,
            "Clear colour &hints",
            "Take all colour hints away",
            edit.clear_hints,
            ("Shift+Del",),
            "water-off-outline",
            blocked=edit.why_not_clear_hints,
        ),
    ]
