"""The workspaces of the window: one is on show, each keeps its state, each is built on its first visit."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from studio.ui.actions import ActionId
from studio.workers.tasks import Lane, run_in_background
from training.files import UserError


class Space(StrEnum):
    """The workspaces."""

    DRAW = "draw"
    GENERATE = "generate"
    TRAIN = "train"


Then = Callable[[Any], object] | None
"""What is to be done with a workspace's page once it is there."""

RAIL_BUTTONS = (
    (Space.DRAW, ActionId.DRAW_SPACE, "Draw", "draw"),
    (Space.GENERATE, ActionId.GENERATE_SPACE, "Generate", "view-grid-plus-outline"),
    (Space.TRAIN, ActionId.TRAIN_SPACE, "Train", "school-outline"),
)
"""Each workspace with the action that opens it, its word on the rail and its icon."""

ANYWHERE = frozenset(
    {
        ActionId.DRAW_SPACE,
        ActionId.GENERATE_SPACE,
        ActionId.TRAIN_SPACE,
        ActionId.EVALUATE,
        ActionId.SUGGEST_LABELS,
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


@dataclass(frozen=True)
class Maker:
    """How a workspace's page is made; ``module``, where given, is slow to import and needed for it."""

    make: Callable[[], QWidget]
    module: str = ""

    @property
    def is_at_hand(self) -> bool:
        """Whether the page can be made at once."""
        return not self.module or self.module in sys.modules


class Workspaces(QStackedWidget):
    """Holds the workspaces.

    *Signals*
    changed(Space): another one is on show.
    """

    changed = Signal(object)

    def __init__(self, makers: dict[Space, Maker], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._makers = makers
        self._pages: dict[Space, QWidget] = {}
        self._imports: set[Space] = set()
        self._then: dict[Space, Callable[[Any], object]] = {}
        self._space = next(iter(makers))
        self._waiting = QLabel()
        self._waiting.setWordWrap(True)
        self._waiting.setProperty("role", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.addWidget(self._waiting)

    @property
    def space(self) -> Space:
        """The workspace on show."""
        return self._space

    def page(self, space: Space) -> QWidget | None:
        """The workspace's page; None before the first visit."""
        return self._pages.get(space)

    def open(self, space: Space, then: Then = None) -> None:
        """Show a workspace; on its first visit what it is made of is imported in the background.

        ``then`` is called with its page as soon as that is there.
        """
        before, self._space = self._space, space
        if then is not None:
            self._then[space] = then
        if space in self._pages:
            self.setCurrentWidget(self._pages[space])
        elif self._makers[space].is_at_hand:
            self._build(space)
        else:
            self.setCurrentWidget(self._waiting)
            if space not in self._imports:
                self._imports.add(space)
                self._waiting.setText("One moment…")
                module = self._makers[space].module
                run_in_background(
                    partial(importlib.import_module, module),
                    partial(self._on_imported, space),
                    partial(self._on_trouble, space),
                    lane=Lane.DATA,
                )
        if space is not before:
            self.changed.emit(space)
        self._go_on(space)

    def _go_on(self, space: Space) -> None:
        if space in self._pages and space in self._then:
            self._then.pop(space)(self._pages[space])

    def _on_imported(self, space: Space, _module: object) -> None:
        self._build(space)
        self._go_on(space)

    def _on_trouble(self, space: Space, error: UserError) -> None:
        self._imports.discard(space)
        self._waiting.setText(str(error))

    def _build(self, space: Space) -> None:
        page = self._makers[space].make()
        self._pages[space] = page
        self.addWidget(page)
        if space is self._space:
            self.setCurrentWidget(page)
