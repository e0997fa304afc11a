"""The one way in to a data set: any folder, opened as its splits at one size."""

import contextlib
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.cache import GIGABYTE, PictureCache
from training.data.dataset import Cancelled, Dataset, Progress
from training.data.families import draw_splits, relatives
from training.data.folder import FolderDataset, Opened, StrokeMemory, channels, squared
from training.data.layouts import LOOKED_AT, LayoutKind, spread
from training.data.measure import ENOUGH_PX, item_keys, measure, memory_of, record_of
from training.data.options import SketchConfig, SourceConfig
from training.data.pictures import Item, read_item
from training.data.places import SPLITS
from training.data.scan import NO_SPLIT, Scan, excluded_paths, read_layout, scan
from training.files import UserError
from training.sketches.mixture import chosen_factory

# Part of the cache's name: raise it when ``squared`` changes what it returns.
CACHE_VERSION = 1
# From this share of ink on that is dark in the picture too, sketches lie over their pictures.
LINES_OVER = 0.8
PROBLEMS_TOLD = 200


def open_dataset(
    folder: Path,
    split: str,
    size: int,
    source: SourceConfig | None = None,
    sketch: SketchConfig | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Dataset:
    """Return the ``split`` ("train", "val" or "test") of the data set in ``folder``, at ``size`` pixels.

    ``seed`` draws the splits of a folder that has none. Nothing in the folder is changed; what was learned
    about it is kept in the user's cache. Raises UserError with a sentence that says what to change,
    CancelledError when ``cancelled`` says so.
    """
    return open_splits(folder, (split,), size, source, sketch, seed, on_progress, cancelled)[split]


def open_splits(
    folder: Path,
    splits: Sequence[str],
    size: int,
    source: SourceConfig | None = None,
    sketch: SketchConfig | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> dict[str, Dataset]:
    """Return several splits as ``open_dataset`` does, the folder read once."""
    folder = Path(folder)
    source, sketch = source or SourceConfig(), sketch or SketchConfig()
    layout, listing = read_layout(folder, source, on_progress, cancelled)
    if layout.kind is LayoutKind.PREPARED:
        from training.data.paired import PairedDataset

        return {split: PairedDataset.open(folder, split, size, on_progress) for split in splits}
    items = scan(folder, layout, on_progress, cancelled, listing, excluded_paths(source))
    return _open_folder(items, splits, size, source, sketch, seed, on_progress, cancelled)


def lines_lie_over(items: Scan, source: SourceConfig) -> bool:
    """Return whether the sketches' lines are part of the pictures, as ``source`` says or a few pairs show.

    A sketch that the factory makes is no part of its picture.
    """
    if source.lines != "auto":
        return source.lines == "over"
    if not items.has_sketches:
        return False
    shares = []
    for index in spread(range(len(items)), LOOKED_AT):
        with contextlib.suppress(UserError):
            shares.append(float(record_of(read_item(items, index, ENOUGH_PX))["over"]))
    return bool(shares) and float(np.median(shares)) >= LINES_OVER


def _open_folder(
    items: Scan,
    splits: Sequence[str],
    size: int,
    source: SourceConfig,
    sketch: SketchConfig,
    seed: int,
    on_progress: Progress | None,
    cancelled: Cancelled | None,
) -> dict[str, Dataset]:
    if not items.has_sketches:
        # Said before anything is decoded.
        chosen_factory(sketch, np.random.default_rng(0))
    lines = lines_lie_over(items, source)
    fit = source.fit if source.fit != "auto" else "pad" if lines else "crop"
    shape = (size, size, channels(items.has_sketches, lines))
    cap = 0 if items.packed is not None else int(source.cache_gb * GIGABYTE)
    cache = PictureCache(
        memory_of(items), f"{size}-{fit}-{shape[2]}-{CACHE_VERSION}", item_keys(items), shape, cap
    )

    def keep(index: int, item: Item) -> None:
        cache.put(index, squared(item, size, fit, lines))

    measured = measure(items, on_progress, cancelled, keep, 2 * size)
    usable = measured.usable
    if not len(usable):
        why = next(iter(measured.broken.values()), "there are none")
        raise UserError(f"No picture in {items.folder} can be used ({why}); check the folder.")
    digest = np.array(measured.records["digest"])
    found = relatives(measured, memory_of(items))
    split = np.full(len(items), NO_SPLIT, np.int8)
    split[usable] = draw_splits(items.split[usable], found.family[usable], digest[usable], seed)
    problems = [*(finding.text for finding in items.findings), *measured.broken.values()]
    opened = Opened(
        items,
        cache,
        fit,
        lines,
        _fingerprint(items, usable, digest, split, f"{fit} {lines}"),
        found.family,
        found.copies,
        digest,
        sketch,
        tuple(problems[:PROBLEMS_TOLD]),
        StrokeMemory(),
    )
    datasets: dict[str, Dataset] = {}
    for name in splits:
        chosen = np.flatnonzero(split == SPLITS.index(name)) if name in SPLITS else usable[:0]
        if not len(chosen):
            raise UserError(
                f"{items.folder} has no pictures in its {name} split; add pictures or choose another split."
            )
        datasets[name] = FolderDataset(name, size, chosen, opened)
    return datasets


def _fingerprint(
    items: Scan,
    usable: NDArray[np.int64],
    digest: NDArray[np.uint64],
    split: NDArray[np.int8],
    reading: str,
) -> str:
    layout = items.layout
    about = f"{layout.kind} {layout.direction} {layout.inverted} {reading} {items.labels}"
    hashed = hashlib.sha256(about.encode("utf-8", "surrogatepass"))
    for column, kind in ((digest, "<u8"), (items.label, "<i4"), (split, "i1")):
        hashed.update(column[usable].astype(kind).tobytes())
    return hashed.hexdigest()
