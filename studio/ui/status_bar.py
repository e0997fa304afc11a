"""The status bar: what the live picture does, the truth about the device, the last message, the zoom."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from studio.core.live import LiveState
from studio.ui.messages import Message, MessageKind
from studio.ui.palette import Palette
from studio.ui.theme import tabular
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.state_dot import StateDot

NEWS_MS = 8000
HEIGHT_PX = 32


class StatusBar(QWidget):
    """The line at the bottom of the window.

    *Signals*
    details_wanted(): the user asks about the device.
    zoom_clicked(): the user clicked the zoom.
    """

    details_wanted = Signal()
    zoom_clicked = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self._state = LiveState.IDLE
        self._message = Message("")
        self._passing = ""
        self.setObjectName("statusBar")
        self.setProperty("role", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT_PX)

        self.dot = StateDot()
        self.live_text = QLabel()
        self.live_text.setFont(tabular(self.live_text.font()))
        self.live_text.setMinimumWidth(
            self.live_text.fontMetrics().horizontalAdvance("Live · 000 ms · 000 pictures/s") + 4
        )
        self.device_text = ElidedLabel()
        self.device_text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.device_text.setProperty("role", "muted")
        self.device_text.setFont(tabular(self.device_text.font()))
        self.details = QPushButton("Details")
        self.details.setProperty("role", "link")
        self.details.setToolTip("What computes the pictures, and why; with a report to copy")
        self.details.clicked.connect(self.details_wanted)
        self.message_text = ElidedLabel()
        self.message_text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.message_text.setAccessibleName("Message")
        self.trouble_dot = StateDot()
        self.action = QPushButton()
        self.action.setProperty("role", "link")
        self.action.clicked.connect(self._on_action)
        self.zoom = QToolButton()
        self.zoom.setFont(tabular(self.zoom.font()))
        self.zoom.setMinimumWidth(self.zoom.fontMetrics().horizontalAdvance("6400 %") + 16)
        self.zoom.setToolTip("Zoom of the canvas; click to choose")
        self.zoom.clicked.connect(self.zoom_clicked)

        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.dot)
        row.addWidget(self.live_text)
        row.addWidget(_divider())
        row.addWidget(self.device_text)
        row.addWidget(self.details)
        row.addWidget(_divider())
        row.addWidget(self.trouble_dot)
        row.addWidget(self.message_text, 1)
        row.addWidget(self.action)
        row.addWidget(self.zoom)

        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NEWS_MS)
        self._timer.timeout.connect(self._forget_news)
        self.show_live(LiveState.IDLE, "Starting")
        self.show_device("Looking for devices", "")
        self._show_message()

    @property
    def message(self) -> Message:
        """What is being said; its text is "" when nothing is."""
        return self._message

    @property
    def state(self) -> LiveState:
        return self._state

    def show_live(self, state: LiveState, text: str) -> None:
        """Show what the live picture does; `text` begins with the state in a word."""
        self._state = state
        self.live_text.setText(text)
        self._colour_dots()

    def show_device(self, text: str, reason: str) -> None:
        """Show what computes the pictures; `reason` is the longer story for the tooltip."""
        self.device_text.set_text(text, reason)

    def say(self, message: Message) -> None:
        """Show a message; news goes after a while, anything else stays until the next message."""
        self._message = message
        if message.text and message.kind is MessageKind.NEWS:
            self._timer.start()
        else:
            self._timer.stop()
        self._show_message()

    def show_passing(self, text: str) -> None:
        """Show a hint about what the pen is doing while nothing else is said; "" ends it."""
        self._passing = text
        self._show_message()

    def show_zoom(self, zoom: float, rotation: float, mirrored: bool) -> None:
        """Show the zoom (1.0 = 100 %) and, while there is one, the turn of the view."""
        parts = [f"{zoom * 100:.0f} %"]
        if rotation:
            parts.append(f"{rotation:.0f}°")
        if mirrored:
            parts.append("mirrored")
        self.zoom.setText(" · ".join(parts))

    def set_palette(self, palette: Palette) -> None:
        """Draw the dots in another theme's colours."""
        self._palette = palette
        self._colour_dots()

    def _colour_dots(self) -> None:
        colours = {
            LiveState.IDLE: self._palette.idle,
            LiveState.WORKING: self._palette.working,
            LiveState.LIVE: self._palette.live,
            LiveState.TROUBLE: self._palette.trouble,
        }
        self.dot.set_colour(colours[self._state])
        self.trouble_dot.set_colour(self._palette.trouble)

    def _show_message(self) -> None:
        message = self._message
        self.trouble_dot.setVisible(bool(message.text) and message.kind is MessageKind.TROUBLE)
        self.message_text.set_text(message.text or self._passing)
        self.message_text.setProperty("role", "" if message.text else "muted")
        self.message_text.style().unpolish(self.message_text)
        self.message_text.style().polish(self.message_text)
        self.action.setText(message.action_text)
        self.action.setVisible(message.action is not None and bool(message.text))

    def _forget_news(self) -> None:
        self.say(Message(""))

    def _on_action(self) -> None:
        action = self._message.action
        self.say(Message(""))
        if action is not None:
            action()


def _divider() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedSize(1, 16)
    return line
