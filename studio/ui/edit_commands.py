"""Undo, clipboard, clearing, and keeping the picture as a layer."""

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from studio.core.layers import LayerKind
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.live_controller import LiveController
from studio.ui.messages import Message, Messages
from studio.ui.session import Session
from studio.ui.widgets.picture_grid import image_of

NO_PICTURE = "There is no picture yet"


class EditCommands(QObject):
    """What the Edit menu does. GUI thread only."""

    def __init__(
        self,
        session: Session,
        canvas: CanvasWidget,
        live: LiveController,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._live = live
        self._messages = messages
        self._offer: Message | None = None
        self._offered_at = (0, 0)
        session.history_changed.connect(self._on_history_changed)

    def offer_undo(self, text: str) -> None:
        """Say what the last step did, with a link that takes it back: there only while it is the last."""
        self._offer = self._messages.news(text, "Undo", self.undo)
        self._offered_at = self._last_step()

    def undo(self) -> None:
        """Take the last step back; mid-stroke, the stroke."""
        if not self._canvas.cancel_stroke():
            self._session.document.undo()

    def redo(self) -> None:
        """Do the step last undone again."""
        self._session.document.redo()

    def why_not_undo(self) -> str:
        return "" if self._session.document.can_undo else "There is nothing to undo"

    def why_not_redo(self) -> str:
        return "" if self._session.document.can_redo else "There is nothing to redo"

    def undo_words(self) -> str:
        return f"&Undo {self._session.document.undo_text}".strip()

    def redo_words(self) -> str:
        return f"&Redo {self._session.document.redo_text}".strip()

    def copy_picture(self) -> None:
        """Put the picture with its lines on the clipboard."""
        picture = self._live.picture
        if picture is not None:
            QGuiApplication.clipboard().setImage(image_of(picture.image))
            self._messages.news("The picture is on the clipboard.")

    def why_not_copy(self) -> str:
        return "" if self._live.picture is not None else NO_PICTURE

    def paste(self) -> None:
        """Take an image or files from the clipboard."""
        if not self._canvas.take_mime(QGuiApplication.clipboard().mimeData()):
            self._messages.trouble("The clipboard holds no picture; copy one and paste again.")

    def clear_layer(self) -> None:
        """Take everything off the layer that is drawn on."""
        document = self._session.document
        name = document.layer(document.active_layer_id).name
        document.clear(document.active_layer_id)
        self.offer_undo(f"The layer {name} is empty now.")

    def why_not_clear(self) -> str:
        document = self._session.document
        surface = document.layer(document.active_layer_id).surface
        return "" if surface.tile_indices() else "The layer is empty already"

    def clear_words(self) -> str:
        document = self._session.document
        return f"C&lear layer {document.layer(document.active_layer_id).name}"

    def clear_hints(self) -> None:
        """Take all colour hints away."""
        self._session.document.clear(self._session.document.hints.id)
        self.offer_undo("The colour hints are gone.")

    def why_not_clear_hints(self) -> str:
        return "" if self._session.document.hints.surface.tile_indices() else "There are no colour hints"

    def keep_picture(self) -> None:
        """Put the picture's colours into the drawing as a paint layer, one undo step."""
        picture = self._live.picture
        if picture is None:
            return
        document = self._session.document
        count = sum(layer.kind is LayerKind.PAINT for layer in document.layers)
        pixels = np.empty((document.height, document.width, 4), np.uint8)
        pixels[..., :3] = picture.flats_full
        pixels[..., 3] = 255
        document.add_paint_layer(f"Picture {count + 1}", pixels)
        self.offer_undo("The picture is a layer now.")

    def why_not_keep(self) -> str:
        picture = self._live.picture
        if picture is None:
            return NO_PICTURE
        if not picture.full_size:
            return "The picture is still being carried to full size"
        return ""

    def _last_step(self) -> tuple[int, int]:
        """Names the step that undo would take back, whichever drawing is open."""
        return self._session.epoch, self._session.document.history.position

    def _on_history_changed(self) -> None:
        if self._offer is not None and self._last_step() != self._offered_at:
            self._messages.withdraw(self._offer)
            self._offer = None
