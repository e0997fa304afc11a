"""Which threads let the window go first."""

import os
import sys
import threading
from collections.abc import Iterator

import pytest

from studio.workers.pace import SWITCH_S, Pace, share_the_interpreter, yield_to_the_window


@pytest.fixture
def switch_interval() -> Iterator[None]:
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


def test_threads_that_run_python_take_short_turns(switch_interval: None) -> None:
    share_the_interpreter()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
