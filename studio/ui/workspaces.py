"""The workspaces of the window: one is on show, each keeps its state, each is built on its first visit."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.ui.actions import ActionId


class Space(StrEnum):
    """The workspaces."""

    DRAW = "draw"
    TRAIN = "train"


ANYWHERE = frozenset(
    {
        ActionId.DRAW_SPACE,
        ActionId.TRAIN_SPACE,
        ActionId.SAVE,
        ActionId.SAVE_AS,
        ActionId.SETTINGS,
        ActionId.QUIT,
        ActionId.FIND,
        ActionId.SHORTCUTS,
        ActionId.DEVICE_REPORT,
        ActionId.LOGS,
        ActionId.ABOUT,
        ActionId.ADD_MODEL,
        ActionId.MODELS_FOLDER,
    }
)
"""What can be done in every workspace; the rest acts on the drawing and needs it in sight."""


class Workspaces(QStackedWidget):
    """Holds the workspaces.

    *Signals*
    changed(Space): another one is on show.
    """

    changed = Signal(object)

    def __init__(self, makers: dict[Space, Callable[[], QWidget]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._makers = makers
        self._pages: dict[Space, QWidget] = {}
        self._space = next(iter(makers))

    @property
    def space(self) -> Space:
        """The workspace on show."""
        return self._space

    def page(self, space: Space) -> QWidget | None:
        """The workspace's page; None before the first visit."""
        return self._pages.get(space)

    def open(self, space: Space) -> None:
        """Show a workspace, built now when it has never been on show."""
        if space not in self._pages:
            page = self._makers[space]()
            self._pages[space] = page
            self.addWidget(page)
        self.setCurrentWidget(self._pages[space])
        if space is not self._space:
            self._space = space
            self.changed.emit(space)
