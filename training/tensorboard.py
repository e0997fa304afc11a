"""A run for TensorBoard: ``tensorboard --logdir RUNS`` shows losses, figures and samples of several runs."""

import importlib.util
import logging
from pathlib import Path
from typing import Any

from training import events
from training.events import Event

log = logging.getLogger(__name__)

FOLDER = "tensorboard"


def is_tensorboard_installed() -> bool:
    """Whether ``TensorBoardWriter`` has something to write with."""
    return importlib.util.find_spec("tensorboard") is not None


class TensorBoardWriter:
    """Write losses, pace, balance, figures and grids of samples into ``tensorboard/`` of the run's folder.

    Call it from one thread, and ``close`` at the end. A disk that refuses ends the writing, never the run.
    """

    def __init__(self, run: Path) -> None:
        self._folder = run / FOLDER
        self._writer: Any = None
        self._given_up = False

    def __call__(self, event: Event) -> None:
        if self._given_up:
            return
        try:
            self._write(event)
        except OSError as error:
            log.warning("TensorBoard's files cannot be written: %s", error)
            self._given_up = True

    def close(self) -> None:
        """Write out what waits."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, event: Event) -> None:
        match event:
            case events.Started():
                from torch.utils.tensorboard import SummaryWriter

                self.close()
                # What an earlier go has written beyond this step happens again.
                first = event.step + 1 if event.resumed else None
                self._writer = SummaryWriter(str(self._folder), purge_step=first)
            case events.StepDone() if self._writer is not None:
                for name, value in event.losses.items():
                    self._writer.add_scalar(f"loss/{name}", value, event.step)
                for name, value in event.balance.items():
                    self._writer.add_scalar(f"balance/{name}", value, event.step)
                for name, value in event.memory.items():
                    self._writer.add_scalar(f"memory/{name}", value, event.step)
                self._writer.add_scalar("run/images_per_s", event.images_per_s, event.step)
                self._writer.add_scalar("run/learning_rate", event.learning_rate, event.step)
                self._writer.add_scalar("run/epoch", event.epoch, event.step)
            case events.MetricsReady() if self._writer is not None:
                for name, value in event.metrics.items():
                    self._writer.add_scalar(f"{event.split}/{name}", value, event.step)
                self._writer.flush()
            case events.SamplesReady() if self._writer is not None:
                self._add_picture(event)
            case events.Finished() | events.Failed():
                self.close()

    def _add_picture(self, event: events.SamplesReady) -> None:
        import numpy as np
        from PIL import Image

        with Image.open(event.path) as image:
            self._writer.add_image("samples", np.asarray(image.convert("RGB")), event.step, dataformats="HWC")
