"""Keeps the drawing on the canvas, its label and its hints in the grids of the run that is trained."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from studio.core.compose import hints_of, sketch_of
from studio.core.labels import simplified
from studio.core.snapshot import DocumentSnapshot
from studio.ui.session import Session
from studio.workers.training import TrainingHost
from training import events
from training.commands import SetPreview
from training.events import Event

QUIET_S = 4.0
APART_S = 30.0
"""Each preview has a grid drawn, which takes the training time: at most one in so many seconds."""


class PreviewPolicy:
    """When a changed drawing is sent: after a pause of the pen, and not too often."""

    def __init__(self) -> None:
        self._changed: float | None = None
        self._sent = -APART_S

    def changed(self, now: float) -> None:
        """The drawing is another one."""
        self._changed = now

    def sent(self, now: float) -> None:
        """It has been sent."""
        self._changed, self._sent = None, now

    def wait_s(self, now: float) -> float | None:
        """Return how long to wait before sending, 0 for now, None while there is nothing to send."""
        if self._changed is None:
            return None
        return max(0.0, self._changed + QUIET_S - now, self._sent + APART_S - now)


class PreviewSender(QObject):
    """Sends the drawing when a run begins and after it has changed. GUI thread only."""

    def __init__(
        self,
        session: Session,
        host: TrainingHost,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._host = host
        self._clock = clock
        self._policy = PreviewPolicy()
        self._labels: tuple[str, ...] = ()
        self._side = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._pump)
        host.told.connect(self._on_event)
        session.changed.connect(self._on_changed)
        session.choices_changed.connect(self._on_changed)
        session.document_replaced.connect(self._on_changed)

    def set_side(self, side: int) -> None:
        """Say at which size the next run trains."""
        self._side = side

    def _on_event(self, event: Event) -> None:
        if isinstance(event, events.Started):
            self._labels = event.labels
            self._send()

    def _on_changed(self) -> None:
        if self._host.running and self._labels:
            self._policy.changed(self._clock())
            self._pump()

    def _pump(self) -> None:
        wait_s = self._policy.wait_s(self._clock())
        if wait_s is None or not self._host.running:
            return
        if wait_s > 0:
            self._timer.start(round(1000 * wait_s) + 1)
        else:
            self._send()

    def _send(self) -> None:
        self._policy.sent(self._clock())
        preview = preview_of(self._session.document.snapshot(), self._labels, self._side or 256)
        if preview is not None:
            self._host.send(preview)


def preview_of(snapshot: DocumentSnapshot, labels: tuple[str, ...], side: int) -> SetPreview | None:
    """Return the drawing, whole and in the middle of a square of ``side`` pixels; None for a blank one.

    Of its labels count those that the data set knows too.
    """
    scale = side / max(snapshot.width, snapshot.height)
    width, height = max(1, round(snapshot.width * scale)), max(1, round(snapshot.height * scale))
    drawn = sketch_of(snapshot, width, height)
    if drawn.min() > 250:
        return None
    sketch = _centred(drawn, side, 255)
    hints = _centred(hints_of(snapshot, width, height, snapshot.choices.hint_strength), side, 0)
    places = {simplified(name): place for place, name in enumerate(labels)}
    weights = np.zeros(len(labels))
    for name, weight in snapshot.choices.labels:
        if simplified(name) in places:
            weights[places[simplified(name)]] += weight
    total = weights.sum()
    return SetPreview(sketch, hints, tuple((weights / total if total else weights).tolist()))


def _centred(pixels: NDArray[np.uint8], side: int, ground: int) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    result = np.full((side, side, *pixels.shape[2:]), ground, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    result[top : top + height, left : left + width] = pixels
    return result
