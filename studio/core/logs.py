"""Where messages for the maintainer go: log files of limited size. Users see sentences, not traces."""

import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
LOGS_KEPT = 3
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def set_up_logging(path: Path, *, level: int = logging.INFO) -> None:
    """Send the program's and Qt's messages to ``path``, to stderr where that cannot be written."""
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(handler)
    qInstallMessageHandler(_on_qt_message)


def catch_uncaught(tell: Callable[[str], None]) -> None:
    """Log every exception nobody caught, in any thread, and pass one sentence about it to ``tell``.

    ``tell`` is called in the thread of the exception and must not raise.
    """

    def on_uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None, place: str
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("uncaught exception%s", place, exc_info=(kind, error, trace))
        tell("Something went wrong inside the program; your drawing is still open. The log has the details.")

    sys.excepthook = lambda kind, error, trace: on_uncaught(kind, error, trace, "")
    threading.excepthook = lambda found: on_uncaught(
        found.exc_type,
        found.exc_value or found.exc_type(),
        found.exc_traceback,
        f" in {found.thread.name if found.thread else 'a thread'}",
    )


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    logging.getLogger(f"qt.{context.category}").log(LEVELS.get(kind, logging.WARNING), "%s", text)
