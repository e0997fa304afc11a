"""What the actions of the window act on."""

from dataclasses import dataclass
from typing import Protocol

from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.colours import Colours
from studio.ui.drawing_files import DrawingFiles
from studio.ui.edit_commands import EditCommands
from studio.ui.help_commands import HelpCommands
from studio.ui.live_controller import LiveController
from studio.ui.session import Session
from studio.ui.workspaces import Space, Then


class WindowCommands(Protocol):
    """What the window itself can be asked to do."""

    def find_action(self) -> None: ...
    def show_settings(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_first_steps(self) -> None: ...
    def add_model(self) -> None: ...
    def toggle_canvas_only(self) -> None: ...
    def close(self) -> object: ...
    def open_space(self, space: Space, then: Then = None) -> None: ...
    @property
    def space(self) -> Space: ...
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
    help: HelpCommands
    window: WindowCommands
