"""Painting one frame of the canvas from plain values: panes, divider, captions, the pen's outline."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QRegion, QTransform

from studio.core.geometry import Rect
from studio.ui.canvas.panes import Arrangement, Box, ViewMode, grip
from studio.ui.canvas.pyramid import Pyramid, qrect
from studio.ui.canvas.rasters import Rasters
from studio.ui.canvas.view import Point, Size, ViewTransform

CRISP_ZOOM = 2.0  # from here on document pixels show as sharp squares
CAPTION_MARGIN = 10.0
MOST_PARTS = 12
SHADOW_PX = 5
SMALLEST_OUTLINE_PX = 2.5


@dataclass(frozen=True, slots=True)
class PenMark:
    """Where the pen is, in document pixels, and the brush's radius; radius None shows no outline.

    line_from: the document point a straight line in hand starts at.
    """

    at: Point
    radius: float | None
    line_from: Point | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and words of the canvas that are not the document's."""

    surround: QColor
    accent: QColor
    empty_text: str
    picture_opacity: float = 1.0
    stale: bool = False
    """The picture is not one of the drawing as it is now."""


@dataclass(frozen=True, slots=True)
class Frame:
    """All that one repaint needs."""

    arrangement: Arrangement
    view: ViewTransform
    document: Size
    rasters: Rasters
    look: Look
    pen: PenMark | None
    hints_over_picture: bool
    divider_hot: bool


def paint_frame(painter: QPainter, region: QRegion, frame: Frame) -> None:
    """Paint what `region` (widget pixels) shows of the frame."""
    painter.fillRect(region.boundingRect(), frame.look.surround)
    places = frame.arrangement
    has_picture = frame.rasters.picture is not None
    if places.mode is ViewMode.SIDE_BY_SIDE:
        _paint_pane(painter, region, frame, places.drawing, places.drawing, drawing=True)
        _paint_pane(painter, region, frame, places.picture, places.picture, picture=1.0)
    elif places.mode is ViewMode.OVER:
        opacity = frame.look.picture_opacity if has_picture else 0.0
        _paint_pane(
            painter, region, frame, places.drawing, places.drawing, drawing=opacity < 1, picture=opacity
        )
    else:
        _paint_pane(painter, region, frame, places.drawing, places.drawing_seen, drawing=True)
        beyond = 1.0 if has_picture else 0.0
        _paint_pane(
            painter, region, frame, places.picture, places.picture_seen, drawing=not beyond, picture=beyond
        )
    painter.setClipRegion(region)
    for pill, text in _captions(places, has_picture, frame.look.stale, painter.font()):
        _paint_caption(painter, pill, text)
    if places.divider is not None:
        _paint_divider(painter, frame, places.divider)


def extent_of(view: ViewTransform, pane: Box, rect: Rect) -> Rect:
    """The widget pixels that a document rectangle touches in a pane, smoothing included."""
    view = pane.lens(view)
    corners = [Point(x, y) for x in (rect.x, rect.right) for y in (rect.y, rect.bottom)]
    return Rect.around([view.to_widget(corner, pane.middle) for corner in corners], 2.0)


def extent_of_pen(view: ViewTransform, pane: Box, pen: PenMark) -> Rect:
    """The widget pixels the pen's outline can touch in a pane."""
    view = pane.lens(view)
    reach = max((pen.radius or 0.0) * view.scale, SMALLEST_OUTLINE_PX * 2) + 3.0
    ends = [pen.at] if pen.line_from is None else [pen.at, pen.line_from]
    return Rect.around([view.to_widget(end, pane.middle) for end in ends], reach)


def overlay_region(places: Arrangement, has_picture: bool, stale: bool, font: QFont) -> QRegion:
    """The widget pixels of what stays in its place while the document moves: captions and divider."""
    region = QRegion()
    for pill, _ in _captions(places, has_picture, stale, font):
        region += pill.toAlignedRect().adjusted(-1, -1, 1, 1)
    if places.divider is not None:
        region += (
            _qrectf(places.divider)
            .united(_qrectf(grip(places.divider)))
            .toAlignedRect()
            .adjusted(-4, 0, 4, 0)
        )
    return region


# --- one pane ---


