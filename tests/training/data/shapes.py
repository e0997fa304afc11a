"""A small prepared data set made of plain shapes, and single drawings of it."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = 96
LABELS = ["Round things", "Boxes"]
FOLDERS = ["round-things", "boxes"]


def drawing(kind: str, colour: tuple[int, int, int]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return line art [S,S] and its picture [S,S,3]: a shape with a white-lined second region inside."""
    big = 4
    sketch = np.full((SIZE * big, SIZE * big), 255, np.uint8)
    colours = np.full((SIZE * big, SIZE * big, 3), 255, np.uint8)
    middle, inner = SIZE * big // 2, (90, 160, 220)
    if kind == "round":
        cv2.circle(colours, (middle, middle), 130, colour, -1)
        cv2.circle(colours, (middle, middle), 60, inner, -1)
        cv2.circle(sketch, (middle, middle), 130, 0, 10)
        cv2.circle(sketch, (middle, middle), 60, 0, 10)
    else:
        cv2.rectangle(colours, (70, 90), (320, 300), colour, -1)
        cv2.rectangle(colours, (70, 90), (180, 300), inner, -1)
        cv2.rectangle(sketch, (70, 90), (320, 300), 0, 10)
        cv2.line(sketch, (180, 90), (180, 300), 0, 10)
    sketch = cv2.resize(sketch, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    colours = cv2.resize(colours, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    image = np.rint(colours.astype(np.float32) * sketch[..., None] / 255).astype(np.uint8)
    return sketch, image


def write_set(folder: Path, count: int = 4) -> Path:
    """Write a prepared data set of ``count`` pairs a label in train and one each in val and test."""
    families = {}
    rng = np.random.default_rng(5)
    variants, bases = [], {}
    for split, number in (("train", count), ("val", 1), ("test", 1)):
        for label, kind in enumerate(("round", "box")):
            for i in range(number):
                name = f"{split}-{kind}-{i}"
                save_pair(folder, split, label, name, kind, tuple(int(v) for v in rng.integers(30, 220, 3)))
                families[name] = name
    save_pair(folder, "train", 0, "train-round-0-tone", "round", (120, 70, 40))
    families["train-round-0-tone"] = "train-round-0"
    variants.append("train-round-0-tone")
    bases["train-round-0-tone"] = "train-round-0"
    about = {
        "format": 1,
        "name": "Shapes",
        "labels": LABELS,
        "folders": FOLDERS,
        "size": SIZE,
        "source": "made for a test",
        "licence": "MIT",
        "fingerprint": "f" * 64,
        "families": families,
        "variants": variants,
        "bases": bases,
    }
    (folder / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def save_pair(folder: Path, split: str, label: int, name: str, kind: str, colour: tuple[int, ...]) -> None:
    sketch, image = drawing(kind, (colour[0], colour[1], colour[2]))
    for part, pixels in (("sketch", sketch), ("image", image)):
        path = folder / split / part / FOLDERS[label] / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)


def with_families(pairs: Path, folder: Path, renamed: dict[str, str]) -> Path:
    """The data set ``pairs`` as ``folder``, some of its families under other names."""
    folder.mkdir()
    for split in ("train", "val", "test"):
        shutil.copytree(pairs / split, folder / split)
    about = json.loads((pairs / "dataset.json").read_text(encoding="utf-8"))
    about["families"] = {name: renamed.get(of, of) for name, of in about["families"].items()}
    (folder / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
    return folder
