"""What a run's networks do: pictures for sketches, or pictures of a label. All that differs between the two.

``task_of`` a config gives the batches, the tensors, the samples and the figures that go with it; the loop,
the session and the step know none of this.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from training.commands import SetPreview
from training.config import TrainConfig
from training.data.batches import (
    Batch,
    LabelUse,
    PictureBatch,
    evaluation_batches,
    picture_batch,
    picture_batches,
    training_batch,
)
from training.data.dataset import Dataset
from training.device import Placement
from training.label_samples import choose_label_samples
from training.measure import Measurement, Measurer
from training.measure_labels import LabelMeasurer
from training.samples import Grid, choose_samples
from training.tensors import (
    DrawingTensors,
    PictureTensors,
    Tensors,
    to_picture_tensors,
    to_tensors,
)


class Samples(Protocol):
    """The fixed inputs of every grid of a run."""

    def write(self, path: Path, network: nn.Module, preview: SetPreview | None, placement: Placement) -> Grid:
        """Write the PNG of what ``network`` makes of them; OSError when the disk refuses."""
        ...


class Measures(Protocol):
    """Measures networks on the same held-out pictures."""

    def run(self, network: nn.Module, cancelled: Callable[[], bool]) -> Measurement | None:
        """Measure ``network``; ``cancelled`` is asked before every batch, None when it says yes."""
        ...


class Task(Protocol):
    """One kind of task; ``batch`` is a pure function of its arguments."""

    def batch(
        self, dataset: Dataset, config: TrainConfig, step: int, batch_size: int, offset: int, rows: range
    ) -> Any:
        """The samples ``rows`` of batch ``step``; see ``training_batch``."""
        ...

    def plain_batches(
        self, dataset: Dataset, config: TrainConfig, batch_size: int, items: Sequence[int]
    ) -> Iterator[Any]:
        """Batches of ``items`` in order, unvaried, with their true labels."""
        ...

    def tensors(self, batch: Any, placement: Placement) -> Tensors:
        """A batch as floats on the device."""
        ...

    def blank(self, config: TrainConfig, labels: int, count: int, device: torch.device) -> Tensors:
        """``count`` empty pictures, to try out what fits into memory."""
        ...

    def samples(self, held_out: Dataset, config: TrainConfig) -> Samples:
        """What every grid of the run shows."""
        ...

    def measurer(self, held_out: Dataset, config: TrainConfig, placement: Placement) -> Measures:
        """Who judges the run."""
        ...


class SketchToImage:
    """Colours for drawings."""

    def batch(
        self, dataset: Dataset, config: TrainConfig, step: int, batch_size: int, offset: int, rows: range
    ) -> Batch:
        """Drawings as people draw them, with hints, labels and palette codes."""
        return training_batch(
            dataset,
            step,
            config.seed,
            batch_size,
            config.augment,
            config.hints,
            config.generator.noise,
            offset=offset,
            rows=rows,
            labels=_label_use(config),
        )

    def plain_batches(
        self, dataset: Dataset, config: TrainConfig, batch_size: int, items: Sequence[int]
    ) -> Iterator[Batch]:
        """Drawings without hints, with zero noise."""
        return evaluation_batches(dataset, batch_size, 0, config.seed, config.generator.noise, items)

    def tensors(self, batch: Batch, placement: Placement) -> DrawingTensors:
        """Drawings, hints and the colours wanted."""
        return to_tensors(batch, placement)

    def blank(self, config: TrainConfig, labels: int, count: int, device: torch.device) -> DrawingTensors:
        """White paper without hints."""
        paper = torch.ones(count, 1, config.size, config.size, device=device)
        return DrawingTensors(
            paper,
            torch.zeros(count, 4, config.size, config.size, device=device),
            paper.repeat(1, 3, 1, 1),
            torch.zeros(count, labels, device=device),
            torch.zeros(count, config.generator.noise, device=device),
            paper,
        )

    def samples(self, held_out: Dataset, config: TrainConfig) -> Samples:
        """Held-out drawings, without hints and, where there are any, with them."""
        return choose_samples(held_out, config.seed, config.generator.noise, hinted=config.hints.enabled)

    def measurer(self, held_out: Dataset, config: TrainConfig, placement: Placement) -> Measures:
        """Pictures of held-out drawings beside their truth."""
        return Measurer(held_out, config, placement)


class LabelToImage:
    """Pictures of a label, from noise."""

    def batch(
        self, dataset: Dataset, config: TrainConfig, step: int, batch_size: int, offset: int, rows: range
    ) -> PictureBatch:
        """Pictures with their labels, and noise to make others from."""
        return picture_batch(
            dataset,
            step,
            config.seed,
            batch_size,
            config.vary,
            _label_use(config),
            config.generator.noise,
            config.picture_channels,
            offset=offset,
            rows=rows,
        )

    def plain_batches(
        self, dataset: Dataset, config: TrainConfig, batch_size: int, items: Sequence[int]
    ) -> Iterator[PictureBatch]:
        """Pictures with noise to make others from."""
        return picture_batches(
            dataset, batch_size, config.generator.noise, config.picture_channels, config.seed, items
        )

    def tensors(self, batch: PictureBatch, placement: Placement) -> PictureTensors:
        """Pictures, labels and noise."""
        return to_picture_tensors(batch, placement)

    def blank(self, config: TrainConfig, labels: int, count: int, device: torch.device) -> PictureTensors:
        """White pictures."""
        return PictureTensors(
            torch.ones(count, config.picture_channels, config.size, config.size, device=device),
            torch.zeros(count, labels, device=device),
            torch.zeros(count, config.generator.noise, device=device),
        )

    def samples(self, held_out: Dataset, config: TrainConfig) -> Samples:
        """A row a label, the same noise in all of them."""
        return choose_label_samples(held_out.labels, config.generator.noise, config.seed)

    def measurer(self, held_out: Dataset, config: TrainConfig, placement: Placement) -> Measures:
        """As many generated pictures of each label as there are held-out ones, compared as a whole."""
        return LabelMeasurer(held_out, config, placement)


TASKS: dict[str, Task] = {"sketch-to-image": SketchToImage(), "label-to-image": LabelToImage()}


def task_of(config: TrainConfig) -> Task:
    """The task of ``config``."""
    return TASKS[config.task]


def _label_use(config: TrainConfig) -> LabelUse:
    return LabelUse(config.conditions.label_dropped, config.conditions.label_mixed)
