"""The live picture: what a request and an answer are, which request is next, and when to ask."""

import enum
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.core.carry import MIDWAY_SIDE
from studio.core.labels import label_vector, noise_vector
from studio.core.library import ModelEntry

if TYPE_CHECKING:
    from studio.core.snapshot import DocumentSnapshot

T = TypeVar("T")

SHORTEST_GAP_S = 1 / 120
QUIET_S = 0.25
WORKING_SIDE = MIDWAY_SIDE
RATE_WINDOW_S = 1.0


class LiveState(enum.Enum):
    """What the dot in the status bar says."""

    IDLE = "idle"
    WORKING = "working"
    LIVE = "live"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """Everything one picture depends on; equal requests give equal pictures.

    With ``full_size`` the picture is as large as the drawing; without, its longer side is at most
    `WORKING_SIDE`, which keeps large drawings live while the pen moves. ``epoch`` tells documents apart.
    """

    revision: int
    snapshot: "DocumentSnapshot"
    model: ModelEntry
    label: tuple[float, ...] = ()
    noise: tuple[float, ...] = ()
    hint_strength: float = 1.0
    full_size: bool = True
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of one picture: drawing to pixels, the network alone, colours to the drawing's size."""

    prepare_ms: float
    run_ms: float
    carry_ms: float

    @property
    def total_ms(self) -> float:
        """The whole step."""
        return self.prepare_ms + self.run_ms + self.carry_ms


@dataclass(frozen=True, slots=True)
class LivePicture:
    """The model's answer to one request; the arrays are read-only.

    ``image`` uint8 [H,W,3] has the lines on white, ``flats_full`` uint8 [H,W,3] the colours beneath them
    (what Keep stores). Both are as large as the drawing when ``full_size``, else at most `WORKING_SIDE`.
    """

    revision: int
    image: NDArray[np.uint8]
    flats_full: NDArray[np.uint8]
    model_id: str
    timings: Timings
    device_text: str
    full_size: bool = True
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class InferenceFailed:
    """Why there is no picture for a revision: one sentence for the user, details are in the log."""

    revision: int
    message: str
    epoch: int = 0


def make_request(
    snapshot: "DocumentSnapshot", model: ModelEntry, *, full_size: bool = True, epoch: int = 0
) -> InferenceRequest:
    """Return the request for a drawing as its choices say; ``model`` must be usable."""
    if model.manifest is None:
        raise ValueError(f"the model {model.id} is not usable: {model.problem}")
    choices = snapshot.choices
    return InferenceRequest(
        revision=snapshot.revision,
        snapshot=snapshot,
        model=model,
        label=tuple(label_vector(model.manifest, choices.labels).tolist()),
        noise=tuple(noise_vector(model.manifest, choices.seed).tolist()),
        hint_strength=choices.hint_strength,
        full_size=full_size,
        epoch=epoch,
    )


class Mailbox(Generic[T]):
    """Slots between two threads, one per priority; in each the latest item wins. Call from any thread.

    >>> box = Mailbox[str](slots=2)
    >>> box.put("thumbnails", priority=1); box.put("old"); box.put("new")
    >>> box.take(), box.take()
    ('new', 'thumbnails')
    >>> box.close(); box.take() is None
    True
    """

    def __init__(self, slots: int = 1) -> None:
        self._items: list[T | None] = [None] * slots
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: T, priority: int = 0) -> None:
        """Replace what waits in the slot; nothing happens after `close`."""
        with self._changed:
            if not self._closed:
                self._items[priority] = item
                self._changed.notify()

    def put_back(self, item: T, priority: int = 0) -> None:
        """Return an item taken earlier, unless a newer one waits in its slot."""
        with self._changed:
            if not self._closed and self._items[priority] is None:
                self._items[priority] = item
                self._changed.notify()

    def take(self) -> T | None:
        """Wait for an item, the lowest priority number first; None after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or any(item is not None for item in self._items))
            if self._closed:
                return None
            place = next(place for place, item in enumerate(self._items) if item is not None)
            item, self._items[place] = self._items[place], None
            return item

    def clear(self, priority: int = 0) -> None:
        """Forget what waits in the slot."""
        with self._changed:
            self._items[priority] = None

    def waiting(self) -> bool:
        """Return whether anything waits."""
        with self._changed:
            return any(item is not None for item in self._items)

    def close(self) -> None:
        """Drop everything and let `take` return None, now and for ever."""
        with self._changed:
            self._closed = True
            self._items = [None] * len(self._items)
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed


@dataclass
class LivePolicy:
    """Decides when to ask for a picture and at what size; it is given the time (any monotonic seconds).

    While a request is in flight the waiting one is renewed at most every `SHORTEST_GAP_S`, so the worker
    always finds the newest drawing and the pen pays for few snapshots. Drawings beyond `WORKING_SIDE` are
    asked for at working size while the pen moves and at full size once it has rested for `QUIET_S`. While
    ``enabled`` is False nothing is due but what `once` asks for.
    """

    enabled: bool = True
    large: bool = False
    _changed_at: float = field(default=-1e9, init=False)
    _asked_at: float = field(default=-1e9, init=False)
    _waiting: bool = field(default=False, init=False)
    _needs_full: bool = field(default=False, init=False)
    _once: bool = field(default=False, init=False)

    def changed(self, now: float) -> None:
        """The picture depends on something that is now different."""
        self._waiting = True
        self._needs_full = True
        self._changed_at = now

    def once(self) -> None:
        """One picture is wanted now, at full size, whether or not the live picture is on."""
        self._once = True

    def answered(self, now: float) -> None:
        """A picture arrived, so the next may be asked for at once."""
        self._asked_at = min(self._asked_at, now - SHORTEST_GAP_S)

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until `due` may say yes; None when only a change can make it so."""
        if self._once:
            return 0.0
        if not self.enabled:
            return None
        if self._waiting:
            return max(0.0, self._asked_at + SHORTEST_GAP_S - now)
        if self._needs_full:
            return max(0.0, self._changed_at + QUIET_S - now)
        return None

    def due(self, now: float) -> bool:
        """Return whether a request should be made now; follow a yes with `asked`."""
        wait = self.wait_s(now)
        return wait is not None and wait <= 0

    def full_size(self, now: float) -> bool:
        """Return the size the request due now should have."""
        return self._once or not self.large or self._changed_at + QUIET_S - now <= 0

    def asked(self, now: float, *, full_size: bool) -> None:
        """A request was made."""
        self._asked_at = now
        self._waiting = self._once = False
        self._needs_full = not full_size

    def forget(self) -> None:
        """Nothing is wanted any more: the document is gone."""
        self._waiting = self._needs_full = self._once = False


class RateMeter:
    """Pictures per second over the last second; it is given the time."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def add(self, now: float) -> None:
        """Count one picture."""
        self._times.append(now)
        self._drop_old(now)

    def rate(self, now: float) -> float:
        """Return pictures per second; 0 when the last one is more than a second old."""
        self._drop_old(now)
        return len(self._times) / RATE_WINDOW_S

    def _drop_old(self, now: float) -> None:
        while self._times and now - self._times[0] > RATE_WINDOW_S:
            self._times.popleft()
