"""Decoded pictures in a file that is mapped into memory: filled as they are first seen, limited in size."""

import contextlib
import logging
import shutil
import threading
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

GIGABYTE = 1_000_000_000
# The cache leaves this share of the free disk alone.
DISK_SHARE = 0.8
SLOT = np.dtype([("key", "u8"), ("check", "u4"), ("filled", "u4")])
PATTERN = "pictures-*.bin"

Pixels = NDArray[np.uint8]


class PictureCache:
    """Pictures uint8 of one shape by a 64-bit key of their files. Call from any thread.

    Each row has a check sum, so that what a crash, a full disk or a second process left half written is no
    picture but a gap. A disk that refuses ends the filling, never the training.
    """

    def __init__(
        self, folder: Path, name: str, keys: NDArray[np.uint64], shape: tuple[int, ...], cap_bytes: int
    ) -> None:
        """Open or make ``folder/pictures-NAME.bin`` for items with ``keys``, at most ``cap_bytes`` of it and
        of all other caches beside ``folder`` together; the ones that were used longest ago give way.
        """
        self._shape = shape
        self._row_bytes = int(np.prod(shape))
        self._path = folder / f"pictures-{name}.bin"
        self._lock = threading.Lock()
        self._slots = np.zeros(0, SLOT)
        self._slot_of = np.full(len(keys), -1, np.int64)
        self._pixels: NDArray[np.uint8] | None = None
        self._full = True
        try:
            self._open(keys, cap_bytes)
        except OSError as error:
            log.info("no cache of decoded pictures: %s", error)
            self._pixels = None

    @property
    def rows(self) -> int:
        """How many pictures there is room for."""
        return len(self._slots)

    @property
    def filled(self) -> int:
        """How many pictures are there."""
        return int((self._slots["filled"] > 0).sum())

    def get(self, item: int) -> Pixels | None:
        """Return a copy of the pixels of ``item``, None when they are not there."""
        slot = int(self._slot_of[item])
        if slot < 0 or self._pixels is None or not self._slots["filled"][slot]:
            return None
        row = np.array(self._pixels[slot * self._row_bytes : (slot + 1) * self._row_bytes])
        if zlib.crc32(row.data) != self._slots["check"][slot]:
            return None
        return row.reshape(self._shape)

    def put(self, item: int, pixels: Pixels) -> None:
        """Keep ``pixels`` as those of ``item`` where there is room; ValueError for another shape."""
        if pixels.shape != self._shape or pixels.dtype != np.uint8:
            raise ValueError(f"the cache holds uint8 {self._shape}, not {pixels.dtype} {pixels.shape}")
        slot = int(self._slot_of[item])
        if slot < 0 or self._full:
            return
        data = np.ascontiguousarray(pixels).tobytes()
        with self._lock:
            entry = self._slots[slot : slot + 1].copy()
            entry["check"], entry["filled"] = zlib.crc32(data), 1
            try:
                # Written, not stored through the map: a full disk is an error here, and a crash there.
                with self._path.open("rb+") as file:
                    file.seek(slot * self._row_bytes)
                    file.write(data)
                with self._table().open("rb+") as file:
                    file.seek(slot * SLOT.itemsize)
                    file.write(entry.tobytes())
            except OSError as error:
                log.warning("the cache of decoded pictures stays as it is: %s", error)
                self._full = True
                return
            self._slots[slot] = entry[0]

    def _table(self) -> Path:
        return self._path.with_suffix(".slots")

    def _open(self, keys: NDArray[np.uint64], cap_bytes: int) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        here = self._path.stat().st_size if self._path.exists() else 0
        if here > cap_bytes:
            self._path.unlink()
            here = 0
        free = int(shutil.disk_usage(self._path.parent).free * DISK_SHARE)
        # Never made smaller: another reader may have it mapped.
        rows = max(min(len(keys), min(cap_bytes, free + here) // self._row_bytes), here // self._row_bytes)
        if rows < 1:
            return
        _make_room(self._path, cap_bytes - rows * self._row_bytes)
        table = self._table()
        old = np.zeros(0, SLOT)
        if table.exists() and here:
            data = table.read_bytes()
            old = np.frombuffer(data[: len(data) // SLOT.itemsize * SLOT.itemsize], SLOT)[:rows]
        self._slots = np.zeros(rows, SLOT)
        self._slots[: len(old)] = old
        self._assign(keys)
        with self._path.open("ab") as file:
            file.truncate(rows * self._row_bytes)
        table.write_bytes(self._slots.tobytes())
        self._pixels = np.memmap(self._path, np.uint8, "r", shape=(rows * self._row_bytes,))
        self._full = False

    def _assign(self, keys: NDArray[np.uint64]) -> None:
        """Give each item its slot: the one that holds it, or in order those that hold nothing wanted."""
        order = np.argsort(self._slots["key"], kind="stable")
        held = self._slots["key"][order]
        place = np.minimum(np.searchsorted(held, keys), len(held) - 1)
        known = held[place] == keys
        self._slot_of[known] = order[place[known]]
        taken = np.zeros(len(self._slots), bool)
        taken[self._slot_of[known]] = True
        gaps, rest = np.flatnonzero(~taken), np.flatnonzero(~known)
        count = min(len(gaps), len(rest))
        self._slot_of[rest[:count]] = gaps[:count]
        self._slots[gaps] = 0
        self._slots["key"][gaps[:count]] = keys[rest[:count]]


def _make_room(keep: Path, most_bytes: int) -> None:
    """Delete the caches of other data sets, those used longest ago first, down to ``most_bytes``."""
    others = []
    for path in keep.parent.parent.glob(f"*/{PATTERN}"):
        with contextlib.suppress(OSError):
            if path != keep:
                state = path.stat()
                used = path.with_suffix(".slots").stat().st_mtime
                others.append((used, getattr(state, "st_blocks", state.st_size // 512) * 512, path))
    total = sum(size for _, size, _ in others)
    for _, size, path in sorted(others):
        if total <= most_bytes:
            return
        with contextlib.suppress(OSError):
            path.unlink()
            path.with_suffix(".slots").unlink(missing_ok=True)
            total -= size
