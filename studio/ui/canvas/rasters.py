"""What the canvas shows of the document and of the picture, as cached rasters in document space."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter

from studio.core.compose import composite
from studio.core.document import Change, Document
from studio.core.geometry import Rect
from studio.core.layers import LayerKind
from studio.ui.canvas.pyramid import Pyramid, qrect

HINT_STRENGTH = 0.72  # how much of the paper a full-strength dab covers on the screen
OUTLINE_STRENGTH = 0.6
PALE_OUTLINE_STRENGTH = 0.9  # of dabs in a colour that would not be told from the paper
PALE = 0.86  # the least part of each of red, green and blue that such a colour has
OUTLINE_SHARE = 1 / 640  # width of a dab's outline as a share of the document's longer side

_OPAQUE = QImage.Format.Format_RGB32
_CLEAR = QImage.Format.Format_ARGB32_Premultiplied


class Rasters:
    """The document's rasters and the picture's; each is composited again only where it changed.

    drawing: paper and all visible layers in their order, with hints as dabs. lines: the line layer alone, to
    lie over the picture. hints: the dabs alone. picture: the model's colours, None until there is one.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        size = (document.width, document.height)
        self.drawing = Pyramid(*size, _OPAQUE, self._render_drawing)
        self.lines = Pyramid(*size, _CLEAR, self._render_lines)
        self.hints = Pyramid(*size, _CLEAR, self._render_hints)
        self.picture: Pyramid | None = None
        self._picture_image = QImage()
        self._hints_visible = True
        self._hints_outlined = True
        self._outline_px = max(1, round(max(size) * OUTLINE_SHARE))
        self._margin_px = 2 * self._outline_px

    def invalidate(self, change: Change) -> Rect:
        """Note a change of the document; return the document rectangle that looks different now."""
        kind = self._kind_of(change.layer_id)
        if change.rect is None:
            rect = self._document.rect
        elif kind in (None, LayerKind.HINTS):
            # A dab's outline is drawn by the pixels around it.
            rect = change.rect.inflated(self._margin_px + 1).intersected(self._document.rect)
        else:
            rect = change.rect.intersected(self._document.rect)
        self.drawing.invalidate(rect)
        if kind in (None, LayerKind.LINE):
            self.lines.invalidate(rect)
        if kind in (None, LayerKind.HINTS):
            self.hints.invalidate(rect)
        return rect

    def set_hints_look(self, visible: bool, outlined: bool) -> bool:
        """Show the dabs or not, with an outline or without; True when that changes anything."""
        if (visible, outlined) == (self._hints_visible, self._hints_outlined):
            return False
        self._hints_visible, self._hints_outlined = visible, outlined
        self.hints.invalidate(self._document.rect)
        self.drawing.invalidate(self._document.rect)
        return True

    def set_picture(self, image: QImage | None) -> None:
        """Take the newest picture, of any size; it is shown as large as the document. None for no picture."""
        self._picture_image = image or QImage()
        if image is None:
            self.picture = None
            return
        if self.picture is None or (self.picture.width, self.picture.height) != image.size().toTuple():
            self.picture = Pyramid(image.width(), image.height(), _OPAQUE, self._render_picture)
        self.picture.invalidate(Rect(0, 0, image.width(), image.height()))

    # --- rendering: each fills `rect` of its base anew ---

    def _render_drawing(self, painter: QPainter, rect: QRect) -> None:
        layers = self._document.layers
        hints_at = layers.index(self._document.hints)
        below, above = layers[:hints_at], layers[hints_at + 1 :]
        _draw(painter, rect, composite(below, _rect(rect), paper=True))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if layers[hints_at].visible and self._hints_visible:
            painter.drawImage(rect, self.hints.level(0), rect)
        if above:
            _draw(painter, rect, composite(above, _rect(rect), paper=False))

    def _render_lines(self, painter: QPainter, rect: QRect) -> None:
        # The model reads the lines whether they are shown or faded in the drawing: so does its picture.
        line = replace(self._document.line, visible=True, opacity=1.0)
        _draw(painter, rect, composite([line], _rect(rect), paper=False))

    def _render_hints(self, painter: QPainter, rect: QRect) -> None:
        hints, margin = self._document.hints, self._margin_px
        painter.fillRect(rect, Qt.GlobalColor.transparent)
        inked = hints.surface.tiles_rect().intersected(_rect(rect))
        if hints.visible and not inked.is_empty:
            pixels = hints.surface.read(inked.inflated(margin))
            outline = self._outline_px if self._hints_outlined else 0
            _draw(painter, qrect(inked), dabs(pixels, HINT_STRENGTH * hints.opacity, outline, margin))

    def _render_picture(self, painter: QPainter, rect: QRect) -> None:
        painter.drawImage(rect, self._picture_image, rect)

    def _kind_of(self, layer_id: int | None) -> LayerKind | None:
        return next((layer.kind for layer in self._document.layers if layer.id == layer_id), None)


def dabs(pixels: NDArray[np.uint8], opacity: float, outline: int, margin: int) -> NDArray[np.uint8]:
    """The look of hints on the screen: see-through dabs with a thin dark outline inside their edge.

    pixels: premultiplied RGBA [h + 2 margin, w + 2 margin, 4]; outline: its width in pixels, at most half the
    margin. Dabs as pale as paper have it twice as wide and darker, whatever `outline` says of the others.
    Returns premultiplied RGBA [h, w, 4].
    """
    height, width = (side - 2 * margin for side in pixels.shape[:2])
    inner = pixels[margin : margin + height, margin : margin + width]
    if not pixels[..., 3].any():
        return np.zeros_like(inner, order="C")
    shown = (inner * np.float32(opacity) + 0.5).astype(np.uint8)
    pale = inner[..., :3].min(axis=2) >= PALE * inner[..., 3]
    for reach, strength, where in (
        (outline, OUTLINE_STRENGTH, ~pale),
        (margin, PALE_OUTLINE_STRENGTH, pale),
    ):
        if reach:
            edge = _edge(pixels[..., 3] > 64, reach, margin) & where
            keep = np.where(edge, np.float32(1 - strength), np.float32(1))[..., None]
            shown = (shown * keep).astype(np.uint8)
            shown[..., 3][edge] = np.maximum(shown[..., 3][edge], round(255 * strength))
    return shown


def _edge(covered: NDArray[np.bool_], reach: int, margin: int) -> NDArray[np.bool_]:
    """What is covered and lies at most `reach` pixels from what is not, without the `margin` around it."""
    height, width = (side - 2 * margin for side in covered.shape)
    deep = np.ones((height, width), bool)
    for dy, dx in ((0, reach), (0, -reach), (reach, 0), (-reach, 0)):
        deep &= covered[margin + dy : margin + dy + height, margin + dx : margin + dx + width]
    return covered[margin : margin + height, margin : margin + width] & ~deep


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """An image of its own, in the screen's format, of RGB pixels [H, W, 3]."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """The RGB pixels [H, W, 3] of an image."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def stretched(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Pixels [H, W, C] at another size, the nearest of them; the same array where it has that size."""
    if pixels.shape[:2] == (height, width):
        return pixels
    rows = np.arange(height) * pixels.shape[0] // height
    columns = np.arange(width) * pixels.shape[1] // width
    return pixels[rows[:, None], columns]


def _rect(rect: QRect) -> Rect:
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())


def _draw(painter: QPainter, rect: QRect, pixels: NDArray[np.uint8]) -> None:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    form = QImage.Format.Format_RGBA8888_Premultiplied
    painter.drawImage(rect.topLeft(), QImage(pixels.data, width, height, width * 4, form))
