"""Which threads let the window go first."""

import os
import sys
import threading

import pytest

from studio.workers.pace import yield_to_the_window


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives single threads a priority")
def test_a_thread_and_those_it_starts_yield_and_the_others_do_not() -> None:
    found: list[int] = []

    def tell() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def work() -> None:
        yield_to_the_window(5)
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
    assert inside == [max(before, 5)] * 2
