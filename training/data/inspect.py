"""The data set doctor: what a folder holds, what is remarkable about it, and how each thing is treated."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Cancelled, Progress
from training.data.families import Families, draw_splits, relatives
from training.data.findings import TREATMENT, Finding, FindingKind
from training.data.layouts import Layout, LayoutKind, spread
from training.data.measure import FLAGS, Measured, measure, memory_of
from training.data.options import SourceConfig
from training.data.places import SPLITS
from training.data.scan import NO_SPLIT, Scan, excluded_paths, read_layout, scan
from training.files import UserError, read_json

TINY_PX = 64
# The standard deviation of grey, and the share of ink in a sketch, below which there is next to nothing.
EMPTY_SPREAD = 4.0
EMPTY_INK = 0.001
# Sides' ratio beyond which making a picture square costs much of it.
LONG = 2.2
# A pair's lines and edges agree this much less than is usual in its folder.
DISAGREE, USUAL_AGREEMENT = 0.1, 0.35
SKEWED = 1.05
SMALL_CLASS = 20
UNBALANCED = 10
USED_TO = ("train", "validate", "test")
PER_KIND = 500
EXAMPLES = 6
SIZE_STEPS = (64, 128, 256, 512, 1024, 2048)


@dataclass(frozen=True)
class DataReport:
    """What ``inspect`` found; plain values throughout.

    counts: usable pictures by class ("" where there are none) in the classes' order; splits: usable pictures
    by split, as training would use them; sizes: pictures by their shorter side ("64-127", ...); examples:
    paths of a few pictures of each class for thumbnails, as (sketch or "", picture); found: number of
    findings by kind, also of those beyond the 500 of a kind that are listed.
    """

    folder: str
    layout: str
    reason: str
    alternatives: tuple[str, ...]
    direction: str
    inverted: bool
    pictures: int
    usable: int
    has_sketches: bool
    counts: dict[str, int]
    splits: dict[str, int]
    sizes: dict[str, int]
    examples: dict[str, tuple[tuple[str, str], ...]]
    findings: tuple[Finding, ...]
    found: dict[str, int]

    @property
    def treatments(self) -> dict[str, str]:
        """How each kind that was found is treated, a sentence each."""
        return {kind: TREATMENT[FindingKind(kind)] for kind in self.found}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, the treatments among them."""
        return {**dataclasses.asdict(self), "treatments": self.treatments}


def inspect(
    folder: Path,
    source: SourceConfig | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    seed: int = 0,
) -> DataReport:
    """Return what ``folder`` holds. Reads every picture once; nothing in the folder is changed.

    Raises UserError when it holds no pictures, CancelledError when ``cancelled`` says so (what was read until
    then need not be read again).
    """
    folder = Path(folder)
    source = source or SourceConfig()
    layout, listing = read_layout(folder, source, on_progress, cancelled)
    prepared = layout.kind is LayoutKind.PREPARED
    if prepared:
        items = _prepared(folder, layout, on_progress, cancelled, excluded_paths(source))
    else:
        items = scan(folder, layout, on_progress, cancelled, listing, excluded_paths(source))
    measured = measure(items, on_progress, cancelled)
    usable = measured.usable
    if not len(usable):
        if source.excluded and not len(items):
            raise UserError(f"Every picture in {folder} is left out; use some of them.")
        why = next(iter(measured.broken.values()), "there are none")
        raise UserError(f"No picture in {folder} can be used ({why}); check the folder.")
    split = items.split[usable]
    doctor = _Doctor(items, measured)
    # Who made a prepared set knows its families, better than their looks do.
    if not prepared:
        found = relatives(measured, memory_of(items))
        split = draw_splits(split, found.family[usable], measured.records["digest"][usable], seed)
        doctor.duplicates(found, split)
    doctor.everything()
    label = items.label[usable]
    names = items.labels or ("",)
    counted = np.bincount(label, minlength=len(names))
    return DataReport(
        folder=str(folder),
        layout=str(layout.kind),
        reason=layout.reason,
        alternatives=tuple(str(kind) for kind in layout.alternatives),
        direction=layout.direction,
        inverted=layout.inverted,
        pictures=len(items),
        usable=len(usable),
        has_sketches=items.has_sketches,
        counts={name: int(counted[i]) for i, name in enumerate(names)},
        splits={name: int((split == i).sum()) for i, name in enumerate(SPLITS)},
        sizes=_sizes(measured, usable),
        examples=_examples(items, usable, label, names),
        findings=doctor.listed(),
        found=doctor.found(),
    )


