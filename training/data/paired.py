"""A split of a prepared data set in memory: line art, the colours under it and its strokes, ready for
batches.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.augment_lineart import draw_like_people
from training.data.dataset import Clean, Pixels, Progress, Sample, under_lines
from training.data.flats import flats_of
from training.data.hints import Regions, find_regions, simulate_hints
from training.data.options import AugmentConfig, HintConfig
from training.data.strokes import Strokes, trace
from training.files import UserError, read_json, write_json
from training.images import load_image

log = logging.getLogger(__name__)

# Part of the cache's name: raise it when flats_of, find_regions or trace change what they return.
CACHE_VERSION = 3
REMEDY = "prepare the data set again"

# Share of draws from a family with skin-tone variants that give one of those.
VARIANT = 0.4
# Difference from the base's colours that makes a skin-tone variant's area.
VARIED = 12

_MAPPED = ("sketch", "flats", "regions")
BYTES_A_PIXEL = 5
"""What those hold of a pixel of a pair: grey, RGB, and the region it lies in."""


@dataclass(frozen=True)
class PairedDataset:
    """All pairs of one split at one size; arrays are read-only and may be mapped from the cache's files.

    sketch uint8 [n,S,S] (255 paper, 0 ink); flats uint8 [n,S,S,3]; regions uint8 [n,S,S], as Regions.pack
    makes them; label_index int64 [n]; ``base[i]`` is the index of the drawing with the same lines whose
    colours item i varies (skin tones), -1 for all others.
    """

    folder: Path
    split: str
    size: int
    name: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    label_index: NDArray[np.int64]
    families: tuple[str, ...]
    base: NDArray[np.int64]
    fingerprint: str
    licence: str
    sketch: NDArray[np.uint8]
    flats: NDArray[np.uint8]
    regions: NDArray[np.uint8]
    problems: tuple[str, ...]
    _traced: "_Traced" = field(repr=False)

    @classmethod
    def open(
        cls, folder: Path, split: str, size: int, on_progress: Progress | None = None
    ) -> "PairedDataset":
        """Read the pairs of ``split`` ("train", "val" or "test"), scaled to ``size`` pixels square.

        What is decoded and traced is kept in ``folder/.cache`` (memory where that cannot be written), so the
        next call is quick. Pictures that cannot be used are skipped and listed in ``problems``. Raises
        UserError when the folder is no prepared data set or the split holds no usable pair.
        """
        folder = Path(folder)
        about = _read_about(folder)
        pairs = _pairs(folder, split, about["folders"])
        if not pairs:
            raise UserError(f"{folder} holds no pictures in its {split} split; {REMEDY}.")
        cached = folder / ".cache" / f"{split}-{size}-{_signature(folder, pairs, size)}"
        if not (cached / "index.json").is_file():
            cached = _fill_cache(cached, pairs, size, on_progress or (lambda done, total: None))
        index = read_json(cached / "index.json")
        if not index["kept"]:
            raise UserError(
                f"No pair in the {split} split of {folder} can be used ({index['problems'][0]}); {REMEDY}."
            )
        count = len(index["kept"])
        arrays = {key: np.load(cached / f"{key}.npy", mmap_mode="r")[:count] for key in _MAPPED}
        traced = _Traced(**{key: np.load(cached / f"{key}.npy") for key in _Traced.__dataclass_fields__})
        if cached.parent.name != ".cache":
            arrays = {key: np.array(value) for key, value in arrays.items()}
            shutil.rmtree(cached, ignore_errors=True)
        kept = [pairs[i] for i in index["kept"]]
        names = tuple(pair.name for pair in kept)
        place = {name: i for i, name in enumerate(names)}
        return cls(
            folder=folder,
            split=split,
            size=size,
            name=about["name"],
            labels=tuple(about["labels"]),
            names=names,
            label_index=np.array([pair.label for pair in kept], np.int64),
            families=tuple(about["families"].get(name, name) for name in names),
            base=np.array([place.get(about["bases"].get(name, ""), -1) for name in names], np.int64),
            fingerprint=about["fingerprint"],
            licence=about["licence"],
            problems=tuple(index["problems"]),
            _traced=traced,
            **arrays,
        )

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def members(self) -> tuple[NDArray[np.int64], ...]:
        """The items of each family, families in order of their keys."""
        names, family = np.unique(np.array(self.families), return_inverse=True)
        order = np.argsort(family, kind="stable")
        return tuple(np.split(order, np.searchsorted(family[order], np.arange(1, len(names)))))

    @property
    def lines(self) -> bool:
        """The lines of the sketch are drawn over the colours."""
        return True

    @property
    def has_sketches(self) -> bool:
        """A prepared data set is made of pairs."""
        return True

    def picture(self, index: int) -> Pixels:
        """Return the picture of drawing ``index``, its lines over its colours."""
        return under_lines(np.array(self.flats[index]), np.array(self.sketch[index]))

    def strokes(self, index: int) -> Strokes:
        """Return the strokes of drawing ``index``, traced from its line art."""
        return self._traced.drawing(index)

    def pick(self, place: int, rng: np.random.Generator) -> int:
        """Return one item of the family ``members[place]``: its base drawing, or now and then a variant."""
        family = self.members[place]
        varied = family[self.base[family] >= 0]
        plain = family[self.base[family] < 0]
        if len(varied) and (not len(plain) or rng.random() < VARIANT):
            return int(rng.choice(varied))
        return int(rng.choice(plain))

    def sample(
        self, index: int, rng: np.random.Generator, augment: AugmentConfig, hints: HintConfig
    ) -> Sample:
        """Return drawing ``index`` as somebody might draw it, with hints and the colours they ask for."""
        sketch, flats = np.array(self.sketch[index]), np.array(self.flats[index])
        must = np.zeros_like(sketch)
        base = int(self.base[index])
        if base >= 0:
            red, green, blue = cv2.split(cv2.absdiff(flats, np.array(self.flats[base])))
            must = (cv2.max(cv2.max(red, green), blue) > VARIED).astype(np.uint8)
        maps = np.dstack([self.regions[index], must])
        drawn = draw_like_people(sketch, flats, self.strokes(index), rng, augment, maps)
        packed, must = (np.ascontiguousarray(drawn.maps[..., i]) for i in (0, 1))
        marked: Pixels | None = must if must.any() else None
        hinted = simulate_hints(drawn.flats, Regions.unpack(packed), rng, hints, marked)
        return Sample(drawn.sketch, hinted.hints, hinted.flats)

    def clean(self, index: int) -> Clean:
        """Return drawing ``index`` as it is in the data set."""
        return Clean(np.array(self.sketch[index]), np.array(self.flats[index]))


@dataclass(frozen=True)
class _Traced:
    """The strokes of all drawings end to end; drawings with equal lines share theirs (``which``)."""

    points: NDArray[np.float32]
    lengths: NDArray[np.int32]
    radius: NDArray[np.float32]
    area: NDArray[np.bool_]
    first_stroke: NDArray[np.int64]
    first_point: NDArray[np.int64]
    which: NDArray[np.int64]

    @classmethod
    def join(cls, drawings: Sequence[Strokes], which: Sequence[int]) -> "_Traced":
        return cls(
            points=np.concatenate([d.points for d in drawings]).astype(np.float32),
            lengths=np.concatenate([np.diff(d.ends) for d in drawings]).astype(np.int32),
            radius=np.concatenate([d.radius for d in drawings]),
            area=np.concatenate([d.area for d in drawings]),
            first_stroke=np.cumsum([0, *(len(d) for d in drawings)]),
            first_point=np.cumsum([0, *(len(d.points) for d in drawings)]),
            which=np.array(which, np.int64),
        )

    def drawing(self, index: int) -> Strokes:
        k = self.which[index]
        strokes = slice(self.first_stroke[k], self.first_stroke[k + 1])
        ends = np.concatenate([[0], np.cumsum(self.lengths[strokes])]).astype(np.int32)
        points = self.points[self.first_point[k] : self.first_point[k + 1]]
        return Strokes(points, ends, self.radius[strokes], self.area[strokes])


@dataclass(frozen=True)
class _Pair:
    name: str
    label: int
    sketch: Path
    image: Path


def _read_about(folder: Path) -> dict[str, Any]:
    """Return dataset.json with every key that is used later, checked."""
    if not (folder / "dataset.json").is_file():
        raise UserError(
            f"{folder} is no prepared data set (it has no dataset.json);"
            " make one with: python -m training prepare openmoji DIR"
        )
    about = read_json(folder / "dataset.json")
    if not isinstance(about, dict) or about.get("format") != 1:
        raise UserError(f"{folder / 'dataset.json'} has a format that is not known here; {REMEDY}.")
    labels, folders = about.get("labels", []), about.get("folders", [])
    for value in (labels, folders):
        if not (isinstance(value, list) and value and all(isinstance(item, str) for item in value)):
            raise UserError(f"{folder / 'dataset.json'} lists no labels; {REMEDY}.")
    if len(labels) != len(folders) or any(Path(name).name != name for name in folders):
        raise UserError(f"{folder / 'dataset.json'} lists labels and folders that do not match; {REMEDY}.")
    for key, default in (
        ("families", {}),
        ("bases", {}),
        ("name", folder.name),
        ("fingerprint", ""),
        ("licence", ""),
    ):
        about[key] = about.get(key, default)
        if not isinstance(about[key], type(default)):
            raise UserError(f"{folder / 'dataset.json'} holds something odd as {key}; {REMEDY}.")
    return about


def _pairs(folder: Path, split: str, slugs: Sequence[str]) -> list[_Pair]:
    pairs = []
    for label, slug in enumerate(slugs):
        images = folder / split / "image" / slug
        sketches = sorted((folder / split / "sketch" / slug).glob("*.png"))
        pairs += [_Pair(sketch.stem, label, sketch, images / sketch.name) for sketch in sketches]
    return pairs


def _signature(folder: Path, pairs: Sequence[_Pair], size: int) -> str:
    digest = hashlib.sha256(f"{CACHE_VERSION} {size}".encode())
    for pair in pairs:
        for path in (pair.sketch, pair.image):
            with contextlib.suppress(OSError):
                state = path.stat()
                digest.update(
                    f"{path.relative_to(folder).as_posix()} {state.st_size} {state.st_mtime_ns}".encode()
                )
    return digest.hexdigest()[:16]


def _fill_cache(cached: Path, pairs: Sequence[_Pair], size: int, on_progress: Progress) -> Path:
    """Decode all pairs into .npy files and return their folder: ``cached``, or a temporary one if need be."""
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        temp = Path(tempfile.mkdtemp(prefix="new-", dir=cached.parent))
    except OSError as error:
        log.info("no cache beside the data set: %s", error)
        temp = Path(tempfile.mkdtemp(prefix="sketch-studio-"))
    try:
        _check_room(temp, len(pairs) * size * size * BYTES_A_PIXEL)
        _decode_all(temp, pairs, size, on_progress)
        if temp.parent != cached.parent:
            return temp
        for old in cached.parent.glob(f"{cached.name.rsplit('-', 1)[0]}-*"):
            shutil.rmtree(old, ignore_errors=True)
        try:
            os.replace(temp, cached)
        except OSError:
            # Another process was first and its files are in use; they hold the same.
            if not (cached / "index.json").is_file():
                raise
            shutil.rmtree(temp, ignore_errors=True)
        return cached
    except BaseException:
        shutil.rmtree(temp, ignore_errors=True)
        raise


def _check_room(folder: Path, needed: int) -> None:
    """UserError when the disk cannot take the cache: a mapped file that fills it up ends the program."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise UserError(
            f"The decoded pictures need {needed / 1e6:.0f} MB and {folder.parent} has {free / 1e6:.0f} MB "
            "left; free some space or choose a smaller size."
        )


