"""How good a run is so far: figures of its average on held-out pictures, and which of them decides."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from training.config import TrainConfig
from training.data.batches import Batch, evaluation_batches
from training.data.dataset import Dataset
from training.device import Placement
from training.files import UserError
from training.metrics.evaluate import FEWEST, EvaluationStoppedError, Evaluator, few_pictures, truth_of
from training.metrics.features import Pictures
from training.metrics.frechet import TRUSTED
from training.metrics.pixels import l1
from training.policies import collapsed_labels
from training.samples import HINTS, predict, spread_evenly
from training.sections import LOWER_IS_BETTER

log = logging.getLogger(__name__)

BATCH = 8
SMALL_PX = 8


@dataclass(frozen=True)
class Measurement:
    """Figures by name over ``count`` pictures; ``score`` is lower for a better state and comes from the
    figure ``chosen``. ``collapsed`` names the labels whose pictures have become nearly one.
    """

    figures: dict[str, float]
    count: int
    extractor: str
    protocol: str
    chosen: str
    score: float
    collapsed: tuple[str, ...]


class Measurer:
    """Measures networks on the same held-out pictures; what the truth needs is computed once and cached."""

    def __init__(self, dataset: Dataset, config: TrainConfig, placement: Placement) -> None:
        self._dataset = dataset
        self._config = config
        self._placement = placement
        self._items = spread_evenly(len(dataset), config.every.pictures)
        self._evaluator = self._make_evaluator()

    def run(self, network: nn.Module, cancelled: Callable[[], bool]) -> Measurement | None:
        """Measure ``network``; ``cancelled`` is asked before every batch, None when it says yes."""
        made: list[NDArray[np.float32]] = []
        true: list[NDArray[np.float32]] = []
        noise = self._config.generator.noise

        def remembered(batch: Batch) -> Pictures:
            image, flats = predict(network, batch, self._placement)
            made.append(_small(flats))
            true.append(_small(batch.flats))
            return image

        try:
            report = self._evaluator.run(
                remembered, seed=self._config.seed, noise_size=noise, should_stop=cancelled
            )
        except EvaluationStoppedError:
            return None
        figures: dict[str, float] = report["metrics"]
        if self._config.hints.enabled:
            hinted = self._hinted_error(network, cancelled)
            if hinted is None:
                return None
            figures["l1_hinted"] = hinted
        chosen, score = chosen_score(figures, self._config.best_by)
        labels = np.asarray(self._dataset.label_index)[self._items]
        return Measurement(
            figures,
            len(self._items),
            self._evaluator.extractors,
            self._sentence(figures),
            chosen,
            score,
            tuple(collapsed_labels(np.concatenate(made), np.concatenate(true), labels, self._dataset.labels)),
        )

    def _make_evaluator(self) -> Evaluator:
        options = {"batch_size": BATCH, "device": self._placement.device.type, "items": self._items}
        if len(self._items) >= FEWEST:
            try:
                return Evaluator(self._dataset, **options)  # type: ignore[arg-type]
            except UserError as error:
                log.warning("held-out pictures are compared pixel by pixel alone: %s", error)
        return Evaluator(self._dataset, features=False, **options)  # type: ignore[arg-type]

    def _hinted_error(self, network: nn.Module, cancelled: Callable[[], bool]) -> float | None:
        errors: list[NDArray[np.float64]] = []
        config = self._config
        for batch in evaluation_batches(
            self._dataset, BATCH, HINTS, config.seed, config.generator.noise, self._items
        ):
            if cancelled():
                return None
            errors.append(l1(predict(network, batch, self._placement)[0], truth_of(batch)))
        return float(np.concatenate(errors).mean())

    def _sentence(self, figures: dict[str, float]) -> str:
        count = len(self._items)
        sentence = f"{count} held-out pictures with their labels, without hints"
        if "l1_hinted" in figures:
            sentence += f" (l1_hinted: with {HINTS} dots)"
        if self._evaluator.extractors and count < TRUSTED:
            sentence += f"; {few_pictures(count)}"
        return sentence + "."


def chosen_score(figures: dict[str, float], best_by: str) -> tuple[str, float]:
    """The figure that ``best_by`` asks for, by its full name, and its score, lower for better.

    l1 counts plain and hinted alike: the studio is used both ways. It also stands in for a figure that could
    not be measured.
    """
    names = [name for name in figures if name == best_by or name.startswith(f"{best_by}_")]
    if best_by == "l1" or not names:
        return "l1", figures["l1"] + figures.get("l1_hinted", 0.0)
    value = figures[names[0]]
    return names[0], value if LOWER_IS_BETTER[best_by] else -value


def best_score(best: dict[str, float], best_by: str, chosen: str) -> float:
    """The score to beat: that of the run's ``best`` figures where they were judged by ``chosen`` too.

    Anything beats what was judged by another figure, as before the weights for ``best_by`` were at hand.
    """
    if not best or chosen_score(best, best_by)[0] != chosen:
        return math.inf
    return best["score"]


def _small(pictures: Pictures) -> NDArray[np.float32]:
    """[N,H,W,3] as rows of 8 x 8 mean colours in 0..1, [N,192]."""
    count, height, width, channels = pictures.shape
    cells = pictures.reshape(count, SMALL_PX, height // SMALL_PX, SMALL_PX, width // SMALL_PX, channels)
    return (cells.mean(axis=(2, 4)) / 255.0).reshape(count, -1).astype(np.float32)
