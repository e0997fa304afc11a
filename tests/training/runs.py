"""Small real runs for tests: a tiny network on a tiny data set, and a listener that remembers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from training.commands import Command
from training.config import TrainConfig, with_settings
from training.events import Event
from training.recipes import get_recipe

TINY = (
    *("size=64", "batch_size=2", "steps=4", "device=cpu", "precision=float32", "threads=1"),
    *("generator.width=8", "generator.cap=16", "generator.tail=8", "generator.condition=8"),
    *("discriminator.kind=patchgan", "discriminator.channels=8", "discriminator.augment=none"),
    *("loss.features=0", "optim.warmup_steps=2"),
    *("every.log=1", "every.sample=0", "every.evaluate=0", "every.checkpoint=2"),
)


def tiny_config(data: Path, run: Path, *settings: str) -> TrainConfig:
    """The line-art recipe, small enough for a step to take a few milliseconds."""
    return with_settings(get_recipe("lineart").config, [f"data={data}", f"run={run}", *TINY, *settings])


@dataclass
class Listener:
    """Remembers the events, and sends a command when one of a kind arrives."""

    events: list[Event] = field(default_factory=list)
    answers: dict[type, list[Command]] = field(default_factory=dict)
    inbox: list[Command] = field(default_factory=list)

    def on_event(self, event: Event) -> None:
        self.events.append(event)
        waiting = self.answers.get(type(event))
        if waiting:
            self.inbox.append(waiting.pop(0))

    def next_command(self) -> Command | None:
        return self.inbox.pop(0) if self.inbox else None

    def of(self, kind: type) -> list[Event]:
        """The events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def names(self) -> list[str]:
        """The kinds of all events, in order."""
        return [type(event).__name__ for event in self.events]


def never() -> None:
    """A ``next_command`` that has nothing to say."""


def ignore(event: Event) -> None:
    """An ``on_event`` that does not listen."""


def after(count: int, command: Command) -> Callable[[], Command | None]:
    """A ``next_command`` that gives ``command`` when asked the ``count``-th time."""
    turns: Iterable[int] = iter(range(1, count + 1))
    return lambda: command if next(turns, None) == count else None  # type: ignore[call-overload]
