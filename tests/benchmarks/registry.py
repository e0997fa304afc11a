"""The benchmarks by name."""

import importlib

from tests.benchmarks import drawing, live, pen, scanning, window
from tests.benchmarks.measure import Benchmark, Effort, NotReadyError, Row


def _with_torch(module: str, name: str) -> Benchmark:
    """A benchmark whose module imports PyTorch: only when it runs, so that the others run without."""

    def run(effort: Effort) -> list[Row]:
        try:
            found = importlib.import_module(f"tests.benchmarks.{module}")
        except ImportError as error:
            raise NotReadyError(f"needs the train extra ({error})") from error
        rows: list[Row] = getattr(found, name)(effort)
        return rows

    return run


BENCHMARKS: dict[str, Benchmark] = {
    "start": window.start_up,
    "idle": window.idle,
    "pen": pen.pen_and_repaint,
    "pan": pen.pan,
    "drawing": drawing.drawing,
    "live": live.live_step,
    "runtimes": live.runtimes,
    "memory": pen.half_an_hour,
    "scanning": scanning.scanning,
    "throughput": _with_torch("learning", "throughput"),
    "data": _with_torch("learning", "data_share"),
    "overhead": _with_torch("learning", "overhead"),
    "first_step": _with_torch("learning", "first_step"),
    "frechet": _with_torch("distances", "frechet"),
    "drawing_while_training": _with_torch("drawing_while_training", "drawing_while_training"),
}
