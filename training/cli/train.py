"""``train`` and ``resume``: the loop with its listeners, Ctrl+C and, over a pipe, commands as JSON lines."""

import argparse
import collections
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

from training import commands
from training.commands import Command
from training.config import TrainConfig, load_config, with_settings
from training.events import Event
from training.files import UserError
from training.listeners import LineWriter, ProgressBar, run_recorders
from training.recipes import get_recipe
from training.recipes.presets import with_quality


def train_command(options: argparse.Namespace) -> None:
    """Train anew as the command line says."""
    config = get_recipe(options.recipe).config
    if options.quality is not None:
        config = with_quality(config, options.quality)
    config = with_settings(config, options.settings)
    if options.labels is not None:
        config = replace(config, source=replace(config.source, labels=str(options.labels.resolve())))
    given = {
        "size": options.size,
        "batch_size": options.batch_size,
        "seed": options.seed,
        "device": options.device,
        "init": None if options.init is None else str(options.init),
    }
    config = replace(config, **{name: value for name, value in given.items() if value is not None})
    config = replace(_with_length(config, options), data=str(options.data), run=str(options.run_folder))
    _run(config.checked(), options.json, resume=False)


def resume_command(options: argparse.Namespace) -> None:
    """Go on with a run; a length plans it anew for that much in all."""
    folder: Path = options.run_folder
    config = replace(load_config(folder / "config.toml"), run=str(folder))
    _run(_with_length(config, options).checked(), options.json, resume=True)


def _with_length(config: TrainConfig, options: argparse.Namespace) -> TrainConfig:
    """The length that was asked for, in place of the config's own, whatever that counts."""
    if (options.steps, options.minutes, options.epochs) == (None, None, None):
        return config
    steps = config.steps if options.steps is None else options.steps
    return replace(config, steps=steps, minutes=options.minutes, epochs=options.epochs)


def _run(config: TrainConfig, as_json: bool, *, resume: bool) -> None:
    from training.loop import train

    inbox: collections.deque[Command] = collections.deque()
    screen = LineWriter(sys.stdout) if as_json else ProgressBar()
    recorders = run_recorders(Path(config.run))
    if as_json:
        threading.Thread(target=_read_commands, args=(inbox,), name="commands", daemon=True).start()

    def on_event(event: Event) -> None:
        for listener in (*recorders, screen):
            listener(event)

    try:
        with _stopping_on_interrupt(inbox):
            result = train(config, on_event, lambda: inbox.popleft() if inbox else None, resume=resume)
    finally:
        if isinstance(screen, ProgressBar):
            screen.close()
        for recorder in recorders:
            recorder.close()
    if result.failed:
        raise SystemExit(1)
    if not as_json and result.step:
        if result.complete:
            told = f"Trained. Make a model file with: sketch-train export {config.run} --out MODEL.onnx"
        else:
            told = f"Stopped at step {result.step}. Go on with: sketch-train resume {config.run}"
        sys.stderr.write(f"{told}\n")


@contextlib.contextmanager
def _stopping_on_interrupt(inbox: "collections.deque[Command]") -> Iterator[None]:
    """The first Ctrl+C asks the loop to save and stop, a second one stops at once."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        inbox.appendleft(commands.Stop())

    before = signal.signal(signal.SIGINT, interrupt)
    terminate_before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, terminate_before)


def _read_commands(inbox: "collections.deque[Command]") -> None:
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            inbox.append(commands.from_json(line))
        except ValueError as error:
            sys.stderr.write(
                f"{UserError(f'A command was not understood ({error}); send one JSON object a line.')}\n"
            )
