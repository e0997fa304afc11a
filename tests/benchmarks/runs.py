"""Training runs to measure: followed event by event from outside, on data that are made here."""

import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from tests.benchmarks.measure import Effort
from training.commands import Command
from training.config import TrainConfig, with_settings
from training.data import openmoji
from training.events import Event, StepDone
from training.files import UserError
from training.loop import train
from training.recipes import get_recipe

QUIET = (
    "every.sample=0",
    "every.evaluate=0",
    "every.checkpoint=100000",
    "every.log=1",
    "optim.warmup_steps=0",
)
"""Nothing but steps, each of them told."""
SMALL = (
    *("size=64", "batch_size=2", "generator.width=8", "generator.cap=16", "generator.tail=8"),
    *("generator.condition=8", "discriminator.kind=patchgan", "discriminator.channels=8", "loss.features=0"),
)
"""The line-art recipe small enough for a tiny run."""
SETTLED = 3
"""Steps that do not count: caches fill, and what was made ahead is used up."""


def lineart(data: Path, run: Path, effort: Effort, *settings: str) -> TrainConfig:
    """Return the line-art recipe with ``settings``; in a tiny run a small one."""
    given = (f"data={data}", f"run={run}", *(SMALL if effort.tiny else ()), *settings)
    return with_settings(get_recipe("lineart").config, given)


def followed(
    config: TrainConfig, next_command: Callable[[], Command | None] = lambda: None
) -> list[tuple[float, Event]]:
    """Train and return every event with the time it came, in seconds."""
    told: list[tuple[float, Event]] = []
    train(config, lambda event: told.append((time.perf_counter(), event)), next_command)
    return told


def step_seconds(told: list[tuple[float, Event]], first: int = SETTLED) -> list[float]:
    """Return how long each step took from the one after ``first`` on."""
    times = [at for at, event in told if isinstance(event, StepDone)]
    return [after - before for before, after in zip(times[first - 1 :], times[first:], strict=False)]


def write_drawings(folder: Path, effort: Effort, size: int = 256) -> Path:
    """Write a prepared data set of real line art, every twentieth emoji; shapes where there are none."""
    real = openmoji.choose
    try:
        if effort.tiny:
            raise UserError("a tiny run waits for no rendering")
        with mock.patch.object(openmoji, "choose", lambda svgs: real(svgs)[::20]):
            openmoji.prepare_openmoji(folder, size)
    except UserError:
        from tests.training.data.shapes import write_set

        write_set(folder, effort.times(100, 6))
    return folder


def write_pairs(folder: Path, count: int, side: int) -> Path:
    """Write ``count`` pairs side by side as pix2pix has them, each half ``side`` pixels square, as JPEG."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(side)
    for number in range(count):
        # Small blots, so that files and their decoding cost what photos do.
        coarse = rng.integers(0, 256, (side // 16, side // 16, 3)).astype(np.uint8)
        photo = np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))
        noisy = np.clip(photo.astype(np.int16) + rng.integers(-12, 13, photo.shape), 0, 255).astype(np.uint8)
        sketch = np.full((side, side, 3), 255, np.uint8)
        for _ in range(12):
            row, column = (int(value) for value in rng.integers(0, side - 8, 2))
            sketch[row : row + side // 64, : column + 8] = 0
            sketch[: row + 8, column : column + side // 64] = 0
        pair = Image.fromarray(np.hstack([sketch, noisy]))
        pair.save(folder / f"{number:04d}.jpg", quality=90)
    return folder
