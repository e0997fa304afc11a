"""The pictures below a folder: found in one pass, remembered in a few dozen bytes each."""

import hashlib
import os
import stat
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Cancelled, CancelledError, Progress
from training.files import UserError
from training.images import SUFFIXES

# Folders that systems and programs leave behind; hidden ones are skipped as well.
SKIPPED = ("__macosx", "@eadir", "$recycle.bin", "system volume information", "thumbs.db")
REPORT_EVERY = 2000
PROBLEMS_KEPT = 1000


class TextList(Sequence[str]):
    """Texts end to end in one block of bytes: a million paths take tens of megabytes, not hundreds."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("q", [0])
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add a text; names that are no valid Unicode come back as they were."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        for i in range(len(self)):
            yield self[i]

    @property
    def nbytes(self) -> int:
        """Memory that the texts take."""
        return len(self._bytes) + len(self._ends) * self._ends.itemsize


@dataclass(frozen=True)
class Listing:
    """Every picture file below ``root``, folder by folder in order of their names.

    folders: paths inside the root with "/" between ("" is the root itself); names: file names; folder int32
    [n]: index of each file's folder; size int64 [n] in bytes; changed int64 [n] in ns. ``problems`` are
    sentences about places that could not be read, ``others`` counts the files that are no pictures by suffix.
    """

    root: Path
    folders: tuple[str, ...]
    names: TextList
    folder: NDArray[np.int32]
    size: NDArray[np.int64]
    changed: NDArray[np.int64]
    problems: tuple[tuple[str, str], ...]
    others: dict[str, int]

    def __len__(self) -> int:
        return len(self.names)

    def path(self, index: int) -> str:
        """Return the path of file ``index`` inside the root."""
        folder = self.folders[self.folder[index]]
        return f"{folder}/{self.names[index]}" if folder else self.names[index]

    def within(self, folder: int) -> range:
        """Return the files that lie in folder number ``folder`` itself."""
        first, last = np.searchsorted(self.folder, [folder, folder + 1])
        return range(int(first), int(last))


def list_pictures(
    root: Path, on_progress: Progress | None = None, cancelled: Cancelled | None = None
) -> Listing:
    """Return the picture files below ``root``, through links too; no folder is entered twice, so that links
    in circles end.

    Raises UserError when the folder cannot be read, CancelledError when ``cancelled`` says so.
    """
    root = Path(root)
    if not root.is_dir():
        raise UserError(f"{root} is no folder; name a folder of pictures.")
    walk = _Walk(root, on_progress or (lambda done, total: None), cancelled or (lambda: False))
    pending = [""]
    while pending:
        # Pushed in falling order, so that folders are visited in rising order.
        pending += sorted(walk.enter(pending.pop()), reverse=True)
    return walk.listing()


def match_names(listing: Listing, one: int, other: int) -> NDArray[np.int64]:
    """Return the files of the folders number ``one`` and ``other`` whose names without suffix agree, int64
    [M,2] in the order of the first; of several with one name the first counts.
    """
    # Compared by hash: a name in 8 bytes, and a wrong match less likely than a broken disk.
    keys, places = [], []
    for folder in (one, other):
        files = listing.within(folder)
        hashes = np.array([_name_key(listing.names[i]) for i in files], np.uint64)
        unique, first = np.unique(hashes, return_index=True)
        keys.append(unique)
        places.append(first + files.start)
    _, in_one, in_other = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
    pairs = np.stack([places[0][in_one], places[1][in_other]], axis=1).astype(np.int64)
    return pairs[np.argsort(pairs[:, 0])]


def _name_key(name: str) -> int:
    stem = os.path.splitext(name)[0].encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(stem, digest_size=8).digest(), "little")


class _Walk:
    def __init__(self, root: Path, on_progress: Progress, cancelled: Cancelled) -> None:
        self._root = root
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._folders: list[str] = []
        self._names = TextList()
        self._folder, self._size, self._changed = array("i"), array("q"), array("q")
        self._seen: set[tuple[int, int]] = set()
        self._problems: list[tuple[str, str]] = []
        self._others: Counter[str] = Counter()

    def enter(self, inside: str) -> list[str]:
        """Take in the files of one folder; returns the paths of the folders in it."""
        if self._cancelled():
            raise CancelledError
        path = self._root / inside
        try:
            state = path.stat()
            if (state.st_dev, state.st_ino) in self._seen:
                return []
            self._seen.add((state.st_dev, state.st_ino))
            with os.scandir(path) as entries:
                files, folders = self._sorted_out(entries, f"{inside}/" if inside else "")
        except OSError as error:
            if not inside:
                raise UserError(
                    f"{path} cannot be read ({error.strerror or error}); check its permissions."
                ) from error
            self._problem(inside, f"The folder {inside} cannot be read ({error.strerror or error}).")
            return []
        if files:
            self._folders.append(inside)
        for name, size, changed in sorted(files):
            self._names.append(name)
            self._folder.append(len(self._folders) - 1)
            self._size.append(size)
            self._changed.append(changed)
        self._on_progress(len(self._names), len(self._names))
        return folders

    def _sorted_out(
        self, entries: Iterable["os.DirEntry[str]"], prefix: str
    ) -> tuple[list[tuple[str, int, int]], list[str]]:
        files: list[tuple[str, int, int]] = []
        folders: list[str] = []
        for number, entry in enumerate(entries, 1):
            if number % REPORT_EVERY == 0:
                if self._cancelled():
                    raise CancelledError
                self._on_progress(len(self._names) + len(files), len(self._names) + len(files))
            if entry.name.startswith(".") or entry.name.casefold() in SKIPPED:
                continue
            suffix = os.path.splitext(entry.name)[1].casefold()
            try:
                if entry.is_dir():
                    folders.append(prefix + entry.name)
                elif suffix not in SUFFIXES:
                    self._others[suffix] += 1
                else:
                    state = entry.stat()
                    if stat.S_ISREG(state.st_mode):
                        files.append((entry.name, state.st_size, state.st_mtime_ns))
            except OSError as error:
                path = prefix + entry.name
                self._problem(path, f"{path} cannot be read ({error.strerror or error}).")
        return files, folders

    def _problem(self, path: str, text: str) -> None:
        if len(self._problems) < PROBLEMS_KEPT:
            self._problems.append((path, text))

    def listing(self) -> Listing:
        return Listing(
            self._root,
            tuple(self._folders),
            self._names,
            np.array(self._folder, np.int32),
            np.array(self._size, np.int64),
            np.array(self._changed, np.int64),
            tuple(self._problems),
            dict(self._others),
        )
