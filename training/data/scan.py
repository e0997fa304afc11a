"""The items of a folder: which files belong together, their class and split. No picture is opened here."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data import readers
from training.data.dataset import Cancelled, CancelledError, Progress
from training.data.findings import Finding, FindingKind
from training.data.labels_file import NAME as LABELS
from training.data.labels_file import read_labels
from training.data.layouts import Layout, LayoutKind, find_layout, labelled_layout, packaged_layout
from training.data.listing import Listing, TextList, list_pictures, match_names
from training.data.options import SourceConfig
from training.data.places import IMAGE, SKETCH, SPLITS
from training.files import UserError, read_json

# Remarks on single files beyond so many are counted, not kept.
FINDINGS_KEPT = 2000
NO_SPLIT = -1


@dataclass(frozen=True)
class Scan:
    """The items of a folder in a fixed order, in a few dozen bytes each.

    images: paths inside the folder (names such as "train/00017" for packed sets); sketches: the paths of
    their partners, None where there are none; label int32 [n]; split int8 [n], an index in SPLITS or -1 for
    "to be drawn"; stamp int64 [n,2]: bytes and time of change. ``packed`` holds the pixels of IDX and CIFAR.
    """

    folder: Path
    layout: Layout
    labels: tuple[str, ...]
    images: TextList
    sketches: TextList | None
    label: NDArray[np.int32]
    split: NDArray[np.int8]
    stamp: NDArray[np.int64]
    findings: tuple[Finding, ...]
    packed: readers.Pictures | None = None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def has_sketches(self) -> bool:
        """Whether the items bring their sketches with them."""
        return self.layout.kind in (LayoutKind.PAIRED, LayoutKind.SIDE_BY_SIDE)


def scan(
    folder: Path,
    layout: Layout,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    listing: Listing | None = None,
    excluded: frozenset[str] = frozenset(),
) -> Scan:
    """Return the items of ``folder`` as ``layout`` reads it, without those in ``excluded``.

    Raises UserError when nothing is left, CancelledError when ``cancelled`` says so.
    """
    folder = Path(folder)
    if layout.kind is LayoutKind.PREPARED:
        raise UserError(f"{folder} is a prepared data set, which needs no scan; open it as it is.")
    if layout.kind in (LayoutKind.IDX, LayoutKind.CIFAR):
        return _packed(folder, layout, excluded)
    listing = listing or list_pictures(folder, on_progress, cancelled)
    found = _Items(listing, layout, excluded, cancelled or (lambda: False)).collected()
    if not len(found):
        raise UserError(f"No picture is left in {folder}; check its layout and what is excluded.")
    return found


def excluded_paths(source: SourceConfig) -> frozenset[str]:
    """Return all paths that the source leaves out; UserError when its list cannot be read."""
    paths = set(source.excluded)
    if source.excluded_list:
        content = read_json(Path(source.excluded_list))
        if not isinstance(content, list) or not all(isinstance(path, str) for path in content):
            raise UserError(f"{source.excluded_list} is no JSON list of paths; write it anew.")
        paths |= set(content)
    return frozenset(path.replace("\\", "/") for path in paths)


def read_layout(
    folder: Path,
    source: SourceConfig,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    find_table: bool = True,
) -> tuple[Layout, Listing | None]:
    """Return the layout of ``folder`` as ``source`` wants it, and the listing where one was needed; a table
    of labels among the pictures counts if it is to be found.
    """
    override = None if source.layout == "auto" else LayoutKind(source.layout)
    layout = packaged_layout(folder, override)
    if layout is not None:
        if source.labels:
            raise UserError(f"{folder} brings its own labels with it; leave the labels file out.")
        return layout, None
    listing = list_pictures(folder, on_progress, cancelled)
    layout = find_layout(folder, override, source.direction, listing)
    if source.labels:
        return labelled_layout(layout, Path(source.labels), listing), listing
    if find_table and override is not LayoutKind.CLASSES and (folder / LABELS).is_file():
        # A table of another kind that happens to have this name is none of ours.
        with contextlib.suppress(UserError):
            layout = labelled_layout(layout, folder / LABELS, listing)
    return layout, listing


class _Items:
    """Collects the items of a listing, folder by folder."""

    def __init__(
        self, listing: Listing, layout: Layout, excluded: frozenset[str], cancelled: Cancelled
    ) -> None:
        self._listing = listing
        self._layout = layout
        self._excluded = excluded
        self._cancelled = cancelled
        self._images, self._sketches = TextList(), TextList()
        self._rows: list[NDArray[np.int64]] = []  # [m,2] files: picture, sketch
        self._label: list[NDArray[np.int32]] = []
        self._split: list[NDArray[np.int8]] = []
        self._findings: list[Finding] = []
        given = read_labels(Path(layout.labels_file)) if layout.labels_file else {}
        numbers = {label: number for number, label in enumerate(layout.labels)}
        self._given = {file: numbers[label] for file, label in given.items() if label in numbers}

    def collected(self) -> Scan:
        listing, layout = self._listing, self._layout
        for path, text in listing.problems:
            self._find(FindingKind.BROKEN, path, text)
        others = Counter(listing.others)
        if layout.labels_file and Path(layout.labels_file).parent == listing.root:
            others -= Counter([Path(layout.labels_file).suffix])
        for suffix, count in sorted(others.items()):
            files = "file" if count == 1 else "files"
            self._find(FindingKind.FOREIGN, f"*{suffix}", f"{count} {files} ending in {suffix or 'nothing'}.")
        paired = layout.kind is LayoutKind.PAIRED
        for number, partner, split, label in self._pairs() if paired else self._folders():
            if self._cancelled():
                raise CancelledError
            self._take(number, partner, split, label)
        rows = np.concatenate([np.zeros((0, 2), np.int64), *self._rows])
        stamps = np.stack([listing.size, listing.changed], axis=1)
        stamp = stamps[rows[:, 0]]
        if paired:
            # The later of the two files and their bytes together.
            other = stamps[rows[:, 1]]
            stamp = np.stack([stamp[:, 0] + other[:, 0], np.maximum(stamp[:, 1], other[:, 1])], axis=1)
        return Scan(
            listing.root,
            layout,
            layout.labels,
            self._images,
            self._sketches if paired else None,
            np.concatenate([np.zeros(0, np.int32), *self._label]),
            np.concatenate([np.zeros(0, np.int8), *self._split]),
            stamp,
            tuple(self._findings),
        )

    def _folders(self) -> list[tuple[int, int, int, int]]:
        found = []
        for number, folder in enumerate(self._listing.folders):
            place = self._layout.place(folder)
            if place is None:
                text = f"The folder {folder or '.'} does not fit the layout; its pictures are left out."
                self._find(FindingKind.FOREIGN, folder or ".", text)
                continue
            found.append((number, -1, _split_number(place.split), self._label_number(place.rest)))
        return found

    def _pairs(self) -> list[tuple[int, int, int, int]]:
        sides: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}
        for number, folder in enumerate(self._listing.folders):
            place = self._layout.place(folder)
            if place is None:
                text = f"The folder {folder or '.'} holds neither sketches nor pictures of pairs."
                self._find(FindingKind.FOREIGN, folder or ".", text)
            else:
                sides.setdefault((place.split, place.rest), {})[place.role] = number
        found = []
        for (split, rest), folders in sides.items():
            if len(folders) == 2:
                label = self._label_number(rest)
                found.append((folders[IMAGE], folders[SKETCH], _split_number(split), label))
            else:
                name = self._listing.folders[next(iter(folders.values()))]
                self._find(FindingKind.WRONG_PAIR, name, f"The folder {name} has no partner.")
        return found

    def _take(self, number: int, partner: int, split: int, label: int) -> None:
        listing = self._listing
        if partner >= 0:
            pairs = match_names(listing, number, partner)
            for side, folder in ((0, number), (1, partner)):
                alone = np.setdiff1d(np.array(listing.within(folder)), pairs[:, side])
                for index in alone[: FINDINGS_KEPT - len(self._findings)]:
                    path = listing.path(int(index))
                    self._find(FindingKind.WRONG_PAIR, path, f"{path} has no partner of the same name.")
        else:
            files = np.array(listing.within(number), np.int64)
            pairs = np.stack([files, files], axis=1)
        kept = np.ones(len(pairs), bool)
        labels = np.full(len(pairs), label, np.int32)
        for row, (image, sketch) in enumerate(pairs):
            paths = [listing.path(int(image))] + ([listing.path(int(sketch))] if partner >= 0 else [])
            if self._excluded and not self._excluded.isdisjoint(paths):
                kept[row] = False
                continue
            if self._layout.labels_file:
                found = next((self._given[path] for path in paths if path in self._given), None)
                if found is None:
                    self._find(FindingKind.UNLABELLED, paths[0], f"{paths[0]} has no label in the file.")
                    kept[row] = False
                    continue
                labels[row] = found
            self._images.append(paths[0])
            if partner >= 0:
                self._sketches.append(paths[1])
        self._rows.append(pairs[kept])
        self._label.append(labels[kept])
        self._split.append(np.full(int(kept.sum()), split, np.int8))

    def _label_number(self, rest: tuple[str, ...]) -> int:
        by_folder = self._layout.labels and not self._layout.labels_file
        return self._layout.labels.index(rest[0]) if by_folder else 0

    def _find(self, kind: FindingKind, path: str, text: str) -> None:
        if len(self._findings) < FINDINGS_KEPT:
            self._findings.append(Finding(kind, path, "", text))


def _split_number(split: str) -> int:
    return SPLITS.index(split) if split else NO_SPLIT


def _packed(folder: Path, layout: Layout, excluded: frozenset[str]) -> Scan:
    read = readers.read_idx if layout.kind is LayoutKind.IDX else readers.read_cifar
    pictures = read(folder)
    names = TextList()
    kept = np.ones(len(pictures.label), bool)
    for i, split in enumerate(pictures.split):
        name = f"{SPLITS[split]}/{i:06d}"
        kept[i] = name not in excluded
        if kept[i]:
            names.append(name)
    state = [path.stat() for path in pictures.files]
    stamp = np.array([sum(one.st_size for one in state), max(one.st_mtime_ns for one in state)], np.int64)
    whole = bool(kept.all())
    packed = readers.Pictures(
        pictures.images if whole else pictures.images[kept],
        pictures.label[kept],
        pictures.split[kept],
        pictures.labels,
        pictures.files,
    )
    return Scan(
        folder,
        layout,
        pictures.labels,
        names,
        None,
        packed.label.astype(np.int32),
        packed.split,
        np.broadcast_to(stamp, (len(names), 2)),
        (),
        packed,
    )
