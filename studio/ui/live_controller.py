"""Keeps the picture up with the drawing: when to ask, which answers to show, what the status line says."""

import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.core import settings as keys
from studio.core.device import DeviceTruth
from studio.core.library import ModelEntry
from studio.core.live import WORKING_SIDE as LARGE_SIDE
from studio.core.live import (
    InferenceFailed,
    LivePicture,
    LivePolicy,
    LiveState,
    RateMeter,
    make_request,
)
from studio.core.settings import Settings
from studio.ui.attempts import Attempts
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.workers.inference import InferenceThread

RATE_MS = 500


class LiveController(QObject):
    """Between document, inference thread and canvas. GUI thread only.

    *Signals*
    picture_changed(LivePicture | None): show this; None: there is no picture of the open drawing.
    status_changed(LiveState, str): what the dot and the words beside it say.
    device_changed(DeviceTruth, str): what computes the pictures, and how it fares.
    speed_changed(float | None): the milliseconds that the model in use took last; None: another one is.
    label_pictures_ready(str, dict): small pictures for the label grid.
    enabled_changed(bool): live was switched on or off.
    """

    picture_changed = Signal(object)
    status_changed = Signal(object, str)
    device_changed = Signal(object, str)
    speed_changed = Signal(object)
    label_pictures_ready = Signal(str, object)
    enabled_changed = Signal(bool)

    def __init__(
        self,
        session: Session,
        inference: InferenceThread,
        settings: Settings,
        messages: Messages,
        label_sketches: Callable[[int, Iterable[str]], Mapping[str, NDArray[np.uint8]]],
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._inference = inference
        self._settings = settings
        self._messages = messages
        self._label_sketches = label_sketches
        self._clock = clock
        self._policy = LivePolicy(enabled=settings.get(keys.LIVE))
        self._rate = RateMeter()
        self._picture: LivePicture | None = None
        self._device: DeviceTruth | None = None
        self._state = LiveState.IDLE
        self._trouble = ""
        self._asked_once: int | None = None
        """The revision of the one picture that is being made while live is off."""
        self._attempts = Attempts(lambda: session.document, lambda: session.entry)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._pump)
        self._rate_timer = QTimer(self)
        self._rate_timer.setInterval(RATE_MS)
        self._rate_timer.timeout.connect(self._on_rate_timer)
        session.changed.connect(self._on_changed)
        session.choices_changed.connect(self._on_changed)
        session.document_replaced.connect(self._on_document_replaced)
        session.entry_changed.connect(self._on_entry_changed)
        settings.changed.connect(self._on_setting_changed)
        inference.picture_ready.connect(self._on_picture)
        inference.state_changed.connect(self._on_state)
        inference.device_changed.connect(self._on_device)
        inference.failed.connect(self._on_failed)
        inference.label_pictures_ready.connect(self.label_pictures_ready)

    @property
    def enabled(self) -> bool:
        return self._policy.enabled

    @property
    def picture(self) -> LivePicture | None:
        """The picture on show."""
        return self._picture

    @property
    def device(self) -> DeviceTruth | None:
        """What computes the pictures; None until a model has been loaded."""
        return self._device

    def start(self) -> None:
        """Ask for the first picture; call once the window has been painted and the models are known."""
        self._on_entry_changed(self._session.entry)

    def toggle(self) -> None:
        """Switch live on or off; off means that nothing is computed."""
        self._settings.set(keys.LIVE, not self.enabled)

    @property
    def is_current(self) -> bool:
        """Whether the picture on show is one of the drawing as it is now."""
        return self._picture is not None and self._picture.revision == self._session.document.revision

    def again(self) -> None:
        """Ask for another picture of the drawing: other noise, or another mixture where there is none.

        With live off it makes that one picture; where the one on show is out of date, that of the drawing
        as it is now comes first.
        """
        if self.enabled or self.is_current:
            self._attempts.step()
        if not self.enabled:
            self._colour_once()

    def picture_before(self) -> None:
        """Undo the last `again`: the noise or the labels before it."""
        self._attempts.back()
        if not self.enabled:
            self._colour_once()

    def again_words(self) -> str:
        """What `again` does now, as the menu says it."""
        return "&Try another" if self.enabled or self.is_current else "&Colour now"

    def why_not_again(self) -> str:
        """ "" when `again` changes something, else the reason why not."""
        entry = self._session.entry
        has_model = entry is not None and entry.manifest is not None
        if has_model and not self.enabled and not self.is_current:
            return ""
        return self._attempts.why_not_step()

    def why_not_before(self) -> str:
        """ "" when there is a way back from `again`, else the reason why not."""
        return self._attempts.why_not_back()

    def _colour_once(self) -> None:
        self._policy.once()
        self._pump()
        self._tell_status()

    # What happens elsewhere

    def _on_changed(self) -> None:
        self._policy.large = max(self._session.document.width, self._session.document.height) > LARGE_SIDE
        self._policy.changed(self._clock())
        # Once all is told: a document that takes another's place may bring another model.
        self._timer.start(0)

    def _on_document_replaced(self) -> None:
        self._inference.withdraw()
        self._policy.forget()
        self._asked_once = None
        self._show(None)
        self._on_changed()

    def _on_entry_changed(self, entry: ModelEntry | None) -> None:
        self._trouble = ""
        self.speed_changed.emit(None)
        if entry is None:
            self._show(None)
            self._tell_status()
            return
        self._on_changed()
        if entry.manifest is not None:
            sketches = self._label_sketches(entry.manifest.size, entry.manifest.labels)
            self._inference.thumbnails(entry, sketches)

    def _on_setting_changed(self, key: str) -> None:
        if key == keys.LIVE.key:
            self._policy.enabled = self._settings.get(keys.LIVE)
            if self._policy.enabled:
                self._on_changed()
            else:
                self._inference.withdraw()
                self._policy.forget()
                self._timer.stop()
            self.enabled_changed.emit(self._policy.enabled)
            self._tell_status()
        elif key in (keys.DEVICE.key, keys.THREADS.key):
            self._inference.set_device(self._settings.get(keys.DEVICE), self._settings.get(keys.THREADS))
            self._on_changed()

    def _pump(self) -> None:
        """Ask for a picture if one is due, else come back when one may be."""
        now = self._clock()
        entry = self._session.entry
        if entry is None or not entry.usable:
            return
        if self._policy.due(now):
            full_size = self._policy.full_size(now)
            request = make_request(
                self._session.document.snapshot(), entry, full_size=full_size, epoch=self._session.epoch
            )
            self._asked_once = None if self.enabled else request.revision
            self._inference.submit(request)
            self._policy.asked(now, full_size=full_size)
        wait_s = self._policy.wait_s(now)
        if wait_s is not None and not self._timer.isActive():
            self._timer.start(int(wait_s * 1000) + 1)

    def _on_picture(self, picture: LivePicture) -> None:
        now = self._clock()
        self._policy.answered(now)
        shown = self._picture
        stale = picture.epoch != self._session.epoch or (
            shown is not None and (picture.revision, picture.full_size) < (shown.revision, shown.full_size)
        )
        wanted = self.enabled or picture.revision == self._asked_once
        if not stale and wanted:
            self._asked_once = None
            self._trouble = ""
            self._rate.add(now)
            self._show(picture)
            if self._device is not None:
                self._tell_device(self._device, picture.timings.run_ms)
            self._tell_status()
        self._pump()

    def _on_state(self, state: LiveState, text: str) -> None:
        self._state = state
        if state is LiveState.TROUBLE:
            self._trouble = text
        self._tell_status()

    def _on_device(self, truth: DeviceTruth) -> None:
        before, self._device = self._device, truth
        self._tell_device(truth, truth.run_ms)
        if before is not None and before.provider == "CUDA" and truth.provider == "CPU":
            self._messages.trouble(
                f"The GPU was lost ({truth.reason}); pictures are computed on the CPU now."
            )

    def _tell_device(self, truth: DeviceTruth, run_ms: float) -> None:
        self.device_changed.emit(truth, f"the network alone takes {run_ms:.0f} ms of a picture")
        self.speed_changed.emit(run_ms)

    def _on_failed(self, failure: InferenceFailed) -> None:
        if failure.epoch == self._session.epoch:
            self._asked_once = None
            self._trouble = failure.message
            self._messages.trouble(failure.message)
            self._tell_status()

    def _show(self, picture: LivePicture | None) -> None:
        if picture is not self._picture:
            self._picture = picture
            self.picture_changed.emit(picture)

    def _on_rate_timer(self) -> None:
        if self._rate.rate(self._clock()) == 0:
            self._rate_timer.stop()
        self._tell_status()

    def _tell_status(self) -> None:
        """Emit the state with milliseconds and, while pictures come in a row, their rate."""
        entry = self._session.entry
        if entry is None:
            self.status_changed.emit(LiveState.IDLE, "No model")
            return
        if not self.enabled:
            if self._asked_once is not None:
                self.status_changed.emit(LiveState.WORKING, "Colouring")
            else:
                self.status_changed.emit(LiveState.IDLE, "Live is off")
            return
        if self._trouble:
            self.status_changed.emit(LiveState.TROUBLE, "No picture")
            return
        rate = self._rate.rate(self._clock())
        if rate > 0 and not self._rate_timer.isActive():
            self._rate_timer.start()
        state = LiveState.LIVE if rate > 0 else self._state
        words = {LiveState.IDLE: "Idle", LiveState.WORKING: "Working", LiveState.LIVE: "Live"}
        parts = [words.get(state, "No picture")]
        if self._picture is not None:
            parts.append(f"{self._picture.timings.total_ms:.0f} ms")
        if rate > 0:
            parts.append(f"{rate:.0f} {'picture' if round(rate) == 1 else 'pictures'}/s")
        self.status_changed.emit(state, " · ".join(parts))
