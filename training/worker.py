"""Training work in a process of its own: one request as a line of JSON on stdin, events as lines on stdout.

After the request commands may follow, a line each. When stdin ends, whoever asked is gone: the run saves its
state and stops, other work is given up. Exit status 0, 1 when the work failed, 2 with a sentence on stderr
when it was refused.
"""

import collections
import contextlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from training import commands
from training.commands import Command
from training.config import from_dict
from training.errands import ERRANDS
from training.events import Event, Exported, Preparing, Written, to_json
from training.files import UserError

TRAIN, EXPORT = "train", "export"
NICE = 10


def main() -> int:
    """Read the request from stdin, do the work, return the exit status."""
    speak = _Speaker(sys.stdout)
    # What libraries print must not stand among the events.
    sys.stdout = sys.stderr
    try:
        request = _request(sys.stdin.readline())
        if request["task"] == EXPORT:
            return _export(request, speak)
        if request["task"] == TRAIN:
            return _train(request, speak)
        return _errand(request, speak)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _export(request: dict[str, Any], speak: "_Speaker") -> int:
    from training.export import export_run

    card = request["card"]
    name, licence, author, note = (str(card.get(key, "")) for key in ("name", "licence", "author", "note"))
    result = export_run(
        Path(request["run"]),
        Path(request["out"]),
        name=name,
        licence=licence,
        author=author,
        note=note,
        step=request["step"],
    )
    speak(Exported(str(result.path), result.worst))
    return 0


def _train(request: dict[str, Any], speak: "_Speaker") -> int:
    from training.listeners import run_recorders
    from training.loop import train

    _go_last()
    config = from_dict(request["config"])
    recorders = run_recorders(Path(config.run))
    inbox = _inbox()

    def on_event(event: Event) -> None:
        for listener in (*recorders, speak):
            listener(event)

    try:
        result = train(
            config, on_event, lambda: inbox.popleft() if inbox else None, resume=bool(request["resume"])
        )
    finally:
        for recorder in recorders:
            recorder.close()
    return 1 if result.failed else 0


def _errand(request: dict[str, Any], speak: "_Speaker") -> int:
    _go_last()
    inbox = _inbox()

    def show(done: int, total: int, text: str) -> None:
        speak(Preparing(done, total, text))

    try:
        path = ERRANDS[request["task"]](request, show, lambda: bool(inbox))
    except Exception:
        # Work that was told to stop may end in any way; nobody waits for it.
        if inbox:
            return 0
        raise
    speak(Written(str(path)))
    return 0


def _go_last() -> None:
    """Let whoever watches and draws go first."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE)


def _inbox() -> "collections.deque[Command]":
    """The commands that come in, in order, from now on."""
    inbox: collections.deque[Command] = collections.deque()
    threading.Thread(target=_listen, args=(inbox,), name="commands", daemon=True).start()
    return inbox


class _Speaker:
    """Writes events to a stream as long as somebody reads it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream

    def __call__(self, event: Event) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(to_json(event) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = None


def _listen(inbox: "collections.deque[Command]") -> None:
    for line in sys.stdin:
        if line.strip():
            try:
                inbox.append(commands.from_json(line))
            except ValueError as error:
                sys.stderr.write(f"A command was not understood ({error}).\n")
    inbox.append(commands.Stop())


def _request(line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
        if request["task"] not in (TRAIN, EXPORT, *ERRANDS):
            raise ValueError(f"the task is {request['task']!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"The request was not understood ({error}); send one JSON object first.") from error
    return dict(request)


if __name__ == "__main__":
    sys.exit(main())
