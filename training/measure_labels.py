"""How good a run is that makes pictures of labels: generated and held-out pictures compared as a whole."""

import logging
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import nn

from training.config import TrainConfig
from training.data.batches import PictureBatch, picture_batches
from training.data.dataset import Dataset
from training.device import Placement
from training.files import UserError
from training.label_samples import generated_like
from training.measure import Measurement
from training.metrics.features import (
    JUDGED_PX,
    FeatureExtractor,
    Features,
    Pictures,
    efficientnet_lite,
    enlarged,
    in_colour,
)
from training.metrics.frechet import frechet_distance
from training.metrics.kernel import kernel_distance
from training.policies import collapsed_labels
from training.samples import spread_evenly

log = logging.getLogger(__name__)

BATCH = 64
SMALL_PX = 8
FEWEST = 2
PIXELS = f"pixels{SMALL_PX}"


class LabelMeasurer:
    """Generates a picture for each held-out one, of its label, and compares the two clouds of features.

    The judge is EfficientNet-Lite2; small pictures are enlarged for it. Where its weights are not installed,
    the pictures' 8 x 8 mean colours stand in and the figures say so by their name.
    """

    def __init__(self, dataset: Dataset, config: TrainConfig, placement: Placement) -> None:
        self._dataset = dataset
        self._config = config
        self._placement = placement
        self._items = spread_evenly(len(dataset), config.every.pictures)
        self._extractor = _judge(placement)
        self._true: tuple[Features, NDArray[np.float32]] | None = None

    def run(self, network: nn.Module, cancelled: Callable[[], bool]) -> Measurement | None:
        """Measure ``network``; ``cancelled`` is asked before every batch, None when it says yes."""
        if self._true is None:
            self._true = self._seen(cancelled, lambda batch: batch.pictures)
        made = self._seen(cancelled, lambda batch: generated_like(network, batch, self._placement))
        if self._true is None or made is None:
            return None
        name = self._extractor.name if self._extractor is not None else PIXELS
        figures: dict[str, float] = {}
        if len(self._items) >= FEWEST:
            figures[f"kd_{name}"] = kernel_distance(made[0], self._true[0])
            figures[f"fd_{name}"] = frechet_distance(made[0], self._true[0])
        chosen = f"{'fd' if self._config.best_by == 'fd' else 'kd'}_{name}"
        labels = np.asarray(self._dataset.label_index)[self._items]
        return Measurement(
            figures,
            len(self._items),
            name,
            f"{len(self._items)} generated pictures with the labels of as many held-out ones, noise of seed "
            f"{self._config.seed}, enlarged to {JUDGED_PX} px at least; below 2,048 pictures the kernel "
            "distance is the one to read.",
            chosen,
            # With a single held-out picture nothing is compared: the newest state counts as the best.
            figures.get(chosen, 0.0),
            tuple(collapsed_labels(made[1], self._true[1], labels, self._dataset.labels)),
        )

    def _seen(
        self, cancelled: Callable[[], bool], pictures_of: Callable[[PictureBatch], Pictures]
    ) -> tuple[Features, NDArray[np.float32]] | None:
        """The features and the small versions of the pictures of every batch; None when cancelled."""
        features, small = [], []
        for batch in self._batches():
            if cancelled():
                return None
            pictures = in_colour(pictures_of(batch))
            small.append(_small(pictures))
            features.append(small[-1] if self._extractor is None else self._extractor(enlarged(pictures)))
        return np.concatenate(features).astype(np.float64), np.concatenate(small)

    def _batches(self) -> Iterator[PictureBatch]:
        config = self._config
        return picture_batches(
            self._dataset, BATCH, config.generator.noise, config.picture_channels, config.seed, self._items
        )


def _judge(placement: Placement) -> FeatureExtractor | None:
    try:
        return efficientnet_lite(device=placement.device.type)
    except UserError as error:
        log.warning("pictures are compared by their colours alone: %s", error)
        return None


def _small(pictures: Pictures) -> NDArray[np.float32]:
    """[N,H,W,3] as rows of 8 x 8 mean colours in 0..1, [N,192]."""
    cells = [cv2.resize(one, (SMALL_PX, SMALL_PX), interpolation=cv2.INTER_AREA) for one in pictures]
    return np.stack(cells).reshape(len(pictures), -1).astype(np.float32) / np.float32(255)
