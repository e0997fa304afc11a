"""Labels for pictures that have none, from what labelled pictures, or a model's, look like.

Each picture gets the label of its nearest neighbours in the space of a network's features, the nearer the
more they count (Wu et al. 2018, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination",
section 3.4). Nothing is moved and nothing is decided: the result is a list for a person to go through.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.batches import PictureBatch
from training.data.dataset import Cancelled, CancelledError, Stages, stage
from training.data.examples import Examples, open_examples
from training.data.labels_file import Suggestion, Suggestions
from training.data.options import SourceConfig
from training.files import UserError
from training.metrics.features import (
    JUDGED_PX,
    FeatureExtractor,
    Features,
    Pictures,
    efficientnet_lite,
    in_colour,
    of_side,
)
from training.metrics.predictors import label_predictor
from training.modelfile import check_model_file
from training.options import check_options, option

BATCH = 32
CHUNK = 512
TINY = 1e-9


@dataclass(frozen=True)
class SuggestConfig:
    """How labels are suggested."""

    neighbours: int = option(20, low=1, high=1000, help="Labelled pictures that a picture is compared with")
    sharpness: float = option(
        0.07, low=0.001, high=10, help="How much less a neighbour counts that is farther away; small = much"
    )
    per_label: int = option(200, low=1, high=100_000, help="Labelled pictures of each label, at most")
    generated: int = option(100, low=1, high=100_000, help="Pictures that a model makes of each label")
    seed: int = option(0, low=0, high=2**31 - 1, help="Seed of the model's noise")


def suggest_labels(
    unlabelled: Path,
    like: Path | None = None,
    model: Path | None = None,
    config: SuggestConfig | None = None,
    *,
    source: SourceConfig | None = None,
    extractor: FeatureExtractor | None = None,
    device: str = "cpu",
    on_progress: Stages | None = None,
    cancelled: Cancelled | None = None,
) -> Suggestions:
    """Return a label for each picture below ``unlabelled``, as those ``like`` it have and ``model`` makes.

    ``like`` is a folder with labels, read as ``source`` says, ``model`` a label-to-image model file; one of
    the two is needed. EfficientNet-Lite2 judges without an ``extractor``. Call from any thread. UserError
    with a sentence when there is nothing to compare with; CancelledError, with nothing half done, as soon as
    ``cancelled`` says so, asked before every picture.
    """
    config = config or SuggestConfig()
    check_options(config)
    show = on_progress or (lambda done, total, text: None)
    stop = cancelled or (lambda: False)
    judge = extractor or efficientnet_lite(device=device)
    known = _Known()
    if like is not None:
        examples = open_examples(like, JUDGED_PX, source, stage(show, "Labelled pictures are read"), stop)
        if len(examples.labels) < 2:
            raise UserError(f"{like} has no two labels; name a folder with a folder of pictures a label.")
        known.add(*_labelled(examples, config, judge, show, stop))
    if model is not None:
        known.add(*_generated(model, config, judge, show, stop))
    if not known.labels:
        raise UserError("There is nothing to compare with; name a labelled folder or a model of labels.")
    # A table from an earlier time says nothing of the pictures that have come since.
    asked = open_examples(
        unlabelled, JUDGED_PX, SourceConfig(layout="images"), cancelled=stop, find_table=False
    )
    items, features = _features(asked, range(len(asked.names)), judge, show, "Pictures are compared", stop)
    space = _Space(np.concatenate(known.features), np.array(known.label), len(known.labels), config)
    shares = space.shares(features)
    rows = tuple(
        _suggestion(asked.names[item], share, known.labels) for item, share in zip(items, shares, strict=True)
    )
    read = set(items)
    return Suggestions(
        rows,
        tuple(name for item, name in enumerate(asked.names) if item not in read),
        dict(Counter(known.labels[one] for one in known.label)),
        space.own_accuracy(),
        f"the labels of the {config.neighbours} nearest of {len(known.label):,} examples, weighted by "
        f"exp(cosine / {config.sharpness:g}), of {judge.name} features at {JUDGED_PX} px, centred and scaled "
        "by the examples; the confidence is the label's share of the weights",
    )


class _Known:
    """What pictures are compared with: features, labels, and the labels' names as they come."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.features: list[Features] = []
        self.label: list[int] = []

    def add(self, features: Features, label: Sequence[int], names: Sequence[str]) -> None:
        self.labels += [name for name in names if name not in self.labels]
        self.features.append(features)
        self.label += [self.labels.index(names[one]) for one in label]


