"""Batches for training and evaluation: pure functions of data set, step and seed, so that resuming is
exact.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.augment_lineart import draw_like_people
from training.data.hints import Regions, evaluation_hints, simulate_hints
from training.data.options import AugmentConfig, HintConfig
from training.data.paired import PairedDataset
from training.data.palette import CODE_SIZE, palette_code

LABEL_DROPPED = 0.15
LABEL_MIXED = 0.1
NOISE_KEPT = 0.5
# Share of draws from a family with skin-tone variants that give one of those.
VARIANT = 0.4
# Difference from the base's colours that makes a skin-tone variant's area.
VARIED = 12


@dataclass(frozen=True)
class Batch:
    """N pairs: sketch uint8 [N,S,S] (255 paper, 0 ink), hints uint8 [N,S,S,4] straight RGBA, flats uint8
    [N,S,S,3] the colours wanted, label float32 [N,L], noise float32 [N,Z]. The picture wanted is
    flats * sketch / 255."""

    sketch: NDArray[np.uint8]
    hints: NDArray[np.uint8]
    flats: NDArray[np.uint8]
    label: NDArray[np.float32]
    noise: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.sketch)


def training_batch(
    dataset: PairedDataset,
    step: int,
    seed: int,
    batch_size: int,
    augment: AugmentConfig,
    hints: HintConfig,
    noise_size: int,
) -> Batch:
    """Return batch number ``step``: a pure function of its arguments.

    An epoch shows every family once, in an order of its own, one member drawn for each. Labels are dropped
    for 15 % and mixed with another for 10 %; noise is the palette code of the truth, or zeros, half and half.
    """
    members = dataset.members
    chosen = [
        _member(dataset, members, step * batch_size + i, seed, _rng(seed, step, i, 0))
        for i in range(batch_size)
    ]
    samples = [
        _sample(dataset, item, _rng(seed, step, i, 1), augment, hints) for i, item in enumerate(chosen)
    ]
    sketch = np.stack([one[0] for one in samples])
    flats = np.stack([one[2] for one in samples])
    label = np.zeros((batch_size, len(dataset.labels)), np.float32)
    noise = np.zeros((batch_size, noise_size), np.float32)
    for i, item in enumerate(chosen):
        rng = _rng(seed, step, i, 2)
        label[i] = _label(int(dataset.label_index[item]), len(dataset.labels), rng)
        if noise_size and rng.random() < NOISE_KEPT:
            noise[i, : min(noise_size, CODE_SIZE)] = palette_code(
                flats[i], sketch[i], min(noise_size, CODE_SIZE)
            )
    return Batch(sketch, np.stack([one[1] for one in samples]), flats, label, noise)


def evaluation_batches(
    dataset: PairedDataset, batch_size: int, hints: int = 0, seed: int = 0, noise_size: int = 0
) -> Iterator[Batch]:
    """Yield the whole split in order, unvaried, with its true labels, zero noise, and ``hints`` dots each."""
    for start in range(0, len(dataset), batch_size):
        items = range(start, min(start + batch_size, len(dataset)))
        sketch, flats = (
            np.array(dataset.sketch[start : items.stop]),
            np.array(dataset.flats[start : items.stop]),
        )
        given = np.zeros((*sketch.shape, 4), np.uint8)
        for i, item in enumerate(items):
            if hints:
                given[i] = evaluation_hints(flats[i], sketch[i], hints, _rng(seed, item, 0, 3))
        label = np.zeros((len(items), len(dataset.labels)), np.float32)
        label[np.arange(len(items)), dataset.label_index[start : items.stop]] = 1
        yield Batch(sketch, given, flats, label, np.zeros((len(items), noise_size), np.float32))


def _rng(seed: int, step: int, i: int, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, step, i, purpose))))


def _member(
    dataset: PairedDataset,
    members: Sequence[NDArray[np.int64]],
    position: int,
    seed: int,
    rng: np.random.Generator,
) -> int:
    epoch, place = divmod(position, len(members))
    family = members[int(_rng(seed, epoch, 0, 4).permutation(len(members))[place])]
    varied = family[dataset.base[family] >= 0]
    plain = family[dataset.base[family] < 0]
    if len(varied) and (not len(plain) or rng.random() < VARIANT):
        return int(rng.choice(varied))
    return int(rng.choice(plain))


def _sample(
    dataset: PairedDataset, item: int, rng: np.random.Generator, augment: AugmentConfig, hints: HintConfig
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    sketch, flats = np.array(dataset.sketch[item]), np.array(dataset.flats[item])
    must = np.zeros_like(sketch)
    base = int(dataset.base[item])
    if base >= 0:
        red, green, blue = cv2.split(cv2.absdiff(flats, np.array(dataset.flats[base])))
        must = (cv2.max(cv2.max(red, green), blue) > VARIED).astype(np.uint8)
    maps = np.dstack([dataset.regions[item], must])
    drawn = draw_like_people(sketch, flats, dataset.strokes(item), rng, augment, maps)
    packed, must = (np.ascontiguousarray(drawn.maps[..., i]) for i in (0, 1))
    hinted = simulate_hints(drawn.flats, Regions.unpack(packed), rng, hints, must if must.any() else None)
    return drawn.sketch, hinted.hints, hinted.flats


def _label(index: int, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    label = np.zeros(count, np.float32)
    kind = rng.random()
    if kind < LABEL_DROPPED:
        return label
    label[index] = 1
    if kind < LABEL_DROPPED + LABEL_MIXED and count > 1:
        # The truth keeps the larger part, so a mixture leans to what weighs more.
        share = np.float32(rng.uniform(0.1, 0.45))
        other = (index + int(rng.integers(1, count))) % count
        label[index], label[other] = 1 - share, share
    return label


class Prefetcher:
    """Makes batches ahead of time in one background thread; ``get`` returns exactly what ``make`` would.

    Call from one thread. An error in ``make`` is raised by the ``get`` of its step.
    """

    def __init__(self, make: Callable[[int], Batch], first_step: int, depth: int = 3) -> None:
        self._make = make
        self._depth = max(1, depth)
        # OpenCV's own threads gain nothing on small pictures and take the cores from the training.
        self._pool = ThreadPoolExecutor(
            1, thread_name_prefix="batches", initializer=cv2.setNumThreads, initargs=(1,)
        )
        self._waiting: dict[int, Future[Batch]] = {}
        self._ask(first_step)

    def get(self, step: int) -> Batch:
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
