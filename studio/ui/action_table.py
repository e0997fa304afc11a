"""The table of actions: what each is called, which keys it has, what it does, and when it cannot be done."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from studio.core.tools import ToolId
from studio.ui.actions import ActionId, ActionSpec
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.panes import ViewMode
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.colours import Colours
from studio.ui.drawing_files import DrawingFiles
from studio.ui.edit_commands import EditCommands
from studio.ui.label_mix import chosen
from studio.ui.live_controller import LiveController
from studio.ui.session import Session

LABEL_IDS = tuple(ActionId(f"label {place}") for place in range(1, 10))


class WindowCommands(Protocol):
    """What the window itself can be asked to do."""

    def find_action(self) -> None: ...
    def show_settings(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_first_steps(self) -> None: ...
    def show_device_report(self) -> None: ...
    def show_about(self) -> None: ...
    def open_log_folder(self) -> None: ...
    def open_models_folder(self) -> None: ...
    def add_model(self) -> None: ...
    def toggle_canvas_only(self) -> None: ...
    def close(self) -> object: ...
    @property
    def is_canvas_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the actions act on."""

    session: Session
    toolbox: ToolBox
    canvas: CanvasWidget
    colours: Colours
    live: LiveController
    files: DrawingFiles
    edit: EditCommands
    window: WindowCommands


def action_table(parts: Parts) -> list[ActionSpec]:
    """Every action of the window, in the order of the menus."""
    return [
        *_file_actions(parts),
        *_edit_actions(parts),
        *_tool_actions(parts),
        *_view_actions(parts),
        *_picture_actions(parts),
        *_label_actions(parts),
        *_help_actions(parts),
    ]


def _file_actions(parts: Parts) -> list[ActionSpec]:
    files, window = parts.files, parts.window
    return [
        ActionSpec(ActionId.NEW, "&New…", "Begin a new drawing and choose its size", files.new, ("Ctrl+N",), "file-plus-outline"),
        ActionSpec(ActionId.OPEN, "&Open…", "Open a drawing, or a picture as line art", files.open, ("Ctrl+O",), "folder-open-outline"),
        ActionSpec(ActionId.OPEN_SAMPLE, "Open the &sample drawing", "Open the drawing the program came with", files.open_sample, icon="image-multiple-outline"),
        ActionSpec(ActionId.SAVE, "&Save", "Save the drawing as an OpenRaster file", files.save, ("Ctrl+S",), "content-save-outline"),
        ActionSpec(ActionId.SAVE_AS, "Save &as…", "Save the drawing under another name", files.save_as, ("Ctrl+Shift+S",), "content-save-edit-outline"),
        ActionSpec(ActionId.EXPORT, "&Export picture…", "Write the picture as PNG, with or without lines and paper", files.export, ("Ctrl+E",), "export"),
        ActionSpec(ActionId.SETTINGS, "Se&ttings…", "Device, theme, folders, autosave", window.show_settings, ("Ctrl+,",), "cog-outline"),
        ActionSpec(ActionId.QUIT, "&Quit", "Close the program", window.close, ("Ctrl+Q",), "power"),
    ]  # fmt: skip