def _paint_pane(
    painter: QPainter,
    region: QRegion,
    frame: Frame,
    pane: Box,
    seen: Box,
    *,
    drawing: bool = False,
    picture: float = 0.0,
) -> None:
    """Paint the part `seen` of a pane: the drawing, and over it the picture with the opacity `picture`."""
    clip = region.intersected(qrect(seen.pixels))
    if clip.isEmpty():
        return
    frame = replace(frame, view=pane.lens(frame.view))
    painter.save()
    painter.setClipRegion(clip)
    transform = _transform(frame.view, pane)
    paper = QRectF(0, 0, frame.document.width, frame.document.height)
    outline = transform.map(QPolygonF(paper))
    inverse, _ = transform.inverted()
    if not paper.contains(inverse.mapRect(QRectF(clip.boundingRect())).adjusted(-3, -3, 3, 3)):
        _paint_shadow(painter, outline, turned=frame.view.rotation % 90 != 0)
    if picture > 0 and frame.rasters.picture is None:
        _paint_empty(painter, frame.look, pane, outline)
    else:
        # Part by part: after a pan a narrow strip at two edges has come into sight, and little else.
        for part in _parts(clip):
            painter.save()
            painter.setClipRegion(part)
            painter.setTransform(transform, True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, frame.view.rotation % 90 != 0)
            visible = inverse.mapRect(QRectF(part.boundingRect())).toAlignedRect().adjusted(-2, -2, 2, 2)
            _paint_content(painter, frame, visible, drawing=drawing, picture=picture)
            painter.restore()
    if frame.pen is not None:
        ghost = frame.arrangement.mode is ViewMode.SIDE_BY_SIDE
        _paint_pen(painter, frame, pane, frame.pen, dot=ghost)
    painter.restore()


def _parts(clip: QRegion) -> Iterator[QRegion]:
    """The rectangles of a region; the whole where they are many."""
    if clip.rectCount() > MOST_PARTS:
        yield clip
        return
    for rect in clip:  # type: ignore[attr-defined]  # the stubs lack QRegion's iterator
        yield QRegion(rect)


def _paint_content(painter: QPainter, frame: Frame, visible: QRect, *, drawing: bool, picture: float) -> None:
    rasters = frame.rasters
    if drawing:
        _paint_raster(painter, frame, rasters.drawing, visible)
    if picture > 0 and rasters.picture is not None:
        painter.setOpacity(picture)
        _paint_raster(painter, frame, rasters.picture, visible)
        painter.setOpacity(1.0)
        # The newest lines, at once, over colours that may be a few strokes old: the pen never feels late.
        _paint_raster(painter, frame, rasters.lines, visible)
        # Beside each other the drawing shows them; over each other there is no other place.
        if frame.hints_over_picture and frame.arrangement.mode is not ViewMode.SIDE_BY_SIDE:
            _paint_raster(painter, frame, rasters.hints, visible)


def _paint_raster(painter: QPainter, frame: Frame, raster: Pyramid, visible: QRect) -> None:
    """Paint a raster over the whole document, whatever its own size (a working picture is smaller)."""
    zoom = frame.view.zoom
    across, down = frame.document.width / raster.width, frame.document.height / raster.height
    same_size = across == down == 1
    crisp = same_size and (zoom >= CRISP_ZOOM or (zoom == 1 and frame.view.rotation % 90 == 0))
    if same_size:
        raster.paint(painter, zoom, visible, crisp=crisp)
        return
    painter.save()
    painter.scale(across, down)
    part = QTransform.fromScale(1 / across, 1 / down).mapRect(QRectF(visible)).toAlignedRect()
    raster.paint(painter, zoom * max(across, down), part.adjusted(-2, -2, 2, 2), crisp=False)
    painter.restore()


def _paint_shadow(painter: QPainter, outline: QPolygonF, *, turned: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    lowered = outline.translated(0, 1.5)
    for width in range(SHADOW_PX, 0, -1):
        pen = QPen(QColor(0, 0, 0, 11), width * 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        if not turned:
            painter.drawPolygon(lowered)
            continue
        # Edge by edge: the outline of a large turned polygon costs Qt's rasteriser ten times as much.
        for i in range(4):
            painter.drawLine(lowered.at(i), lowered.at((i + 1) % 4))


def _paint_empty(painter: QPainter, look: Look, pane: Box, outline: QPolygonF) -> None:
    dark = look.surround.lightnessF() < 0.5
    paper = look.surround.darker(112) if dark else look.surround.lighter(108)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paper)
    painter.drawPolygon(outline)
    font = QFont(painter.font())
    font.setPixelSize(14)
    painter.setFont(font)
    painter.setPen(QColor(255, 255, 255, 220) if dark else QColor(0, 0, 0, 190))
    room = _qrectf(pane).adjusted(24, 24, -24, -24)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, look.empty_text)


