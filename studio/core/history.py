"""Undo and redo: steps that keep references to the tiles they touched, bounded in number and in memory."""

from collections import Counter, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from studio.core.geometry import EMPTY, Rect
from studio.core.layers import Layer
from studio.core.tiles import Pixels, TileIndex, TileSurface

MAX_STEPS = 500
MAX_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PixelStep:
    """One edit of one layer: each touched tile before and after (None: no tile)."""

    text: str
    layer_id: int
    surface: TileSurface
    tiles: dict[TileIndex, tuple[Pixels | None, Pixels | None]]
    rect: Rect

    def apply(self, *, backward: bool) -> None:
        """Put the tiles of one side into the surface."""
        for index, (before, after) in self.tiles.items():
            self.surface.put_tile(index, before if backward else after)

    def arrays(self) -> Iterator[Pixels]:
        """Yield every array the step keeps alive."""
        for pair in self.tiles.values():
            yield from (tile for tile in pair if tile is not None)


@dataclass(frozen=True, slots=True)
class LayersStep:
    """A change of the stack itself: layers added, removed, moved, renamed, shown or faded."""

    text: str
    before: tuple[Layer, ...]
    after: tuple[Layer, ...]
    rect: Rect = EMPTY
    merge_key: Hashable = None

    def arrays(self) -> Iterator[Pixels]:
        """Yield the arrays, as they are now, of layers that only one side has."""
        before, after = ({layer.surface: None for layer in side} for side in (self.before, self.after))
        for surface in [*before, *after]:
            if (surface in before) != (surface in after):
                tiles = (surface.tile(index) for index in surface.tile_indices())
                yield from (tile for tile in tiles if tile is not None)


Step = PixelStep | LayersStep


class _Entry(NamedTuple):
    serial: int
    step: Step
    arrays: tuple[Pixels, ...]


class History:
    """Two stacks of steps. The oldest step goes first when there are too many or they hold too much.

    Memory is counted once per array however many steps share it.
    """

    def __init__(self, max_steps: int = MAX_STEPS, max_bytes: int = MAX_BYTES) -> None:
        self._done: deque[_Entry] = deque()
        self._undone: list[_Entry] = []
        self._max_steps = max_steps
        self._max_bytes = max_bytes
        self._uses: Counter[int] = Counter()
        self._last_serial = 0
        self._floor_serial = 0
        self.nbytes = 0

    def __len__(self) -> int:
        return len(self._done)

    @property
    def position(self) -> int:
        """A number that names the present state: equal again after undo and redo lead back to it."""
        return self._done[-1].serial if self._done else self._floor_serial

    @property
    def next_undo(self) -> Step | None:
        """The step that undo would take back."""
        return self._done[-1].step if self._done else None

    @property
    def next_redo(self) -> Step | None:
        """The step that redo would bring again."""
        return self._undone[-1].step if self._undone else None

    def push(self, step: Step) -> None:
        """Add a step just done; what was undone can no longer be redone."""
        while self._undone:
            self._release(self._undone.pop())
        merged = self._merged(step)
        if merged is not None:
            self._release(self._done.pop())
            step = merged
        self._last_serial += 1
        entry = _Entry(self._last_serial, step, tuple(step.arrays()))
        self._done.append(entry)
        self._keep(entry)
        self._evict()

    def undo(self) -> Step | None:
        """Move one step to the redo side and return it."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1].step

    def redo(self) -> Step | None:
        """Move one step back to the undo side and return it."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1].step

    def _merged(self, step: Step) -> LayersStep | None:
        """Join a slider's many small changes of one property into one step."""
        last = self.next_undo
        if not isinstance(step, LayersStep) or not isinstance(last, LayersStep):
            return None
        if step.merge_key is None or step.merge_key != last.merge_key:
            return None
        return LayersStep(step.text, last.before, step.after, last.rect.united(step.rect), step.merge_key)

    def _evict(self) -> None:
        while len(self._done) > self._max_steps or (self.nbytes > self._max_bytes and len(self._done) > 1):
            oldest = self._done.popleft()
            self._floor_serial = oldest.serial
            self._release(oldest)

    def _keep(self, entry: _Entry) -> None:
        for array in entry.arrays:
            if self._uses[id(array)] == 0:
                self.nbytes += array.nbytes
            self._uses[id(array)] += 1

    def _release(self, entry: _Entry) -> None:
        for array in entry.arrays:
            self._uses[id(array)] -= 1
            if self._uses[id(array)] == 0:
                del self._uses[id(array)]
                self.nbytes -= array.nbytes
