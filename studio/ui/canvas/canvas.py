"""The canvas: the widget in which one draws and in which the live picture appears."""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGestureEvent,
    QLineEdit,
    QTextEdit,
    QWidget,
)

from studio.core.document import Document
from studio.core.stroke import PenSample
from studio.core.tools import ToolId, make_tool
from studio.ui.canvas.display import CanvasDisplay
from studio.ui.canvas.drags import DividerDrag, Drag, LineDrag, PanDrag, StrokeDrag
from studio.ui.canvas.input import (
    Phase,
    Pointer,
    TabletGuard,
    Turns,
    cursor_of,
    dropped_files,
    is_plain_key,
    pinch_of,
    pointer_of,
    scroll_of,
    set_input_attributes,
)
from studio.ui.canvas.painting import SMALLEST_OUTLINE_PX, PenMark
from studio.ui.canvas.panes import SPLIT_MIDDLE, ViewMode, split_at
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.canvas.view import Point, Size, ViewTransform
from training.files import UserError

_DRAWING_TOOLS = (ToolId.PEN, ToolId.ERASER, ToolId.HINT)
# Many X11 window managers keep Alt+click to themselves: Ctrl+click picks as well, as in Krita.
_PICKING = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
_TYPING = (QLineEdit, QTextEdit, QAbstractSpinBox, QComboBox)


