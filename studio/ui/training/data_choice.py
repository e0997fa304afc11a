"""Which pictures to train on: the folder, how it is read, what was found in it, and how sketches are made."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.ui.training.folder_pictures import Example, FolderPictures, Pixels
from studio.workers.tasks import Lane, run_in_background
from training.data.inspect import DataReport, inspect
from training.data.labels_file import NAME as LABELS_FILE
from training.data.options import SketchConfig, SourceConfig
from training.files import UserError
from training.folders import user_data_dir

SAMPLE_PX = 256
THUMBNAIL_PX = 48
EXAMPLE_PX = 192
PREVIEWS = 3


@dataclass(frozen=True)
class Found:
    """What a folder holds, with a small picture of each class and a few larger examples."""

    report: DataReport
    thumbnails: dict[str, Pixels]
    examples: tuple[Example, ...]


class DataChoice(QObject):
    """Owns the choice; all reading happens in the background, and only the newest reading counts. GUI thread.

    *Signals*
    chosen(): the person has brought another folder.
    changed(): the folder, what was found, or what is wrong with it.
    progress(int, int, str): so much of so much is done (0 = not known) of what the text says.
    sketches_ready(list): a sketch uint8 [H,W] for each example, as the sliders now stand.
    """

    chosen = Signal()
    changed = Signal()
    progress = Signal(int, int, str)
    sketches_ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.source = SourceConfig()
        self.sketch = SketchConfig()
        self.found: Found | None = None
        self.problem = ""
        self.busy = ""
        self._cancel = threading.Event()
        self._drawing = False
        self._draw_again = False
        self._seed = 0

    @property
    def is_sample(self) -> bool:
        """Whether the sample data set is chosen."""
        return self.folder == sample_folder()

    @property
    def is_prepared(self) -> bool:
        """Whether the folder is a data set that needs no looking through before it can be trained on."""
        return self.folder is not None and (self.folder / "dataset.json").is_file()

    @property
    def can_exclude(self) -> bool:
        """Whether pictures can be left out; a prepared data set is taken as it is."""
        return self.found is not None and self.found.report.layout != "prepared"

    @property
    def is_unlabelled(self) -> bool:
        """Whether pictures were found that could have labels, but no two labels among them."""
        if self.found is None or self.found.report.layout != "images":
            return False
        return sum(bool(label) for label in self.found.report.counts) < 2

    @property
    def table(self) -> Path | None:
        """The table that labels the pictures, None where there is none."""
        if self.folder is None or self.found is None or self.found.report.layout != "images":
            return None
        if not any(self.found.report.counts):
            return None
        return Path(self.source.labels) if self.source.labels else self.folder / LABELS_FILE

    def choose(self, folder: Path, table: Path | None = None) -> None:
        """Take another folder and look through it; its labels may be in a ``table`` that lies elsewhere."""
        beside = table is None or table == folder / LABELS_FILE
        self.folder, self.source = folder, SourceConfig(labels="" if beside else str(table))
        self.chosen.emit()
        self._look()

    def take_over(self, folder: Path, source: SourceConfig, sketch: SketchConfig) -> None:
        """Take the choice that a run was made with."""
        self.folder, self.source, self.sketch = folder, source, sketch
        self._look()

    def choose_sample(self) -> None:
        """Take the sample data set, drawn first where it is not here yet."""
        if (sample_folder() / "dataset.json").is_file():
            self.choose(sample_folder())
            return
        self.folder, self.found = sample_folder(), None
        cancel = self._begin("Drawing the sample data set")
        run_in_background(
            partial(_draw_sample, self._told(cancel)),
            partial(self._on_sample, cancel),
            partial(self._on_error, cancel),
            lane=Lane.DATA,
        )

    def read_as(self, layout: str, direction: str = "auto") -> None:
        """Read the folder as another layout ("auto" finds out)."""
        self.source = replace(self.source, layout=layout, direction=direction)
        self._look()

    def exclude(self, paths: tuple[str, ...]) -> None:
        """Leave these pictures out too; nothing in the folder is touched."""
        self.source = replace(self.source, excluded=tuple(dict.fromkeys((*self.source.excluded, *paths))))
        self._look()

    def include_all(self) -> None:
        """Leave nothing out."""
        self.source = replace(self.source, excluded=())
        self._look()

    def set_sketch(self, sketch: SketchConfig) -> None:
        """Make sketches another way."""
        self.sketch = sketch
        self.draw_sketches()

    def draw_again(self) -> None:
        """Draw the preview with other chances."""
        self._seed += 1
        self.draw_sketches()

    def draw_sketches(self) -> None:
        """Draw the preview of the sketches; the newest wish wins."""
        if self.found is None or self.found.report.has_sketches:
            return
        if self._drawing:
            self._draw_again = True
            return
        self._drawing = True
        pictures = tuple(example.picture for example in self.found.examples)
        run_in_background(
            partial(_sketches, pictures, self.sketch, self._seed),
            self._on_sketches,
            self._on_sketch_error,
            lane=Lane.SLOW,
        )

    def cancel(self) -> None:
        """Stop what is under way."""
        if self.busy:
            self._cancel.set()
            self.busy = ""
            if self.found is None:
                self.folder = None
            self.changed.emit()

    def _look(self) -> None:
        if self.folder is None:
            return
        cancel = self._begin("Looking through the folder")
        run_in_background(
            partial(_look_through, self.folder, self.source, self._told(cancel), cancel.is_set),
            partial(self._on_found, cancel),
            partial(self._on_error, cancel),
            lane=Lane.DATA,
        )

    def _begin(self, what: str) -> threading.Event:
        self._cancel.set()
        self._cancel = threading.Event()
        self.busy, self.problem = what, ""
        self.changed.emit()
        return self._cancel

    def _told(self, cancel: threading.Event) -> Callable[[int, int], None]:
        """A function for the working thread that reports progress, and ends the work once cancelled."""
        what = self.busy

        def tell(done: int, total: int) -> None:
            if cancel.is_set():
                raise UserError("Cancelled.")
            self.progress.emit(done, total, what)

        return tell

    def _on_sample(self, cancel: threading.Event, _result: object) -> None:
        if not cancel.is_set():
            self.choose(sample_folder())

    def _on_found(self, cancel: threading.Event, found: Found) -> None:
        if cancel.is_set():
            return
        self.busy, self.found = "", found
        self.changed.emit()
        self.draw_sketches()

    def _on_error(self, cancel: threading.Event, error: UserError) -> None:
        if cancel.is_set():
            return
        self.busy, self.problem, self.found = "", str(error), None
        self.changed.emit()

    def _on_sketches(self, sketches: list[Pixels]) -> None:
        self._drawing = False
        self.sketches_ready.emit(sketches)
        if self._draw_again:
            self._draw_again = False
            self.draw_sketches()

    def _on_sketch_error(self, error: UserError) -> None:
        self._drawing = self._draw_again = False
        self.problem = str(error)
        self.changed.emit()


def sample_folder() -> Path:
    """Return where the sample data set lies once it has been drawn."""
    return user_data_dir() / "datasets" / f"openmoji-{SAMPLE_PX}"


def _draw_sample(tell: Callable[[int, int], None]) -> None:
    from training.data.openmoji import prepare_openmoji

    prepare_openmoji(sample_folder(), SAMPLE_PX, tell)


def _look_through(
    folder: Path, source: SourceConfig, tell: Callable[[int, int], None], cancelled: Callable[[], bool]
) -> Found:
    report = inspect(folder, source, tell, cancelled)
    first = {label: paths[:1] for label, paths in report.examples.items() if paths}
    spread = [paths[i] for i in range(PREVIEWS) for paths in report.examples.values() if i < len(paths)]
    load = FolderPictures(folder, report, source)
    thumbnails = {label: load.example(*paths[0], THUMBNAIL_PX) for label, paths in first.items()}
    examples = tuple(filter(None, (load.example(*paths, EXAMPLE_PX) for paths in spread[:PREVIEWS])))
    small = {label: example.picture for label, example in thumbnails.items() if example is not None}
    return Found(report, small, examples)


def _sketches(pictures: tuple[Pixels, ...], config: SketchConfig, seed: int) -> list[Pixels]:
    from training.sketches import preview

    return [preview(np.ascontiguousarray(one), config, seed + 31 * i) for i, one in enumerate(pictures)]
