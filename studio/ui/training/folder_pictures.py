"""Single pictures of a folder that has been looked through, small, however the folder keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.inspect import DataReport
from training.data.options import SourceConfig
from training.files import UserError

Pixels = NDArray[np.uint8]
PACKED = ("idx", "cifar")
"""Layouts that keep many pictures in one file."""


@dataclass(frozen=True)
class Example:
    """One picture of the folder, uint8 [H,W,3], with its own sketch uint8 [H,W] or None."""

    picture: Pixels
    sketch: Pixels | None


class FolderPictures:
    """Loads single pictures; what cannot be loaded is None. For the thread that made it."""

    def __init__(self, folder: Path, report: DataReport, source: SourceConfig) -> None:
        from training.data.scan import Scan, read_layout, scan

        self._folder = folder
        self._report = report
        self._items: Scan | None = None
        self._places: dict[str, int] = {}
        if report.layout in PACKED:
            layout, listing = read_layout(folder, source)
            self._items = scan(folder, layout, listing=listing)
            self._places = {name: place for place, name in enumerate(self._items.images)}

    def example(self, sketch: str, picture: str, side: int) -> Example | None:
        """A picture by its path, with its sketch where it has one ("" for none), ``side`` pixels large."""
        from training.data.pictures import halves

        pixels = self.picture(picture, side if self._items is not None else side * 2)
        if pixels is None:
            return None
        try:
            if self._report.layout == "side_by_side":
                from PIL import Image

                both = [np.asarray(half) for half in halves(Image.fromarray(pixels))]
                drawn, coloured = both if self._report.direction == "left" else both[::-1]
                return Example(coloured, self._drawn(drawn))
        except UserError:
            return None
        drawing = self.picture(sketch, side * 2) if sketch else None
        if sketch and drawing is None:
            return None
        return Example(pixels, None if drawing is None else self._drawn(drawing))

    def picture(self, path: str, side: int) -> Pixels | None:
        """The picture as its file holds it, uint8 [h,w,3], its longer side ``side``."""
        from training.data.pictures import read_item, square, thumbnail

        try:
            if self._items is not None:
                return square(read_item(self._items, self._places[path]).image, side, "crop")
            return thumbnail(self._folder / path, side)
        except (UserError, KeyError):
            return None

    def _drawn(self, pixels: Pixels) -> Pixels:
        grey = pixels.mean(axis=2).astype(np.uint8)
        return 255 - grey if self._report.inverted else grey


def read_pictures(
    folder: Path, report: DataReport, source: SourceConfig, files: Iterable[str], side: int
) -> dict[str, Pixels | None]:
    """Return the pictures of some ``files``. Call from any thread; UserError when the folder is gone."""
    load = FolderPictures(folder, report, source)
    return {file: load.picture(file, side) for file in files}
