"""Keeps the picture in step with the document: watches it, asks the inference thread, drops stale answers."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.document import Document
from studio.core.library import ModelEntry
from studio.core.live import (
    WORKING_SIDE,
    InferenceFailed,
    LivePicture,
    LivePolicy,
    LiveState,
    RateMeter,
    make_request,
)
from studio.workers.inference import InferenceThread

PATIENCE_MS = 150
"""An answer that takes longer than this turns the dot to "working"; quicker ones would make it flicker."""


class LiveController(QObject):
    """Asks for a picture whenever the document, its choices or the model change. GUI thread only.

    Off means off: nothing runs except what `ask_once` asks for. Pictures of an earlier document, of another
    model, or older than the one shown are dropped.

    *Signals*
    picture_ready(LivePicture): the newest picture.
    picture_gone(): the picture shown belongs to another document or model.
    state_changed(LiveState, str): for the dot; the sentence goes with WORKING (loading) and TROUBLE.
    """

    picture_ready = Signal(object)
    picture_gone = Signal()
    state_changed = Signal(object, str)

    def __init__(
        self,
        inference: InferenceThread,
        *,
        live: bool = True,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._inference = inference
        self._clock = clock
        self._policy = LivePolicy(enabled=live)
        self._rate = RateMeter()
        self._document: Document | None = None
        self._model: ModelEntry | None = None
        self._epoch = 0
        self._asked: tuple[int, bool] | None = None
        self._picture: LivePicture | None = None
        self._state, self._text = LiveState.IDLE, ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask_if_due)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._show_working)
        inference.picture_ready.connect(self._take_picture)
        inference.failed.connect(self._take_failure)
        inference.state_changed.connect(self._take_state)

    @property
    def live(self) -> bool:
        """Whether the picture follows the document."""
        return self._policy.enabled

    @property
    def state(self) -> LiveState:
        """What the dot shows."""
        return self._state

    @property
    def picture(self) -> LivePicture | None:
        """The newest picture of this document by this model."""
        return self._picture

    @property
    def up_to_date(self) -> bool:
        """Whether `picture` shows the document as it is now, at the document's size."""
        picture, document = self._picture, self._document
        return bool(picture and document and picture.revision == document.revision and picture.full_size)

    def pictures_per_s(self) -> float:
        """Return how many pictures came in the last second."""
        return self._rate.rate(self._clock())

    def set_document(self, document: Document) -> None:
        """Follow another document."""
        if self._document is not None:
            self._document.changed.disconnect(self._on_changed)
            self._document.choices_changed.disconnect(self._on_changed)
        self._document = document
        self._policy.large = max(document.width, document.height) > WORKING_SIDE
        document.changed.connect(self._on_changed)
        document.choices_changed.connect(self._on_changed)
        self._start_anew()

    def set_model(self, model: ModelEntry | None) -> None:
        """Colour with another model; None when there is no usable one."""
        if model != self._model:
            self._model = model
            self._start_anew()

    def set_live(self, live: bool) -> None:
        """Switch following on or off; on asks for the document as it is now."""
        if live == self._policy.enabled:
            return
        self._policy.enabled = live
        if live:
            self._on_changed()
        else:
            self._inference.withdraw()
            self._timer.stop()
            self._show(LiveState.IDLE)

    def ask_once(self) -> None:
        """Ask for the picture of the document as it is now, at full size, even while live is off."""
        self._ask(full_size=True)

    @Slot()
    def _on_changed(self) -> None:
        self._policy.changed(self._clock())
        self._ask_if_due()

    def _start_anew(self) -> None:
        self._epoch += 1
        self._asked = None
        self._inference.withdraw()
        if self._picture is not None:
            self._picture = None
            self.picture_gone.emit()
        self._show(LiveState.IDLE)
        self._on_changed()

    @Slot()
    def _ask_if_due(self) -> None:
        if self._document is None or self._model is None:
            return
        now = self._clock()
        if self._policy.due(now):
            self._ask(full_size=self._policy.full_size(now))
        wait_s = self._policy.wait_s(now)
        if wait_s is not None:
            self._timer.start(max(1, round(wait_s * 1000)))

    def _ask(self, *, full_size: bool) -> None:
        if self._document is None or self._model is None:
            return
        self._policy.asked(self._clock(), full_size=full_size)
        request = make_request(self._document.snapshot(), self._model, full_size=full_size, epoch=self._epoch)
        self._asked = (request.revision, full_size)
        self._inference.submit(request)
        if not self._patience.isActive():
            self._patience.start()

    @Slot(object)
    def _take_picture(self, picture: LivePicture) -> None:
        if picture.epoch != self._epoch:
            return
        now = self._clock()
        self._rate.add(now)
        self._policy.answered(now)
        shown = self._picture
        if shown is None or (picture.revision, picture.full_size) >= (shown.revision, shown.full_size):
            self._picture = picture
            self.picture_ready.emit(picture)
        self._settle(picture.revision)
        self._ask_if_due()

    @Slot(object)
    def _take_failure(self, failure: InferenceFailed) -> None:
        if failure.epoch != self._epoch:
            return
        self._patience.stop()
        self._policy.answered(self._clock())
        self._show(LiveState.TROUBLE, failure.message)

    @Slot(object, str)
    def _take_state(self, state: LiveState, text: str) -> None:
        if state is LiveState.WORKING and self._asked is not None:
            self._show(state, text)

    def _settle(self, revision: int) -> None:
        """Show that an answer came: live when it is the newest, else go on waiting for that one."""
        self._patience.stop()
        if self._asked is not None and revision < self._asked[0]:
            self._patience.start()
        self._show(LiveState.LIVE if self.live else LiveState.IDLE)

    @Slot()
    def _show_working(self) -> None:
        self._show(LiveState.WORKING)

    def _show(self, state: LiveState, text: str = "") -> None:
        if state is LiveState.IDLE:
            self._patience.stop()
        if (state, text) != (self._state, self._text):
            self._state, self._text = state, text
            self.state_changed.emit(state, text)
