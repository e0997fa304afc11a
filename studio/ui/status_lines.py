"""Whose state and device stand at the left end of the status bar."""

from PySide6.QtCore import QObject, Signal

from studio.core.live import LiveState
from studio.ui.live_controller import LiveController
from studio.ui.status_bar import StatusBar
from studio.ui.workspaces import Space, Workspaces


class StatusLine(QObject):
    """What one workspace says of itself.

    *Signals*
    changed(): it says something else.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.state: tuple[LiveState, str] | None = None
        self.device: tuple[str, str] | None = None

    def show_state(self, state: LiveState, text: str) -> None:
        """The workspace does something else now."""
        self.state = state, text
        self.changed.emit()

    def show_device(self, line: str, story: str) -> None:
        """The workspace's pictures are computed by this."""
        self.device = line, story
        self.changed.emit()


class StatusLines(QObject):
    """Shows the line of the workspace in sight; what one does not say stands as the drawing has it."""

    def __init__(self, bar: StatusBar, spaces: Workspaces, live: LiveController) -> None:
        super().__init__(bar)
        self._bar = bar
        self._spaces = spaces
        self._lines = {space: StatusLine(self) for space in Space}
        for line in self._lines.values():
            line.changed.connect(self._show)
        live.status_changed.connect(self._lines[Space.DRAW].show_state)
        live.device_changed.connect(self._lines[Space.DRAW].show_device)
        spaces.changed.connect(self._show)

    def __getitem__(self, space: Space) -> StatusLine:
        return self._lines[space]

    def _show(self) -> None:
        own, drawing = self._lines[self._spaces.space], self._lines[Space.DRAW]
        state, device = own.state or drawing.state, own.device or drawing.device
        if state is not None:
            self._bar.show_live(*state)
        if device is not None:
            self._bar.show_device(*device)
