import threading
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from studio.workers.tasks import Lane, inline, run_in_background, wait_for_background
from training.files import UserError

WAIT_MS = 60_000


def fail(error: Exception) -> None:
    raise error


def test_the_result_arrives_in_the_calling_thread(qtbot: QtBot) -> None:
    here, seen = QThread.currentThread(), []

    def work() -> QThread:
        return QThread.currentThread()

    run_in_background(work, lambda there: seen.append((there, QThread.currentThread())))
    assert seen == []
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    there, back = seen[0]
    assert there is not here
    assert back is here


def test_a_sentence_for_the_user_arrives_as_it_is(qtbot: QtBot) -> None:
    seen: list[UserError] = []
    error = UserError("The disk is full; free some space.")
    run_in_background(lambda: fail(error), on_error=seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    assert seen == [error]


def test_any_other_error_is_logged_and_becomes_a_sentence(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[UserError] = []
    run_in_background(lambda: fail(KeyError("layer")), on_error=seen.append)
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    assert "log has the details" in str(seen[0])
    assert "KeyError" in caplog.text


def test_tasks_of_one_lane_run_in_order_and_one_at_a_time(qtbot: QtBot) -> None:
    running, most, order = 0, 0, []
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        with lock:
            running -= 1
        return number

    for number in range(30):
        run_in_background(lambda number=number: work(number), order.append)
    qtbot.waitUntil(lambda: len(order) == 30, timeout=WAIT_MS)
    assert order == list(range(30))
    assert most == 1


def test_a_slow_task_does_not_hold_up_files(qtbot: QtBot) -> None:
    release, done = threading.Event(), []
    run_in_background(lambda: release.wait(60), lambda _: done.append("slow"), lane=Lane.SLOW)
    run_in_background(lambda: None, lambda _: done.append("file"))
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)
    assert done == ["file"]
    release.set()
    qtbot.waitUntil(lambda: len(done) == 2, timeout=WAIT_MS)


def test_waiting_delivers_everything(qapp: object) -> None:
    seen: list[int] = []
    for number in range(5):
        run_in_background(lambda number=number: number, seen.append)
    assert wait_for_background(10_000)
    assert seen == [0, 1, 2, 3, 4]


def test_waiting_gives_up_at_its_limit(qtbot: QtBot) -> None:
    release, done = threading.Event(), []
    run_in_background(lambda: release.wait(60), done.append)
    assert not wait_for_background(1)
    release.set()
    qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)


def test_inline_work_is_done_at_once(qapp: object) -> None:
    seen: list[object] = []
    with inline():
        run_in_background(QThread.currentThread, seen.append)
        run_in_background(lambda: fail(UserError("No.")), seen.append, lambda error: seen.append(str(error)))
    assert seen == [QThread.currentThread(), "No."]


def test_without_handlers_nothing_happens(qapp: object) -> None:
    run_in_background(lambda: fail(UserError("No.")))
    run_in_background(lambda: 3)
    assert wait_for_background(10_000)


class Receiver(QObject):
    """Counts what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []

    def take(self, *what: object) -> None:
        self.told.append(what)


def test_what_comes_for_a_window_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    gone, here = Receiver(), Receiver()
    for receiver in (gone, here):
        run_in_background(lambda: 1, receiver.take)
        run_in_background(lambda: 2, partial(receiver.take, "with"))
        run_in_background(lambda: fail(UserError("No.")), receiver.take, partial(receiver.take, "error"))
    delete(gone)
    assert wait_for_background(10_000)
    assert gone.told == []
    assert [what[0] for what in here.told] == [1, "with", "error"]
