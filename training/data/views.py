"""A data set as a recipe reads it: with labels or without, pictures whole or as colours under lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Clean, Dataset, Pixels, Sample, under_lines
from training.data.options import AugmentConfig, HintConfig


def as_read(dataset: Dataset, *, labelled: bool, whole: bool) -> Dataset:
    """Return ``dataset``, without its labels unless ``labelled``; the pictures wanted ``whole``, with their
    lines, where these were left out.
    """
    hides, joins = not labelled and bool(dataset.labels), whole and dataset.lines
    return View(dataset, hides, joins) if hides or joins else dataset


@dataclass(frozen=True)
class View:
    """Another data set, its labels hidden or its lines joined to its colours; see ``Dataset``."""

    of: Dataset
    hides_labels: bool
    joins_lines: bool

    def __len__(self) -> int:
        return len(self.of)

    @property
    def folder(self) -> Path:
        """As of the data set behind it, and so are the others."""
        return self.of.folder

    @property
    def split(self) -> str:
        return self.of.split

    @property
    def size(self) -> int:
        return self.of.size

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def labels(self) -> tuple[str, ...]:
        return () if self.hides_labels else self.of.labels

    @property
    def names(self) -> Sequence[str]:
        return self.of.names

    @property
    def label_index(self) -> NDArray[np.int64]:
        return np.zeros(len(self.of), np.int64) if self.hides_labels else self.of.label_index

    @property
    def families(self) -> Sequence[str]:
        return self.of.families

    @property
    def members(self) -> Sequence[NDArray[np.int64]]:
        return self.of.members

    @property
    def fingerprint(self) -> str:
        return self.of.fingerprint

    @property
    def licence(self) -> str:
        return self.of.licence

    @property
    def problems(self) -> tuple[str, ...]:
        return self.of.problems

    @property
    def lines(self) -> bool:
        """Whether the sketch's lines are drawn over the colours."""
        return self.of.lines and not self.joins_lines

    @property
    def has_sketches(self) -> bool:
        return self.of.has_sketches

    def pick(self, place: int, rng: np.random.Generator) -> int:
        return self.of.pick(place, rng)

    def sample(
        self, index: int, rng: np.random.Generator, augment: AugmentConfig, hints: HintConfig
    ) -> Sample:
        """Return item ``index`` varied; its colours with the lines as they are drawn now."""
        sample = self.of.sample(index, rng, augment, hints)
        return sample._replace(flats=under_lines(sample.flats, sample.sketch)) if self.joins_lines else sample

    def clean(self, index: int) -> Clean:
        """Return item ``index`` as it is."""
        pair = self.of.clean(index)
        return pair._replace(flats=under_lines(pair.flats, pair.sketch)) if self.joins_lines else pair

    def picture(self, index: int) -> Pixels:
        return self.of.picture(index)
