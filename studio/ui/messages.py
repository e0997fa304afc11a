"""What the program tells the user: one sentence at the bottom of the window, perhaps with an action."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal


class MessageKind(Enum):
    """NEWS goes by itself, TROUBLE stays until something else is said."""

    NEWS = auto()
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

    def news(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Say that something worked."""
        self.said.emit(Message(text, MessageKind.NEWS, action_text, action))

    def trouble(self, text: str, action_text: str = "", action: Callable[[], object] | None = None) -> None:
        """Say what went wrong and what helps."""
        self.said.emit(Message(text, MessageKind.TROUBLE, action_text, action))

    def clear(self) -> None:
        """Say nothing."""
        self.said.emit(Message(""))
