"""The actions of the Tools menu."""

from functools import partial

from studio.core.tools import ToolId
from studio.ui.actions import ActionId, ActionSpec
from studio.ui.parts import Parts


def tools_actions(parts: Parts) -> list[ActionSpec]:
    """The rows, in the order of the menu."""
    toolbox, colours = parts.toolbox, parts.colours

    def tool(
        tool_id: ToolId,
        action_id: ActionId,
        text: str,
        tip: str,
        icon: str,
        keys: tuple[str, ...],
        held: str = "",
    ) -> ActionSpec:
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
        tool(
            ToolId.ERASER, ActionId.ERASER, "&Eraser", "Erase on the layer that is drawn on", "eraser", ("E",)
        ),
        tool(
            ToolId.HINT,
            ActionId.HINT,
            "&Hint brush",
            "Paint a colour that the picture shall have here",
            "brush",
            ("H",),
        ),
        tool(
            ToolId.FILL,
            ActionId.FILL,
            "&Fill",
            "Hint the colour of a whole region between lines",
            "format-color-fill",
            ("G",),
        ),
        tool(
            ToolId.PICK,
            ActionId.PICK,
            "P&ick colour",
            "Take a colour from the picture",
            "eyedropper",
            ("I",),
            "Alt",
        ),
        tool(ToolId.PAN, ActionId.PAN, "P&an", "Move the view", "hand-back-right", (), "Space"),
        ActionSpec(
            ActionId.SMALLER,
            "&Smaller brush",
            "Make the brush a step smaller",
            partial(toolbox.step_size, -1),
            ("[",),
            "circle-small",
            blocked=why_no_size,
        ),
        ActionSpec(
            ActionId.LARGER,
            "&Larger brush",
            "Make the brush a step larger",
            partial(toolbox.step_size, 1),
            ("]",),
            "circle",
            blocked=why_no_size,
        ),
        ActionSpec(
            ActionId.SWAP_COLOURS,
            "S&wap colours",
            "Exchange the hint colour and the other one",
            colours.swap,
            ("X",),
            "swap-horizontal",
        ),
    ]
