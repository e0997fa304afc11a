"""The actions that change the picture."""

from studio.ui.actions import ActionId, ActionSpec
from studio.ui.parts import Parts


def picture_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    live, edit = parts.live, parts.edit

    def is_live() -> bool:
        return live.enabled

    return [
        ActionSpec(
            ActionId.LIVE,
            "&Live",
            "The picture follows the drawing; off means that nothing is computed",
            live.toggle,
            ("L",),
            "lightning-bolt",
            checked=is_live,
            is_switch=True,
        ),
        ActionSpec(
            ActionId.KEEP,
            "&Keep picture as layer",
            "Put the picture's colours under the lines, as a layer",
            edit.keep_picture,
            ("K",),
            "layers-plus",
            blocked=edit.why_not_keep,
        ),
        ActionSpec(
            ActionId.AGAIN,
            "&Try another",
            "Ask the model for another picture of the drawing; with Live off, for one of it as it is now",
            live.again,
            ("R",),
            "dice-multiple-outline",
            blocked=live.why_not_again,
            words=live.again_words,
        ),
        ActionSpec(
            ActionId.PICTURE_BEFORE,
            "&Back to the one before",
            "Undo Try another: the picture that came before this one",
            live.picture_before,
            ("Shift+R",),
            "undo-variant",
            blocked=live.why_not_before,
        ),
    ]
