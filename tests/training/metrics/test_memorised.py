"""Nearest training pictures: a model that repeats them is found out, one that does not is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.training.recipes.tiny import COLOUR, write_classes
from training.data.dataset import Dataset
from training.data.source import open_splits
from training.metrics.evaluate import EvaluationStoppedError
from training.metrics.features import Pictures
from training.metrics.making import Made
from training.metrics.memorised import nearest_training_pictures

SIZE = 32


class Colours:
    """Stands in for a network: a picture's colours in 4 x 4 cells."""

    name, size = "cells", 48

    def __call__(self, pictures: Pictures) -> np.ndarray:
        side = pictures.shape[1] // 4
        cells = pictures[:, : 4 * side, : 4 * side].reshape(len(pictures), 4, side, 4, side, 3)
        return cells.mean(axis=(2, 4)).reshape(len(pictures), -1) / 255


@dataclass
class Maker:
    """Shows pictures of ``source``, whatever is asked for, ``off`` in each value."""

    source: Dataset
    off: int
    channels: int = 3

    def __call__(self, dataset: Dataset, items: Sequence[int], seed: int = 0) -> Iterator[Made]:
        for item in items:
            made = self.source.picture(item % len(self.source)).astype(int) + self.off
            true = dataset.picture(item)
            yield Made(np.clip(made, 0, 255).astype(np.uint8)[None], true[None])


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = write_classes(tmp_path_factory.mktemp("classes"), 40)
    return open_splits(folder / COLOUR, ("train", "test"), SIZE)


def test_a_model_that_repeats_its_training_pictures_is_found_out(splits: dict[str, Dataset]) -> None:
    train, test = splits["train"], splits["test"]
    items, among = range(len(test)), range(len(train))
    seen: list[tuple[int, int]] = []
    parrot = nearest_training_pictures(
        Maker(train, 1), test, train, items, among, Colours(), on_progress=lambda *done: seen.append(done)
    )
    honest = nearest_training_pictures(Maker(test, 3), test, train, items, among, Colours())
    assert (parrot.report["n"], parrot.report["among"]) == (len(test), len(train))
    assert parrot.report["ratio"] < 0.2
    assert parrot.report["suspicious"] == 1
    assert honest.report["ratio"] == pytest.approx(1, abs=0.1)
    assert honest.report["suspicious"] < 0.2
    assert "cells" in parrot.report["protocol"]
    assert seen[-1] == (len(test) + len(train),) * 2
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    # Pictures made stand beside pictures that differ by one.
    assert parrot.grid.ndim == 3
    assert parrot.grid.dtype == np.uint8


def test_it_stops_between_batches(splits: dict[str, Dataset], tmp_path: Path) -> None:
    train, test = splits["train"], splits["test"]
    with pytest.raises(EvaluationStoppedError):
        nearest_training_pictures(
            Maker(train, 1), test, train, [0, 1], [0, 1], Colours(), should_stop=lambda: True
        )
