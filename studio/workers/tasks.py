"""One-shot work off the GUI thread: saving, loading, exporting, looking for models."""

import contextlib
import enum
import functools
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, Qt, QThreadPool, Signal, Slot
from shiboken6 import isValid

from training.files import UserError

log = logging.getLogger(__name__)

T = TypeVar("T")


class Lane(enum.Enum):
    """A line of tasks that run one after the other, in the order given.

    FILES keeps a save, an autosave and an export of one drawing from overtaking each other; SLOW is for work
    that may take seconds and must not hold up a save, such as trying a stranger's model; DATA for what may
    take minutes and is cancelled before the program ends, such as looking through a folder of pictures; FETCH
    for what waits for the network, cancelled likewise.
    """

    FILES = "files"
    SLOW = "slow"
    DATA = "data"
    FETCH = "fetch"


class _Delivery(QObject):
    """Carries one result to the thread that asked; lives there until it has been delivered."""

    finished = Signal(object, object)

    def __init__(
        self, on_done: Callable[[Any], None] | None, on_error: Callable[[UserError], None] | None
    ) -> None:
        super().__init__()
        self._on_done = on_done
        self._on_error = on_error
        self.finished.connect(self.deliver, Qt.ConnectionType.QueuedConnection)

    @Slot(object, object)
    def deliver(self, result: object, error: UserError | None) -> None:
        _waiting.pop(self, None)
        _hand_over(result, error, self._on_done, self._on_error)
        self.deleteLater()


class _Task(QRunnable):
    def __init__(self, work: Callable[[], object], delivery: _Delivery) -> None:
        super().__init__()
        self._work = work
        self._delivery = delivery

    def run(self) -> None:
        outcome = _outcome(self._work)
        # Work that outlives the program has nobody to tell.
        with contextlib.suppress(RuntimeError):
            self._delivery.finished.emit(*outcome)


# Kept alive until delivered, in the order given.
_waiting: dict[_Delivery, None] = {}
_pools: dict[Lane, QThreadPool] = {}
_inline = False


def run_in_background(
    work: Callable[[], T],
    on_done: Callable[[T], None] | None = None,
    on_error: Callable[[UserError], None] | None = None,
    *,
    lane: Lane = Lane.FILES,
) -> None:
    """Run ``work`` in a thread; then call ``on_done(result)`` or ``on_error(error)`` in the calling thread.

    ``work`` must touch only what it was given (snapshots, paths). Errors that are no UserError are logged
    with their traceback and arrive as a UserError that points to the log. Call where an event loop runs.
    What comes for a bound method (or a partial of one) of a QObject that has been deleted is dropped.
    """
    if _inline:
        _hand_over(*_outcome(work), on_done, on_error)
        return
    delivery = _Delivery(on_done, on_error)
    _waiting[delivery] = None
    _pool(lane).start(_Task(work, delivery))


def wait_for_background(wait_ms: int = 10_000) -> bool:
    """Let all that was given finish and be delivered; False when a lane takes longer than ``wait_ms``."""
    finished = all(pool.waitForDone(wait_ms) for pool in list(_pools.values()))
    for delivery in list(_waiting):
        QCoreApplication.sendPostedEvents(delivery)
    return finished


@contextlib.contextmanager
def inline() -> Iterator[None]:
    """Within this context background work runs at once in the calling thread; for tests."""
    global _inline
    before, _inline = _inline, True
    try:
        yield
    finally:
        _inline = before


def _hand_over(
    result: Any,
    error: UserError | None,
    on_done: Callable[[Any], None] | None,
    on_error: Callable[[UserError], None] | None,
) -> None:
    if error is None:
        if on_done is not None and not _has_no_receiver(on_done):
            on_done(result)
    elif on_error is not None and not _has_no_receiver(on_error):
        on_error(error)


def _has_no_receiver(callback: Callable[..., None]) -> bool:
    """Whether the QObject whose method this is was deleted, with a window that was closed meanwhile."""
    while isinstance(callback, functools.partial):
        callback = callback.func
    receiver = getattr(callback, "__self__", None)
    return isinstance(receiver, QObject) and not isValid(receiver)


def _pool(lane: Lane) -> QThreadPool:
    if lane not in _pools:
        pool = QThreadPool()
        pool.setMaxThreadCount(1)
        pool.setObjectName(f"background {lane.value}")
        _pools[lane] = pool
    return _pools[lane]


def _outcome(work: Callable[[], Any]) -> tuple[Any, UserError | None]:
    try:
        return work(), None
    except UserError as error:
        return None, error
    except Exception as error:
        log.exception("background work failed")
        text = str(error).strip() or type(error).__name__
        return None, UserError(f"That failed: {text}. The log has the details.")
