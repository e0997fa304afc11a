"""The colour of the hints: the one in hand, the one X brings, and those used lately."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from studio.core.tools import ToolId
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.widgets.swatches import Colour

RECENT_KEPT = 10

SWATCHES: tuple[Colour, ...] = (
    (255, 255, 255), (208, 207, 206), (155, 155, 154), (63, 63, 63), (106, 70, 47),
    (165, 105, 65), (222, 187, 144), (250, 220, 188), (255, 167, 192), (231, 90, 112),
    (165, 57, 57), (234, 90, 71), (226, 112, 34), (241, 179, 28), (252, 234, 43),
    (177, 204, 51), (92, 158, 49), (146, 211, 245), (30, 80, 160), (137, 103, 170),
)  # fmt: skip
"""Paper and greys, browns and skins, then once around the wheel."""


class Colours(QObject):
    """Owns the second and the recent hint colours; the one in hand belongs to the toolbox. GUI thread only.

    *Signals*
    changed(): any of the three.
    """

    changed = Signal()

    def __init__(self, toolbox: ToolBox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._other: Colour = (97, 178, 228)
        self._recent: tuple[Colour, ...] = ()
        self._shown = self.in_hand
        toolbox.options_changed.connect(self._on_options_changed)

    @property
    def in_hand(self) -> Colour:
        """What hint and fill draw with."""
        return self._toolbox.options.hint.colour

    @property
    def other(self) -> Colour:
        """What X brings."""
        return self._other

    @property
    def recent(self) -> tuple[Colour, ...]:
        """Colours used on the canvas, newest first."""
        return self._recent

    def choose(self, colour: Colour) -> None:
        """Draw hints with this colour."""
        options = self._toolbox.options
        self._toolbox.set_options(replace(options, hint=replace(options.hint, colour=colour)))

    def swap(self) -> None:
        """Exchange the colour in hand and the other one."""
        wanted, self._other = self._other, self.in_hand
        self.choose(wanted)
        self.changed.emit()

    def note_used(self, tool: ToolId) -> None:
        """A stroke was made: remember the colour when it was one of hints."""
        if tool in (ToolId.HINT, ToolId.FILL):
            rest = tuple(colour for colour in self._recent if colour != self.in_hand)
            self.set_recent((self.in_hand, *rest))

    def set_recent(self, colours: tuple[Colour, ...]) -> None:
        """Take these as the colours used lately."""
        if colours[:RECENT_KEPT] != self._recent:
            self._recent = colours[:RECENT_KEPT]
            self.changed.emit()

    def _on_options_changed(self) -> None:
        if self.in_hand != self._shown:
            self._shown = self.in_hand
            self.changed.emit()