def _decode_all(temp: Path, pairs: Sequence[_Pair], size: int, on_progress: Progress) -> None:
    sketch = np.lib.format.open_memmap(temp / "sketch.npy", "w+", np.uint8, (len(pairs), size, size))
    flats = np.lib.format.open_memmap(temp / "flats.npy", "w+", np.uint8, (len(pairs), size, size, 3))
    packed = np.lib.format.open_memmap(temp / "regions.npy", "w+", np.uint8, (len(pairs), size, size))
    kept: list[int] = []
    problems: list[str] = []
    drawings: list[Strokes] = []
    which: list[int] = []
    seen: dict[bytes, int] = {}
    for i, pair in enumerate(pairs):
        try:
            one = _grey(pair.sketch, size)
            two = _colour(pair.image, size)
        except UserError as error:
            problems.append(str(error))
            continue
        n = len(kept)
        sketch[n], flats[n] = one, flats_of(two, one)
        packed[n] = find_regions(flats[n], one).pack()
        key = hashlib.sha256(one.tobytes()).digest()
        if key not in seen:
            seen[key] = len(drawings)
            drawings.append(trace(one))
        which.append(seen[key])
        kept.append(i)
        on_progress(i + 1, len(pairs))
    del sketch, flats, packed
    if kept:
        traced = _Traced.join(drawings, which)
        for name in _Traced.__dataclass_fields__:
            np.save(temp / f"{name}.npy", getattr(traced, name))
    write_json(temp / "index.json", {"kept": kept, "problems": problems})


def _on_white(path: Path) -> Image.Image:
    image = load_image(path)
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    return image


def _grey(path: Path, size: int) -> NDArray[np.uint8]:
    return resized(np.asarray(_on_white(path).convert("L")), size)


def _colour(path: Path, size: int) -> NDArray[np.uint8]:
    return resized(np.asarray(_on_white(path).convert("RGB")), size)


def resized(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return ``pixels`` uint8 [H,W] or [H,W,3] at ``size`` x ``size``, averaged over areas when smaller."""
    height, width = pixels.shape[:2]
    if (height, width) == (size, size):
        return pixels
    smaller = height >= size and width >= size
    return np.asarray(
        cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC),
        np.uint8,
    )
