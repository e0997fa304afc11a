"""What the program tells the user: one sentence at the bottom of the window, perhaps with an action."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal


class MessageKind(Enum):
    """NEWS goes by itself, OFFER and TROUBLE stay until something else is said."""

    NEWS = auto()
    OFFER = auto()
    TROUBLE = auto()


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence; `action` runs when the button `action_text` is pressed."""

    text: str
    kind: MessageKind = MessageKind.NEWS
    action_text: str = ""
    action: Callable[[], object] | None = None


class Messages(QObject):
    """The one place to say something to the user. GUI thread only.

    *Signals*
    said(Message): show this.
    """

    said = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._last = Message("")

    def news(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> Message:
        """Say that something worked."""
        return self._say(Message(text, MessageKind.NEWS, action_text, action))

    def offer(self, text: str, action_text: str, action: Callable[[], object]) -> None:
        """Say what was done and can be taken back by this link alone."""
        self._say(Message(text, MessageKind.OFFER, action_text, action))

    def trouble(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Say what went wrong and what helps."""
        self._say(Message(text, MessageKind.TROUBLE, action_text, action))

    def clear(self) -> None:
        """Say nothing."""
        self._say(Message(""))

    def withdraw(self, message: Message) -> None:
        """Say it no longer; nothing where something else was said since."""
        if message is self._last:
            self.clear()

    def _say(self, message: Message) -> Message:
        self._last = message
        self.said.emit(message)
        return message
