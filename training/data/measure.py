"""One look at every picture: what it is, how it looks in a few numbers; remembered for the next time."""

import hashlib
import logging
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.dataset import Cancelled, CancelledError, Progress
from training.data.pictures import Item, read_item
from training.data.scan import Scan
from training.files import UserError, read_json, write_json
from training.folders import datasets_dir

log = logging.getLogger(__name__)

# Part of the file's name: raise it when a record's content or meaning changes.
VERSION = 1
# Each picture is measured on a copy of this many pixels; it divides into 8 x 8 and into 9 x 9 squares.
SIDE = 72
ENOUGH_PX = 256
# A step of grey that noise and compression do not make.
STEP = 2
TODO, FINE, BROKEN = 0, 1, 2
TRANSPARENT, GREY, EXIF, CMYK, DEEP, ANIMATED = (1 << bit for bit in range(6))
FLAGS = {
    "transparent": TRANSPARENT,
    "grey": GREY,
    "exif": EXIF,
    "cmyk": CMYK,
    "deep": DEEP,
    "animated": ANIMATED,
}

# key: the file as it was; digest: of its bytes; hash: 128 bits of rising brightness; thumb: 8 x 8 colours;
# spread: standard deviation of grey; for pairs ink (share of the sketch), over (share of ink that is as dark
# in the picture), agree (correlation of ink with the picture's edges), skew (ratio of the sides' ratios).
RECORD = np.dtype(
    [
        ("key", "u8"), ("digest", "u8"), ("hash", "u8", 2), ("thumb", "u1", (8, 8, 3)), ("width", "i4"),
        ("height", "i4"), ("spread", "f4"), ("ink", "f4"), ("over", "f4"), ("agree", "f4"), ("skew", "f4"),
        ("flags", "u2"), ("state", "u1"),
    ]
)  # fmt: skip

Records = NDArray[np.void]
# Called in a worker thread with each item that is decoded, so that nothing is decoded twice.
OnItem = Callable[[int, Item], None]


@dataclass(frozen=True)
class Measured:
    """The records of all items of a scan in its order (maybe mapped from a file), and why some are broken."""

    records: Records
    broken: dict[int, str]

    @property
    def usable(self) -> NDArray[np.int64]:
        """The items that can be used."""
        return np.flatnonzero(self.records["state"] == FINE)


def measure(
    scan: Scan,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    on_item: OnItem | None = None,
    at_least: int = ENOUGH_PX,
) -> Measured:
    """Return the measurements of all items. Files that have been measured before are not opened again.

    What was measured is kept even when ``cancelled`` ends the work with CancelledError.
    """
    place = memory_of(scan)
    keys = item_keys(scan)
    store = _Store(place, keys)
    todo = np.flatnonzero(store.records["state"] == TODO)
    try:
        if len(todo):
            _measure_all(scan, store, todo, on_progress, cancelled or (lambda: False), on_item, at_least)
    finally:
        records = store.saved(bool(len(todo)))
    broken = {
        int(i): store.texts.get(str(int(records["key"][i])), "It cannot be read.")
        for i in np.flatnonzero(records["state"] == BROKEN)
    }
    return Measured(records, broken)


def memory_of(scan: Scan) -> Path:
    """Return the folder in the user's cache for what is remembered of this scan's folder."""
    layout = scan.layout
    about = f"{scan.folder.resolve()}|{layout.kind}|{layout.direction}|{layout.inverted}|{VERSION}"
    return datasets_dir() / hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def item_keys(scan: Scan) -> NDArray[np.uint64]:
    """Return 64 bits for each item that change when its path, its bytes' number or its time changes."""
    keys = np.empty(len(scan), np.uint64)
    stamps = np.ascontiguousarray(scan.stamp)
    for i, path in enumerate(scan.images):
        text = path.encode("utf-8", "surrogatepass") + stamps[i].tobytes()
        keys[i] = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") or 1
    return keys


class _Store:
    """The records on disk: found by key, filled anew in a file beside, put in place at the end."""

    def __init__(self, place: Path, keys: NDArray[np.uint64]) -> None:
        self._path = place / "records.npy"
        self._temp = place / f".records-{os.getpid()}-{id(self)}.npy"
        self.texts: dict[str, str] = {}
        old = self._read(place)
        if old is not None and np.array_equal(old["key"], keys):
            self.records = old
            self._temp_in_use = False
            return
        try:
            place.mkdir(parents=True, exist_ok=True)
            self.records = np.lib.format.open_memmap(self._temp, "w+", RECORD, (len(keys),))
            self._temp_in_use = True
        except OSError as error:
            log.info("measurements stay in memory: %s", error)
            self.records, self._temp_in_use = np.zeros(len(keys), RECORD), False
        if old is not None:
            order = np.argsort(old["key"])
            found = np.minimum(np.searchsorted(old["key"][order], keys), len(old) - 1)
            known = old["key"][order[found]] == keys
            self.records[known] = old[order[found[known]]]
        self.records["key"] = keys

    def _read(self, place: Path) -> Records | None:
        try:
            old = np.load(self._path, mmap_mode="r+", allow_pickle=False)
            if old.dtype != RECORD or old.ndim != 1 or not len(old):
                return None
            texts = read_json(place / "broken.json")
            self.texts = {str(key): str(text) for key, text in texts.items()}
        except (OSError, ValueError, UserError, AttributeError):
            return None
        return old

    def saved(self, changed: bool) -> Records:
        """Put the records in place and return them read-only."""
        if isinstance(self.records, np.memmap):
            self.records.flush()
            try:
                if changed or self._temp_in_use:
                    kept = {str(int(key)) for key in self.records["key"][self.records["state"] == BROKEN]}
                    texts = {key: text for key, text in self.texts.items() if key in kept}
                    write_json(self._path.with_name("broken.json"), texts)
                if self._temp_in_use:
                    # Windows replaces no file that is mapped.
                    del self.records
                    os.replace(self._temp, self._path)
                    self.records = np.load(self._path, mmap_mode="r", allow_pickle=False)
            except OSError as error:
                log.info("measurements cannot be kept: %s", error)
                if not hasattr(self, "records"):
                    self.records = np.load(self._temp, mmap_mode="r", allow_pickle=False)
        return self.records


