"""A user's folder as a data set: decoded through a cache, sketches its own or from the factory."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from training.data.augment_lineart import draw_like_people
from training.data.augment_photo import vary_photo
from training.data.cache import PictureCache
from training.data.dataset import Clean, Pixels, Sample
from training.data.dataset import under_lines as multiplied
from training.data.flats import flats_of
from training.data.hints import Regions, find_regions, simulate_hints
from training.data.options import AugmentConfig, HintConfig, SketchConfig
from training.data.pictures import Item, read_item, square
from training.data.scan import Scan
from training.data.strokes import Strokes, trace
from training.files import UserError
from training.sketches import make_sketch

log = logging.getLogger(__name__)

PROBLEMS_KEPT = 200
# After so many items in a row that have gone since the scan, there is nothing left to show.
TRIES = 32
STROKES_BYTES = 64_000_000


class Chosen(Sequence[str]):
    """Some of a list of texts, in an order of their own, without a copy of them."""

    def __init__(self, texts: Sequence[str], items: NDArray[np.int64]) -> None:
        self._texts = texts
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Chosen(self._texts, self._items[index])
        return self._texts[int(self._items[index])]


class Groups(Sequence[NDArray[np.int64]]):
    """The places of equal keys, groups in order of their first member; two arrays however many groups."""

    def __init__(self, keys: NDArray[np.int64]) -> None:
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        rank = np.empty(len(first), np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        group = rank[which] if len(keys) else np.zeros(0, np.int64)
        self._order = np.argsort(group, kind="stable")
        self._starts = np.searchsorted(group[self._order], np.arange(len(first) + 1))

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> NDArray[np.int64]: ...
    @overload
    def __getitem__(self, index: slice) -> list[NDArray[np.int64]]: ...
    def __getitem__(self, index: int | slice) -> NDArray[np.int64] | list[NDArray[np.int64]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        return self._order[self._starts[index] : self._starts[index + 1]]


@dataclass(frozen=True)
class Opened:
    """What the splits of one opened folder share."""

    scan: Scan
    cache: PictureCache
    fit: str
    lines: bool
    fingerprint: str
    family: NDArray[np.int64]
    copies: NDArray[np.int64]
    digest: NDArray[np.uint64]
    sketch: SketchConfig
    problems: tuple[str, ...]
    strokes: "StrokeMemory"


@dataclass(frozen=True)
class FolderDataset:
    """One split of a folder; see ``training.data.dataset.Dataset``. Call from any thread.

    An epoch shows every picture once, exact copies together once. A picture that has gone since the folder
    was opened is replaced by the next one and listed in ``problems``.
    """

    split: str
    size: int
    items: NDArray[np.int64]
    opened: Opened = field(repr=False)
    _late: list[str] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def folder(self) -> Path:
        """The folder as it was named."""
        return self.opened.scan.folder

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.folder.resolve().name

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; () where the folder has none."""
        return self.opened.scan.labels

    @property
    def names(self) -> Sequence[str]:
        """The pictures' paths inside the folder."""
        return Chosen(self.opened.scan.images, self.items)

    @cached_property
    def label_index(self) -> NDArray[np.int64]:
        """The class of each item, int64 [n]."""
        return self.opened.scan.label[self.items].astype(np.int64)

    @property
    def families(self) -> Sequence[str]:
        """The path of each item's first near-duplicate, its own for most."""
        return Chosen(self.opened.scan.images, self.opened.family[self.items])

    @cached_property
    def members(self) -> Sequence[NDArray[np.int64]]:
        """The items of each picture: one, or several exact copies within a class."""
        copies = self.opened.copies[self.items]
        return Groups(copies * (len(self.labels) + 1) + self.label_index)

    @property
    def fingerprint(self) -> str:
        """A digest of the bytes, classes and splits of all usable pictures, and of how they are read."""
        return self.opened.fingerprint

    @property
    def licence(self) -> str:
        """Nothing is known of a folder's licence."""
        return ""

    @property
    def problems(self) -> tuple[str, ...]:
        """What was left out when the folder was opened and what has gone since, a sentence each."""
        with self._lock:
            return (*self.opened.problems, *self._late)

    @property
    def lines(self) -> bool:
        """Whether the sketch's lines are drawn over the colours."""
        return self.opened.lines

    def pick(self, place: int, rng: np.random.Generator) -> int:
        """Return one of the copies of ``members[place]``."""
        group = self.members[place]
        return int(group[0]) if len(group) == 1 else int(rng.choice(group))

    def sample(
        self, index: int, rng: np.random.Generator, augment: AugmentConfig, hints: HintConfig
    ) -> Sample:
        """Return item ``index`` varied, its sketch drawn anew where the folder has none."""
        item, row = self._row(index)

        def make(picture: Pixels) -> Pixels:
            return make_sketch(picture, self.opened.sketch, rng)

        if not self.lines:
            image, sketch = _parts(row)
            drawn, image = vary_photo(image, sketch, make, rng, augment, self.opened.sketch.redraw)
            hinted = simulate_hints(image, find_regions(image, drawn), rng, hints)
            return Sample(drawn, hinted.hints, hinted.flats)
        if row.shape[2] == 3:
            sketch = make(row)
            row, strokes = under_lines(row, sketch), trace(sketch)
        else:
            strokes = self.opened.strokes.of(item, row)
        flats, sketch = (np.ascontiguousarray(part) for part in (row[..., :3], row[..., 3]))
        packed = np.ascontiguousarray(row[..., 4])
        varied = draw_like_people(sketch, flats, strokes, rng, augment, packed)
        found = Regions.unpack(np.ascontiguousarray(varied.maps))
        hinted = simulate_hints(varied.flats, found, rng, hints)
        return Sample(varied.sketch, hinted.hints, hinted.flats)

    def clean(self, index: int) -> Clean:
        """Return item ``index`` as it is; a factory's sketch of it is always the same one."""
        item, row = self._row(index)
        image, sketch = _parts(row)
        if sketch is not None:
            return Clean(sketch, image)
        # By the picture's own bytes: other pictures come and go without changing it.
        rng = np.random.default_rng(int(self.opened.digest[item]))
        sketch = make_sketch(image, self.opened.sketch, rng)
        return Clean(sketch, flats_of(image, sketch) if self.lines else image)

    @property
    def has_sketches(self) -> bool:
        """Whether the folder holds sketches of its pictures."""
        return self.opened.scan.has_sketches

    def picture(self, index: int) -> Pixels:
        """Return the picture of item ``index`` as it is."""
        _, row = self._row(index)
        image, sketch = _parts(row)
        return multiplied(image, sketch) if self.lines and sketch is not None else image

    def _row(self, index: int) -> tuple[int, Pixels]:
        """Return an item of the scan and what ``squared`` makes of it; the next one that can be read where
        this one cannot.
        """
        opened = self.opened
        for step in range(min(TRIES, len(self))):
            item = int(self.items[(index + step) % len(self)])
            row = opened.cache.get(item)
            if row is None:
                try:
                    found = read_item(opened.scan, item, 2 * self.size)
                except UserError as error:
                    self._note(str(error))
                    continue
                row = squared(found, self.size, opened.fit, opened.lines)
                opened.cache.put(item, row)
            return item, row
        raise UserError(f"The pictures of {self.folder} have gone; put them back, then resume.")

    def _note(self, problem: str) -> None:
        with self._lock:
            if problem not in self._late and len(self._late) < PROBLEMS_KEPT:
                self._late.append(problem)
                log.warning("left out: %s", problem)


