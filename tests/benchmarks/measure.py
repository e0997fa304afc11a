"""What every benchmark shares: rows with reference and budget, child processes, a scripted pen."""

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Effort:
    """How much work a run does; ``tiny`` proves that a benchmark runs, its figures mean nothing."""

    tiny: bool = False

    def times(self, full: int, tiny: int) -> int:
        """Return a count, small in a tiny run."""
        return tiny if self.tiny else full

    def seconds(self, full: float, tiny: float) -> float:
        """Return a duration, short in a tiny run."""
        return tiny if self.tiny else full


@dataclass(frozen=True)
class Row:
    """One figure beside a reference from the same run; ``budget`` is in ``unit``, None: report only."""

    name: str
    measured: float
    reference: float
    budget: float | None
    unit: str
    against: str

    @property
    def ratio(self) -> float:
        """Measured over reference."""
        return self.measured / self.reference if self.reference else math.inf

    @property
    def verdict(self) -> str:
        """``ok`` within the budget, ``OVER`` beyond it, ``-`` where there is none."""
        if self.budget is None:
            return "-"
        return "ok" if self.measured <= self.budget else "OVER"


Benchmark = Callable[[Effort], list[Row]]


class NotReadyError(Exception):
    """A benchmark lacks something on this machine; the text says what."""


class Point(NamedTuple):
    """A place of the scripted pen, in document pixels, at ``time_s`` of a stroke's own clock."""

    x: float
    y: float
    pressure: float
    time_s: float


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` (0..1) of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long one call took."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def repeated_ms(work: Callable[[], object], times: int, warm: int = 3) -> list[float]:
    """Return the milliseconds of each of ``times`` calls, after ``warm`` that do not count."""
    for _ in range(warm):
        work()
    return [milliseconds(work) for _ in range(times)]


def scribble(size: int, index: int, samples: int = 125, rate_hz: float = 125.0) -> Iterator[Point]:
    """Yield one stroke of a hand: a loop of its own place and size on a square canvas, pressure swelling."""
    middle_x = size * (0.25 + 0.5 * _noise(index, 1))
    middle_y = size * (0.25 + 0.5 * _noise(index, 2))
    reach = size * (0.05 + 0.15 * _noise(index, 3))
    for step in range(samples):
        turn = step / samples
        angle = math.tau * (turn * (0.7 + _noise(index, 4)) + _noise(index, 5))
        wobble = 1 + 0.08 * math.sin(step * 0.9 + index)
        yield Point(
            middle_x + reach * wobble * math.cos(angle),
            middle_y + reach * wobble * math.sin(1.7 * angle),
            0.2 + 0.8 * math.sin(math.pi * turn),
            step / rate_hz,
        )


def _noise(index: int, salt: int) -> float:
    # The fraction of a large sine: scattered over 0..1, the same on every machine.
    return math.sin(index * 12.9898 + salt * 78.233) * 43758.5453 % 1.0


def child_environment(home: Path) -> dict[str, str]:
    """Return the environment of a measured child process: no screen, user folders of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "SKETCH_STUDIO_HOME": str(home),
    }
    # An installed program is compiled once; without this each start here would compile every file again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def run_child(code: str, *arguments: str, home: Path, timeout_s: float = 120) -> str:
    """Run ``code`` in a new Python process and return the last line it printed; RuntimeError if it fails."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=home,
        env=child_environment(home),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        raise RuntimeError(f"the measured process failed ({done.returncode}):\n{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Give user folders that no one has touched, here and in child processes, and remove them afterwards."""
    before = os.environ.get("SKETCH_STUDIO_HOME")
    with tempfile.TemporaryDirectory(prefix="sketch-studio-bench-", ignore_cleanup_errors=True) as folder:
        os.environ["SKETCH_STUDIO_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                os.environ.pop("SKETCH_STUDIO_HOME", None)
            else:
                os.environ["SKETCH_STUDIO_HOME"] = before


def resident_mb() -> float:
    """Return this process's resident memory in MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20
