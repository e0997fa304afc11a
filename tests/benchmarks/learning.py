"""Training beside a plain pix2pix loop, what data, figures and saving take of it, and how soon it begins."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from tests.benchmarks.measure import (
    REPOSITORY,
    Effort,
    NotReadyError,
    Row,
    child_environment,
    run_child,
    temporary_home,
)
from tests.benchmarks.pix2pix import WORKERS, plain_loop
from tests.benchmarks.runs import (
    QUIET,
    SETTLED,
    SMALL,
    followed,
    lineart,
    step_seconds,
    write_drawings,
    write_pairs,
)
from training import commands, events
from training.config import IntervalConfig
from training.data.openmoji import openmoji_folder
from training.device import place
from training.feed import Feed
from training.files import UserError
from training.loop import train
from training.state import new_state

BATCH, SIDE = 8, 128
QUICKER = {256: 1.1, 1024: 1.4}
"""How much quicker than the plain loop we want to be, by the side of the source files."""
DATA_SHARE, OVERHEAD_SHARE = 0.05, 0.1
FIRST_STEP_S = 5.0
MEASURED_PICTURES = 48

TORCH_IMPORT = "import time; start = time.perf_counter(); import torch; print(time.perf_counter() - start)"


def throughput(effort: Effort) -> list[Row]:
    """Pictures a second beside the plain loop: same networks, pairs, size, batch and threads, taken in turns.

    Ours turns, cuts and mirrors pairs as it does with photos, the plain loop as pix2pix does; neither redraws
    sketches.
    """
    rows = []
    steps = effort.times(16, 2) + SETTLED
    for source, factor in QUICKER.items():
        ours, plain = [], []
        with temporary_home() as home:
            pairs = write_pairs(home / "pairs", effort.times(160, 24), effort.times(source, 128))
            for turn in range(effort.times(3, 1)):
                config = lineart(
                    pairs,
                    home / f"run{turn}",
                    effort,
                    *QUIET,
                    *(f"size={effort.times(SIDE, 64)}", f"batch_size={effort.times(BATCH, 2)}"),
                    *(f"steps={steps}", "device=cpu", "precision=float32"),
                    *("source.layout=side_by_side", "source.direction=left", "source.lines=none"),
                    *("augment.clean=1", "sketch.redraw=0", "hints.enabled=off"),
                    *("discriminator.kind=patchgan", "discriminator.augment=none", "loss.features=0"),
                )
                ours += step_seconds(followed(config))
                state = new_state(config, place("cpu", "float32"), 0)
                assert state.discriminator is not None
                # As PyTorch makes networks: the order of the channels in memory is part of our own loop.
                for network in (state.generator, state.discriminator):
                    network.to(memory_format=torch.contiguous_format)
                taken = plain_loop(
                    pairs,
                    state.generator,
                    state.discriminator,
                    config.generator.noise,
                    config.size,
                    config.batch_size,
                    steps,
                )
                plain += taken[SETTLED:]
        mine, theirs = statistics.median(ours), statistics.median(plain)
        name = f"a step of {config.batch_size} at {config.size} px from {source} px files"
        against = f"a plain pix2pix loop with {WORKERS} workers; budget: {factor} times quicker"
        rows.append(
            Row(name, mine * 1e3, theirs * 1e3, _budget(effort, theirs * 1e3 / factor), "ms", against)
        )
    return rows


def data_share(effort: Effort) -> list[Row]:
    """What making the batches adds to a step of the line-art recipe.

    Every second step gets a new batch, which has the background make the next one meanwhile; the others get
    the first one again.
    """
    kept: list[object] = []
    real = Feed.get

    def get(feed: Feed, step: int) -> object:
        if not kept or step % 2:
            kept.append(real(feed, len(kept)))
            return kept[-1]
        return kept[0]

    steps = SETTLED + 2 * effort.times(12, 2)
    with temporary_home() as home, mock.patch.object(Feed, "get", get):
        data = write_drawings(home / "data", effort)
        told = followed(lineart(data, home / "run", effort, *QUIET, f"steps={steps}"))
    # The first of these is step number SETTLED + 1, counted from 1.
    seconds = step_seconds(told)
    live, fed = (statistics.median(seconds[(SETTLED + 1 + odd) % 2 :: 2]) * 1e3 for odd in (0, 1))
    budget = _budget(effort, fed / (1 - DATA_SHARE))
    against = f"the same with its batch at hand; budget: {DATA_SHARE:.0%} of a step"
    return [Row("a step of the line-art recipe, data and all", live, fed, budget, "ms", against)]


class Asking:
    """Lets ``steps`` steps go by, then gives one command after each and notes how long its answer takes."""

    ANSWERS = (events.MetricsReady, events.SamplesReady, events.CheckpointSaved)

    def __init__(self, steps: int, wanted: list[commands.Command]) -> None:
        self.told: list[tuple[float, events.Event]] = []
        self.seconds: dict[str, float] = {}
        self.measured = 1
        self._steps = steps
        self._wanted = wanted
        self._asked_at = 0.0

    def next_command(self) -> commands.Command | None:
        if self._steps > 0 or self._asked_at or not self._wanted:
            return None
        self._asked_at = time.perf_counter()
        return self._wanted.pop(0)

    def on_event(self, event: events.Event) -> None:
        now = time.perf_counter()
        self.told.append((now, event))
        if isinstance(event, events.StepDone):
            self._steps -= 1
        elif isinstance(event, self.ANSWERS) and self._asked_at:
            # The last of each kind counts: the first one loads weights and looks at the truth.
            self.seconds[type(event).__name__] = now - self._asked_at
            self._asked_at = 0.0
        if isinstance(event, events.MetricsReady):
            self.measured = event.count


def overhead(effort: Effort) -> list[Row]:
    """Figures, samples and checkpoints at the default intervals, as a share of the run they are part of.

    Their cost is measured; how often they come is the default. Figures of a few pictures stand for as many as
    the default measures at most.
    """
    every, settle = IntervalConfig(), SETTLED + effort.times(6, 2)
    ink = np.full((256, 256), 255, np.uint8)
    ink[100:104] = 0
    wanted: list[commands.Command] = [commands.Evaluate(), commands.SetPreview(ink, None, ())]
    wanted += [commands.SaveCheckpoint()]
    asking = Asking(settle, wanted * 2)
    with temporary_home() as home:
        data = write_drawings(home / "data", effort)
        settings = (f"steps={settle + 8}", f"every.pictures={effort.times(MEASURED_PICTURES, 4)}")
        train(lineart(data, home / "run", effort, *QUIET, *settings), asking.on_event, asking.next_command)
    steps = [(at, event) for at, event in asking.told if isinstance(event, events.StepDone)][:settle]
    step_s = statistics.median(step_seconds(steps))
    cost = asking.seconds
    shares = {
        "figures": cost["MetricsReady"] * every.pictures / asking.measured / every.evaluate,
        "samples": cost["SamplesReady"] / every.sample,
        "checkpoints": cost["CheckpointSaved"] / every.checkpoint,
    }
    run_s = step_s + sum(shares.values())
    rows = [
        Row(f"{name}, a step's part", 1e3 * part, 1e3 * step_s, None, "ms", "a step")
        for name, part in shares.items()
    ]
    name = "figures, samples and checkpoints at default intervals"
    share = 100 * sum(shares.values()) / run_s
    return [*rows, Row(name, share, 100.0, _budget(effort, 100 * OVERHEAD_SHARE), "%", "the run")]


def first_step(effort: Effort) -> list[Row]:
    """From the start of a training process to its first step, on the sample data set."""
    with temporary_home() as home:
        data = home / "data"
        if effort.tiny:
            write_drawings(data, effort)
        else:
            try:
                openmoji_folder()
            except UserError as error:
                raise NotReadyError(str(error)) from error
            run_child("import sys; from training.cli.parser import main; main(sys.argv[1:]); print()",
                      "prepare", "openmoji", str(data), home=home, timeout_s=1200)  # fmt: skip
        settings = [
            word for setting in (*(SMALL if effort.tiny else ()), *QUIET) for word in ("--set", setting)
        ]
        imports = float(run_child(TORCH_IMPORT, home=home))
        begun = [_begun(home, data, home / f"run{turn}", settings) for turn in range(effort.times(3, 1))]
    again = [min(turn[i] for turn in begun[1:] or begun) for i in (0, 1)]
    against = "importing PyTorch"
    return [
        Row("start to the first step, first time", begun[0][0], imports, None, "s", against),
        Row("start to the first step, again", again[0], imports, _budget(effort, FIRST_STEP_S), "s", against),
        Row("start to the end of the first step, again", again[1], imports, None, "s", against),
    ]


def _begun(home: Path, data: Path, run: Path, settings: list[str]) -> tuple[float, float]:
    """Return the seconds from a process's start until it takes its first step, and until that is done."""
    command = [sys.executable, "-m", "training", "train", "--recipe", "lineart", "--data", str(data)]
    command += ["--run", str(run), "--steps", "1", "--json", *settings]
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=child_environment(home), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        came = {}
        for line in process.stdout:
            came[json.loads(line)["event"]] = time.perf_counter() - start
        said = process.stderr.read() if process.stderr else ""
    if not {"Started", "StepDone"} <= came.keys():
        raise RuntimeError(f"the training did not begin:\n{said[-2000:]}")
    return came["Started"], came["StepDone"]


def _budget(effort: Effort, value: float) -> float | None:
    return None if effort.tiny else value