class StrokeMemory:
    """The strokes of drawings that were traced already; the ones used longest ago are forgotten."""

    def __init__(self, cap_bytes: int = STROKES_BYTES) -> None:
        self._known: OrderedDict[int, Strokes] = OrderedDict()
        self._left = cap_bytes
        self._lock = threading.Lock()

    def of(self, item: int, row: Pixels) -> Strokes:
        """Return the strokes of the sketch in ``row`` of ``item``."""
        with self._lock:
            if item in self._known:
                self._known.move_to_end(item)
                return self._known[item]
        strokes = trace(np.ascontiguousarray(row[..., 3]))
        with self._lock:
            if item not in self._known:
                self._known[item] = strokes
                self._left -= _bytes_of(strokes)
            while self._left < 0:
                self._left += _bytes_of(self._known.popitem(last=False)[1])
        return strokes


def squared(item: Item, size: int, fit: str, lines: bool) -> Pixels:
    """Return the item as it is cached, uint8 [S,S,C]: the picture; with its own sketch as fourth channel; and
    where that lies over the picture, the colours under its lines instead, and the packed regions as fifth.
    """
    image = square(item.image, size, fit)
    if item.sketch is None:
        return image
    sketch = square(item.sketch, size, fit)
    return under_lines(image, sketch) if lines else np.dstack([image, sketch])


def channels(has_sketches: bool, lines: bool) -> int:
    """Return how many channels ``squared`` gives."""
    return 3 + has_sketches * (1 + lines)


def under_lines(image: Pixels, sketch: Pixels) -> Pixels:
    """Return the colours under the lines, the sketch and the packed regions as uint8 [S,S,5]."""
    flats = flats_of(image, sketch)
    return np.dstack([flats, sketch, find_regions(flats, sketch).pack()])


def _parts(row: Pixels) -> tuple[Pixels, Pixels | None]:
    if row.shape[2] == 3:
        return row, None
    return np.ascontiguousarray(row[..., :3]), np.ascontiguousarray(row[..., 3])


def _bytes_of(strokes: Strokes) -> int:
    return strokes.points.nbytes + strokes.ends.nbytes + strokes.radius.nbytes + 500
