"""Small pictures of a folder, read in the background as they come into sight."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.ui.widgets.picture_grid import image_of
from studio.workers.tasks import Lane, run_in_background
from training.data.pictures import thumbnail
from training.files import UserError

AT_ONCE = 48
KEPT = 4000
Read = Callable[[tuple[str, ...], int], Mapping[str, NDArray[np.uint8] | None]]
"""Returns the pictures uint8 [h,w,3] of some files, their longer side as told; runs in the background."""


class Thumbnails(QObject):
    """Holds the pictures that were seen last. GUI thread; reading goes on elsewhere.

    *Signals*
    ready(): there are more.
    """

    ready = Signal()

    def __init__(self, side_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side = side_px
        self._read_files: Read | None = None
        self._known: OrderedDict[str, QImage | None] = OrderedDict()
        self._wanted: tuple[str, ...] = ()
        self._reading = False

    def show_folder(self, folder: Path) -> None:
        """Show the picture files of a folder from now on."""
        self.show_pictures(partial(_files_of, folder))

    def show_pictures(self, read: Read) -> None:
        """Forget the pictures so far; ``read`` gets others."""
        self._read_files = read
        self._known.clear()
        self._wanted = ()

    def get(self, file: str) -> QImage | None:
        """The picture of a file inside the folder; None where it has not been read, or cannot be."""
        if file in self._known:
            self._known.move_to_end(file)
        return self._known.get(file)

    def want(self, files: Iterable[str]) -> None:
        """Read these next, in their order; what was wanted before and is out of sight is not read."""
        self._wanted = tuple(file for file in dict.fromkeys(files) if file not in self._known)
        self._read()

    def _read(self) -> None:
        if self._reading or not self._wanted or self._read_files is None:
            return
        self._reading = True
        run_in_background(
            partial(_images, self._read_files, self._wanted[:AT_ONCE], self._side),
            partial(self._on_read, self._read_files),
            partial(self._on_error, self._read_files),
            lane=Lane.SLOW,
        )

    def _on_read(self, read: Read, found: dict[str, QImage | None]) -> None:
        self._reading = False
        if read is self._read_files:
            self._known.update(found)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            self._wanted = tuple(file for file in self._wanted if file not in self._known)
            self.ready.emit()
        self._read()

    def _on_error(self, read: Read, _error: UserError) -> None:
        self._reading = False
        if read is not self._read_files:
            self._read()


def _images(read: Read, files: tuple[str, ...], side: int) -> dict[str, QImage | None]:
    return {file: None if pixels is None else image_of(pixels) for file, pixels in read(files, side).items()}


def _files_of(folder: Path, files: tuple[str, ...], side: int) -> dict[str, NDArray[np.uint8] | None]:
    return {file: _thumbnail(folder / file, side) for file in files}


def _thumbnail(path: Path, side: int) -> NDArray[np.uint8] | None:
    try:
        return thumbnail(path, side)
    except UserError:
        return None
