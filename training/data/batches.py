"""Batches for training and evaluation: pure functions of data set, step and seed, so that resuming is
exact.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Dataset
from training.data.hints import evaluation_hints
from training.data.options import AugmentConfig, HintConfig, VaryConfig
from training.data.palette import CODE_SIZE, palette_code
from training.data.vary import in_channels, vary_picture

B = TypeVar("B")

LABEL_DROPPED = 0.15
LABEL_MIXED = 0.1
NOISE_KEPT = 0.25


@dataclass(frozen=True)
class Batch:
    """N pairs: sketch uint8 [N,S,S] (255 paper, 0 ink), hints uint8 [N,S,S,4] straight RGBA, flats uint8
    [N,S,S,3] the colours wanted, label float32 [N,L], noise float32 [N,Z]. The picture wanted is
    flats * sketch / 255, or flats where the data set's ``lines`` is False."""

    sketch: NDArray[np.uint8]
    hints: NDArray[np.uint8]
    flats: NDArray[np.uint8]
    label: NDArray[np.float32]
    noise: NDArray[np.float32]
    lines: bool = True

    def __len__(self) -> int:
        return len(self.sketch)


@dataclass(frozen=True)
class PictureBatch:
    """N pictures that no drawing belongs to: pictures uint8 [N,S,S,C] (C 1 or 3), label float32 [N,L], and
    noise float32 [N,Z] to make such pictures from, standard normal.
    """

    pictures: NDArray[np.uint8]
    label: NDArray[np.float32]
    noise: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.pictures)


@dataclass(frozen=True)
class LabelUse:
    """Shares of pictures that are shown without their label, and with another one mixed in."""

    dropped: float = LABEL_DROPPED
    mixed: float = LABEL_MIXED


def training_batch(
    dataset: Dataset,
    step: int,
    seed: int,
    batch_size: int,
    augment: AugmentConfig,
    hints: HintConfig,
    noise_size: int,
    *,
    offset: int = 0,
    rows: range | None = None,
    labels: LabelUse | None = None,
) -> Batch:
    """Return batch number ``step``: a pure function of its arguments.

    An epoch shows every family once, in an order of its own, one member drawn for each. ``labels`` says
    how many are dropped (15 %) and mixed with another (10 %); noise is the palette code of the truth for
    25 %, else zeros. The batch starts at picture step * batch_size + ``offset`` of the endless row of
    epochs; ``rows`` makes only these of its samples, as one of several processes does.
    """
    labels = labels or LabelUse()
    rows = range(batch_size) if rows is None else rows
    chosen = chosen_items(dataset, step, seed, batch_size, offset, rows)
    samples = [
        dataset.sample(item, seeded(seed, step, i, 1), augment, hints)
        for i, item in zip(rows, chosen, strict=True)
    ]
    sketch = np.stack([one.sketch for one in samples])
    flats = np.stack([one.flats for one in samples])
    label = np.zeros((len(rows), len(dataset.labels)), np.float32)
    noise = np.zeros((len(rows), noise_size), np.float32)
    for place, (i, item) in enumerate(zip(rows, chosen, strict=True)):
        rng = seeded(seed, step, i, 2)
        label[place] = drawn_label(int(dataset.label_index[item]), len(dataset.labels), rng, labels)
        if noise_size and rng.random() < NOISE_KEPT:
            noise[place, : min(noise_size, CODE_SIZE)] = palette_code(
                flats[place], sketch[place], min(noise_size, CODE_SIZE)
            )
    return Batch(sketch, np.stack([one.hints for one in samples]), flats, label, noise, dataset.lines)


def picture_batch(
    dataset: Dataset,
    step: int,
    seed: int,
    batch_size: int,
    vary: VaryConfig,
    labels: LabelUse,
    noise_size: int,
    channels: int,
    *,
    offset: int = 0,
    rows: range | None = None,
) -> PictureBatch:
    """Return batch number ``step`` of pictures alone, in the order of ``training_batch`` and as pure."""
    rows = range(batch_size) if rows is None else rows
    chosen = chosen_items(dataset, step, seed, batch_size, offset, rows)
    pictures = [
        vary_picture(in_channels(dataset.picture(item), channels), seeded(seed, step, i, 1), vary)
        for i, item in zip(rows, chosen, strict=True)
    ]
    label = np.zeros((len(rows), len(dataset.labels)), np.float32)
    noise = np.zeros((len(rows), noise_size), np.float32)
    for place, (i, item) in enumerate(zip(rows, chosen, strict=True)):
        rng = seeded(seed, step, i, 2)
        label[place] = drawn_label(int(dataset.label_index[item]), len(dataset.labels), rng, labels)
        noise[place] = rng.standard_normal(noise_size, np.float32)
    return PictureBatch(np.stack(pictures), label, noise)


