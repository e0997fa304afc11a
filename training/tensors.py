"""A batch on the device, of drawings or of pictures alone: what a network is given and what it should make.

Both kinds offer the same to a training step: ``generate``, ``picture``, ``guide`` and ``own_losses``.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn

from training import losses
from training.config import TrainConfig
from training.data.batches import Batch, PictureBatch
from training.device import Placement
from training.losses import Losses, Mean
from training.networks import compose
from training.networks.guide import guide_of, no_guide
from training.networks.papers import cells_of, free_of_ink, without_gaps
from training.networks.spread import spread_hints
from training.networks.unet import Choice, UNetGenerator


@dataclass(frozen=True)
class Made:
    """What a generator made: ``colours`` [N,C,H,W] in 0..1 or a little beyond, and how, where it explains."""

    colours: Tensor
    choice: Choice | None = None


class Tensors(Protocol):
    """What a training step needs of a batch. ``truth`` [N,C,H,W] in 0..1 is what ``generate`` is to make."""

    @property
    def truth(self) -> Tensor: ...
    @property
    def label(self) -> Tensor: ...

    def generate(self, generator: nn.Module, config: TrainConfig, label: Tensor) -> Made:
        """Call ``generator`` with its inputs, ``label`` [N,L] among them."""
        ...

    def picture(self, colours: Tensor) -> Tensor:
        """The picture that ``colours`` [N,C,H,W] belong to."""
        ...

    def guide(self, kind: str) -> Tensor:
        """What a judge sees beside the picture, [N,G,H/2,W/2]."""
        ...

    def own_losses(self, config: TrainConfig, made: Made, generator: nn.Module, mean: Mean) -> Losses:
        """The losses of ``made`` against the truth."""
        ...


@dataclass(frozen=True)
class DrawingTensors:
    """Drawings: sketch [N,1,H,W], hints [N,4,H,W], truth [N,3,H,W] in 0..1, label, noise.

    ``cover`` [N,1,H,W] is what is multiplied over the colours: the sketch, or ones where its lines are no
    part of the picture.
    """

    sketch: Tensor
    hints: Tensor
    truth: Tensor
    label: Tensor
    noise: Tensor
    cover: Tensor

    @cached_property
    def spread(self) -> Tensor:
        """The hints [N,4,H/2,W/2] spread over their regions."""
        return spread_hints(cells_of(without_gaps(free_of_ink(self.sketch))), self.hints)

    def generate(self, generator: nn.Module, config: TrainConfig, label: Tensor) -> Made:
        """The colours of the drawings."""
        inputs = (self.sketch, self.hints, label, self.noise)
        if config.generator.swatches:
            choice: Choice = generator(*inputs, explain=True)
            return Made(choice.flats.float(), choice)
        return Made(generator(*inputs).float())

    def picture(self, colours: Tensor) -> Tensor:
        """``colours`` with the lines over them."""
        return compose(colours, self.cover)

    def guide(self, kind: str) -> Tensor:
        """The drawings and, where asked for, their hints."""
        return guide_of(kind, self.sketch, self.spread)

    def own_losses(self, config: TrainConfig, made: Made, generator: nn.Module, mean: Mean) -> Losses:
        """Errors of the colours, and of the swatches chosen."""
        told = losses.colours_told(self.hints, self.noise)
        found = losses.picture_losses(
            config.loss, made.colours, self.truth, self.cover, self.spread, told, mean
        )
        if made.choice is not None:
            table = cast(UNetGenerator, generator).swatch_table
            found |= losses.swatch_loss(
                config.loss, made.choice.scores, made.choice.free, self.truth, table, mean
            )
        return found


@dataclass(frozen=True)
class PictureTensors:
    """Pictures alone: truth [N,C,S,S] in 0..1, the label of each [N,L], and noise [N,Z] to start from."""

    truth: Tensor
    label: Tensor
    noise: Tensor

    def generate(self, generator: nn.Module, config: TrainConfig, label: Tensor) -> Made:
        """Pictures of the labels."""
        return Made(generator(self.noise, label).float())

    def picture(self, colours: Tensor) -> Tensor:
        """The same: there are no lines."""
        return colours

    def guide(self, kind: str) -> Tensor:
        """Nothing, whatever the ``kind``."""
        return no_guide(self.truth)

    def own_losses(self, config: TrainConfig, made: Made, generator: nn.Module, mean: Mean) -> Losses:
        """Error to the picture of the same label."""
        return losses.plain_losses(config.loss, made.colours, self.truth)


def to_tensors(batch: Batch, placement: Placement) -> DrawingTensors:
    """``batch`` as floats on the device."""
    sketch = _floats(batch.sketch, placement)[:, None]
    return DrawingTensors(
        sketch,
        _floats(batch.hints, placement).permute(0, 3, 1, 2).contiguous(),
        _floats(batch.flats, placement).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(batch.label).to(placement.device),
        torch.from_numpy(batch.noise).to(placement.device),
        sketch if batch.lines else torch.ones_like(sketch),
    )


def to_picture_tensors(batch: PictureBatch, placement: Placement) -> PictureTensors:
    """``batch`` as floats on the device."""
    return PictureTensors(
        _floats(batch.pictures, placement).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(batch.label).to(placement.device),
        torch.from_numpy(batch.noise).to(placement.device),
    )


def _floats(values: np.ndarray, placement: Placement) -> Tensor:
    return torch.from_numpy(values).to(placement.device).float() / 255.0
