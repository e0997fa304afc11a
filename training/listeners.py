"""Listeners of a run's events: the journal in its folder, JSON lines for a pipe, a bar for a person."""

import json
import logging
import sys
from pathlib import Path
from typing import Any, TextIO

from training import events
from training.events import Event
from training.files import write_text
from training.tensorboard import TensorBoardWriter, is_tensorboard_installed

log = logging.getLogger(__name__)

JOURNAL = "events.jsonl"


class JournalWriter:
    """Append every event to ``events.jsonl`` in the run's folder.

    A full disk must not end the run: what cannot be written waits for the next event. What happens before
    the first step is no part of it: there may be no run yet.
    """

    def __init__(self, run: Path) -> None:
        self._path = run / JOURNAL
        self._waiting: list[str] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, events.Preparing):
            return
        self._waiting.append(events.to_json(event) + "\n")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(self._waiting)
        except OSError as error:
            log.warning("the journal %s cannot be written: %s", self._path, error)
            return
        self._waiting.clear()

    def close(self) -> None:
        """Nothing is held open between events."""


def run_recorders(run: Path) -> list["JournalWriter | TensorBoardWriter"]:
    """The listeners that write into the run's folder: the journal and, where it is installed, TensorBoard."""
    recorders: list[JournalWriter | TensorBoardWriter] = [JournalWriter(run)]
    if is_tensorboard_installed():
        recorders.append(TensorBoardWriter(run))
    return recorders


class LineWriter:
    """Write every event as a line of JSON to ``stream``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        self._stream.write(events.to_json(event) + "\n")
        self._stream.flush()


class ProgressBar:
    """A bar with losses, pictures a second and time left; other events as lines above it."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, event: Event) -> None:
        from tqdm import tqdm

        match event:
            case events.Preparing():
                if self._bar is None or self._bar.unit != "picture":
                    self.close()
                    self._bar = tqdm(unit="picture", desc=event.text, file=sys.stderr, delay=0.2)
                self._bar.total = event.total or None
                self._bar.update(event.done - self._bar.n)
            case events.Started():
                self.close()
                total = sum(event.parameters.values()) / 1e6
                self._say(
                    f"{event.images} pictures on {event.device} ({event.precision}), {total:.1f} M weights"
                )
                self._bar = tqdm(total=event.steps or None, initial=event.step, unit="step", file=sys.stderr)
            case events.StepDone() if self._bar is not None:
                self._bar.total = event.steps or None
                self._bar.update(event.step - self._bar.n)
                figures = " ".join(f"{name} {value:.3f}" for name, value in event.losses.items())
                self._bar.set_postfix_str(
                    f"{figures} {event.images_per_s:.1f} images/s, {_clock(event.left_s)} left"
                )
            case events.MetricsReady():
                figures = ", ".join(f"{name} {value:.4f}" for name, value in event.metrics.items())
                self._say(f"step {event.step}: {event.split} {figures}{' (best)' if event.best else ''}")
            case events.CheckpointSaved():
                self._say(f"step {event.step}: saved {event.path}")
            case events.Warned() | events.Failed():
                self._say(f"step {event.step}: {event.text}")
            case events.Finished():
                self.close()

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _say(self, text: str) -> None:
        from tqdm import tqdm

        tqdm.write(text, file=sys.stderr)


def cut_journal(run: Path, step: int) -> None:
    """Drop what the journal says came after the checkpoint of ``step``: it will happen again."""
    path = run / JOURNAL
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = 0
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line)
        except ValueError:
            continue  # a line that a crash cut short
        if (
            isinstance(values, dict)
            and values.get("event") == "CheckpointSaved"
            and values.get("step") == step
        ):
            kept = number
    if kept:
        write_text(path, "".join(f"{line}\n" for line in lines[:kept]))


def empty_journal(run: Path) -> None:
    """Forget what an earlier attempt told that was cut off before it saved anything."""
    if (run / JOURNAL).is_file():
        write_text(run / JOURNAL, "")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
