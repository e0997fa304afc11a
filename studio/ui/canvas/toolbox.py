"""The tool in use and how it is set: the one owner that tool strip, options bar, shortcuts and canvas follow."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from studio.core.tools import ToolId, ToolOptions


class ToolBox(QObject):
    """The chosen tool and the options of all tools. GUI thread only.

    *Signals*
    tool_changed(ToolId): another tool was chosen.
    options_changed(ToolOptions): sizes, colours or other options changed.
    """

    tool_changed = Signal(object)
    options_changed = Signal(object)

    tool: "ToolId"  # read-only property
    options: "ToolOptions"  # read-only property

    def choose(self, tool: "ToolId") -> None: ...

    def set_options(self, options: "ToolOptions") -> None: ...

    def step_size(self, direction: int) -> None:
        """Make the chosen tool's brush a step larger (direction > 0) or smaller: the keys ] and [."""
