"""A model's pictures beside the true ones, item by item, whatever the model makes them from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from training.data.batches import PictureBatch, evaluation_batches, picture_batches
from training.data.dataset import Dataset
from training.metrics.evaluate import Predict, checked_pictures, truth_of
from training.metrics.features import Pictures, in_colour

Generate = Callable[[PictureBatch], Pictures]
"""Pictures uint8 [N, S, S, C] of a batch's labels, from its noise."""

DRAWINGS, LABELS = 8, 64
"""Pictures a batch."""


@dataclass(frozen=True)
class Made:
    """N pictures that a model made, and the true ones of the same drawings or labels: uint8 [N, S, S, 3]."""

    made: Pictures
    true: Pictures

    def __len__(self) -> int:
        return len(self.made)


class Maker(Protocol):
    """A model as what it makes of a data set; ``channels`` of its pictures are 1 (grey) or 3."""

    @property
    def channels(self) -> int: ...

    def __call__(self, dataset: Dataset, items: Sequence[int], seed: int = 0) -> Iterator[Made]:
        """Yield a picture for each of ``items``, in order; what is random about it is drawn by ``seed``."""
        ...


@dataclass(frozen=True)
class DrawingMaker:
    """Pictures of an item's drawing, its true label and ``hints`` dots; ``noise`` tells what noise
    ``predict`` gives.
    """

    predict: Predict
    hints: int = 0
    noise_size: int = 0
    channels: int = 3
    noise: str = "zero noise"

    def __call__(self, dataset: Dataset, items: Sequence[int], seed: int = 0) -> Iterator[Made]:
        for batch in evaluation_batches(dataset, DRAWINGS, self.hints, seed, self.noise_size, items):
            yield Made(checked_pictures(self.predict(batch), batch), truth_of(batch))


@dataclass(frozen=True)
class LabelMaker:
    """Pictures of an item's label from noise, in ``channels`` as the model makes them."""

    generate: Generate
    noise_size: int
    channels: int

    def __call__(self, dataset: Dataset, items: Sequence[int], seed: int = 0) -> Iterator[Made]:
        for batch in picture_batches(dataset, LABELS, self.noise_size, self.channels, seed, items):
            made = self.generate(batch)
            if made.shape != batch.pictures.shape:
                raise ValueError(f"pictures {made.shape} for a truth of {batch.pictures.shape}")
            yield Made(in_colour(made), in_colour(batch.pictures))
