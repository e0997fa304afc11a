"""Batches to learn from what drawings show: each with the regions between its lines and what it is of."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.batches import LabelUse, chosen_items, drawn_label, seeded
from training.data.dataset import Dataset
from training.data.more_emoji import OTHER_ARTIST
from training.data.options import AugmentConfig, HintConfig

PAPER = 191
"""Grey from which a pixel is no line."""
MOST_REGIONS = 255
INKED, SMALL = 0.3, 0.004
"""Share of drawings in which small regions are mere strokes, as people draw the rays of a sun, and how small
they are, as a share of the picture."""
SCENES, PLACES = 0.3, 2
"""Share of the samples that are scenes of two to four drawings, and how many have room side by side."""
NO_KIND = -1
NO_HINTS = HintConfig(enabled=False)


@dataclass(frozen=True)
class Shown:
    """N drawings: sketch uint8 [N,S,S] (255 paper), flats uint8 [N,S,S,3], regions uint8 [N,S,S] (0 the
    ground and the lines), label float32 [N,L], and kind int64 [N], what they are of (NO_KIND: of several).
    """

    sketch: NDArray[np.uint8]
    flats: NDArray[np.uint8]
    regions: NDArray[np.uint8]
    label: NDArray[np.float32]
    kind: NDArray[np.int64]


@dataclass(frozen=True)
class Kinds:
    """What the items of a data set are of: ``of`` int64 [n], ``count`` kinds. A family is one kind, whoever
    drew it (each of its own class, as in Dosovitskiy et al. 2014, section 2.2).
    """

    of: NDArray[np.int64]
    count: int


def kinds_of(families: Sequence[str]) -> Kinds:
    """Return the kinds of items of these families."""
    names, of = np.unique([family.removesuffix(OTHER_ARTIST) for family in families], return_inverse=True)
    return Kinds(np.asarray(of, np.int64), len(names))


def shown_batch(
    dataset: Dataset, kinds: Kinds, step: int, seed: int, batch_size: int, augment: AugmentConfig
) -> Shown:
    """Return batch number ``step``: drawings as people draw them, a pure function of its arguments."""
    rows = range(batch_size)
    chosen = chosen_items(dataset, step, seed, batch_size, 0, rows)
    samples = [
        dataset.sample(item, seeded(seed, step, i, 1), augment, NO_HINTS)
        for i, item in zip(rows, chosen, strict=True)
    ]
    labels = len(dataset.labels)
    drawn = [
        with_small_inked(one.sketch, seeded(seed, step, i, 6)) for i, one in zip(rows, samples, strict=True)
    ]
    shown = Shown(
        sketch=np.stack([sketch for sketch, _ in drawn]),
        flats=np.stack([one.flats for one in samples]),
        regions=np.stack([regions for _, regions in drawn]),
        label=np.stack(
            [
                drawn_label(int(dataset.label_index[item]), labels, seeded(seed, step, i, 2), LabelUse())
                for i, item in zip(rows, chosen, strict=True)
            ]
        ),
        kind=kinds.of[chosen],
    )
    return with_scenes(shown, seeded(seed, step, 0, 7))


def with_scenes(shown: Shown, rng: np.random.Generator) -> Shown:
    """Return the batch with some of its drawings put together to scenes, so that a part of a picture is known
    for what it is by itself (mosaics, Bochkovskiy et al. 2020, section 3.3).
    """
    scenes = copy.deepcopy(shown)
    count, side = shown.sketch.shape[:2]
    half = side // PLACES
    for i in np.flatnonzero(rng.random(count) < SCENES):
        parts = [i, *rng.integers(count, size=int(rng.integers(1, PLACES**2)))]
        scenes.sketch[i], scenes.flats[i], scenes.regions[i] = 255, 255, 0
        scenes.kind[i], scenes.label[i] = NO_KIND, shown.label[parts].mean(axis=0)
        taken = 0
        for part, place in zip(parts, rng.permutation(PLACES**2), strict=False):
            row, column = (half * int(one) for one in divmod(int(place), PLACES))
            there = np.s_[i, row : row + half, column : column + half]
            scenes.sketch[there] = cv2.resize(shown.sketch[part], (half, half), interpolation=cv2.INTER_AREA)
            scenes.flats[there] = cv2.resize(shown.flats[part], (half, half), interpolation=cv2.INTER_NEAREST)
            regions = cv2.resize(shown.regions[part], (half, half), interpolation=cv2.INTER_NEAREST)
            numbers = np.minimum(regions.astype(int) + taken, MOST_REGIONS)
            scenes.regions[there] = np.where(regions > 0, numbers, 0)
            taken = int(max(taken, scenes.regions[there].max()))
    return scenes


def closed_regions(sketch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the number uint8 [S,S] of the closed region between the lines of ``sketch`` uint8 [S,S] that
    each pixel lies in; 0 on lines and on what can be reached from the border.
    """
    count, numbers = cv2.connectedComponents((sketch > PAPER).astype(np.uint8), connectivity=4)
    kept = np.ones(count, bool)
    kept[0] = False
    for edge in (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]):
        kept[edge] = False
    renumbered = np.where(kept, np.minimum(np.cumsum(kept), MOST_REGIONS), 0).astype(np.uint8)
    return renumbered[numbers]


def with_small_inked(
    sketch: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a sketch and its regions; now and then the small ones are ink."""
    regions = closed_regions(sketch)
    if rng.random() >= INKED:
        return sketch, regions
    small = np.bincount(regions.ravel()) < SMALL * regions.size
    small[0] = False
    inked = small[regions]
    return np.where(inked, 0, sketch).astype(np.uint8), np.where(inked, 0, regions).astype(np.uint8)
