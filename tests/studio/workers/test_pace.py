"""Which threads let the window go first."""

import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.workers.pace import SPINS, SWITCH_S, Pace, make_way_for_the_window, yield_to_the_window

WAITING = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
LOAD_OPENMP = """
import ctypes, sys
from studio.workers.pace import make_way_for_the_window
make_way_for_the_window()
ctypes.CDLL(sys.argv[1])
"""


@pytest.fixture
def process_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Set first, so that what the test sets is taken back.
    monkeypatch.setenv("GOMP_SPINCOUNT", "")
    monkeypatch.delenv("GOMP_SPINCOUNT")
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives single threads a priority")
@pytest.mark.parametrize(
    ("pace", "nice", "policy"), [(Pace.PICTURE, 5, "SCHED_BATCH"), (Pace.TRAINING, 10, "SCHED_IDLE")]
)
def test_a_thread_and_those_it_starts_yield_and_the_others_do_not(pace: Pace, nice: int, policy: str) -> None:
    found: list[tuple[int, int]] = []

    def tell() -> None:
        thread = threading.get_native_id()
        found.append((os.getpriority(os.PRIO_PROCESS, thread), os.sched_getscheduler(thread)))

    def work() -> None:
        yield_to_the_window(pace)
        tell()
        inner = threading.Thread(target=tell)
        inner.start()
        inner.join()

    tell()
    outer = threading.Thread(target=work)
    outer.start()
    outer.join()
    tell()
    before, *inside, after = found
    assert before == after
    assert inside == [(max(before[0], nice), getattr(os, policy))] * 2


def test_threads_that_run_python_take_short_turns(process_as_it_was: None) -> None:
    make_way_for_the_window()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)


@pytest.mark.parametrize(
    ("given", "spins"), [({}, SPINS), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, None)]
)
def test_pytorchs_threads_sleep_soon_unless_the_environment_says_otherwise(
    given: dict[str, str], spins: str | None
) -> None:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        pytest.skip("PyTorch is not installed")
    library = next((Path(spec.origin).parent / "lib").glob("libgomp*.so*"), None)
    if library is None:
        pytest.skip("this PyTorch computes without GNU OpenMP")
    environment = {name: value for name, value in os.environ.items() if name not in WAITING}
    shown = subprocess.run(
        [sys.executable, "-c", LOAD_OPENMP, str(library)],
        env={**environment, "OMP_DISPLAY_ENV": "VERBOSE", **given},
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    told = [line for line in shown.splitlines() if "GOMP_SPINCOUNT" in line]
    assert len(told) == 1
    assert (f"'{spins}'" in told[0]) is (spins is not None)
