"""A folder of very many small files: how fast it is read, what memory that takes, when the first batch comes.

``python -m tests.benchmarks.scanning --files 200000`` runs it alone, at any size.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from tests.benchmarks.measure import Effort, Row, run_child

FILES, TINY_FILES = 20_000, 300
CLASSES = 10
SIDE_PX = 32
# What reading a folder may add to the process for each file in it, beside what it takes for a hundred.
BYTES_A_FILE = 2000.0

CHILD = """
import json, os, sys, time
from pathlib import Path
import psutil
from training.data.batches import training_batch
from training.data.listing import list_pictures
from training.data.options import AugmentConfig, HintConfig
from training.data.source import open_dataset

folder, process = Path(sys.argv[1]), psutil.Process()
before = process.memory_info()
start = time.perf_counter()
count = len(list_pictures(folder))
listed = time.perf_counter()
data = open_dataset(folder, "train", 64)
opened = time.perf_counter()
training_batch(data, 0, 0, 8, AugmentConfig(), HintConfig(), 8)
first = time.perf_counter()
after = process.memory_info()
again = open_dataset(folder, "train", 64)
training_batch(again, 0, 0, 8, AugmentConfig(), HintConfig(), 8)
second = time.perf_counter()
own = lambda info: info.rss - getattr(info, "shared", 0)
print(json.dumps({
    "files": count, "list_s": listed - start, "open_s": opened - listed, "first_s": first - listed,
    "again_s": second - first, "own_bytes": own(after) - own(before), "rss": after.rss,
    "cpu_s": sum(process.cpu_times()[:2]),
}))
"""


def write_tree(folder: Path, files: int) -> None:
    """Write ``files`` small JPEG pictures in ten classes, no two alike."""
    rng = np.random.default_rng(0)
    for number in range(files):
        path = folder / f"class {number % CLASSES}" / f"{number // 1000:04d}" / f"{number:07d}.jpg"
        if number % 1000 < CLASSES:
            path.parent.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 256, (4, 4, 3)).astype(np.uint8))
        coarse.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC).save(path, quality=80)


def measured(files: int) -> dict[str, float]:
    """Return the figures of one run in a process of its own over a tree of ``files`` pictures."""
    with tempfile.TemporaryDirectory(prefix="scanning-") as place:
        folder = Path(place) / "tree"
        write_tree(folder, files)
        line = run_child(CHILD, str(folder), home=Path(place), timeout_s=3600)
    figures: dict[str, float] = json.loads(line)
    return figures


def scanning(effort: Effort) -> list[Row]:
    """Scan rate, memory a file and time to the first batch, beside bare decoding of the same pictures."""
    files = effort.times(FILES, TINY_FILES)
    few, many = measured(100), measured(files)
    bare = _decoding_rate()
    a_file = max(0.0, many["own_bytes"] - few["own_bytes"]) / files
    return [
        Row("list files", files / many["list_s"] / 1000, bare, None, "k/s", "decoding 32 px JPEG files, k/s"),
        Row("open, first time", files / many["open_s"] / 1000, bare, None, "k/s", "decoding, k/s"),
        Row("memory a file", a_file, BYTES_A_FILE, None if effort.tiny else BYTES_A_FILE, "B", "the budget"),
        Row("first batch, first time", many["first_s"], files / bare / 1000, None, "s", "decoding all once"),
        Row("first batch, again", many["again_s"], many["first_s"], None, "s", "the first time"),
    ]


def _decoding_rate() -> float:
    """Thousands of small JPEG files that Pillow alone opens and decodes in a second, here and now."""
    with tempfile.TemporaryDirectory(prefix="scanning-") as place:
        write_tree(Path(place), 500)
        paths = sorted(Path(place).rglob("*.jpg"))
        start = time.perf_counter()
        for path in paths:
            with Image.open(path) as image:
                image.convert("RGB")
        return len(paths) / (time.perf_counter() - start) / 1000


def main() -> None:
    """Print the figures of one run at the size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES, help=f"pictures in the tree ({FILES})")
    start = time.perf_counter()
    files = parser.parse_args().files
    figures = measured(files)
    print(json.dumps(figures, indent=2))
    for name in ("list", "open"):
        print(f"{name}: {files / figures[name + '_s']:.0f} files/s")
    print(f"{figures['own_bytes'] / files:.0f} bytes a file, {time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
