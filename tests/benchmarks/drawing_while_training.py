"""The canvas while a training runs in the same program at full speed: pen, picture, stalls of the window."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from studio.core.engine import Engine
from studio.core.settings import Settings
from studio.workers.training import HOST, TrainingHost
from tests.benchmarks.drawing import Ages, draw_at_pace, open_studio
from tests.benchmarks.live import bare_run, model_at_hand
from tests.benchmarks.measure import Effort, NotReadyError, Row, percentile, temporary_home
from tests.benchmarks.pen import application
from training import events
from training.config import TrainConfig

HANDLER_P99_MS, PEN_TO_PICTURE_P95_MS, STALL_MS = 4.0, 150.0, 100.0
TICK_MS = 5
FIRST_STEP_S = 300.0


class Heartbeat:
    """Notes how late a timer of the window comes, in milliseconds."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._due = time.perf_counter()
        self._timer = QTimer(interval=TICK_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append((now - self._due) * 1e3 - TICK_MS)
        self._due = now

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()


def drawing_while_training(effort: Effort) -> list[Row]:
    """Draw at a pen's own pace while the line-art recipe trains in a thread; before that without it."""
    from tests.benchmarks.runs import QUIET, lineart, write_drawings

    application()
    with temporary_home() as home:
        entry = model_at_hand(effort, home / "models")
        assert entry.manifest is not None
        size = effort.times(1024, 256)
        engine = Engine.load(entry, "cpu", 2)
        run_ms = percentile(bare_run(engine, entry.manifest.size, effort.times(30, 3)), 0.5)
        engine.close()
        data = write_drawings(home / "data", effort)
        config = lineart(data, home / "run", effort, *QUIET, "steps=100000", "device=cpu")
        with open_studio(home, size, entry) as studio:
            alone = _drawn(studio, size, effort)
            with _training(config):
                # The first second, in which PyTorch is imported and the first step taken, does not count.
                beside = _drawn(studio, size, effort)
    handlers, ages, stall = beside
    rows = [
        (f"pen handler p99 while training, {size} px", percentile(handlers, 0.99), percentile(alone[0], 0.99),
         HANDLER_P99_MS, "without training"),
        (f"pen to picture p95 while training, {size} px", percentile(ages, 0.95), run_ms,
         PEN_TO_PICTURE_P95_MS, "the bare run"),
        ("longest stall of the window while training", stall, alone[2], STALL_MS, "without training"),
    ]  # fmt: skip
    return [
        Row(name, value, reference, None if effort.tiny else budget, "ms", against)
        for name, value, reference, budget, against in rows
    ]


def _drawn(studio: object, size: int, effort: Effort) -> tuple[list[float], list[float], float]:
    """Pen handlers and ages of pictures in ms while one draws, and the longest stall."""
    ages, heart = Ages(studio), Heartbeat()  # type: ignore[arg-type]
    handlers = draw_at_pace(studio, size, effort)  # type: ignore[arg-type]
    deadline = time.monotonic() + 60.0
    while not ages.ages_ms and time.monotonic() < deadline:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    heart.stop()
    return handlers, ages.ages_ms, max(heart.late_ms)


@contextmanager
def _training(config: TrainConfig) -> Iterator[None]:
    """A training in a thread of this program, from its first step on until the context ends."""
    settings = Settings(None)
    settings.set(HOST, "thread")
    host = TrainingHost(settings)
    steps: list[events.Event] = []
    problems: list[str] = []
    host.told.connect(lambda event: steps.append(event) if isinstance(event, events.StepDone) else None)
    host.failed.connect(problems.append)
    host.start(config)
    deadline = time.monotonic() + FIRST_STEP_S
    while not steps:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if problems or time.monotonic() > deadline:
            raise NotReadyError(f"the training did not begin {problems}")
    try:
        yield
    finally:
        host.close(120_000)
