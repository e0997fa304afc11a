"""Small pictures with names to choose from; one or two of them are ringed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

NAME_PX = 11
NAME_LINES = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing to choose: its key, its name, and what the tooltip says."""

    key: str
    name: str
    tip: str = ""


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage with a copy of uint8 [H, W, 3]."""
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class PictureGrid(QWidget):
    """Tiles in rows of `columns`, as wide as there is room.

    *Signals*
    chosen(str): the user picked this key alone.
    added(str): the user picked it beside the present one (Ctrl+click, or Ctrl+Space).
    """

    chosen = Signal(str)
    added = Signal(str)

    def __init__(
        self, columns: int = 3, picture_px: int = 54, gap_px: int = 6, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tiles: tuple[Tile, ...] = ()
        self._images: dict[str, QImage] = {}
        self._small: dict[tuple[str, int], QImage] = {}
        self._weights: dict[str, float] = {}
        self._heights: tuple[int, ...] = ()
        self._columns = columns
        self._picture_px = picture_px
        self._gap = gap_px
        self._hover = -1
        self._cursor = 0
        font = self.font()
        font.setPixelSize(NAME_PX)
        self.setFont(font)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        return self._tiles

    @property
    def chosen_keys(self) -> tuple[str, ...]:
        """The ringed tiles."""
        return tuple(self._weights)

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these tiles; pictures of keys that stay are kept."""
        self._tiles = tuple(tiles)
        keys = {tile.key for tile in tiles}
        self._images = {key: image for key, image in self._images.items() if key in keys}
        self._small.clear()
        self._cursor = min(self._cursor, max(len(tiles) - 1, 0))
        self._measure()
        self.update()

    def set_pictures(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Show these pictures, uint8 [H, W, 3]; tiles without one stay blank."""
        self._images = {key: image_of(pixels) for key, pixels in pictures.items()}
        self._small.clear()
        self.update()

    def has_picture(self, key: str) -> bool:
        return key in self._images

    def set_weights(self, weights: Mapping[str, float]) -> None:
        """Ring these keys; with more than one the weights are written on the pictures."""
        self._weights = dict(weights)
        self.update()

    def tile_rect(self, index: int) -> QRect:
        """Where the tile `index` lies."""
        column, row = index % self._columns, index // self._columns
        width = self._tile_width()
        left = round(column * (width + self._gap))
        right = round(column * (width + self._gap) + width)
        top = sum(self._heights[:row]) + row * self._gap
        return QRect(left, top, right - left, self._heights[row])

    def _tile_width(self) -> float:
        return (self.width() - self._gap * (self._columns - 1)) / self._columns

    def _measure(self) -> None:
        """Make each row as high as its longest name needs when bold, so that choosing moves nothing."""
        font = self.font()
        font.setBold(True)
        metrics, width = QFontMetrics(font, self), int(self._tile_width())
        lines = [max(1, len(wrapped(tile.name, metrics, width, NAME_LINES))) for tile in self._tiles]
        rows = [max(lines[start : start + self._columns]) for start in range(0, len(lines), self._columns)]
        heights = tuple(self._picture_px + 6 + count * self.fontMetrics().height() for count in rows)
        if heights != self._heights:
            self._heights = heights
            self.updateGeometry()

    def _index_at(self, position: QPointF) -> int:
        point = position.toPoint()
        return next((i for i in range(len(self._tiles)) if self.tile_rect(i).contains(point)), -1)

    def _pick(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        key = self._tiles[index].key
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            self.added.emit(key)
        else:
            self.chosen.emit(key)

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(
            self._columns * (self._picture_px + self._gap),
            sum(self._heights) + self._gap * max(len(self._heights) - 1, 0),
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = index
            self._pick(index, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index != self._hover:
            self._hover = index
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self._index_at(QPointF(event.pos()))
            if index >= 0:
                QToolTip.showText(event.globalPos(), self._tiles[index].tip or self._tiles[index].name, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is not None and self._tiles:
            self._cursor = min(max(self._cursor + step, 0), len(self._tiles) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._tiles:
            self._pick(self._cursor, event.modifiers())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for index, tile in enumerate(self._tiles):
            if self.tile_rect(index).intersects(event.rect()):
                self._paint_tile(painter, index, tile)

    def _paint_tile(self, painter: QPainter, index: int, tile: Tile) -> None:
        rect = self.tile_rect(index)
        colours = self.palette()
        square = QRectF(
            rect.center().x() + 0.5 - self._picture_px / 2, rect.top(), self._picture_px, self._picture_px
        )
        inner = square.adjusted(3, 3, -3, -3)
        outline = QPainterPath()
        outline.addRoundedRect(inner, 5, 5)
        image = self._images.get(tile.key)
        painter.fillPath(outline, QColor("#ffffff") if image else colours.color(colours.ColorRole.Midlight))
        if image is not None:
            painter.save()
            painter.setClipPath(outline)
            place = inner.adjusted(2, 2, -2, -2).toRect()  # on whole pixels, or it would be blurred
            painter.drawImage(place, self._small_picture(tile.key, image, place.width()))
            painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.color(colours.ColorRole.Mid), 1))
        painter.drawPath(outline)
        is_chosen = tile.key in self._weights
        if is_chosen or index == self._hover or (self.hasFocus() and index == self._cursor):
            ring = colours.accent().color() if is_chosen else colours.color(colours.ColorRole.Dark)
            painter.setPen(QPen(ring, 2 if is_chosen else 1))
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), 6, 6)
        if is_chosen and len(self._weights) > 1:
            self._paint_weight(painter, inner, self._weights[tile.key])
        role = colours.ColorRole.WindowText if is_chosen else colours.ColorRole.PlaceholderText
        painter.setPen(colours.color(role))
        font = self.font()
        font.setBold(is_chosen)
        painter.setFont(font)
        top = rect.top() + self._picture_px + 4
        for line in wrapped(tile.name, QFontMetrics(font, self), rect.width(), NAME_LINES):
            box = QRect(rect.left(), top, rect.width(), self.fontMetrics().height())
            painter.drawText(
                box,
                Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextDontClip,
                line,
            )
            top += self.fontMetrics().height()

    def _small_picture(self, key: str, image: QImage, side: int) -> QImage:
        """The picture at the screen's resolution; each pixel is the mean of its area, so that lines stay."""
        pixels = round(side * self.devicePixelRatioF())
        if (key, pixels) not in self._small:
            self._small[key, pixels] = image.scaled(
                pixels,
                pixels,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._small[key, pixels]

    def _paint_weight(self, painter: QPainter, inner: QRectF, weight: float) -> None:
        text = f"{weight * 100:.0f} %"
        width = self.fontMetrics().horizontalAdvance(text) + 8
        badge = QRectF(inner.right() - width - 2, inner.bottom() - 18, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().accent().color())
        painter.drawRoundedRect(badge, 4, 4)
        painter.setPen(self.palette().color(self.palette().ColorRole.HighlightedText))
        painter.setFont(self.font())
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def wrapped(text: str, metrics: QFontMetrics, width: int, lines: int) -> list[str]:
    """`text` broken at spaces into at most `lines` lines of `width` pixels, the last one elided."""
    result: list[str] = []
    words = text.split()
    while words and len(result) < lines - 1:
        taken = 1
        while taken < len(words) and metrics.horizontalAdvance(" ".join(words[: taken + 1])) <= width:
            taken += 1
        result.append(metrics.elidedText(" ".join(words[:taken]), Qt.TextElideMode.ElideRight, width))
        words = words[taken:]
    if words:
        result.append(metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width))
    return result
