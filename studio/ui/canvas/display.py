"""The showing half of the canvas: document and picture in their panes, under one view."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.core.document import Change, Document
from studio.core.geometry import Rect
from studio.core.live import LivePicture
from studio.ui.canvas.painting import (
    Frame,
    Look,
    PenMark,
    extent_of,
    extent_of_pen,
    overlay_region,
    paint_frame,
)
from studio.ui.canvas.panes import SPLIT_MIDDLE, Arrangement, Box, ViewMode, arrange, limited
from studio.ui.canvas.pyramid import qrect
from studio.ui.canvas.rasters import Rasters, image_of, pixels_of, stretched
from studio.ui.canvas.view import Point, Size, ViewTransform

T = TypeVar("T")

FIT_MARGIN_PX = 24.0
ON_GRID_PX = 1e-3  # so far from a whole pixel a pan still moves what is on the screen
SIGHT_PX = 48.0  # how much of the drawing panning leaves in sight


class CanvasDisplay(QWidget):
    """Shows a document and its picture side by side, one over the other, or with a wipe between them.

    Owns the view, the mode and the divider's place. While it is fitted, the drawing stays fitted when the
    widget's size, the mode or the divider changes; panning or zooming ends that. GUI thread only.

    *Signals*
    view_changed(zoom, rotation, mirror): zoom 1.0 = 100 % (one screen pixel a document pixel), rotation in
        degrees clockwise; also emitted for pans.
    mode_changed(ViewMode)
    resized(): for what lies over the canvas; Python's event filters would be asked at every event of the pen.
    """

    view_changed = Signal(float, float, bool)
    mode_changed = Signal(object)
    resized = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self._mode = ViewMode.SIDE_BY_SIDE
        self._splits = dict.fromkeys(ViewMode, SPLIT_MIDDLE)
        self._fitted = True
        self._view = ViewTransform(pixel_ratio=self.devicePixelRatioF())
        self._pen: PenMark | None = None
        self._hints_over_picture = False
        self._divider_hot = False
        self._picture_revision = -1
        self._picture_pixels: NDArray[np.uint8] | None = None
        self._look = Look(
            surround=QColor("#6e6e70"),
            accent=self.palette().highlight().color(),
            empty_text="Draw, and the picture appears here",
        )
        self._adopt(document)

    # --- what is shown ---

    @property
    def document(self) -> Document:
        """The document shown and drawn on."""
        return self._document

    @property
    def picture_revision(self) -> int:
        """The document revision the picture was made from; -1 while there is no picture."""
        return self._picture_revision

    def set_document(self, document: Document) -> None:
        """Show another document, fitted and without a picture."""
        self._document.changed.disconnect(self._show_change)
        self._adopt(document)
        self.fit()
        self.update()

    def set_picture(self, picture: LivePicture | QImage | None, revision: int | None = None) -> None:
        """Show the model's answer; None clears it. An answer older than the one shown is dropped.

        Of a LivePicture the colours are shown, under the document's newest lines. `revision` is for a QImage,
        which may have any size and is stretched over the document.
        """
        if isinstance(picture, LivePicture):
            revision = picture.revision
        if picture is None:
            self._picture_revision, self._picture_pixels = -1, None
            self._rasters.set_picture(None)
            self.update()
            return
        if revision is not None and revision < self._picture_revision:
            return
        self._picture_revision = self._document.revision if revision is None else revision
        if isinstance(picture, LivePicture):
            self._picture_pixels = picture.image
            self._rasters.set_picture(image_of(picture.flats_full))
        else:
            self._picture_pixels = pixels_of(picture)
            self._rasters.set_picture(picture)
        if self._mode is ViewMode.OVER:
            self.update()
        else:
            self.update(*self.arrangement.picture_seen.pixels)

    def set_hints_visible(self, visible: bool, outlined: bool = True) -> None:
        """Show the colour hints as dabs on the drawing or not, with a thin outline or without."""
        if self._rasters.set_hints_look(visible, outlined):
            self.update()

    def set_picture_opacity(self, opacity: float) -> None:
        """How much of the picture covers the drawing in the mode OVER, 0..1."""
        self._change_look(picture_opacity=min(max(opacity, 0.0), 1.0))

    def set_empty_text(self, text: str) -> None:
        """What the picture pane says while there is no picture."""
        self._change_look(empty_text=text)

    @property
    def empty_text(self) -> str:
        """What the picture pane says while there is no picture."""
        return self._look.empty_text

    @property
    def is_picture_stale(self) -> bool:
        """Whether the picture is marked as out of date."""
        return self._look.stale

    def set_picture_stale(self, stale: bool) -> None:
        """Mark the picture as out of date; only what is no longer followed needs that."""
        self._change_look(stale=stale)

    def set_colours(self, surround: QColor, accent: QColor) -> None:
        """The neutral grey around the paper and the accent of the divider in hand."""
        self._change_look(surround=surround, accent=accent)

    # --- arrangement ---

    @property
    def mode(self) -> ViewMode:
        """How drawing and picture share the widget."""
        return self._mode

    @property
    def split(self) -> float:
        """The divider's place as a share of the width; side by side and wipe have one each."""
        return self._splits[self._mode]

    @property
    def arrangement(self) -> Arrangement:
        """The panes' boxes at the present size."""
        outline = self._view.outline(self._document_size) if self._fitted else None
        return arrange(self._mode, Size(self.width(), self.height()), self.split, outline)

    def set_mode(self, mode: ViewMode) -> None:
        """Arrange drawing and picture in another way."""
        if mode is self._mode:
            return
        self._mode = mode
        self._rearranged()
        self.mode_changed.emit(mode)

    def cycle_mode(self) -> None:
        """Side by side, then over, then wipe."""
        self.set_mode(self._mode.following())

    def set_split(self, split: float) -> None:
        """Move the divider of the present mode; clamped so that both panes stay usable."""
        split = limited(self._mode, split)
        if split != self.split:
            self._splits[self._mode] = split
            self._rearranged()
            self.view_changed.emit(self._view.zoom, self._view.rotation, self._view.mirror)

    # --- the view ---

    @property
    def view(self) -> ViewTransform:
        """How the document lies in every pane."""
        return self._view

    @property
    def is_fitted(self) -> bool:
        """Whether the drawing follows the widget's size."""
        return self._fitted

    def set_view(self, view: ViewTransform) -> None:
        """Show the document as `view` says; part of it stays in sight."""
        self._let_go()
        self._show_view(view, SIGHT_PX)

    def zoom_by(self, factor: float, at: Point | None = None) -> None:
        """Magnify around a widget point; None: the middle of the drawing."""
        self.zoom_to(self._start(at)[0].zoom * factor, at)

    def zoom_to(self, zoom: float, at: Point | None = None) -> None:
        """Show at a zoom, 1.0 = 100 %, around a widget point."""
        view, anchor, middle = self._start(at)
        self._let_go()
        self._show_view(view.zoomed_to(zoom, anchor, middle))

    def zoom_in(self) -> None:
        """One rung up the zoom ladder."""
        self._step_zoom(1)

    def zoom_out(self) -> None:
        """One rung down the zoom ladder."""
        self._step_zoom(-1)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the document by logical pixels."""
        self._let_go()
        self._show_view(self._view.panned(dx, dy), SIGHT_PX)

    def fit(self) -> None:
        """Show the whole document, and keep it so while the widget changes its size."""
        self._fitted = True
        self._show_view(self._view.fitted(self._document_size, self._room, FIT_MARGIN_PX))

    def rotate_step(self, direction: int) -> None:
        """Turn to the next multiple of 15 degrees, clockwise for direction > 0."""
        view, anchor, middle = self._start(None)
        self._turn(view.rotated_a_step(direction, anchor, middle))

    def rotate_by(self, degrees: float, at: Point | None = None) -> None:
        """Turn clockwise by any angle around a widget point."""
        view, anchor, middle = self._start(at)
        self._turn(view.rotated_by(degrees, anchor, middle))

    def mirror(self) -> None:
        """Flip what is shown left to right; the drawing itself stays as it is."""
        self._turn(self._view.mirrored())

    def upright(self) -> None:
        """Take rotation and mirror back."""
        self._turn(self._view.upright())

    # --- inside, shared with the drawing half ---

    @property
    def _document_size(self) -> Size:
        return Size(self._document.width, self._document.height)

    @property
    def _room(self) -> Size:
        # The wider pane: who gives a pane more room wants to see more in it, not less in both.
        return max((pane.size for pane in self.arrangement.panes), key=lambda size: size.width)

    def _adopt(self, document: Document) -> None:
        self._document = document
        self._rasters = Rasters(document)
        self._picture_revision, self._picture_pixels = -1, None
        document.changed.connect(self._show_change)

    def _mapping(self, in_picture_pane: bool) -> Callable[[Point], Point]:
        """From widget to document for a stroke that began in one pane, and stays there wherever it goes."""

        def to_document(point: Point) -> Point:
            pane = self.arrangement.picture if in_picture_pane else self.arrangement.drawing
            return pane.lens(self._view).to_document(point, pane.middle)

        return to_document

    def _picture_at_full_size(self) -> NDArray[np.uint8] | None:
        """The picture with its lines, RGB as large as the document; None while there is none."""
        pixels, size = self._picture_pixels, (self._document.width, self._document.height)
        return None if pixels is None else stretched(pixels, *size)

    def _show_change(self, change: Change) -> None:
        rect = self._rasters.invalidate(change)
        self._repaint(extent_of, rect)

    def _show_pen(self, pen: PenMark | None) -> None:
        """Move the pen's outline, repainting only where it was and where it is."""
        if pen == self._pen:
            return
        for mark in (self._pen, pen):
            if mark is not None:
                self._repaint(extent_of_pen, mark)
        self._pen = pen

    def _repaint(self, extent: Callable[[ViewTransform, Box, T], Rect], what: T) -> None:
        """Repaint where the panes show something."""
        # In numbers: each of Qt's values that dies lets other threads take the interpreter, at every event.
        for pane in self.arrangement.panes:
            rect = extent(self._view, pane, what).intersected(pane.pixels)
            if not rect.is_empty:
                self.update(*rect)

    def _show_view(self, view: ViewTransform, sight_px: float = 0.0) -> None:
        narrow = min((pane.size for pane in self.arrangement.panes), key=lambda size: size.width)
        view = view.kept_in_sight(self._document_size, narrow, sight_px)
        if view == self._view:
            return
        before, self._view = self._view, view
        self._repaint_since(before)
        self.view_changed.emit(view.zoom, view.rotation, view.mirror)

    def _repaint_since(self, before: ViewTransform) -> None:
        """Repaint for the present view; after a pan by whole pixels only what has come into sight."""
        shift, places = self._view.shift_from(before), self.arrangement
        dx, dy = (0, 0) if shift is None else (round(shift.x), round(shift.y))
        if shift is None or math.dist(shift, (dx, dy)) > ON_GRID_PX:
            self.update()
            return
        has_picture = self._rasters.picture is not None
        for box in dict.fromkeys((places.drawing_seen, places.picture_seen)):
            if box != places.drawing_seen and self._mode is ViewMode.SIDE_BY_SIDE and not has_picture:
                self.update(*box.pixels)  # its words stay in the middle
            else:
                self.scroll(dx, dy, qrect(box.pixels))
        overlays = overlay_region(places, has_picture, self._look.stale, self.font())
        self.update(overlays.united(overlays.translated(dx, dy)))

    def _turn(self, view: ViewTransform) -> None:
        if self._fitted:
            view = view.fitted(self._document_size, self._room, FIT_MARGIN_PX)
        self._show_view(view)

    def _step_zoom(self, direction: int) -> None:
        view, anchor, middle = self._start(None)
        self._let_go()
        self._show_view(view.zoomed_a_step(direction, anchor, middle))

    def _start(self, at: Point | None) -> tuple[ViewTransform, Point, Point]:
        """The view of the pane under a widget point, the point to hold, and the middle of the pane."""
        places = self.arrangement
        pane = (places.pane_at(at) if at is not None else None) or places.drawing
        return pane.lens(self._view), at or pane.middle, pane.middle

    def _let_go(self) -> None:
        """Fit no longer: both panes show the document at one size from now on."""
        if any(pane.shrink < 1 for pane in self.arrangement.panes):
            self.update()
        self._fitted = False

    def _rearranged(self) -> None:
        if self._fitted:
            self.fit()
        self.update()

    def _change_look(self, **changes: Any) -> None:
        if any(getattr(self._look, name) != value for name, value in changes.items()):
            self._look = replace(self._look, **changes)
            self.update()

    def _set_divider_hot(self, hot: bool) -> None:
        divider = None if hot == self._divider_hot else self.arrangement.divider
        if divider is not None:
            self._divider_hot = hot
            self.update(qrect(divider.pixels).adjusted(-8, 0, 8, 0))

    def _set_hints_over_picture(self, shown: bool) -> None:
        if shown != self._hints_over_picture:
            self._hints_over_picture = shown
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._follow_screen()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._follow_screen()
        self._rearranged()
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.arrangement, self._view, self._document_size, self._rasters, self._look, self._pen
        paint_frame(painter, event.region(), Frame(*shown, self._hints_over_picture, self._divider_hot))
        painter.end()

    def _follow_screen(self) -> None:
        if self._view.pixel_ratio != self.devicePixelRatioF():
            self._show_view(self._view.on_screen(self.devicePixelRatioF()))
