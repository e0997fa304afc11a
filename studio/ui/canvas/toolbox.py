"""The tool in use and how it is set: what tool strip, options bar, shortcuts and canvas all follow."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.core.brush import Brush
from studio.core.tools import ToolId, ToolOptions

SIZES_PX = (
    1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 28, 34, 40, 48, 60, 72, 88, 110, 140, 180, 220, 280, 350, 512,
)  # fmt: skip
_BRUSH_OF = {
    ToolId.PEN: "pen",
    ToolId.ERASER: "eraser",
    ToolId.HINT: "hint",
    ToolId.FILL: "hint",
}


class ToolBox(QObject):
    """The chosen tool and the options of all tools: their one owner. GUI thread only.

    *Signals*
    tool_changed(ToolId): another tool was chosen.
    options_changed(ToolOptions): sizes, colours or other options changed.
    """

    tool_changed = Signal(object)
    options_changed = Signal(object)

    def __init__(
        self,
        tool: ToolId = ToolId.PEN,
        options: ToolOptions | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tool = tool
        self._options = options or ToolOptions()

    @property
    def tool(self) -> ToolId:
        """The chosen tool."""
        return self._tool

    @property
    def options(self) -> ToolOptions:
        """How each tool works now."""
        return self._options

    def choose(self, tool: ToolId) -> None:
        """Take another tool."""
        if tool != self._tool:
            self._tool = tool
            self.tool_changed.emit(tool)

    def set_options(self, options: ToolOptions) -> None:
        """Replace the options of all tools."""
        if options != self._options:
            self._options = options
            self.options_changed.emit(options)

    def brush(self, tool: ToolId | None = None) -> Brush | None:
        """The brush of a tool (None: the chosen one); fill shares the hint's; None where a tool has none."""
        name = _BRUSH_OF.get(tool or self._tool)
        return getattr(self._options, name) if name else None

    def set_brush(self, brush: Brush, tool: ToolId | None = None) -> None:
        """Replace the brush of a tool (None: the chosen one); does nothing for a tool without one."""
        name = _BRUSH_OF.get(tool or self._tool)
        if name:
            changes: dict[str, Any] = {name: brush}
            self.set_options(replace(self._options, **changes))

    def step_size(self, direction: int) -> None:
        """Make the chosen tool's brush a step larger (direction > 0) or smaller: the keys ] and [."""
        brush = self.brush()
        if brush is None:
            return
        if direction > 0:
            size = next((size for size in SIZES_PX if size > brush.size_px), SIZES_PX[-1])
        else:
            size = next((size for size in reversed(SIZES_PX) if size < brush.size_px), SIZES_PX[0])
        self.set_brush(replace(brush, size_px=float(size)))
