"""What the document hands out: its choices, what changed, and immutable snapshots for other threads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from studio.core.geometry import Rect
from studio.core.layers import LayerKind, LayerSnapshot

NO_ENTRIES: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Change:
    """Pixels that may look different now; ``rect`` None: the whole drawing, ``layer_id`` None: any layer."""

    rect: Rect | None
    layer_id: int | None


@dataclass(frozen=True, slots=True)
class DocumentChoices:
    """What the user chose for this drawing besides its pixels."""

    model_id: str = ""
    model_sha: str = ""
    labels: tuple[tuple[str, float], ...] = ()
    """Names with weights; none: any."""
    hint_strength: float = 1.0
    seed: int = 0
    """0: the first picture, others after it."""


@dataclass(frozen=True, slots=True)
class StateToken:
    """Names a state of the work that can be saved; equal again when undo leads back to it.

    Model, labels and seed are stored too, but count for nothing here: looking at a drawing under another
    label is not work that anybody wants to be asked about.
    """

    position: int
    hint_strength: float
    open_edit: int = 0


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """A document at one moment: immutable, shares its tiles, may be read from any thread."""

    revision: int
    width: int
    height: int
    layers: tuple[LayerSnapshot, ...]
    choices: DocumentChoices
    state: StateToken
    foreign: Mapping[str, bytes] = field(default_factory=lambda: NO_ENTRIES, repr=False, compare=False)

    @property
    def rect(self) -> Rect:
        """The whole drawing."""
        return Rect(0, 0, self.width, self.height)

    @property
    def line(self) -> LayerSnapshot:
        """The layer whose alpha is the ink."""
        return next(layer for layer in self.layers if layer.kind is LayerKind.LINE)

    @property
    def hints(self) -> LayerSnapshot:
        """The layer of colour hints."""
        return next(layer for layer in self.layers if layer.kind is LayerKind.HINTS)
