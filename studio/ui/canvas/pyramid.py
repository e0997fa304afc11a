"""An image with its halves, each brought up to date only where it changed and only when it is looked at."""

import math
from collections.abc import Callable
from functools import reduce

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion, QTransform

from studio.core.geometry import Rect

LEVELS = (
    6  # the last is 1/32 of the base: smooth scaling does the little that is left down to the smallest zoom
)
_ALIGN = 1 << (LEVELS - 1)
_MAX_DIRTY_RECTS = 24

Render = Callable[[QPainter, QRect], None]


def qrect(rect: Rect) -> QRect:
    """Qt's rectangle of a rectangle."""
    return QRect(rect.x, rect.y, rect.w, rect.h)


class Pyramid:
    """A cached raster in document space with its half, quarter and so on, for smooth and quick zooming out.

    `render(painter, rect)` replaces the base's pixels inside `rect` (document pixels); it is called only for
    what was invalidated since the last look, and never outside the document. Halving is Qt's own raster code.
    """

    def __init__(self, width: int, height: int, image_format: QImage.Format, render: Render) -> None:
        self.width = width
        self.height = height
        self._render = render
        self._images: list[QImage] = []
        self._format = image_format
        # Padded so that every level halves evenly; the padding is paper, or clear.
        across, down = (math.ceil(side / _ALIGN) * _ALIGN for side in (width, height))
        self._sizes = [(across >> level, down >> level) for level in range(LEVELS)]
        self._dirty = [[Rect(0, 0, *size)] for size in self._sizes]

    def invalidate(self, rect: Rect) -> None:
        """Say that the base changed inside `rect` (document pixels)."""
        self._mark(0, rect.intersected(Rect(0, 0, self.width, self.height)))

    def level(self, index: int) -> QImage:
        """The image halved `index` times (0 is the base), up to date."""
        for level in range(index + 1):
            if level == len(self._images):
                self._images.append(self._blank(level))
            self._refresh(level)
        return self._images[index]

    def paint(self, painter: QPainter, zoom: float, seen: QRect, *, crisp: bool) -> None:
        """Paint the part `seen` (document pixels) where the painter's document space has it.

        zoom: device pixels per document pixel under the painter's transform; crisp: pixels as sharp squares.
        """
        # Only what is seen: Qt's rasteriser counts in 16 bits, too few for a document at a high zoom.
        seen = seen.intersected(QRect(0, 0, self.width, self.height))
        if seen.isEmpty():
            return
        index = 0 if crisp else min(max(math.floor(math.log2(1 / zoom) + 1e-6), 0), LEVELS - 1)
        factor = 1 << index
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
        source = QRectF(seen.x() / factor, seen.y() / factor, seen.width() / factor, seen.height() / factor)
        if _is_quarter_turn(painter.worldTransform()):
            _draw_turned(painter, QRectF(seen), self.level(index), source)
        else:
            painter.drawImage(QRectF(seen), self.level(index), source)

    def _blank(self, level: int) -> QImage:
        image = QImage(*self._sizes[level], self._format)
        image.fill(0 if image.hasAlphaChannel() else 0xFFFFFFFF)
        return image

    def _mark(self, level: int, rect: Rect) -> None:
        dirty = self._dirty[level]
        if not rect.is_empty:
            dirty.append(rect)
        if len(dirty) > _MAX_DIRTY_RECTS:
            self._dirty[level] = [reduce(Rect.united, dirty)]

    def _refresh(self, level: int) -> None:
        if not self._dirty[level]:
            return
        region = QRegion()
        for dirty in self._dirty[level]:
            region += qrect(dirty)
        self._dirty[level] = []
        painter = QPainter(self._images[level])
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        for rect in region:  # type: ignore[attr-defined]  # the stubs lack QRegion's iterator
            if level == 0:
                inside = rect.intersected(QRect(0, 0, self.width, self.height))
                painter.save()
                self._render(painter, inside)
                painter.restore()
            else:
                # Bilinear sampling at exactly one half reads the middle of four pixels: their mean.
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                source = QRect(rect.x() * 2, rect.y() * 2, rect.width() * 2, rect.height() * 2)
                painter.drawImage(rect, self._images[level - 1], source)
            if level + 1 < LEVELS:
                self._mark(level + 1, _halved(rect))
        painter.end()


def _is_quarter_turn(transform: QTransform) -> bool:
    # A view turned by 90 degrees has exact zeros here.
    return transform.m11() == 0 and transform.m22() == 0 and transform.m12() != 0


def _draw_turned(painter: QPainter, target: QRectF, image: QImage, source: QRectF) -> None:
    """Draw like QPainter.drawImage under a transform that turns by 90 degrees, mirrored or not.

    Qt would fetch every pixel of a screen row from another row of the image, far apart in memory. Turning the
    part that is seen first, and drawing it upright then, takes less than half the time.
    """
    transform = painter.worldTransform()
    part = source.toAlignedRect().adjusted(-1, -1, 1, 1).intersected(image.rect())
    seen = source.translated(-part.x(), -part.y())
    cut = image.copy(part)
    # To the right goes what was down; mirrored first, what is left is a plain turn.
    across, down = math.copysign(1, transform.m21()), math.copysign(1, transform.m12())
    if across == down:
        cut = cut.transformed(QTransform.fromScale(-1, 1))
        seen.moveLeft(part.width() - seen.right())
        down = -down
    turn = QTransform(0, down, across, 0, 0, 0)
    seen = QImage.trueMatrix(turn, part.width(), part.height()).mapRect(seen)
    painter.save()
    painter.setWorldTransform(QTransform())
    painter.drawImage(transform.mapRect(target), cut.transformed(turn), seen)
    painter.restore()


def _halved(rect: QRect) -> Rect:
    right, bottom = rect.x() + rect.width(), rect.y() + rect.height()
    return Rect.from_edges(rect.x() // 2, rect.y() // 2, (right + 1) // 2, (bottom + 1) // 2)
