"""The benchmarks by name."""

from tests.benchmarks import drawing, live, pen, scanning, window
from tests.benchmarks.measure import Benchmark

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
}
