"""Batches to learn from what drawings show: each with the regions between its lines and what it is of."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.batches import LabelUse, chosen_items, drawn_label, seeded
from training.data.dataset import Dataset
from training.data.enclosed import MOST_REGIONS, PAPER, closed_regions
from training.data.handmade import Handmade
from training.data.more_emoji import OTHER_ARTIST
from training.data.options import AugmentConfig, HintConfig

INKED, SMALL = 0.3, 0.004
"""Share of drawings in which small regions are mere strokes, as people draw the rays of a sun, and how small
they are, as a share of the picture."""
SCENES, MOST_PARTS = 0.3, 5
"""Share of the samples that are scenes of several drawings, and how many drawings at most."""
PART, TRIES = (0.2, 0.5), 20
"""Longer side of a scene's part as a share of the picture, and how often a free place is looked for."""
HANDMADE = 0.2
"""Share of the samples that were made by hand, where there are such drawings."""
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
    dataset: Dataset,
    kinds: Kinds,
    step: int,
    seed: int,
    batch_size: int,
    augment: AugmentConfig,
    handmade: Handmade | None = None,
) -> Shown:
    """Return batch number ``step``: drawings as people draw them, a pure function of its arguments."""
    rows = range(batch_size)
    chosen = chosen_items(dataset, step, seed, batch_size, 0, rows)
    samples = [
        dataset.sample(item, seeded(seed, step, i, 1), augment, NO_HINTS)
        for i, item in zip(rows, chosen, strict=True)
    ]
    drawn = [
        with_small_inked(one.sketch, seeded(seed, step, i, 6)) for i, one in zip(rows, samples, strict=True)
    ]
    shown = Shown(
        sketch=np.stack([sketch for sketch, _ in drawn]),
        flats=np.stack([one.flats for one in samples]),
        regions=np.stack([regions for _, regions in drawn]),
        label=np.stack(
            [_label(dataset, item, seeded(seed, step, i, 2)) for i, item in zip(rows, chosen, strict=True)]
        ),
        kind=kinds.of[chosen],
    )
    if handmade is not None:
        _put_in(shown, handmade, dataset, kinds, seeded(seed, step, 0, 8))
    return with_scenes(shown, seeded(seed, step, 0, 7))


def _label(dataset: Dataset, item: int, rng: np.random.Generator) -> NDArray[np.float32]:
    return drawn_label(int(dataset.label_index[item]), len(dataset.labels), rng, LabelUse())


def _put_in(
    shown: Shown, handmade: Handmade, dataset: Dataset, kinds: Kinds, rng: np.random.Generator
) -> None:
    """Replace some of the drawings by ones made by hand. Nobody knows the colours of their regions; where an
    emoji of the same thing is mostly of one colour, they are of this.
    """
    count, side = shown.sketch.shape[:2]
    for i in np.flatnonzero(rng.random(count) < HANDMADE):
        number = int(rng.integers(len(handmade)))
        item, colour = int(handmade.item[number]), handmade.colour[number]
        shown.sketch[i] = handmade.sketch(number, side, rng)
        shown.flats[i] = 255 if colour is None else colour
        shown.regions[i] = 0 if colour is None else closed_regions(shown.sketch[i])
        shown.label[i], shown.kind[i] = _label(dataset, item, rng), kinds.of[item]


def with_scenes(shown: Shown, rng: np.random.Generator) -> Shown:
    """Return the batch with some of its drawings put together to scenes, so that a part of a picture is known
    for what it is by itself (mosaics, Bochkovskiy et al. 2020, section 3.3). The label is the first part's:
    the rest of a landscape is not of its kind.
    """
    scenes = copy.deepcopy(shown)
    count, size = shown.sketch.shape[:2]
    for i in np.flatnonzero(rng.random(count) < SCENES):
        parts = [i, *rng.integers(count, size=int(rng.integers(1, MOST_PARTS)))]
        scenes.sketch[i], scenes.flats[i], scenes.regions[i], scenes.kind[i] = 255, 255, 0, NO_KIND
        taken, known = np.zeros((size, size), bool), 0
        for part in parts:
            whole = _ink_box(shown.sketch[part])
            height, width = shown.sketch[part][whole].shape
            scale = size * rng.uniform(*PART) / max(height, width)
            height, width = max(1, round(height * scale)), max(1, round(width * scale))
            place = _free_place(taken, height, width, rng)
            if place is None:
                continue
            there, shape = (i, *place), (width, height)
            scenes.sketch[there] = cv2.resize(shown.sketch[part][whole], shape, interpolation=cv2.INTER_AREA)
            scenes.flats[there] = cv2.resize(shown.flats[part][whole], shape, interpolation=cv2.INTER_NEAREST)
            regions = cv2.resize(shown.regions[part][whole], shape, interpolation=cv2.INTER_NEAREST)
            numbers = np.minimum(regions.astype(int) + known, MOST_REGIONS)
            scenes.regions[there] = np.where(regions > 0, numbers, 0)
            taken[place], known = True, int(max(known, scenes.regions[there].max()))
    return scenes


def _ink_box(sketch: NDArray[np.uint8]) -> tuple[slice, slice]:
    """The rows and columns of ``sketch`` that have ink, all where there is none."""
    row, column, height, width = cv2.boundingRect((sketch <= PAPER).astype(np.uint8).T)
    return (slice(row, row + height), slice(column, column + width)) if height else np.s_[:, :]


def _free_place(
    taken: NDArray[np.bool_], height: int, width: int, rng: np.random.Generator
) -> tuple[slice, slice] | None:
    """A place of ``height`` by ``width`` pixels of which nothing is taken; None where none was found."""
    for _ in range(TRIES):
        row = int(rng.integers(taken.shape[0] - height + 1))
        column = int(rng.integers(taken.shape[1] - width + 1))
        place = (slice(row, row + height), slice(column, column + width))
        if not taken[place].any():
            return place
    return None


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
