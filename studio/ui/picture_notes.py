"""What the canvas says of the picture: why there is none yet, and that it is out of date."""

from PySide6.QtCore import QObject

from studio.core.live import LiveState
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.live_controller import LiveController
from studio.ui.session import Session

BLANK = "Draw, and the picture appears here"
WORKING = "Colouring…"
LIVE_OFF = "Live is off.\nPress R to colour the drawing."
NO_MODEL = "There is no model.\nDrop a model file (.onnx) into the window."
TROUBLE = "There is no picture.\nThe line at the bottom says why."


class PictureNotes(QObject):
    """Follows drawing and live picture and tells the canvas. GUI thread only.

    Make it after what hands pictures to the canvas has been connected: it looks at the canvas's picture.
    """

    def __init__(self, session: Session, live: LiveController, canvas: CanvasWidget) -> None:
        super().__init__(canvas)
        self._session = session
        self._live = live
        self._canvas = canvas
        self._state = LiveState.IDLE
        for signal in (
            session.document_replaced,
            session.changed,
            session.choices_changed,
            session.models_changed,
            session.entry_changed,
            live.picture_changed,
            live.enabled_changed,
        ):
            signal.connect(self.refresh)
        live.status_changed.connect(self._on_status)
        self.refresh()

    def refresh(self) -> None:
        """Look at everything anew; cheap where nothing is different."""
        is_old = self._canvas.picture_revision != self._session.document.revision
        self._canvas.set_picture_stale(is_old and not self._live.enabled)
        self._canvas.set_empty_text(self._words())

    def _words(self) -> str:
        session, document = self._session, self._session.document
        if session.models_known and session.entry is None:
            return NO_MODEL
        if not self._live.enabled:
            return LIVE_OFF if self._state is not LiveState.WORKING else WORKING
        if self._state is LiveState.TROUBLE:
            return TROUBLE
        return BLANK if document.line.surface.is_blank else WORKING

    def _on_status(self, state: LiveState, _text: str) -> None:
        if state is not self._state:
            self._state = state
            self.refresh()
