"""The actions of the View menu."""

from functools import partial
from operator import methodcaller

from studio.ui.actions import ActionId, ActionSpec
from studio.ui.canvas.panes import ViewMode
from studio.ui.parts import Parts
from studio.ui.workspaces import Space


def view_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    canvas, window = parts.canvas, parts.window

    def mode(view_mode: ViewMode, action_id: ActionId, text: str, tip: str, icon: str) -> ActionSpec:
        return ActionSpec(
            action_id,
            text,
            tip,
            partial(canvas.set_mode, view_mode),
            (),
            icon,
            checked=lambda: canvas.mode is view_mode,
            is_switch=True,
        )

    def is_mirrored() -> bool:
        return canvas.view.mirror

    def space(space: Space, action_id: ActionId, text: str, tip: str, keys: str, icon: str) -> ActionSpec:
        return ActionSpec(
            action_id,
            text,
            tip,
            partial(window.open_space, space),
            (keys,),
            icon,
            checked=lambda: window.space is space,
            is_switch=True,
        )

    return [
        space(Space.DRAW, ActionId.DRAW_SPACE, "&Draw", "The drawing and its live picture", "Alt+1", "draw"),
        space(
            Space.GENERATE,
            ActionId.GENERATE_SPACE,
            "&Generate",
            "Pictures of labels alone, and what lies between them",
            "Alt+2",
            "view-grid-plus-outline",
        ),
        space(
            Space.TRAIN,
            ActionId.TRAIN_SPACE,
            "&Train",
            "Make a model of your own from a folder of pictures",
            "Alt+3",
            "school-outline",
        ),
        ActionSpec(
            ActionId.EVALUATE,
            "&Evaluate a run…",
            "Measure what a trained model is worth, and write a report",
            partial(window.open_space, Space.TRAIN, methodcaller("evaluate")),
            (),
            "chart-box-outline",
        ),
        ActionSpec(
            ActionId.SUGGEST_LABELS,
            "Suggest la&bels…",
            "Labels for pictures that have none, by what labelled ones look like",
            partial(window.open_space, Space.TRAIN, methodcaller("suggest_labels")),
            (),
            "tag-search-outline",
        ),
        ActionSpec(
            ActionId.ZOOM_IN,
            "Zoom &in",
            "Show the drawing larger",
            canvas.zoom_in,
            ("Ctrl++", "Ctrl+="),
            "magnify-plus-outline",
        ),
        ActionSpec(
            ActionId.ZOOM_OUT,
            "Zoom &out",
            "Show the drawing smaller",
            canvas.zoom_out,
            ("Ctrl+-",),
            "magnify-minus-outline",
        ),
        ActionSpec(
            ActionId.FIT, "&Fit", "Show the whole drawing", canvas.fit, ("Ctrl+0",), "fit-to-screen-outline"
        ),
        ActionSpec(
            ActionId.ACTUAL_SIZE,
            "&100 %",
            "One pixel of the drawing is one of the screen",
            partial(canvas.zoom_to, 1.0),
            ("Ctrl+1",),
            "numeric-1-box-outline",
        ),
        ActionSpec(
            ActionId.MIRROR,
            "&Mirror view",
            "Flip what is shown; the drawing stays as it is",
            canvas.mirror,
            ("M",),
            "flip-horizontal",
            checked=is_mirrored,
            is_switch=True,
        ),
        ActionSpec(
            ActionId.ROTATE_LEFT,
            "Rotate view &left",
            "Turn the view by 15° to the left",
            partial(canvas.rotate_step, -1),
            ("Ctrl+[",),
            "rotate-left",
        ),
        ActionSpec(
            ActionId.ROTATE_RIGHT,
            "Rotate view &right",
            "Turn the view by 15° to the right",
            partial(canvas.rotate_step, 1),
            ("Ctrl+]",),
            "rotate-right",
        ),
        ActionSpec(
            ActionId.UPRIGHT,
            "&Upright",
            "Take rotation and mirror back",
            canvas.upright,
            ("Ctrl+Shift+0",),
            "phone-rotate-portrait",
        ),
        mode(
            ViewMode.SIDE_BY_SIDE,
            ActionId.SIDE_BY_SIDE,
            "&Side by side",
            "Drawing left, picture right",
            "view-split-vertical",
        ),
        mode(
            ViewMode.OVER,
            ActionId.OVER,
            "Picture o&ver drawing",
            "Draw straight into the picture",
            "layers-outline",
        ),
        mode(
            ViewMode.WIPE,
            ActionId.WIPE,
            "&Wipe",
            "Drawing and picture with a divider through both",
            "compare",
        ),
        ActionSpec(
            ActionId.CYCLE_VIEW,
            "&Next arrangement",
            "Side by side, picture over drawing, wipe",
            canvas.cycle_mode,
            icon="autorenew",
            held_keys="Tab",
        ),
        ActionSpec(
            ActionId.CANVAS_ONLY,
            "&Canvas only",
            "Hide everything but the canvas",
            window.toggle_canvas_only,
            ("F11",),
            "fullscreen",
            checked=lambda: window.is_canvas_only,
            is_switch=True,
        ),
    ]