def _edit_actions(parts: Parts) -> list[ActionSpec]:
    edit = parts.edit
    return [
        ActionSpec(ActionId.UNDO, "&Undo", "Take the last step back", edit.undo, ("Ctrl+Z",), "undo", blocked=edit.why_not_undo, words=edit.undo_words),
        ActionSpec(ActionId.REDO, "&Redo", "Do the step taken back again", edit.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", blocked=edit.why_not_redo, words=edit.redo_words),
        ActionSpec(ActionId.COPY, "&Copy picture", "Put the picture on the clipboard", edit.copy_picture, ("Ctrl+C",), "content-copy", blocked=edit.why_not_copy),
        ActionSpec(ActionId.PASTE, "&Paste as line art", "Begin a drawing from the picture on the clipboard", edit.paste, ("Ctrl+V",), "content-paste"),
        ActionSpec(ActionId.CLEAR, "C&lear layer", "Take everything off the layer that is drawn on", edit.clear_layer, ("Del",), "layers-remove", blocked=edit.why_not_clear, words=edit.clear_words),
        ActionSpec(ActionId.CLEAR_HINTS, "Clear colour &hints", "Take all colour hints away", edit.clear_hints, ("Shift+Del",), "water-off-outline", blocked=edit.why_not_clear_hints),
    ]  # fmt: skip


def _tool_actions(parts: Parts) -> list[ActionSpec]:
    toolbox, colours = parts.toolbox, parts.colours

    def tool(tool_id: ToolId, action_id: ActionId, text: str, tip: str, icon: str, keys: tuple[str, ...], held: str = "") -> ActionSpec:  # fmt: skip
        return ActionSpec(
            action_id,
            text,
            tip,
            partial(toolbox.choose, tool_id),
            keys,
            icon,
            checked=lambda: toolbox.tool is tool_id,
            held_keys=held,
        )

    def why_no_size() -> str:
        return "" if toolbox.brush() is not None else "This tool has no size"

    return [
        tool(ToolId.PEN, ActionId.PEN, "&Pen", "Draw lines", "pencil", ("B",)),
        tool(ToolId.ERASER, ActionId.ERASER, "&Eraser", "Erase on the layer that is drawn on", "eraser", ("E",)),
        tool(ToolId.HINT, ActionId.HINT, "&Hint brush", "Paint a colour that the picture shall have here", "brush", ("H",)),
        tool(ToolId.FILL, ActionId.FILL, "&Fill", "Hint the colour of a whole region between lines", "format-color-fill", ("G",)),
        tool(ToolId.PICK, ActionId.PICK, "P&ick colour", "Take a colour from the picture", "eyedropper", ("I",), "Alt"),
        tool(ToolId.PAN, ActionId.PAN, "P&an", "Move the view", "hand-back-right", (), "Space"),
        ActionSpec(ActionId.SMALLER, "&Smaller brush", "Make the brush a step smaller", partial(toolbox.step_size, -1), ("[",), "circle-small", blocked=why_no_size),
        ActionSpec(ActionId.LARGER, "&Larger brush", "Make the brush a step larger", partial(toolbox.step_size, 1), ("]",), "circle", blocked=why_no_size),
        ActionSpec(ActionId.SWAP_COLOURS, "S&wap colours", "Exchange the hint colour and the other one", colours.swap, ("X",), "swap-horizontal"),
    ]  # fmt: skip


def _view_actions(parts: Parts) -> list[ActionSpec]:
    canvas, window = parts.canvas, parts.window

    def mode(view_mode: ViewMode, action_id: ActionId, text: str, tip: str, icon: str) -> ActionSpec:
        return ActionSpec(
            action_id, text, tip, partial(canvas.set_mode, view_mode), (), icon, checked=lambda: canvas.mode is view_mode, is_switch=True
        )

    def is_mirrored() -> bool:
        return canvas.view.mirror

    return [
        ActionSpec(ActionId.ZOOM_IN, "Zoom &in", "Show the drawing larger", canvas.zoom_in, ("Ctrl++", "Ctrl+="), "magnify-plus-outline"),
        ActionSpec(ActionId.ZOOM_OUT, "Zoom &out", "Show the drawing smaller", canvas.zoom_out, ("Ctrl+-",), "magnify-minus-outline"),
        ActionSpec(ActionId.FIT, "&Fit", "Show the whole drawing", canvas.fit, ("Ctrl+0",), "fit-to-screen-outline"),
        ActionSpec(ActionId.ACTUAL_SIZE, "&100 %", "One pixel of the drawing is one of the screen", partial(canvas.zoom_to, 1.0), ("Ctrl+1",), "numeric-1-box-outline"),
        ActionSpec(ActionId.MIRROR, "&Mirror view", "Flip what is shown; the drawing stays as it is", canvas.mirror, ("M",), "flip-horizontal", checked=is_mirrored, is_switch=True),
        ActionSpec(ActionId.ROTATE_LEFT, "Rotate view &left", "Turn the view by 15° to the left", partial(canvas.rotate_step, -1), ("Ctrl+[",), "rotate-left"),
        ActionSpec(ActionId.ROTATE_RIGHT, "Rotate view &right", "Turn the view by 15° to the right", partial(canvas.rotate_step, 1), ("Ctrl+]",), "rotate-right"),
        ActionSpec(ActionId.UPRIGHT, "&Upright", "Take rotation and mirror back", canvas.upright, ("Ctrl+Shift+0",), "phone-rotate-portrait"),
        mode(ViewMode.SIDE_BY_SIDE, ActionId.SIDE_BY_SIDE, "&Side by side", "Drawing left, picture right", "view-split-vertical"),
        mode(ViewMode.OVER, ActionId.OVER, "Picture o&ver drawing", "Draw straight into the picture", "layers-outline"),
        mode(ViewMode.WIPE, ActionId.WIPE, "&Wipe", "Drawing and picture with a divider through both", "compare"),
        ActionSpec(ActionId.CYCLE_VIEW, "&Next arrangement", "Side by side, picture over drawing, wipe", canvas.cycle_mode, icon="autorenew", held_keys="Tab"),
        ActionSpec(ActionId.CANVAS_ONLY, "&Canvas only", "Hide everything but the canvas", window.toggle_canvas_only, ("F11",), "fullscreen", checked=lambda: window.is_canvas_only, is_switch=True),
    ]  # fmt: skip


def _picture_actions(parts: Parts) -> list[ActionSpec]:
    live, edit = parts.live, parts.edit

    def is_live() -> bool:
        return live.enabled

    return [
        ActionSpec(ActionId.LIVE, "&Live", "The picture follows the drawing; off means that nothing is computed", live.toggle, ("L",), "lightning-bolt", checked=is_live, is_switch=True),
        ActionSpec(ActionId.KEEP, "&Keep picture as layer", "Put the picture's colours under the lines, as a layer", edit.keep_picture, ("K",), "layers-plus", blocked=edit.why_not_keep),
        ActionSpec(ActionId.AGAIN, "&Again", "Ask the model for another picture of the same drawing", live.again, ("R",), "dice-multiple-outline", blocked=live.why_not_again),
        ActionSpec(ActionId.LIKELIEST, "Back to the &likeliest", "Undo Again: the picture the model thinks likeliest", live.likeliest, ("Shift+R",), "dice-1-outline", blocked=live.why_not_likeliest),
    ]  # fmt: skip


def _label_actions(parts: Parts) -> list[ActionSpec]:
    session = parts.session

    def names() -> tuple[str, ...]:
        entry = session.entry
        return entry.manifest.labels if entry is not None and entry.manifest is not None else ()

    def choose(place: int) -> None:
        session.document.set_choices(labels=chosen(names()[place - 1]) if place else ())

    def why_not(place: int) -> str:
        return "" if len(names()) >= max(place, 1) else "The model has no such label"

    def words(place: int) -> Callable[[], str]:
        return lambda: names()[place - 1].replace("&", "&&") if place <= len(names()) else f"Label {place}"

    rows = [
        ActionSpec(ActionId.LABEL_ANY, "Any label", "The model decides by the drawing alone", partial(choose, 0), ("0",), blocked=partial(why_not, 0))
    ]  # fmt: skip
    for place, action_id in enumerate(LABEL_IDS, start=1):
        rows.append(
            ActionSpec(
                action_id,
                f"Label {place}",
                "Colour the drawing as this label",
                partial(choose, place),
                (str(place),),
                blocked=partial(why_not, place),
                words=words(place),
            )
        )
    return rows


def _help_actions(parts: Parts) -> list[ActionSpec]:
    window = parts.window
    return [
        ActionSpec(ActionId.ADD_MODEL, "Add a &model…", "Check a model file (.onnx) and take it into the models folder", window.add_model, icon="plus"),
        ActionSpec(ActionId.MODELS_FOLDER, "Open the models &folder", "Show your own models in the file manager", window.open_models_folder, icon="folder-outline"),
        ActionSpec(ActionId.FIND, "&Find an action…", "Type what you want to do", window.find_action, ("Ctrl+K",), "magnify"),
        ActionSpec(ActionId.SHORTCUTS, "&Keyboard shortcuts", "All keys on one sheet", window.show_shortcuts, ("F1",), "keyboard-outline"),
        ActionSpec(ActionId.FIRST_STEPS, "First &steps", "Show the three hints on the canvas again", window.show_first_steps, icon="school-outline"),
        ActionSpec(ActionId.DEVICE_REPORT, "&Device report", "What computes the pictures, and why", window.show_device_report, icon="chip"),
        ActionSpec(ActionId.LOGS, "Open the &log folder", "Where the details of errors are written", window.open_log_folder, icon="text-box-outline"),
        ActionSpec(ActionId.ABOUT, "&About Sketch Studio", "Version, licences, credits", window.show_about, icon="information-outline"),
    ]  # fmt: skip