def _prepared(
    folder: Path,
    layout: Layout,
    on_progress: Progress | None,
    cancelled: Cancelled | None,
    excluded: frozenset[str],
) -> Scan:
    """Read a prepared data set as the pairs in folders that it is, under its labels' own names."""
    pairs, listing = read_layout(folder, SourceConfig(layout="paired"), on_progress, cancelled)
    items = scan(folder, pairs, on_progress, cancelled, listing, excluded)
    names = dict(zip(read_json(folder / "dataset.json").get("folders", ()), layout.labels, strict=False))
    return dataclasses.replace(
        items,
        labels=tuple(names.get(name, name) for name in items.labels),
        findings=tuple(finding for finding in items.findings if finding.kind is not FindingKind.FOREIGN),
    )


class _Doctor:
    """Collects findings, in order of the pictures."""

    def __init__(self, items: Scan, measured: Measured) -> None:
        self._items = items
        self._records = measured.records
        self._broken = measured.broken
        self._usable = measured.usable
        self._found: Counter[FindingKind] = Counter()
        self._listed: dict[FindingKind, list[Finding]] = {}

    def listed(self) -> tuple[Finding, ...]:
        return tuple(finding for kind in FindingKind for finding in self._listed.get(kind, ()))

    def found(self) -> dict[str, int]:
        return {str(kind): self._found[kind] for kind in FindingKind if self._found[kind]}

    def everything(self) -> None:
        for finding in self._items.findings:
            self._add(finding.kind, finding.path, finding.text)
        for index, text in self._broken.items():
            self._add(FindingKind.BROKEN, self._items.images[index], text)
        self._small_and_empty()
        if self._items.has_sketches:
            self._pairs()
        self._classes()
        flags = self._records["flags"]
        for name, flag in FLAGS.items():
            kind = FindingKind(name)
            self._each(kind, self._usable[(flags[self._usable] & flag) > 0], partial(_said, kind))

    def duplicates(self, found: Families, drawn: NDArray[np.int8]) -> None:
        """Take in copies and near-duplicates; those that training and testing share are said to be, with the
        splits ``drawn`` for the usable pictures.
        """
        images, label = self._items.images, self._items.label
        split = np.full(len(label), NO_SPLIT, np.int8)
        split[self._usable] = drawn
        named: set[tuple[FindingKind, int]] = set()

        def tell(kind: FindingKind, one: int, other: int, what: str) -> None:
            if split[other] == NO_SPLIT:
                one, other = other, one
            if (kind, one) in named:
                return  # like several others: it is one picture all the same
            named.add((kind, one))
            text = ""
            if self._room(kind):
                text = f"{images[one]} is {what} {images[other]}"
                text += ", in another class" if label[one] != label[other] else ""
                if split[one] != split[other]:
                    text += f", which is used to {USED_TO[split[other]]}"
                text += "; it is left out of training." if split[one] == NO_SPLIT else "."
            self._add(kind, images[one], text, images[other])

        for one in np.flatnonzero(found.copies != np.arange(len(label))).tolist():
            tell(FindingKind.DUPLICATE, one, int(found.copies[one]), "an exact copy of")
        for first, second in found.near.tolist():
            tell(FindingKind.NEAR_DUPLICATE, second, first, "nearly the same as")

    def _small_and_empty(self) -> None:
        records, usable = self._records, self._usable
        width, height = records["width"][usable].astype(np.int64), records["height"][usable].astype(np.int64)
        # Of a side-by-side pair only half the width is the picture.
        shown = width // 2 if self._items.layout.kind is LayoutKind.SIDE_BY_SIDE else width
        short, long = np.minimum(shown, height), np.maximum(shown, height)

        def size(index: int) -> str:
            return f"has only {records['width'][index]} x {records['height'][index]} pixels"

        self._each(FindingKind.TINY, usable[short < TINY_PX], size)
        self._each(
            FindingKind.ODD_SIZE,
            usable[long > LONG * np.maximum(short, 1)],
            lambda i: f"is very long: {records['width'][i]} x {records['height'][i]} pixels",
        )
        if self._items.layout.kind is LayoutKind.SIDE_BY_SIDE:
            odd = np.abs(width - 2 * height) > np.maximum(2, 0.02 * width)
            self._each(FindingKind.ODD_SIZE, usable[odd], lambda i: "is not twice as wide as high")
        empty = records["spread"][usable] < EMPTY_SPREAD
        if self._items.has_sketches:
            empty |= records["ink"][usable] < EMPTY_INK
        self._each(FindingKind.NEARLY_EMPTY, usable[empty], lambda i: "shows next to nothing")

    def _pairs(self) -> None:
        records, usable = self._records, self._usable
        skewed = records["skew"][usable] > SKEWED
        self._each(
            FindingKind.WRONG_PAIR,
            usable[skewed],
            lambda i: "has other proportions than its sketch",
            partners=True,
        )
        agree = records["agree"][usable]
        drawn = (records["ink"][usable] >= EMPTY_INK) & ~skewed
        if drawn.any() and np.median(agree[drawn]) >= USUAL_AGREEMENT:
            apart = drawn & (agree < DISAGREE)
            self._each(
                FindingKind.WRONG_PAIR,
                usable[apart],
                lambda i: "does not look like what its sketch shows",
                partners=True,
            )

    def _classes(self) -> None:
        labels = self._items.labels
        if not labels:
            return
        counts = np.bincount(self._items.label[self._usable], minlength=len(labels))
        for i, name in enumerate(labels):
            if counts[i] < SMALL_CLASS:
                text = f"The class {name} has only {counts[i]} picture{'s' if counts[i] != 1 else ''}."
                self._add(FindingKind.SMALL_CLASS, name, text)
        most, least = int(counts.argmax()), int(counts.argmin())
        if counts[most] > UNBALANCED * max(1, counts[least]):
            text = f"{labels[most]} has {counts[most]} pictures, {labels[least]} only {counts[least]}."
            self._add(FindingKind.UNBALANCED, labels[least], text, labels[most])

    def _each(
        self,
        kind: FindingKind,
        items: NDArray[np.int64],
        tell: Callable[[int], str],
        partners: bool = False,
    ) -> None:
        for index in items.tolist():
            path = self._items.images[index]
            other = self._items.sketches[index] if partners and self._items.sketches is not None else ""
            self._add(kind, path, f"{path} {tell(index)}." if self._room(kind) else "", other)

    def _room(self, kind: FindingKind) -> bool:
        return len(self._listed.get(kind, ())) < PER_KIND

    def _add(self, kind: FindingKind, path: str, text: str, other: str = "") -> None:
        self._found[kind] += 1
        if self._room(kind):
            self._listed.setdefault(kind, []).append(Finding(kind, path, other, text))


