"""The whole window while one draws with live on: what the pen feels, and how old a shown picture is."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.app import Studio, create_studio
from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.library import ModelEntry, ModelLibrary
from studio.core.live import LivePicture
from studio.core.settings import Settings
from tests.benchmarks.live import bare_run, model_at_hand
from tests.benchmarks.measure import Effort, NotReadyError, Row, percentile, scribble, temporary_home
from tests.benchmarks.pen import HANDLER_P99_MS, PEN_HZ, STROKE_SAMPLES, application, handled_ms, on_canvas

PEN_TO_PICTURE_P95_MS = 60.0
FIRST_PICTURE_S = 60.0


class Ages(QObject):
    """Notes when each revision was made and how long its picture took to be shown."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.ages_ms: list[float] = []
        self._document = studio.document
        self._made: dict[int, float] = {}
        studio.document.changed.connect(self._note)
        studio.live.picture_changed.connect(self._shown)

    def _note(self) -> None:
        self._made.setdefault(self._document.revision, time.perf_counter())

    def _shown(self, picture: LivePicture | None) -> None:
        if picture is not None and picture.revision in self._made:
            self.ages_ms.append((time.perf_counter() - self._made[picture.revision]) * 1e3)


@contextmanager
def open_studio(home: Path, size: int, entry: ModelEntry) -> Iterator[Studio]:
    """Show the studio with an empty drawing and one model, and wait for its first picture."""
    library = ModelLibrary([entry.path.parent], home / "models.json")
    studio = create_studio(Settings(None), library=library)
    try:
        studio.session.replace_document(Document.new(size, size))
        studio.window.resize(1280, 800)
        studio.window.show()
        deadline = time.monotonic() + FIRST_PICTURE_S
        while studio.live.picture is None:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            if time.monotonic() > deadline:
                raise NotReadyError("the studio showed no picture")
        yield studio
    finally:
        studio.close()


def drawing(effort: Effort) -> list[Row]:
    """Draw at a pen's own pace in the open window; the reference is the bare run of the network."""
    application()
    rows = []
    with temporary_home() as home:
        entry = model_at_hand(effort, home / "models")
        assert entry.manifest is not None
        engine = Engine.load(entry, "cpu", 2)
        runs = bare_run(engine, entry.manifest.size, effort.times(30, 3))
        engine.close()
        for size in (entry.manifest.size, effort.times(1024, 256)):
            with open_studio(home, size, entry) as studio:
                ages = Ages(studio)
                handlers = draw_at_pace(studio, size, effort)
                deadline = time.monotonic() + FIRST_PICTURE_S
                while not ages.ages_ms and time.monotonic() < deadline:
                    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            run = percentile(runs, 0.5)
            budget = PEN_TO_PICTURE_P95_MS if size == entry.manifest.size else None
            age = percentile(ages.ages_ms, 0.95)
            rows.append(Row(f"pen to picture p95, {size} px", age, run, budget, "ms", "the bare run"))
            handler = percentile(handlers, 0.99)
            name = f"pen handler p99 while live runs, {size} px"
            rows.append(Row(name, handler, run, HANDLER_P99_MS, "ms", "the bare run"))
    return rows


def run_window_until(due: float) -> None:
    """Let the window work, and sleep when it has nothing to do, until a time of `time.perf_counter`.

    Asking for its events over and over would keep a processor busy that a program waiting for the pen leaves
    to others.
    """
    loop, alarm = QEventLoop(), QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer)
    alarm.timeout.connect(loop.quit)
    alarm.start(max(0, math.ceil((due - time.perf_counter()) * 1e3)))
    loop.exec()


def draw_at_pace(studio: Studio, size: int, effort: Effort) -> list[float]:
    """Draw at a pen's own pace; return how many milliseconds the window was busy with each event."""
    canvas = studio.canvas
    to_widget = on_canvas(canvas)
    handlers = []
    due = time.perf_counter()
    for index in range(effort.times(12, 1)):
        points = [to_widget(point) for point in scribble(size, index, effort.times(STROKE_SAMPLES, 8))]
        kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * (len(points) - 2)]
        kinds.append(QEvent.Type.MouseButtonRelease)
        for kind, at in zip(kinds, points, strict=True):
            due = max(due + 1 / PEN_HZ, time.perf_counter())
            run_window_until(due)
            handlers.append(handled_ms(canvas, kind, at, time.perf_counter()))
    return handlers
