"""Nothing but the canvas: the other parts of the window are hidden, and what they would say is said on it."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QMainWindow, QWidget

from studio.ui.canvas.display import CanvasDisplay
from studio.ui.messages import Message, Messages

SHOWN_MS = 6000
FROM_BELOW_PX = 24
WAY_BACK = "F11 or Esc brings the panels back"


class CanvasOnly(QObject):
    """Hides the rest of the window and fills the screen with the canvas; brings it back as it was.

    parts: the widgets to hide, asked for when they are to be hidden.

    *Signals*
    changed(bool): it was switched on or off.
    """

    changed = Signal(bool)

    def __init__(
        self,
        window: QMainWindow,
        canvas: CanvasDisplay,
        parts: Callable[[], Iterable[QWidget]],
        messages: Messages,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._canvas = canvas
        self._parts = parts
        self._on = self._was_maximised = False
        self.words = QLabel(canvas)
        self.words.setProperty("role", "toast")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.words.hide)
        canvas.resized.connect(self._on_resized)
        messages.said.connect(self._on_message)

    @property
    def is_on(self) -> bool:
        """Whether the canvas fills the screen."""
        return self._on

    def toggle(self) -> None:
        """Hide everything but the canvas, or bring it back."""
        self._on = not self._on
        for part in self._parts():
            part.setVisible(not self._on)
        if self._on:
            self._was_maximised = self._window.isMaximized()
            self._window.showFullScreen()
            self._say(WAY_BACK)
        else:
            self._say("")
            if self._was_maximised:
                self._window.showMaximized()
            else:
                self._window.showNormal()
        self._canvas.setFocus()
        self.changed.emit(self._on)

    def leave(self) -> bool:
        """Bring the rest of the window back; False where it is there."""
        if not self._on:
            return False
        self.toggle()
        return True

    def _on_message(self, message: Message) -> None:
        if self._on:
            self._say(message.text)

    def _say(self, text: str) -> None:
        self.words.setText(text)
        self.words.setVisible(bool(text))
        if text:
            self._timer.start()
            self._place()

    def _place(self) -> None:
        room = self._canvas.size()
        self.words.setMaximumWidth(max(room.width() - 2 * FROM_BELOW_PX, 1))
        self.words.setMinimumWidth(
            min(self.words.fontMetrics().horizontalAdvance(self.words.text()) + 32, self.words.maximumWidth())
        )
        self.words.adjustSize()
        self.words.move(
            (room.width() - self.words.width()) // 2, room.height() - self.words.height() - FROM_BELOW_PX
        )

    def _on_resized(self) -> None:
        if self.words.isVisible():
            self._place()