_WORDS = {
    FindingKind.TRANSPARENT: "is transparent in parts",
    FindingKind.GREY: "has no colours",
    FindingKind.EXIF: "lies on its side until its EXIF data is heeded",
    FindingKind.CMYK: "is in printing colours (CMYK)",
    FindingKind.DEEP: "has more than 8 bits a channel",
    FindingKind.ANIMATED: "has several frames",
}


def _said(kind: FindingKind, _: int) -> str:
    return _WORDS[kind]


def _sizes(measured: Measured, usable: NDArray[np.int64]) -> dict[str, int]:
    """Return the number of pictures by their shorter side, from small to large, without empty steps."""
    short = np.minimum(measured.records["width"][usable], measured.records["height"][usable])
    place = np.searchsorted(SIZE_STEPS, short, side="right")
    counts = np.bincount(place, minlength=len(SIZE_STEPS) + 1)
    return {name: int(counts[i]) for i, name in enumerate(_size_names()) if counts[i]}


def _size_names() -> Iterator[str]:
    yield f"below {SIZE_STEPS[0]}"
    for low, high in pairwise(SIZE_STEPS):
        yield f"{low}-{high - 1}"
    yield f"{SIZE_STEPS[-1]} and more"


def _examples(
    items: Scan, usable: NDArray[np.int64], label: NDArray[np.int32], names: tuple[str, ...]
) -> dict[str, tuple[tuple[str, str], ...]]:
    found = {}
    for i, name in enumerate(names):
        chosen = spread(np.flatnonzero(label == i).tolist(), EXAMPLES)
        found[name] = tuple(
            (
                items.sketches[int(usable[k])] if items.sketches is not None else "",
                items.images[int(usable[k])],
            )
            for k in chosen
        )
    return found
