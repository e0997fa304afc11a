"""The window from outside: time to its first paint in a new process, and what it costs at rest."""

import statistics
import time
from functools import partial
from pathlib import Path

from tests.benchmarks.measure import REPOSITORY, Effort, NotReadyError, Row, run_child, temporary_home

PAINTED_S = 1.2
IDLE_SHARE = 2.0

# The first main window, or the bare one, that is painted reports and ends the process. Nothing of the program
# is changed for this: only the event loop is entered with an event filter in place.
_WATCH = """
import os, sys, time
from PySide6 import QtCore, QtWidgets
started, mode, seconds = float(sys.argv[1]), sys.argv[2], float(sys.argv[3])
sys.argv = ["studio"]

class Watch(QtCore.QObject):
    done = False

    def eventFilter(self, target, event):
        paint = event.type() == QtCore.QEvent.Type.Paint
        if paint and not self.done and isinstance(target, QtWidgets.QMainWindow):
            self.done = True
            QtCore.QTimer.singleShot(0, self.painted)
        return False

    def painted(self):
        self.painted_s = time.time() - started
        QtWidgets.QApplication.instance().removeEventFilter(self)
        if mode == "paint":
            self.report(self.painted_s)
        else:
            QtCore.QTimer.singleShot(int(seconds * 1000), self.settle)

    def settle(self):
        self.cpu, self.wall = time.process_time(), time.perf_counter()
        QtCore.QTimer.singleShot(int(seconds * 1000), self.rested)

    def rested(self):
        self.report(100 * (time.process_time() - self.cpu) / (time.perf_counter() - self.wall))

    def report(self, value):
        print(value, flush=True)
        os._exit(0)

watch = Watch()
enter = QtWidgets.QApplication.exec

def watched(*_):
    QtWidgets.QApplication.instance().installEventFilter(watch)
    return enter()

QtWidgets.QApplication.exec = watched
"""

_STUDIO = (
    _WATCH
    + """
import runpy
runpy.run_module("studio", run_name="__main__", alter_sys=True)
"""
)

_BARE = (
    _WATCH
    + """
app = QtWidgets.QApplication(sys.argv)
window = QtWidgets.QMainWindow()
window.setCentralWidget(QtWidgets.QLabel("bare"))
window.resize(1280, 800)
window.show()
app.exec()
"""
)


def _measure(code: str, mode: str, seconds: float, home: Path) -> float:
    return float(run_child(code, str(time.time()), mode, str(seconds), home=home))


def _require_studio() -> None:
    if not (REPOSITORY / "studio" / "__main__.py").exists():
        raise NotReadyError("studio/__main__.py is not there")


def start_up(effort: Effort) -> list[Row]:
    """Start of a new process to the painted window; the first start makes caches that later ones use."""
    _require_studio()
    with temporary_home() as home:
        bare = partial(_measure, _BARE, "paint", 0, home)
        studio = partial(_measure, _STUDIO, "paint", 0, home)
        bare()
        first = studio()
        pairs = [(bare(), studio()) for _ in range(effort.times(7, 1))]
    reference = statistics.median(pair[0] for pair in pairs)
    against = "a bare Qt window"
    return [
        Row("start to painted window, first start", first, reference, None, "s", against),
        Row(
            "start to painted window, median",
            statistics.median(pair[1] for pair in pairs),
            reference,
            PAINTED_S,
            "s",
            against,
        ),
    ]


def idle(effort: Effort) -> list[Row]:
    """CPU time of the open window at rest, live on, after it has settled; percent of one core."""
    _require_studio()
    seconds = effort.seconds(10.0, 0.5)
    with temporary_home() as home:
        bare = _measure(_BARE, "rest", seconds, home)
        studio = _measure(_STUDIO, "rest", seconds, home)
    return [Row("idle CPU, percent of a core", studio, max(bare, 0.01), IDLE_SHARE, "%", "a bare Qt window")]
