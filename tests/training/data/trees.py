"""Folders of small pictures in every arrangement."""

import gzip
import io
import pickle
import struct
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def photo(seed: int, height: int = 80, width: int = 96) -> Pixels:
    """Return a picture uint8 [H,W,3] that no other seed's resembles."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 7, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def line_drawing(seed: int, size: int = 80) -> Pixels:
    """Return line art uint8 [S,S]: three rings and a line at places of their own."""
    rng = np.random.default_rng(seed)
    sketch = np.full((size, size), 255, np.uint8)
    for _ in range(3):
        x, y, radius = (int(v) for v in rng.integers(10, size - 10, 3))
        cv2.circle(sketch, (x, y), 4 + radius // 5, 0, 2, cv2.LINE_AA)
    first, second = ((int(x), int(y)) for x, y in rng.integers(5, size - 5, (2, 2)))
    cv2.line(sketch, first, second, 0, 2, cv2.LINE_AA)
    return sketch


def coloured(sketch: Pixels, seed: int) -> Pixels:
    """Return the line art uint8 [S,S] with a soft colour ground under its lines, uint8 [S,S,3]."""
    ground = photo(seed, *sketch.shape).astype(np.float32) * 0.4 + 150
    return np.clip(ground * sketch[..., None] / 255, 0, 255).astype(np.uint8)


def save(path: Path, pixels: Pixels, **options: object) -> Path:
    """Write a picture in the format its suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def write_photos(folder: Path, count: int, first: int = 0, suffix: str = ".png") -> Path:
    """Write ``count`` photos named by number."""
    for i in range(count):
        save(folder / f"{i:03d}{suffix}", photo(first + i))
    return folder


def write_pairs(
    folder: Path,
    count: int,
    sketches: str = "sketch",
    images: str = "image",
    inside: str = "",
    first: int = 0,
) -> Path:
    """Write ``count`` pairs as folder/SKETCHES/INSIDE/name.png and folder/IMAGES/INSIDE/name.jpg."""
    for i in range(count):
        sketch = line_drawing(first + i)
        save(folder / sketches / inside / f"{i:03d}.png", sketch)
        save(folder / images / inside / f"{i:03d}.jpg", coloured(sketch, first + i), quality=95)
    return folder


def write_side_by_side(folder: Path, count: int, direction: str = "left", first: int = 0) -> Path:
    """Write ``count`` pictures of a sketch and its colouring side by side."""
    for i in range(count):
        sketch = line_drawing(first + i)
        halves = [np.dstack([sketch] * 3), coloured(sketch, first + i)]
        save(folder / f"{i:03d}.png", np.hstack(halves if direction == "left" else halves[::-1]))
    return folder


def write_idx(folder: Path, count: int = 24, packed: bool = False) -> tuple[Pixels, Pixels]:
    """Write MNIST's four files with ``count`` training and half as many test pictures; returns all."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 256, (count + count // 2, 28, 28)).astype(np.uint8)
    labels = (np.arange(len(pictures)) % 10).astype(np.uint8)
    for name, part in (("train", slice(0, count)), ("t10k", slice(count, None))):
        for kind, values in (("images", pictures[part]), ("labels", labels[part])):
            path = folder / f"{name}-{kind}-idx{values.ndim}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(idx(values)) if packed else idx(values))
    return pictures, labels


def idx(values: Pixels) -> bytes:
    """Return the bytes of an IDX file."""
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    return head + values.tobytes()


def write_cifar(folder: Path, count: int = 10) -> tuple[Pixels, list[int]]:
    """Write CIFAR-10's batches with ``count`` pictures each; returns the pictures [N,32,32,3] and labels."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    pictures = rng.integers(0, 256, (6 * count, 32, 32, 3)).astype(np.uint8)
    labels = [int(v) for v in rng.integers(0, 10, 6 * count)]
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    for i, name in enumerate(names):
        part = slice(i * count, (i + 1) * count)
        rows = pictures[part].transpose(0, 3, 1, 2).reshape(count, -1)
        content = {
            b"data": np.ascontiguousarray(rows),
            b"labels": labels[part],
            b"filenames": [b"x.png"] * count,
        }
        (folder / name).write_bytes(pickled_as_python_2(content))
    label_names = [f"thing {i}".encode() for i in range(10)]
    (folder / "batches.meta").write_bytes(pickled_as_python_2({b"label_names": label_names}))
    return pictures, labels


def pickled_as_python_2(content: object) -> bytes:
    """Return a pickle whose bytes are Python 2 strings, as in the originals."""
    buffer = io.BytesIO()
    pickler = pickle._Pickler(buffer, protocol=2)  # type: ignore[attr-defined]

    def save_string(pickler: object, value: bytes) -> None:
        buffer.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    pickler.dispatch = {**pickler.dispatch, bytes: save_string}
    pickler.dump(content)
    return buffer.getvalue()
