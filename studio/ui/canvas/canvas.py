"""The canvas: the widget in which one draws and in which the live picture appears."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.panes import ViewMode
from studio.ui.canvas.view import ViewTransform

if TYPE_CHECKING:
    from studio.core.document import Document
    from studio.core.live import LivePicture
    from studio.ui.canvas.toolbox import ToolBox


class CanvasWidget(QWidget):
    """Drawing and picture in one widget: side by side, picture over drawing, or a wipe between the two.

    The document owns the pixels, the toolbox (`canvas.toolbox`) the chosen tool and its options; the canvas owns the
    view, the mode and the divider. GUI thread only.

    Keys it handles itself while it has the focus: Space (held) pans, Esc cancels the stroke in hand, Shift+drag draws a
    straight line, Shift+click joins the last stroke's end, Alt (held) picks a colour, Tab cycles the mode.
    The mouse wheel zooms at the cursor; a trackpad's two fingers pan, with Ctrl or by pinching they zoom.
    B E H G I, [ ], X, Ctrl+0 and so on are the window's actions: they call the methods here and on the toolbox.

    *Signals*
    view_changed(zoom, rotation, mirror): zoom 1.0 = 100 %, rotation in degrees clockwise.
    mode_changed(ViewMode)
    tool_in_hand_changed(ToolId): the tool the next stroke uses: the chosen one, or PICK while Alt is held, PAN while
        Space is, ERASER while the pen is turned round.
    cursor_moved(x, y): the pen in document pixels; cursor_left(): it is over no pane.
    colour_picked(r, g, b)
    stroke_finished(ToolId): a stroke (or fill) has become an undo step.
    tool_hint(text): one sentence for the status bar, "" to clear.
    files_dropped(list[Path]), image_pasted(QImage): what was dropped, or passed to `take_mime`.
    """

    view_changed = Signal(float, float, bool)
    mode_changed = Signal(object)
    tool_in_hand_changed = Signal(object)
    cursor_moved = Signal(float, float)
    cursor_left = Signal()
    colour_picked = Signal(int, int, int)
    stroke_finished = Signal(object)
    tool_hint = Signal(str)
    files_dropped = Signal(object)
    image_pasted = Signal(object)

    def __init__(
        self, document: "Document", toolbox: "ToolBox | None" = None, parent: QWidget | None = None
    ) -> None: ...

    # --- what is shown ---

    document: "Document"  # read-only property
    toolbox: "ToolBox"  # read-only property
    view: ViewTransform  # read-only property
    mode: ViewMode  # read-only property
    split: float  # read-only property, 0..1: the divider's place in side by side and wipe

    def set_document(self, document: "Document") -> None:
        """Show another document, fitted; a stroke in hand is cancelled and the picture cleared."""

    def set_picture(self, picture: "LivePicture | QImage | None", revision: int | None = None) -> None:
        """Show the model's answer; None clears it. With a LivePicture its colours lie under the newest lines."""

    def set_mode(self, mode: ViewMode) -> None: ...

    def cycle_mode(self) -> None: ...

    def set_split(self, split: float) -> None: ...

    def set_picture_opacity(self, opacity: float) -> None:
        """How much of the picture covers the drawing in the mode OVER, 0..1."""

    def set_hints_visible(self, visible: bool, outlined: bool = True) -> None: ...

    def set_empty_text(self, text: str) -> None:
        """What the picture pane says while there is no picture."""

    # --- the view ---

    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...
    def zoom_to(self, zoom: float) -> None: ...
    def fit(self) -> None: ...
    def rotate_step(self, direction: int) -> None: ...
    def upright(self) -> None: ...
    def mirror(self) -> None: ...
    def set_view(self, view: ViewTransform) -> None: ...

    # --- strokes, clipboard ---

    stroke_in_hand: bool  # read-only property

    def cancel_stroke(self) -> bool:
        """Take back the stroke in hand; False when there is none."""
        return False

    def take_mime(self, mime: QMimeData) -> bool:
        """Take files or an image from the clipboard or a drop; emits files_dropped or image_pasted."""
        return False


def dropped_files(mime: QMimeData) -> list[Path]:
    """The local files a drop or the clipboard holds."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
