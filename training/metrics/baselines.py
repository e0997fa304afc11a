"""What a model must beat: two ways to a picture that learn nothing, measured like a model."""

import numpy as np
from numpy.typing import NDArray

from training.data.batches import Batch
from training.data.dataset import Dataset, Progress
from training.data.paired import PairedDataset
from training.metrics.evaluate import under_lines
from training.metrics.features import FeatureExtractor, Features, Pictures

CHUNK = 32


def line_art(batch: Batch) -> Pictures:
    """Return the line art itself as pictures."""
    return np.repeat(batch.sketch[..., None], 3, axis=3)


class NearestFlats:
    """The drawing's lines over the colours of the training drawing with the nearest line-art features; where
    lines are no part of the picture, that drawing's picture.

    Nearest by Euclidean distance of the extractor's vectors of the line art shown as RGB. Copies, and
    drawings with the same lines in other colours (skin tones), stand aside for their original.
    """

    def __init__(
        self,
        training: Dataset,
        extractor: FeatureExtractor,
        on_progress: Progress | None = None,
    ) -> None:
        self._training = training
        self._extractor = extractor
        self._items = _originals(training)
        parts: list[Features] = []
        for start in range(0, len(self._items), CHUNK):
            items = self._items[start : start + CHUNK]
            sketch = np.stack([training.clean(int(item)).sketch for item in items])
            parts.append(extractor(np.repeat(sketch[..., None], 3, axis=3)))
            if on_progress is not None:
                on_progress(start + len(items), len(self._items))
        self._features = np.concatenate(parts)
        self._squares = (self._features**2).sum(axis=1)

    def nearest(self, batch: Batch) -> list[int]:
        """Return the index of the nearest training drawing for each drawing of the batch."""
        features = self._extractor(line_art(batch))
        # |a - b|^2 without |a|^2, which is the same for every candidate.
        distance = self._squares[None] - 2 * features @ self._features.T
        return [int(self._items[index]) for index in distance.argmin(axis=1)]

    def __call__(self, batch: Batch) -> Pictures:
        flats = np.stack([self._training.clean(item).flats for item in self.nearest(batch)])
        return under_lines(flats, batch.sketch) if batch.lines else flats


def _originals(training: Dataset) -> NDArray[np.int64]:
    """The items that are no copies of others, in other colours neither."""
    if isinstance(training, PairedDataset):
        return np.flatnonzero(training.base < 0)
    return np.array([group[0] for group in training.members], np.int64)
