"""Small pictures of a folder, read in the background as they come into sight."""

from collections import OrderedDict
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.ui.widgets.picture_grid import image_of
from studio.workers.tasks import Lane, run_in_background
from training.data.pictures import thumbnail
from training.files import UserError

AT_ONCE = 48
KEPT = 4000


class Thumbnails(QObject):
    """Holds the pictures that were seen last. GUI thread; reading goes on elsewhere.

    *Signals*
    ready(): there are more.
    """

    ready = Signal()

    def __init__(self, side_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side = side_px
        self._folder = Path()
        self._known: OrderedDict[str, QImage | None] = OrderedDict()
        self._wanted: tuple[str, ...] = ()
        self._reading = False

    def show_folder(self, folder: Path) -> None:
        """Forget the pictures of another folder."""
        self._folder = folder
        self._known.clear()
        self._wanted = ()

    def get(self, file: str) -> QImage | None:
        """The picture of a file inside the folder; None where it has not been read, or cannot be."""
        if file in self._known:
            self._known.move_to_end(file)
        return self._known.get(file)

    def want(self, files: Iterable[str]) -> None:
        """Read these next, in their order; what was wanted before and is out of sight is not read."""
        self._wanted = tuple(file for file in files if file not in self._known)
        self._read()

    def _read(self) -> None:
        if self._reading or not self._wanted:
            return
        self._reading = True
        files = self._wanted[:AT_ONCE]
        run_in_background(
            partial(_load, self._folder, files, self._side),
            partial(self._on_read, self._folder),
            self._on_error,
            lane=Lane.SLOW,
        )

    def _on_read(self, folder: Path, found: dict[str, QImage | None]) -> None:
        self._reading = False
        if folder == self._folder:
            self._known.update(found)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            self._wanted = tuple(file for file in self._wanted if file not in self._known)
            self.ready.emit()
        self._read()

    def _on_error(self, _error: UserError) -> None:
        self._reading = False


def _load(folder: Path, files: tuple[str, ...], side: int) -> dict[str, QImage | None]:
    return {file: _load_one(folder / file, side) for file in files}


def _load_one(path: Path, side: int) -> QImage | None:
    try:
        return image_of(thumbnail(path, side))
    except UserError:
        return None