def picture_batches(
    dataset: Dataset, batch_size: int, noise_size: int, channels: int, seed: int, items: Sequence[int]
) -> Iterator[PictureBatch]:
    """Yield ``items`` in order, unvaried, with true labels, and noise by ``seed`` and item alone."""
    for start in range(0, len(items), batch_size):
        part = items[start : start + batch_size]
        label = np.zeros((len(part), len(dataset.labels)), np.float32)
        if dataset.labels:
            label[np.arange(len(part)), dataset.label_index[list(part)]] = 1
        yield PictureBatch(
            np.stack([in_channels(dataset.picture(item), channels) for item in part]),
            label,
            np.stack([seeded(seed, item, 0, 5).standard_normal(noise_size, np.float32) for item in part]),
        )


def evaluation_batches(
    dataset: Dataset,
    batch_size: int,
    hints: int = 0,
    seed: int = 0,
    noise_size: int = 0,
    items: Sequence[int] | None = None,
) -> Iterator[Batch]:
    """Yield ``items`` (the whole split) in order, unvaried, with true labels, zero noise, and ``hints`` dots.

    A picture's dots depend on ``seed`` and on its place in the split alone.
    """
    items = range(len(dataset)) if items is None else items
    for start in range(0, len(items), batch_size):
        part = items[start : start + batch_size]
        pairs = [dataset.clean(item) for item in part]
        sketch, flats = np.stack([pair.sketch for pair in pairs]), np.stack([pair.flats for pair in pairs])
        given = np.zeros((*sketch.shape, 4), np.uint8)
        for i, item in enumerate(part):
            if hints:
                given[i] = evaluation_hints(flats[i], sketch[i], hints, seeded(seed, item, 0, 3))
        label = np.zeros((len(part), len(dataset.labels)), np.float32)
        if dataset.labels:
            label[np.arange(len(part)), dataset.label_index[list(part)]] = 1
        noise = np.zeros((len(part), noise_size), np.float32)
        yield Batch(sketch, given, flats, label, noise, dataset.lines)


def chosen_items(
    dataset: Dataset, step: int, seed: int, batch_size: int, offset: int, rows: range
) -> list[int]:
    """Return the items that are ``rows`` of batch ``step``: every family once an epoch, in an order of its
    own.
    """
    return [_chosen(dataset, step * batch_size + offset + i, seed, seeded(seed, step, i, 0)) for i in rows]


def seeded(seed: int, step: int, i: int, purpose: int) -> np.random.Generator:
    """Return the generator of one sample, for one purpose."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, step, i, purpose))))


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """The order of an epoch; every sample of the epoch asks for it."""
    return seeded(seed, epoch, 0, 4).permutation(count)


def _chosen(dataset: Dataset, position: int, seed: int, rng: np.random.Generator) -> int:
    epoch, place = divmod(position, len(dataset.members))
    return dataset.pick(int(_order(seed, epoch, len(dataset.members))[place]), rng)


def drawn_label(index: int, count: int, rng: np.random.Generator, labels: LabelUse) -> NDArray[np.float32]:
    """Return the label [L] as it is shown: now and then none, now and then mixed with another."""
    label = np.zeros(count, np.float32)
    kind = rng.random()
    if kind < labels.dropped or not count:
        return label
    label[index] = 1
    if kind < labels.dropped + labels.mixed and count > 1:
        # The truth keeps the larger part, so a mixture leans to what weighs more.
        share = np.float32(rng.uniform(0.1, 0.45))
        other = (index + int(rng.integers(1, count))) % count
        label[index], label[other] = 1 - share, share
    return label


class Prefetcher(Generic[B]):
    """Makes batches ahead of time in one background thread; ``get`` returns exactly what ``make`` would.

    Call from one thread. An error in ``make`` is raised by the ``get`` of its step.
    """

    def __init__(self, make: Callable[[int], B], first_step: int, depth: int = 3) -> None:
        self._make = make
        self._depth = max(1, depth)
        # OpenCV's own threads gain nothing on small pictures and take the cores from the training.
        self._pool = ThreadPoolExecutor(
            1, thread_name_prefix="batches", initializer=cv2.setNumThreads, initargs=(1,)
        )
        self._waiting: dict[int, Future[B]] = {}
        self._ask(first_step)

    def get(self, step: int) -> B:
        """Return batch ``step``; steps are asked for in order, any other order works and is slower."""
        self._ask(step)
        batch = self._waiting.pop(step)
        self._ask(step + 1)
        return batch.result()

    def close(self) -> None:
        """Stop making batches; returns when the one in hand is done."""
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, first: int) -> None:
        wanted = range(first, first + self._depth)
        for step in [step for step in self._waiting if step not in wanted]:
            self._waiting.pop(step).cancel()
        for step in wanted:
            if step not in self._waiting:
                self._waiting[step] = self._pool.submit(self._make, step)
