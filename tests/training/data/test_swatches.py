"""The colours that pictures are made of."""

from pathlib import Path

import numpy as np

from tests.training.data.shapes import SIZE
from tests.training.data.trees import write_photos
from training.data.options import SketchConfig, SourceConfig
from training.data.paired import PairedDataset
from training.data.source import open_dataset
from training.data.swatches import find_swatches


def test_flat_drawings_are_told_in_their_own_colours(shared_shapes: Path) -> None:
    table, covered = find_swatches(PairedDataset.open(shared_shapes, "train", SIZE), 24)
    assert table.shape == (24, 3)
    assert table.dtype == np.float32
    inner = np.array([90, 160, 220]) / 255
    assert np.abs(table[0] - inner).max() < 0.02  # every drawing has it
    assert not (np.abs(table - 1).max(axis=1) < 0.02).any()  # the paper around is no colour
    assert covered > 0.9


def test_fewer_colours_than_swatches_come_twice(shared_shapes: Path) -> None:
    table, _ = find_swatches(PairedDataset.open(shared_shapes, "train", SIZE), 256)
    assert table.shape == (256, 3)
    assert len(np.unique(table, axis=0)) < 256


def test_photos_are_not_told_in_few_colours(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", 12)
    dataset = open_dataset(photos, "train", 64, SourceConfig(), SketchConfig())
    assert find_swatches(dataset, 8).covered < find_swatches(dataset, 128).covered