# --- over the panes ---


def _captions(places: Arrangement, has_picture: bool, stale: bool, font: QFont) -> list[tuple[QRectF, str]]:
    """The places and words of the captions, those that fit."""
    age = " · not up to date (press R)" if has_picture and stale else ""
    if places.mode is ViewMode.OVER:
        texts = [(places.drawing_seen, f"Picture over drawing{age}" if has_picture else "Drawing")]
    else:
        texts = [(places.drawing_seen, "Drawing"), (places.picture_seen, f"Picture{age}")]
    metrics = QFontMetricsF(_caption_font(font))
    captions = []
    for box, text in texts:
        width = metrics.horizontalAdvance(text) + 16
        if box.width < width + 2 * CAPTION_MARGIN:
            continue
        at_right = places.mode is ViewMode.WIPE and box.left > 0
        left = box.right - CAPTION_MARGIN - width if at_right else box.left + CAPTION_MARGIN
        captions.append((QRectF(left, box.top + CAPTION_MARGIN, width, 20), text))
    return captions


def _caption_font(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(11)
    return small


def _paint_caption(painter: QPainter, pill: QRectF, text: str) -> None:
    painter.setFont(_caption_font(painter.font()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(28, 28, 30, 165))
    painter.drawRoundedRect(pill, 6, 6)
    painter.setPen(QColor(255, 255, 255, 235))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def _paint_divider(painter: QPainter, frame: Frame, divider: Box) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    side_by_side = frame.arrangement.mode is ViewMode.SIDE_BY_SIDE
    if side_by_side:
        painter.fillRect(_qrectf(divider), frame.look.surround.darker(118))
    else:
        painter.fillRect(_qrectf(divider).adjusted(-1, 0, 1, 0), QColor(0, 0, 0, 60))
        painter.fillRect(_qrectf(divider), frame.look.accent if frame.divider_hot else QColor(255, 255, 255))
    handle = _qrectf(grip(divider))
    handle = handle.adjusted(1, 0, -1, 0) if side_by_side else handle.adjusted(-2, 0, 2, 0)
    if not side_by_side:
        painter.setBrush(QColor(0, 0, 0, 60))
        painter.drawRoundedRect(handle.adjusted(-1, -1, 1, 1), 6, 6)
    painter.setBrush(frame.look.accent if frame.divider_hot else QColor(255, 255, 255, 230))
    painter.drawRoundedRect(handle, handle.width() / 2, handle.width() / 2)


def _paint_pen(painter: QPainter, frame: Frame, pane: Box, pen: PenMark, *, dot: bool) -> None:
    """The brush at its true size in two tones, which show on any ground; in both panes of side by side."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    at = frame.view.to_widget(pen.at, pane.middle)
    middle = QPointF(at.x, at.y)
    radius = None if pen.radius is None else pen.radius * frame.view.scale
    if pen.line_from is not None:
        start = frame.view.to_widget(pen.line_from, pane.middle)
        width = max((radius or 1.0) * 2, 1.5)
        line = QPen(QColor(0, 0, 0, 150), width)
        line.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(line)
        painter.drawLine(QPointF(start.x, start.y), middle)
        painter.setPen(QPen(QColor(255, 255, 255, 200), min(width, 1.5)))
        painter.drawLine(QPointF(start.x, start.y), middle)
    if radius is None:
        if dot:
            _ring(painter, middle, SMALLEST_OUTLINE_PX)
        return
    _ring(painter, middle, max(radius, SMALLEST_OUTLINE_PX))


def _ring(painter: QPainter, middle: QPointF, radius: float) -> None:
    painter.setPen(QPen(QColor(255, 255, 255, 210), 1.0))
    painter.drawEllipse(middle, radius + 1.0, radius + 1.0)
    painter.setPen(QPen(QColor(0, 0, 0, 220), 1.0))
    painter.drawEllipse(middle, radius, radius)


def _transform(view: ViewTransform, pane: Box) -> QTransform:
    return QTransform(*view.coefficients(pane.middle))


def _qrectf(box: Box) -> QRectF:
    return QRectF(box.left, box.top, box.width, box.height)