class CanvasWidget(CanvasDisplay):
    """Drawing and picture in one widget: side by side, picture over drawing, or a wipe between the two.

    The document owns the pixels, the toolbox (`canvas.toolbox`) the chosen tool and its options; the canvas
    owns the view, the mode and the divider (see CanvasDisplay for their methods). One can draw in every pane.
    GUI thread only.

    Its own keys, while it has the focus (which it takes when the pen enters, unless one is typing): Space
    (held) pans, Esc cancels the stroke in hand, Shift+drag draws a straight line, Shift+click joins the last
    stroke's end, Alt or Ctrl (held) picks a colour, Tab cycles the mode, Ctrl+Tab goes on to the controls.
    The middle button pans, the mouse wheel zooms at the cursor; two fingers on a trackpad pan, with Ctrl or
    as a pinch they zoom.
    B E H G I, [ ], X, Ctrl+0 and so on are the window's actions: they call methods here and on the toolbox.

    *Signals*, beside those of CanvasDisplay
    tool_in_hand_changed(ToolId): the tool the next press uses: the chosen one, or PICK while Alt is held, PAN
        while Space is, ERASER while the pen is turned round.
    colour_picked(r, g, b)
    stroke_finished(ToolId): a stroke or fill has ended; an undo step if it changed anything.
    tool_hint(text): one sentence for the status bar.
    files_dropped(list[Path]), image_pasted(QImage): what was dropped on it or passed to `take_mime`.
    """

    tool_in_hand_changed = Signal(object)
    colour_picked = Signal(int, int, int)
    stroke_finished = Signal(object)
    tool_hint = Signal(str)
    files_dropped = Signal(object)
    image_pasted = Signal(object)

    def __init__(
        self, document: Document, toolbox: ToolBox | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(document, parent)
        set_input_attributes()
        self.setAccessibleName("Canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setAcceptDrops(True)
        # Every move would go on to the main window, which looks for separators of docks under it.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._toolbox = toolbox or ToolBox(parent=self)
        self._toolbox.tool_changed.connect(self._tool_chosen)
        self._toolbox.options_changed.connect(self._show_tool)
        self._guard = TabletGuard()
        self._turns = Turns(self._take)
        self._drag: Drag | None = None
        self._drag_button = Qt.MouseButton.NoButton
        self._drag_tool = self._toolbox.tool
        self._drag_on_picture = False
        self._pointer_at: Point | None = None
        self._last_end: PenSample | None = None
        self._space = self._alt = self._eraser_end = False
        self._told_tool = self._toolbox.tool
        self._cursor_shape: Qt.CursorShape | None = None  # Qt's own answer is a value that dies: see _repaint
        if sys.platform != "darwin":  # there the trackpad's own gestures say it all
            self.grabGesture(Qt.GestureType.PinchGesture)
        self._show_tool()

    @property
    def toolbox(self) -> ToolBox:
        """The owner of tool and options."""
        return self._toolbox

    @property
    def tool_in_hand(self) -> ToolId:
        """The tool the next press uses."""
        if self._space:
            return ToolId.PAN
        if self._eraser_end:
            return ToolId.ERASER
        return ToolId.PICK if self._alt and self._toolbox.tool is not ToolId.PAN else self._toolbox.tool

    @property
    def stroke_in_hand(self) -> bool:
        """Whether a press is being followed: a stroke, a pan or the divider."""
        return self._drag is not None

    def cancel_stroke(self) -> bool:
        """Take back the stroke in hand; False when there is none."""
        if self._drag is None:
            return False
        self._drag.cancel()
        self._drag = None
        self._show_tool()
        return True

    def set_document(self, document: Document) -> None:
        """Show another document, fitted and without a picture; a stroke in hand is cancelled."""
        self.cancel_stroke()
        self._last_end = None
        super().set_document(document)

    def take_mime(self, mime: QMimeData) -> bool:
        """Take files or an image from a drop or the clipboard; False when it holds neither."""
        files = dropped_files(mime)
        if files:
            self.files_dropped.emit(files)
        elif mime.hasImage():
            self.image_pasted.emit(QImage(mime.imageData()))
        return bool(files) or mime.hasImage()

    # --- pen and mouse ---

    def _take(self, pointers: Sequence[Pointer]) -> None:
        pointer = pointers[-1]
        self._alt = bool(pointer.modifiers & _PICKING)
        if self._drag is None:
            self._eraser_end = pointer.eraser
        self._pointer_at = pointer.position
        if pointer.phase is Phase.PRESS:
            self._press(pointer)
        elif self._drag is not None:
            self._follow(self._drag, pointers)
        self._show_tool()

    def _press(self, pointer: Pointer) -> None:
        if self._drag is not None:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._drag_tool = self.tool_in_hand
        self._drag_button = pointer.button
        if pointer.button == Qt.MouseButton.MiddleButton:
            self._drag = PanDrag(pointer, self.pan_by)
        elif pointer.button != Qt.MouseButton.LeftButton:
            return
        elif self.arrangement.on_divider(pointer.position):
            self._drag = DividerDrag(self.split, self._split_to, self.set_split)
        elif self._drag_tool is ToolId.PAN:
            self._drag = PanDrag(pointer, self.pan_by)
        else:
            self._begin_stroke(pointer)

    def _begin_stroke(self, pointer: Pointer) -> None:
        places = self.arrangement
        self._drag_on_picture = places.picture_seen.holds(pointer.position) and self.picture_revision >= 0
        in_picture_pane = places.mode is ViewMode.SIDE_BY_SIDE and places.picture.holds(pointer.position)
        to_document = self._mapping(in_picture_pane)
        tool = make_tool(
            self._drag_tool,
            self.document,
            self._toolbox.options,
            on_pick=lambda colour: self.colour_picked.emit(*colour),
            picture=self._picture_to_pick,
        )
        try:
            tool.check()
            if pointer.modifiers & Qt.KeyboardModifier.ShiftModifier and self._drag_tool in _DRAWING_TOOLS:
                self._drag = LineDrag(tool, pointer, to_document, self._last_end)
            else:
                self._drag = StrokeDrag(tool, pointer, to_document)
        except UserError as error:
            self.tool_hint.emit(str(error))

    def _follow(self, drag: Drag, pointers: Sequence[Pointer]) -> None:
        pointer = pointers[-1]
        if pointer.phase is Phase.MOVE:
            drag.move(pointers)
            return
        if pointer.button != self._drag_button:
            return
        self._drag = None
        try:
            drag.release(pointer)
        except UserError as error:
            self.tool_hint.emit(str(error))
        if isinstance(drag, StrokeDrag | LineDrag) and self._drag_tool is not ToolId.PICK:
            if self._drag_tool in _DRAWING_TOOLS:
                self._last_end = pointer.sample(drag.to_document)
            self.stroke_finished.emit(self._drag_tool)

    def _split_to(self, x: float) -> None:
        self.set_split(split_at(self.mode, Size(self.width(), self.height()), x))

    def _picture_to_pick(self) -> NDArray[np.uint8] | None:
        """The picture as large as the document, when the pen picks from it."""
        return self._picture_at_full_size() if self._drag_on_picture else None

    # --- what the hand shows ---

    def _tool_chosen(self) -> None:
        self.cancel_stroke()
        self._show_tool()

    def _show_tool(self) -> None:
        """Bring cursor, outline and the windows' idea of the tool up to date."""
        tool = self._drag_tool if self._drag is not None else self.tool_in_hand
        if tool != self._told_tool:
            self._told_tool = tool
            self.tool_in_hand_changed.emit(tool)
        at = self._pointer_at
        on_divider = at is not None and self._drag is None and self.arrangement.on_divider(at)
        self._set_divider_hot(on_divider or isinstance(self._drag, DividerDrag))
        self._set_hints_over_picture(tool in (ToolId.HINT, ToolId.FILL))
        brush = self._toolbox.brush(tool) if tool in _DRAWING_TOOLS else None
        pen = self._pen_mark(at, None if brush is None else brush.size_px / 2)
        self._show_pen(None if self._divider_hot else pen)
        self._set_cursor(
            tool, brush is not None and brush.size_px / 2 * self.view.scale >= SMALLEST_OUTLINE_PX
        )

    def _pen_mark(self, at: Point | None, radius: float | None) -> PenMark | None:
        place = None if at is None else self._document_point(at)
        if place is None:
            return None
        return PenMark(place, radius, None if self._drag is None else self._drag.line_from)

    def _document_point(self, at: Point) -> Point | None:
        """The document point under a widget point, as the stroke in hand sees it; None outside the panes."""
        if isinstance(self._drag, StrokeDrag | LineDrag):
            return self._drag.to_document(at)
        pane = self.arrangement.pane_at(at)
        return None if pane is None else pane.lens(self.view).to_document(at, pane.middle)

    def _set_cursor(self, tool: ToolId, outlined: bool) -> None:
        shape = cursor_of(tool, outlined, self._divider_hot, isinstance(self._drag, PanDrag))
        if shape != self._cursor_shape:
            self._cursor_shape = shape
            self.setCursor(shape)

    def _hold(self, *, space: bool | None = None, alt: bool | None = None) -> None:
        """Note keys that change the tool while they are held."""
        self._space = self._space if space is None else space
        self._alt = self._alt if alt is None else alt
        self._show_tool()

    # --- Qt's events ---

    def event(self, event: QEvent) -> bool:
        # Here and not by way of Qt's methods for each, on which other threads could take the interpreter.
        if isinstance(event, QTabletEvent | QMouseEvent):
            self._report(event)
            return True
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
                # Qt would move the focus on Tab: Ctrl+Tab and Shift+Tab do.
                if is_plain_key(event):
                    self.cycle_mode()
                    return True
                if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                    return self.focusNextChild()
        if isinstance(event, QGestureEvent | QNativeGestureEvent) and self._take_gesture(event):
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        """Whether a key is the canvas's own even where the window has a shortcut on it."""
        escape = event.key() == Qt.Key.Key_Escape and self._drag is not None
        return escape or (event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Tab) and is_plain_key(event))

    def _take_gesture(self, event: QGestureEvent | QNativeGestureEvent) -> bool:
        pinch = pinch_of(event, self.mapFromGlobal)
        if pinch is None:
            return False
        if isinstance(self._drag, StrokeDrag | LineDrag):
            # The first of two fingers has begun a stroke: it was meant for the pinch.
            self.cancel_stroke()
        if pinch.fit:
            self.fit()
        if pinch.zoom != 1.0:
            self.zoom_by(pinch.zoom, pinch.position)
        if pinch.degrees:
            self.rotate_by(pinch.degrees, pinch.position)
        if pinch.dx or pinch.dy:
            self.pan_by(pinch.dx, pinch.dy)
        return True

    def _report(self, event: QTabletEvent | QMouseEvent) -> None:
        event.accept()  # or Qt sends what a pen did again as a mouse event
        pointer = pointer_of(event)
        if isinstance(event, QTabletEvent):
            self._guard.saw_tablet(pointer.time_s)
        elif self._guard.is_echo(event):
            return
        twice = event.type() == QEvent.Type.MouseButtonDblClick
        if (
            twice
            and pointer.button == Qt.MouseButton.LeftButton
            and self.arrangement.on_divider(pointer.position)
        ):
            self.set_split(SPLIT_MIDDLE)
        else:
            self._turns.add(pointer)

    def _show_view(self, view: ViewTransform, sight_px: float = 0.0) -> None:
        self._turns.hand_on()  # where the pen was before is told by the view before
        super()._show_view(view, sight_px)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        scroll = scroll_of(event)
        if scroll.zoom != 1.0:
            self.zoom_by(scroll.zoom, scroll.position)
        else:
            self.pan_by(scroll.dx, scroll.dy)
        self._show_tool()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold(space=True)
        elif event.key() == Qt.Key.Key_Alt:
            self._hold(alt=True)
        elif event.key() != Qt.Key.Key_Escape or not self.cancel_stroke():
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold(space=False)
        elif event.key() == Qt.Key.Key_Alt:
            self._hold(alt=False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hold(space=False, alt=False)
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        if self.isActiveWindow() and not isinstance(QApplication.focusWidget(), _TYPING):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._turns.hand_on()
        if self._drag is None:
            self._pointer_at = None
            self._show_tool()
        super().leaveEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.take_mime(event.mimeData()):
            event.acceptProposedAction()
