"""Whose state and device stand at the left end of the status bar."""

from PySide6.QtCore import QObject, Signal

from studio.core.device import DeviceTruth
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
        self.device: tuple[DeviceTruth, str] | None = None

    def show_state(self, state: LiveState, text: str) -> None:
        """The workspace does something else now."""
        self.state = state, text
        self.changed.emit()

    def show_device(self, truth: DeviceTruth, note: str) -> None:
        """The workspace's pictures are computed by this; ``note`` says in words how it fares."""
        self.device = truth, note
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

    @property
    def truth(self) -> DeviceTruth | None:
        """What computes the pictures of the workspace in sight; None until a model has been loaded."""
        device = self._device
        return None if device is None else device[0]

    @property
    def _device(self) -> tuple[DeviceTruth, str] | None:
        return self._lines[self._spaces.space].device or self._lines[Space.DRAW].device

    def _show(self) -> None:
        state = self._lines[self._spaces.space].state or self._lines[Space.DRAW].state
        if state is not None:
            self._bar.show_live(*state)
        if self._device is not None:
            truth, note = self._device
            self._bar.show_device(truth.line, f"{truth.story}; {note}")