class _Space:
    """Examples as directions from their middle: what is common to all of them says nothing."""

    def __init__(
        self, examples: Features, label: NDArray[np.int64], labels: int, config: SuggestConfig
    ) -> None:
        self._middle, self._scale = examples.mean(axis=0), examples.std(axis=0) + TINY
        self._examples = self._directions(examples)
        self._label = label
        self._labels = labels
        self._config = config

    def shares(self, features: Features) -> NDArray[np.float64]:
        """The share of each label [N, L] in the weights of the neighbours of features [N, D]."""
        return self._shares(self._directions(features), alone=False)

    def own_accuracy(self) -> float:
        """The share of examples whose neighbours, but for themselves, have their label."""
        if len(self._examples) < 2:
            return 0.0
        shares = self._shares(self._examples, alone=True)
        return float((shares.argmax(axis=1) == self._label).mean())

    def _directions(self, features: Features) -> Features:
        centred = (features - self._middle) / self._scale
        return np.asarray(centred / (np.linalg.norm(centred, axis=1, keepdims=True) + TINY))

    def _shares(self, directions: Features, alone: bool) -> NDArray[np.float64]:
        count = min(self._config.neighbours, len(self._examples) - alone)
        found = np.zeros((len(directions), self._labels))
        for start in range(0, len(directions), CHUNK):
            cosine = directions[start : start + CHUNK] @ self._examples.T
            rows = np.arange(len(cosine))
            if alone:
                cosine[rows, start + rows] = -np.inf
            near = np.argpartition(-cosine, count - 1, axis=1)[:, :count]
            value = np.take_along_axis(cosine, near, axis=1)
            # From the nearest on, so that none is so small that all vanish.
            weight = np.exp((value - value.max(axis=1, keepdims=True)) / self._config.sharpness)
            np.add.at(found, (start + rows[:, None], self._label[near]), weight)
        return np.asarray(found / found.sum(axis=1, keepdims=True))


def _suggestion(name: str, share: NDArray[np.float64], labels: Sequence[str]) -> Suggestion:
    best, *others = (int(one) for one in share.argsort(kind="stable")[::-1][:2])
    runner_up = labels[others[0]] if others and share[others[0]] > 0 else ""
    return Suggestion(name, labels[best], float(share[best]), runner_up)


def _labelled(
    examples: Examples, config: SuggestConfig, judge: FeatureExtractor, show: Stages, stop: Cancelled
) -> tuple[Features, list[int], Sequence[str]]:
    """Features and labels of examples taken evenly from each label."""
    chosen: list[int] = []
    for label in range(len(examples.labels)):
        of_label = np.flatnonzero(examples.label_index == label)
        places = np.unique(np.linspace(0, len(of_label) - 1, min(config.per_label, len(of_label))).round())
        chosen += of_label[places.astype(np.int64)].tolist() if len(of_label) else []
    items, features = _features(examples, chosen, judge, show, "Labelled pictures are looked at", stop)
    return features, [int(examples.label_index[item]) for item in items], examples.labels


def _generated(
    model: Path, config: SuggestConfig, judge: FeatureExtractor, show: Stages, stop: Cancelled
) -> tuple[Features, list[int], Sequence[str]]:
    """Features and labels of pictures that the model makes, as many of each of its labels."""
    manifest = check_model_file(model).manifest
    generate, _ = label_predictor(model, manifest.labels)
    if not manifest.labels:
        raise UserError(f"{model.name} makes pictures of no labels; choose another model.")
    label = np.repeat(np.arange(len(manifest.labels)), config.generated)
    rng = np.random.default_rng(config.seed)
    parts: list[Features] = []
    for start in range(0, len(label), BATCH):
        if stop():
            raise CancelledError
        weights = np.eye(len(manifest.labels), dtype=np.float32)[label[start : start + BATCH]]
        noise = rng.standard_normal((len(weights), manifest.noise), np.float32)
        made = generate(PictureBatch(np.empty((len(weights), 0, 0, 0), np.uint8), weights, noise))
        parts.append(judge(of_side(in_colour(made), JUDGED_PX)))
        show(min(start + BATCH, len(label)), len(label), "Pictures are made of the labels")
    return np.concatenate(parts), label.tolist(), manifest.labels


def _features(
    examples: Examples,
    items: Sequence[int],
    judge: FeatureExtractor,
    show: Stages,
    text: str,
    stop: Cancelled,
) -> tuple[list[int], Features]:
    """Those of ``items`` that can be read, and their features; UserError when none can."""
    read: list[int] = []
    parts: list[Features] = []
    waiting: list[Pictures] = []
    for item, picture in examples.pictures(items, stop):
        read.append(item)
        waiting.append(picture)
        if len(waiting) == BATCH:
            parts.append(judge(np.stack(waiting)))
            waiting.clear()
            show(len(read), len(items), text)
    if waiting:
        parts.append(judge(np.stack(waiting)))
        show(len(read), len(items), text)
    if not parts:
        raise UserError(f"No picture in {examples.folder} can be read; check the folder.")
    return read, np.concatenate(parts)
