"""The document: the one owner of a drawing's layers, choices and history."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.core.edit import Edit
from studio.core.geometry import EMPTY, Rect
from studio.core.history import History, LayersStep, PixelStep
from studio.core.layers import Layer, LayerKind
from studio.core.snapshot import NO_ENTRIES, Change, DocumentChoices, DocumentSnapshot, StateToken
from studio.core.tiles import Pixels, TileSurface
from training.files import UserError

__all__ = ["Change", "Document", "DocumentChoices", "DocumentSnapshot", "check_size"]

SMALLEST_SIDE = 1
LARGEST_SIDE = 4096
DEFAULT_SIDE = 1024


class Document(QObject):
    """A drawing: layers from bottom to top, the user's choices, and the steps that led here.

    Lives in one thread; ``snapshot`` is what other threads get. Sizes are pixels, 1 to 4096 a side.

    Signals:
        changed(Change): pixels, or how they are shown, changed.
        layers_changed(): the stack, a property of a layer, or the active layer changed.
        history_changed(): what undo and redo would do changed.
        choices_changed(): ``choices`` changed.
        saved_changed(): ``path`` or ``modified`` changed.
    """

    changed = Signal(object)
    layers_changed = Signal()
    history_changed = Signal()
    choices_changed = Signal()
    saved_changed = Signal()

    def __init__(
        self, width: int, height: int, parent: QObject | None = None, *, history: History | None = None
    ) -> None:
        super().__init__(parent)
        check_size(width, height)
        self.width = width
        self.height = height
        self.revision = 0
        """+1 on any change of pixels or of what the picture depends on."""
        self.change_count = 0
        """+1 on any change that a save would write."""
        self.path: Path | None = None
        self.foreign: Mapping[str, bytes] = NO_ENTRIES
        self._choices = DocumentChoices()
        self._last_id = 0
        self._layers: tuple[Layer, ...] = (
            self._new_layer("Hints", LayerKind.HINTS),
            self._new_layer("Line", LayerKind.LINE),
        )
        self._active_id = self.line.id
        self._history = history if history is not None else History()
        self._open_edit: Edit | None = None
        self._saved_state: StateToken | None = self._state()
        self._told_modified = False

    @classmethod
    def new(cls, width: int = DEFAULT_SIDE, height: int = DEFAULT_SIDE) -> Self:
        """Return a blank document; UserError beyond the size limits."""
        return cls(width, height)

    @classmethod
    def from_line_art(cls, ink: Pixels) -> Self:
        """Return a document whose black lines cover the paper as ``ink`` (uint8 [H, W]) says."""
        height, width = ink.shape
        document = cls(width, height)
        pixels = np.zeros((height, width, 4), np.uint8)
        pixels[..., 3] = ink
        document.load_pixels(document.line.id, Rect(0, 0, width, height), pixels)
        return document

    # What is there

    @property
    def rect(self) -> Rect:
        """The whole drawing."""
        return Rect(0, 0, self.width, self.height)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer from bottom to top."""
        return self._layers

    @property
    def line(self) -> Layer:
        """The layer whose alpha is the ink."""
        return next(layer for layer in self._layers if layer.kind is LayerKind.LINE)

    @property
    def hints(self) -> Layer:
        """The layer of colour hints."""
        return next(layer for layer in self._layers if layer.kind is LayerKind.HINTS)

    @property
    def choices(self) -> DocumentChoices:
        """Model, labels, strength of the hints, seed."""
        return self._choices

    @property
    def active_layer_id(self) -> int:
        """The layer that pen and eraser work on."""
        return self._active_id

    @active_layer_id.setter
    def active_layer_id(self, layer_id: int) -> None:
        self.layer(layer_id)
        if layer_id != self._active_id:
            self._active_id = layer_id
            self.layers_changed.emit()

    def layer(self, layer_id: int) -> Layer:
        """Return the layer with that id; KeyError when there is none."""
        for layer in self._layers:
            if layer.id == layer_id:
                return layer
        raise KeyError(f"no layer {layer_id}")

    def snapshot(self) -> DocumentSnapshot:
        """Return the document as it is now: shallow, immutable, for any thread."""
        return DocumentSnapshot(
            self.revision,
            self.width,
            self.height,
            tuple(layer.snapshot() for layer in self._layers),
            self._choices,
            self._state(),
            self.foreign,
        )

    # Saving

    @property
    def modified(self) -> bool:
        """Whether there is work that was not saved: strokes, hints, layers; model and labels are none."""
        return self._state() != self._saved_state

    def mark_saved(self, path: Path | None = None, state: StateToken | None = None) -> None:
        """Note that ``state`` (of the snapshot written; None: the present one) now lies at ``path``."""
        self.path = path if path is not None else self.path
        self._saved_state = state if state is not None else self._state()
        self._told_modified = self.modified
        self.saved_changed.emit()

    def mark_unsaved(self, path: Path | None = None) -> None:
        """Note that no file holds this drawing, as after a recovery; ``path`` is where it belongs."""
        self.path = path
        self._saved_state = None
        self._told_modified = True
        self.saved_changed.emit()

    # Choices

    def set_choices(self, **changes: Any) -> None:
        """Replace fields of ``choices``; TypeError for a field there is not. Not an undo step."""
        if "labels" in changes:
            changes["labels"] = tuple((str(name), float(weight)) for name, weight in changes["labels"])
        choices = replace(self._choices, **changes)
        if choices != self._choices:
            self._choices = choices
            self._count_change(picture=True)
            self.choices_changed.emit()
            self._tell_modified()

    # Pixels

    def edit(self, text: str, layer_id: int) -> Edit:
        """Return an edit of one layer, not yet begun; ``text`` names the undo step."""
        return Edit(text, self.layer(layer_id), self._edit_begun, self._edit_dirty, self._edit_ended)

    def finish_edit(self) -> None:
        """Commit the edit that is open, if any, so that a command can follow mid-stroke."""
        if self._open_edit is not None:
            self._open_edit.commit()

    def clear(self, layer_id: int) -> None:
        """Take every pixel of a layer away, in one step."""
        with self.edit("Clear", layer_id) as edit:
            edit.clear()

    def load_pixels(self, layer_id: int, rect: Rect, pixels: Pixels) -> None:
        """Put premultiplied pixels into a layer while a document is being built; no undo step."""
        layer = self.layer(layer_id)
        layer.surface.write(rect, pixels)
        layer.surface.drop_blank_tiles()
        self._count_change(picture=True)
        self.changed.emit(Change(rect, layer_id))

    # History

    @property
    def can_undo(self) -> bool:
        """Whether a step can be taken back."""
        return self._open_edit is not None or self._history.next_undo is not None

    @property
    def can_redo(self) -> bool:
        """Whether a step can be done again."""
        return self._history.next_redo is not None

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty when nothing."""
        step = self._history.next_undo
        return step.text if step else ""

    @property
    def redo_text(self) -> str:
        """What redo would bring again; empty when nothing."""
        step = self._history.next_redo
        return step.text if step else ""

    @property
    def history(self) -> History:
        """The steps, to look at."""
        return self._history

    def undo(self) -> bool:
        """Take the last step back (mid-stroke: the stroke); return False when there is none."""
        self.finish_edit()
        step = self._history.undo()
        return self._apply(step, backward=True)

    def redo(self) -> bool:
        """Do the step last undone again; return False when there is none."""
        self.finish_edit()
        return self._apply(self._history.redo(), backward=False)

    # The stack

    def add_paint_layer(self, name: str, pixels: Pixels, below_line: bool = True) -> Layer:
        """Add a layer of premultiplied RGBA [H, W, 4], one undo step, below hints and line or on top."""
        if pixels.shape != (self.height, self.width, 4):
            raise ValueError(f"a layer here is [{self.height}, {self.width}, 4], not {pixels.shape}")
        layer = self._new_layer(name, LayerKind.PAINT)
        layer.surface.write(self.rect, pixels)
        layer.surface.drop_blank_tiles()
        position = len(self._layers)
        if below_line:
            position = min(i for i, each in enumerate(self._layers) if each.kind is not LayerKind.PAINT)
        layers = (*self._layers[:position], layer, *self._layers[position:])
        self._restack(f"Add {name}", layers, layer.surface.tiles_rect())
        return layer

    def remove_layer(self, layer_id: int) -> None:
        """Remove a paint layer, one undo step; ValueError for the line and the hints layer."""
        layer = self.layer(layer_id)
        if layer.kind is not LayerKind.PAINT:
            raise ValueError(f"the {layer.kind} layer cannot be removed")
        rest = tuple(each for each in self._layers if each.id != layer_id)
        self._restack(f"Remove {layer.name}", rest, layer.surface.tiles_rect())

    def move_layer(self, layer_id: int, position: int) -> None:
        """Move a layer to ``position`` counted from the bottom (clamped), one undo step."""
        layer = self.layer(layer_id)
        rest = [each for each in self._layers if each.id != layer_id]
        rest.insert(min(max(position, 0), len(rest)), layer)
        if tuple(rest) != self._layers:
            self._restack(f"Move {layer.name}", tuple(rest), self.rect)

    def set_layer_visible(self, layer_id: int, visible: bool) -> None:
        """Show or hide a layer, one undo step."""
        self._set_property("Show" if visible else "Hide", layer_id, visible=bool(visible))

    def set_layer_opacity(self, layer_id: int, opacity: float) -> None:
        """Fade a layer to 0..1; what a slider sends in a row becomes one undo step."""
        opacity = min(max(float(opacity), 0.0), 1.0)
        self._set_property("Opacity of", layer_id, merge_key=("opacity", layer_id), opacity=opacity)

    def set_layer_name(self, layer_id: int, name: str) -> None:
        """Rename a layer, one undo step."""
        self._set_property("Rename", layer_id, name=name)

    def restore_layers(self, layers: tuple[Layer, ...]) -> None:
        """Replace the whole stack while a document is being built; no undo step.

        ValueError unless there is exactly one line and one hints layer.
        """
        for kind in (LayerKind.LINE, LayerKind.HINTS):
            if sum(layer.kind is kind for layer in layers) != 1:
                raise ValueError(f"a document has exactly one {kind} layer")
        self._layers = layers
        self._last_id = max(self._last_id, *(layer.id for layer in layers))
        self._active_id = self.line.id
        self._count_change(picture=True)
        self.layers_changed.emit()
        self.changed.emit(Change(None, None))

    # Inside

    def _new_layer(self, name: str, kind: LayerKind) -> Layer:
        self._last_id += 1
        return Layer(self._last_id, name, kind, TileSurface(self.width, self.height))

    def _state(self) -> StateToken:
        open_edit = self.change_count if self._open_edit is not None and self._open_edit.has_written else 0
        return StateToken(self._history.position, self._choices.hint_strength, open_edit)

    def _count_change(self, *, picture: bool) -> None:
        self.change_count += 1
        if picture:
            self.revision += 1

    def _tell_modified(self) -> None:
        if self.modified != self._told_modified:
            self._told_modified = not self._told_modified
            self.saved_changed.emit()

    def _edit_begun(self, edit: Edit) -> None:
        self.finish_edit()
        self._open_edit = edit

    def _edit_dirty(self, edit: Edit, rect: Rect) -> None:
        self._count_change(picture=True)
        self.changed.emit(Change(rect, edit.layer.id))

    def _edit_ended(self, edit: Edit, step: PixelStep | None) -> None:
        self._open_edit = None
        if step is not None:
            self._history.push(step)
            self.history_changed.emit()
        self._tell_modified()

    def _set_property(
        self, text: str, layer_id: int, merge_key: tuple[str, int] | None = None, **change: Any
    ) -> None:
        old = self.layer(layer_id)
        new = replace(old, **change)
        if new == old:
            return
        layers = tuple(new if each.id == layer_id else each for each in self._layers)
        rect = EMPTY if "name" in change else old.surface.tiles_rect()
        self._restack(f"{text} {old.name}", layers, rect, merge_key)

    def _restack(
        self, text: str, layers: tuple[Layer, ...], rect: Rect, merge_key: tuple[str, int] | None = None
    ) -> None:
        self.finish_edit()
        self._history.push(LayersStep(text, self._layers, layers, rect, merge_key))
        self._show_stack(layers, rect)
        self.history_changed.emit()
        self._tell_modified()

    def _show_stack(self, layers: tuple[Layer, ...], rect: Rect) -> None:
        hinted = self._is_hinted()
        self._layers = layers
        if all(layer.id != self._active_id for layer in layers):
            self._active_id = self.line.id
        self._count_change(picture=self._is_hinted() != hinted)
        self.layers_changed.emit()
        if not rect.is_empty:
            self.changed.emit(Change(rect, None))

    def _is_hinted(self) -> bool:
        return self.hints.is_seen and bool(self.hints.surface.tile_indices())

    def _apply(self, step: PixelStep | LayersStep | None, *, backward: bool) -> bool:
        if step is None:
            return False
        if isinstance(step, PixelStep):
            step.apply(backward=backward)
            self._count_change(picture=True)
            self.changed.emit(Change(step.rect, step.layer_id))
        else:
            self._show_stack(step.before if backward else step.after, step.rect)
        self.history_changed.emit()
        self._tell_modified()
        return True


def check_size(width: int, height: int) -> None:
    """Raise UserError unless both sides are within what a drawing may have."""
    if not (SMALLEST_SIDE <= width <= LARGEST_SIDE and SMALLEST_SIDE <= height <= LARGEST_SIDE):
        raise UserError(
            f"A drawing of {width} x {height} pixels is not possible; choose {SMALLEST_SIDE} to "
            f"{LARGEST_SIDE} pixels a side."
        )
