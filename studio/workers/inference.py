"""The inference thread: the newest drawing in, its picture out; pictures of labels; thumbnails when quiet."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

from studio.core.device import DeviceTruth
from studio.core.engine import Engine
from studio.core.generate import GenerateFailed, GenerateRequest, generate
from studio.core.label_sketches import ANY_LABEL
from studio.core.labels import label_vector
from studio.core.library import ModelEntry
from studio.core.live import InferenceFailed, InferenceRequest, LiveState, Mailbox
from studio.core.picture import Painter
from studio.workers.pace import Pace, yield_to_the_window
from training.files import UserError

log = logging.getLogger(__name__)

CONTROL, LIVE, GENERATE, QUIET = range(4)
LABELS_PER_EMISSION = 8


@dataclass(frozen=True, slots=True)
class _Device:
    device: str
    threads: int


@dataclass(frozen=True, slots=True)
class _Thumbnails:
    """Label pictures that are still to be made, and those already made."""

    model: ModelEntry
    sketches: Mapping[str, NDArray[np.uint8]]
    labels: tuple[str, ...]
    done: dict[str, NDArray[np.uint8]] = field(default_factory=dict)


class InferenceThread(QThread):
    """Computes pictures off the GUI thread; call its methods from the GUI thread.

    One request is in flight and at most one of each kind waits, the newest. Models are loaded, checked and
    warmed up in here; one for drawings and one for labels stay loaded. Label pictures are made only while no
    request waits. Always `close` before the program ends.

    *Signals*, emitted in the inference thread; connect them to bound methods of QObjects:
    picture_ready(LivePicture): stamped with the request's epoch and revision.
    state_changed(LiveState, str): WORKING while a model loads (its name as text) or a picture is made, LIVE
        after each picture, TROUBLE with a sentence, IDLE after label pictures without a live one.
    device_changed(DeviceTruth): after a model was loaded, and when the GPU was lost.
    failed(InferenceFailed): a request came to nothing; said once for each model that cannot be loaded.
    label_pictures_ready(str, dict): model id; label ("" = any) -> uint8 [s,s,3]; each holds all so far.
    generated(Generated): some of the pictures of the newest `generate`.
    generate_failed(GenerateFailed): there will be none for this request.
    """

    picture_ready = Signal(object)
    state_changed = Signal(object, str)
    device_changed = Signal(object)
    failed = Signal(object)
    label_pictures_ready = Signal(str, object)
    generated = Signal(object)
    generate_failed = Signal(object)

    def __init__(self, device: str = "auto", threads: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inference")
        self._mailbox: Mailbox[InferenceRequest | GenerateRequest | _Device | _Thumbnails] = Mailbox(slots=4)
        self._wish = _Device(device, threads)
        self._painter: Painter | None = None
        self._generator: Engine | None = None
        self._told: DeviceTruth | None = None
        self._broken: tuple[ModelEntry, _Device] | None = None
        self._state, self._text = LiveState.IDLE, ""

    def submit(self, request: InferenceRequest) -> None:
        """Ask for a picture; a request that still waits is forgotten. Starts the thread when needed."""
        self._mailbox.put(request, LIVE)
        self._ensure_running()

    def withdraw(self) -> None:
        """Forget the request that still waits, if there is one."""
        self._mailbox.clear(LIVE)

    def generate(self, request: GenerateRequest) -> None:
        """Ask for pictures of labels; what an earlier request still lacks is forgotten."""
        self._mailbox.put(request, GENERATE)
        self._ensure_running()

    def thumbnails(self, model: ModelEntry, sketches: Mapping[str, NDArray[np.uint8]]) -> None:
        """Ask for one small picture under each label, from its drawing [size,size] at the model's own size.

        Labels without a drawing of their own share that of `ANY_LABEL`.
        """
        if model.manifest is None:
            return
        labels = (ANY_LABEL, *model.manifest.labels)
        self._mailbox.put(_Thumbnails(model, sketches, labels), QUIET)
        self._ensure_running()

    def set_device(self, device: str, threads: int) -> None:
        """Compute on another device or with other threads from the next request on."""
        self._mailbox.put(_Device(device, threads), CONTROL)

    def close(self, wait_ms: int = 5000) -> bool:
        """Stop after the picture in hand; False when the thread has not ended within ``wait_ms``."""
        self._mailbox.close()
        return self.wait(wait_ms)

    def run(self) -> None:
        """The thread: take, call core, emit. The one broad catch of this thread stands here."""
        yield_to_the_window(Pace.PICTURE)
        while (work := self._mailbox.take()) is not None:
            try:
                if isinstance(work, InferenceRequest):
                    self._paint(work)
                elif isinstance(work, GenerateRequest):
                    self._generate(work)
                elif isinstance(work, _Device):
                    self._change_device(work)
                else:
                    self._paint_label(work)
            except Exception as error:
                self._report(work, error)
        self._let_go()

    def _ensure_running(self) -> None:
        if not self.isRunning() and not self._mailbox.closed:
            self.start()

    def _paint(self, request: InferenceRequest) -> None:
        painter = self._painter_for(request.model)
        if painter is None:
            return
        self._tell(LiveState.WORKING)
        picture = painter.paint(request)
        self._tell_device(painter)
        self.picture_ready.emit(picture)
        self._tell(LiveState.LIVE)

    def _generate(self, work: GenerateRequest) -> None:
        """Make one batch and put the rest back, so that a newer request waits for one batch at most."""
        made = generate(self._generator_for(work.model), work)
        self.generated.emit(made)
        if made.left:
            self._mailbox.put_back(replace(work, places=work.places[-made.left :]), GENERATE)

    def _paint_label(self, work: _Thumbnails) -> None:
        """Make one label picture and put the rest back, so that a request waits for one picture at most."""
        painter = self._painter_for(work.model)
        if painter is None:
            return
        label = work.labels[0]
        mix = ((label, 1.0),) if label != ANY_LABEL else ()
        sketch = work.sketches.get(label, work.sketches[ANY_LABEL])
        work.done[label] = painter.paint_sketch(sketch, label_vector(painter.engine.manifest, mix))
        self._tell_device(painter)
        rest = work.labels[1:]
        if not rest or len(work.done) % LABELS_PER_EMISSION == 0:
            self.label_pictures_ready.emit(work.model.id, dict(work.done))
        if rest:
            self._mailbox.put_back(replace(work, labels=rest), QUIET)
        elif self._state is not LiveState.LIVE:
            self._tell(LiveState.IDLE)

    def _painter_for(self, model: ModelEntry) -> Painter | None:
        """Return a painter with the model loaded; None when it was already told that it cannot be."""
        if self._painter is not None and self._painter.engine.model == model:
            return self._painter
        if self._broken == (model, self._wish):
            return None
        self._tell(LiveState.WORKING, f"Loading {model.name}")
        self._let_painter_go()
        try:
            engine = Engine.load(model, self._wish.device, self._wish.threads)
        except UserError:
            self._broken = (model, self._wish)
            raise
        self._broken = None
        self._painter = Painter(engine)
        self._tell_device(self._painter)
        return self._painter

    def _generator_for(self, model: ModelEntry) -> Engine:
        if self._generator is not None and self._generator.model == model:
            return self._generator
        self._let_generator_go()
        self._generator = Engine.load(model, self._wish.device, self._wish.threads)
        return self._generator

    def _change_device(self, wish: _Device) -> None:
        if wish != self._wish:
            self._wish = wish
            self._let_go()

    def _let_go(self) -> None:
        self._let_painter_go()
        self._let_generator_go()

    def _let_painter_go(self) -> None:
        if self._painter is not None:
            self._painter.engine.close()
            self._painter = None

    def _let_generator_go(self) -> None:
        if self._generator is not None:
            self._generator.close()
            self._generator = None

    def _tell_device(self, painter: Painter) -> None:
        if painter.engine.device is not self._told:
            self._told = painter.engine.device
            self.device_changed.emit(self._told)

    def _tell(self, state: LiveState, text: str = "") -> None:
        if (state, text) != (self._state, self._text):
            self._state, self._text = state, text
            self.state_changed.emit(state, text)

    def _report(self, work: object, error: Exception) -> None:
        if not isinstance(error, UserError):
            log.exception("inference failed: %r", work if isinstance(work, _Device) else type(work))
        message = str(error) if isinstance(error, UserError) else f"The picture failed: {error}. See the log."
        if isinstance(work, GenerateRequest):
            self.generate_failed.emit(GenerateFailed(work.model, message))
            return
        if isinstance(work, InferenceRequest):
            self.failed.emit(InferenceFailed(work.revision, message, work.epoch))
        self._tell(LiveState.TROUBLE, message)
