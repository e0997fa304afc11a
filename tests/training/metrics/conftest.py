"""A tiny prepared data set on disk: discs and squares in colours that follow the label."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.paired import PairedDataset

SIZE = 64
FOLDERS = ("red-things", "blue-things")
COLOURS = ((220, 40, 40), (40, 60, 220))
COUNTS = {"train": 6, "val": 3, "test": 5}


def pair(label: int, index: int, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """Return line art [S,S] and picture [S,S,3]: a disc (label 0) or a square (label 1), a mark in it."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    y, x = 30 + index % 3, 28 + index + shift
    if label == 0:
        distance = np.hypot(rows - y, columns - x)
    else:
        distance = np.maximum(abs(rows - y), abs(columns - x)).astype(float)
    mark = np.maximum(abs(rows - y), abs(columns - x))
    image = np.full((SIZE, SIZE, 3), 255, np.uint8)
    image[distance <= 20] = COLOURS[label]
    image[mark <= 7] = (250, 220, 120)
    sketch = np.full((SIZE, SIZE), 255, np.uint8)
    sketch[(abs(distance - 20) <= 1.2) | (mark == 7)] = 0
    image[sketch == 0] = 0
    return sketch, image


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    families = {}
    for number, (split, count) in enumerate(COUNTS.items()):
        for label, slug in enumerate(FOLDERS):
            for index in range(count):
                name = f"{split}-{label}-{index}"
                families[name] = name
                for kind, pixels in zip(("sketch", "image"), pair(label, index, number), strict=True):
                    path = folder / split / kind / slug / f"{name}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    Image.fromarray(pixels).save(path)
    about = {
        "format": 1,
        "name": "tiny",
        "labels": ["Red things", "Blue things"],
        "folders": list(FOLDERS),
        "size": SIZE,
        "source": "drawn",
        "licence": "MIT",
        "fingerprint": "tiny-1",
        "families": families,
    }
    (folder / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny_test(prepared: Path) -> PairedDataset:
    return PairedDataset.open(prepared, "test", SIZE)


@pytest.fixture(scope="session")
def tiny_train(prepared: Path) -> PairedDataset:
    return PairedDataset.open(prepared, "train", SIZE)
