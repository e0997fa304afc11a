"""The actions of models, help and the window itself."""

from studio.ui.actions import ActionId, ActionSpec
from studio.ui.parts import Parts


def help_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    window = parts.window
    return [
        ActionSpec(
            ActionId.ADD_MODEL,
            "Add a &model…",
            "Check a model file (.onnx) and take it into the models folder",
            window.add_model,
            icon="plus",
        ),
        ActionSpec(
            ActionId.MODELS_FOLDER,
            "Open the models &folder",
            "Show your own models in the file manager",
            parts.help.open_models_folder,
            icon="folder-outline",
        ),
        ActionSpec(
            ActionId.FIND,
            "&Find an action…",
            "Type what you want to do",
            window.find_action,
            ("Ctrl+K",),
            "magnify",
        ),
        ActionSpec(
            ActionId.SHORTCUTS,
            "&Keyboard shortcuts",
            "All keys on one sheet",
            window.show_shortcuts,
            ("F1",),
            "keyboard-outline",
        ),
        ActionSpec(
            ActionId.FIRST_STEPS,
            "First &steps",
            "Show the three hints on the canvas again",
            window.show_first_steps,
            icon="school-outline",
        ),
        ActionSpec(
            ActionId.DEVICE_REPORT,
            "&Device report",
            "What computes the pictures, and why",
            parts.help.show_device_report,
            icon="chip",
        ),
        ActionSpec(
            ActionId.LOGS,
            "Open the &log folder",
            "Where the details of errors are written",
            parts.help.open_log_folder,
            icon="text-box-outline",
        ),
        ActionSpec(
            ActionId.ABOUT,
            "&About Sketch Studio",
            "Version, licences, credits",
            parts.help.show_about,
            icon="information-outline",
        ),
    ]
