"""All pictures of a folder, whatever their split, decoded one by one: for looking at rather than learning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Cancelled, CancelledError, Dataset, Pixels, Progress
from training.data.layouts import LayoutKind
from training.data.options import SourceConfig
from training.data.pictures import read_item, square
from training.data.scan import Scan, read_layout, scan
from training.data.source import open_dataset
from training.files import UserError

FIT = "crop"
PREPARED_SPLIT = "train"


@dataclass(frozen=True)
class Examples:
    """The pictures of a folder at ``size`` pixels: ``names`` are paths inside it, ``label_index`` int64 [n]
    counts in ``labels``, which is () where the folder has none.
    """

    folder: Path
    size: int
    names: Sequence[str]
    labels: tuple[str, ...]
    label_index: NDArray[np.int64]
    _source: "Scan | Prepared"

    def pictures(
        self, items: Sequence[int], cancelled: Cancelled | None = None
    ) -> Iterator[tuple[int, Pixels]]:
        """Yield those of ``items`` that can be read, with their pictures uint8 [S, S, 3].

        CancelledError as soon as ``cancelled`` says so, asked before every picture.
        """
        for item in items:
            if cancelled is not None and cancelled():
                raise CancelledError
            try:
                yield item, self._picture(item)
            except UserError:
                continue

    def _picture(self, item: int) -> Pixels:
        if isinstance(self._source, Prepared):
            return self._source.dataset.picture(item)
        return square(read_item(self._source, item, 2 * self.size).image, self.size, FIT)


@dataclass(frozen=True)
class Prepared:
    """A prepared data set, of which the training split counts."""

    dataset: Dataset


def open_examples(
    folder: Path,
    size: int,
    source: SourceConfig | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    *,
    find_table: bool = True,
) -> Examples:
    """Open ``folder``, read as ``source`` says; UserError when it holds no pictures. ``find_table`` as in
    ``read_layout``.
    """
    folder = Path(folder)
    layout, listing = read_layout(
        folder, source or SourceConfig(), on_progress, cancelled, find_table=find_table
    )
    if layout.kind is LayoutKind.PREPARED:
        dataset = open_dataset(folder, PREPARED_SPLIT, size, on_progress=on_progress, cancelled=cancelled)
        return Examples(folder, size, dataset.names, dataset.labels, dataset.label_index, Prepared(dataset))
    items = scan(folder, layout, on_progress, cancelled, listing)
    return Examples(folder, size, items.images, items.labels, items.label.astype(np.int64), items)
