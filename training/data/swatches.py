"""The colours that a data set's pictures are made of: the swatches a network may choose among."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Dataset

PICTURES = 400
SAMPLED_PX = 64
BITS = 5
NEAR = 9.0
"""Distance in Lab (CIE 1976) within which two colours are one swatch."""
PAPER_FROM = 128


class Swatches(NamedTuple):
    """``table`` float32 [K,3]: red, green and blue in 0..1; ``covered``, the share of the pictures that is
    near one of them.
    """

    table: NDArray[np.float32]
    covered: float


def find_swatches(dataset: Dataset, count: int, seed: int = 0) -> Swatches:
    """Return the ``count`` colours that ``dataset`` is best told in.

    The most frequent colour first, without those near it, then the next (the popularity algorithm of Heckbert
    1982 with suppression), over one picture of each of at most 400 families; paper around the drawing does
    not count. Where the pictures have fewer colours some come twice.
    """
    rng = np.random.default_rng(seed)
    families = np.unique(np.linspace(0, len(dataset.members) - 1, PICTURES).round().astype(int))
    weights = np.zeros(1 << 3 * BITS)
    sums = np.zeros((1 << 3 * BITS, 3))
    for family in families:
        colours = _colours(dataset, dataset.pick(int(family), rng))
        if len(colours):
            bins = (colours >> (8 - BITS)).astype(np.int64) @ (1 << BITS * np.arange(3))
            each = np.bincount(bins, minlength=len(weights)) / len(colours)
            weights += each
            for channel in range(3):
                sums[:, channel] += np.bincount(bins, colours[:, channel], len(weights)) / len(colours)
    used = np.flatnonzero(weights)
    if not len(used):
        used, weights[-1], sums[-1] = np.array([len(weights) - 1]), 1.0, 255.0
    rgb = (sums[used] / weights[used, None] / 255).astype(np.float32)
    lab = cv2.cvtColor(rgb[None], cv2.COLOR_RGB2LAB)[0]
    chosen = _popular(lab, weights[used], count)
    distances = np.linalg.norm(lab[:, None] - lab[chosen][None], axis=2)
    covered = float(weights[used] @ (distances.min(axis=1) <= NEAR) / weights.sum())
    return Swatches(rgb[chosen], covered)


def _colours(dataset: Dataset, index: int) -> NDArray[np.uint8]:
    """The colours uint8 [n,3] inside one drawing: without its lines and the paper around it."""
    sketch, flats = dataset.clean(index).sketch, dataset.clean(index).flats
    step = max(1, len(sketch) // SAMPLED_PX)
    paper = (sketch[::step, ::step] >= PAPER_FROM).astype(np.uint8)
    framed = cv2.copyMakeBorder(paper, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    if dataset.lines:
        cv2.floodFill(framed, None, (0, 0), 0)
    inside = framed[1:-1, 1:-1] > 0
    return np.ascontiguousarray(flats[::step, ::step])[inside]


def _popular(lab: NDArray[np.float32], weights: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """The indices of ``count`` colours, the most frequent first, none near another while there are others."""
    chosen: list[int] = []
    near = NEAR
    while len(chosen) < min(count, len(lab)):
        left = weights.copy()
        for index in chosen:
            left[np.linalg.norm(lab - lab[index], axis=1) <= near] = 0
        while left.any() and len(chosen) < count:
            best = int(left.argmax())
            chosen.append(best)
            left[np.linalg.norm(lab - lab[best], axis=1) <= near] = 0
        near = near / 2 if near > 1 else 0.0
    return np.resize(np.array(chosen), count)
