"""A picture from the clipboard or a drop: line art for a new drawing, or a layer of the open one."""

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage

from studio.core.compose import PREMULTIPLIED, pixels_of
from studio.core.document import Document
from studio.core.tiles import Pixels
from studio.ui.drawing_files import DrawingFiles
from studio.ui.inline_bar import InlineBar
from studio.ui.messages import Messages
from studio.ui.session import Session


class Pasting(QObject):
    """Takes pictures; where a drawing is open it asks what shall become of the picture. GUI thread only."""

    def __init__(
        self,
        session: Session,
        files: DrawingFiles,
        messages: Messages,
        bar: InlineBar,
        offer_undo: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._messages = messages
        self._bar = bar
        self._offer_undo = offer_undo
        # The question is about a picture and the drawing that was open.
        session.document_replaced.connect(bar.hide)

    def take(self, image: QImage) -> None:
        """Begin a drawing from the picture, or, where one has been begun, ask."""
        self._messages.clear()
        if is_blank(self._session.document):
            self._files.take_image(image)
            return
        self._bar.ask(
            "What shall become of the pasted picture?",
            [
                ("Put it in as a layer", partial(self.as_layer, image, "Pasted picture")),
                ("Replace the drawing", partial(self._files.take_image, image)),
            ],
        )

    def as_layer(self, image: QImage, name: str) -> None:
        """Put the picture under the lines as a layer called ``name``, one undo step."""
        document = self._session.document
        document.add_paint_layer(name, placed(image, document.width, document.height))
        self._offer_undo("The picture is a layer under the lines now.")


def is_blank(document: Document) -> bool:
    """Return whether nothing has been drawn yet, on any layer."""
    return all(layer.surface.is_blank for layer in document.layers)


def placed(image: QImage, width: int, height: int) -> Pixels:
    """Return the picture in the middle of width x height, made smaller where it does not fit.

    Premultiplied RGBA uint8 [height, width, 4].
    """
    if image.width() > width or image.height() > height:
        image = image.scaled(
            width, height, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    pixels = np.zeros((height, width, 4), np.uint8)
    left, top = (width - image.width()) // 2, (height - image.height()) // 2
    pixels[top : top + image.height(), left : left + image.width()] = pixels_of(
        image.convertToFormat(PREMULTIPLIED)
    )
    return pixels
