"""The actions of the File menu."""

from studio.ui.actions import ActionId, ActionSpec
from studio.ui.parts import Parts


def files_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    files, window = parts.files, parts.window
    return [
        ActionSpec(
            ActionId.NEW,
            "&New…",
            "Begin a new drawing and choose its size",
            files.new,
            ("Ctrl+N",),
            "file-plus-outline",
        ),
        ActionSpec(
            ActionId.OPEN,
            "&Open…",
            "Open a drawing, or a picture as line art",
            files.open,
            ("Ctrl+O",),
            "folder-open-outline",
        ),
        ActionSpec(
            ActionId.OPEN_SAMPLE,
            "Open the &sample drawing",
            "Open the drawing the program came with",
            files.open_sample,
            icon="image-multiple-outline",
        ),
        ActionSpec(
            ActionId.SAVE,
            "&Save",
            "Save the drawing as an OpenRaster file",
            files.save,
            ("Ctrl+S",),
            "content-save-outline",
        ),
        ActionSpec(
            ActionId.SAVE_AS,
            "Save &as…",
            "Save the drawing under another name",
            files.save_as,
            ("Ctrl+Shift+S",),
            "content-save-edit-outline",
        ),
        ActionSpec(
            ActionId.EXPORT,
            "&Export picture…",
            "Write the picture as PNG, with or without lines and paper",
            files.export,
            ("Ctrl+E",),
            "export",
        ),
        ActionSpec(
            ActionId.SETTINGS,
            "Se&ttings…",
            "Device, light or dark theme, folders, autosave",
            window.show_settings,
            ("Ctrl+,",),
            "cog-outline",
        ),
        ActionSpec(ActionId.QUIT, "&Quit", "Close the program", window.close, ("Ctrl+Q",), "power"),
    ]
