"""Layers: what kind they are, how they are shown, and where their pixels live."""

from dataclasses import dataclass
from enum import StrEnum

from studio.core.tiles import TileSnapshot, TileSurface


class LayerKind(StrEnum):
    """What a layer is for: a document has one line layer, one hints layer and any number of paint layers."""

    LINE = "line"
    HINTS = "hints"
    PAINT = "paint"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a document. Frozen: the document replaces it when its properties change.

    The line layer's alpha is the ink's coverage. Visibility and opacity say how the drawing is shown; the
    picture is inferred from the lines whether they are shown or not, from the hints only while they are seen.
    """

    id: int
    name: str
    kind: LayerKind
    surface: TileSurface
    visible: bool = True
    opacity: float = 1.0

    @property
    def is_seen(self) -> bool:
        """Whether the layer shows at all."""
        return self.visible and self.opacity > 0

    def snapshot(self) -> "LayerSnapshot":
        """Return the layer as it is now, safe to read from any thread."""
        return LayerSnapshot(
            self.id, self.name, self.kind, self.visible, self.opacity, self.surface.snapshot()
        )


@dataclass(frozen=True, slots=True)
class LayerSnapshot:
    """A layer at one moment."""

    id: int
    name: str
    kind: LayerKind
    visible: bool
    opacity: float
    tiles: TileSnapshot

    @property
    def is_seen(self) -> bool:
        """Whether the layer shows at all."""
        return self.visible and self.opacity > 0