def _measure_all(
    scan: Scan,
    store: _Store,
    todo: NDArray[np.int64],
    on_progress: Progress | None,
    cancelled: Cancelled,
    on_item: OnItem | None,
    at_least: int,
) -> None:
    workers = min(8, os.cpu_count() or 1)
    waiting: deque[tuple[int, Future[Records | str]]] = deque()

    def look(index: int) -> Records | str:
        try:
            item = read_item(scan, index, max(at_least, ENOUGH_PX))
        except UserError as error:
            return str(error)
        if on_item is not None:
            on_item(index, item)
        return record_of(item)

    def take() -> None:
        index, future = waiting.popleft()
        found = future.result()
        key = store.records["key"][index]
        if isinstance(found, str):
            store.texts[str(int(key))] = found
            store.records["state"][index] = BROKEN
        else:
            found["key"] = key
            store.records[index] = found

    with ThreadPoolExecutor(workers, thread_name_prefix="measure") as pool:
        try:
            for done, index in enumerate(todo, 1):
                # Few in hand: a folder of large pictures must not fill the memory.
                while len(waiting) >= 4 * workers:
                    take()
                waiting.append((int(index), pool.submit(look, int(index))))
                if cancelled():
                    raise CancelledError
                if on_progress is not None and (done % 16 == 0 or done == len(todo)):
                    on_progress(len(store.records) - len(todo) + done, len(store.records))
        finally:
            while waiting:
                take()


def record_of(item: Item) -> Records:
    """Return the measurements of one item; its key is not set."""
    record = np.zeros((), RECORD)
    small = item.image.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    grey = small.convert("L")
    record["digest"] = item.digest
    record["hash"] = rising(np.asarray(grey.resize((9, 9), Image.Resampling.BOX)))
    record["thumb"] = np.asarray(small.resize((8, 8), Image.Resampling.BOX))
    record["width"], record["height"] = item.facts.width, item.facts.height
    record["spread"] = np.asarray(grey).std()
    record["flags"] = _flags(item)
    record["over"] = record["agree"] = record["skew"] = 1
    if item.sketch is not None:
        _measure_pair(record, item, grey, item.sketch)
    record["state"] = FINE
    return record


def rising(grey: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return 128 bits uint64 [2] that tell where a grey picture uint8 [9,9] gets brighter to the right and
    downwards: the difference hash, with a dead zone so that flat ground gives zeros.
    """
    coarse = grey.astype(np.int16)
    across = (coarse[:8, 1:] - coarse[:8, :-1]) > STEP
    down = (coarse[1:, :8] - coarse[:-1, :8]) > STEP
    bits = np.packbits(np.concatenate([across.ravel(), down.ravel()]))
    return bits.view(">u8").astype(np.uint64)


def _measure_pair(record: Records, item: Item, drawn_over: Image.Image, sketch: Image.Image) -> None:
    grey = np.asarray(drawn_over, np.float32)
    drawn = np.asarray(sketch.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0), np.float32)
    ink = 255 - drawn
    record["ink"] = ink.mean() / 255
    dark = ink > 100
    record["over"] = (grey[dark] <= drawn[dark] + 48).mean() if dark.any() else 0
    edges = np.abs(np.diff(grey, axis=0))[:, 1:] + np.abs(np.diff(grey, axis=1))[1:, :]
    inks, steps = (_blocks(part) for part in (ink[1:, 1:], edges))
    if inks.std() > 0 and steps.std() > 0:
        record["agree"] = np.corrcoef(inks.ravel(), steps.ravel())[0, 1]
    else:
        record["agree"] = 0
    sides = (item.image.width / item.image.height) / (sketch.width / sketch.height)
    record["skew"] = max(sides, 1 / sides)


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values[:70, :70].reshape(14, 5, 14, 5).mean(axis=(1, 3))


def _flags(item: Item) -> int:
    flags = 0
    for known in (item.facts, item.sketch_facts):
        if known is not None:
            flags |= TRANSPARENT * known.transparent | EXIF * known.turned | CMYK * known.cmyk
            flags |= DEEP * known.deep | ANIMATED * (known.frames > 1)
    # A grey sketch is no news.
    return flags | (GREY * item.facts.grey if item.sketch is None else 0)
