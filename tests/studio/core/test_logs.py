import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning

from studio.core import logs


@pytest.fixture(autouse=True)
def everything_as_before() -> Iterator[None]:
    """Take the handlers and hooks away again."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    qInstallMessageHandler(None)


def test_messages_of_the_program_and_of_qt_reach_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log" / "studio.log"
    logs.set_up_logging(path)
    logging.getLogger("studio.test").info("hello")
    qWarning("from Qt")
    text = path.read_text(encoding="utf-8")
    assert "INFO studio.test: hello" in text
    assert "from Qt" in text


def test_the_log_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES", 1000)
    path = tmp_path / "studio.log"
    logs.set_up_logging(path)
    for number in range(500):
        logging.getLogger("studio.test").info("message %d", number)
    files = list(tmp_path.iterdir())
    assert len(files) == logs.LOGS_KEPT + 1
    assert sum(file.stat().st_size for file in files) <= 1000 * (logs.LOGS_KEPT + 1)


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    logs.set_up_logging(tmp_path / "file" / "studio.log")
    logging.getLogger("studio.test").info("still here")
    assert "still here" in capsys.readouterr().err


def test_an_uncaught_exception_is_logged_and_told_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    logs.catch_uncaught(told.append)
    try:
        raise ValueError("secret detail")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert len(told) == 1
    assert "secret detail" not in told[0]
    assert "Traceback" in caplog.text
    assert "secret detail" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_uncaught_exception_of_a_thread_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    logs.catch_uncaught(told.append)
    thread = threading.Thread(target=lambda: 1 / 0, name="worker seven")
    thread.start()
    thread.join()
    assert len(told) == 1
    assert "worker seven" in caplog.text
