"""Opening, importing, saving and exporting drawings."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QThread, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from studio import resources
from studio.core import settings as keys
from studio.core.document import Document
from studio.core.picture_files import FORMATS, keeps_transparency
from studio.core.settings import Settings
from studio.core.snapshot import DocumentSnapshot
from studio.ui.dialogs.basis import ask_unsaved
from studio.ui.dialogs.export_options import ask_export
from studio.ui.dialogs.new_drawing import ask_new_drawing
from studio.ui.dialogs.save_file import take_name
from studio.ui.exporting import ExportJob, ExportOptions
from studio.ui.line_art import PICTURE_SUFFIXES, Scan, read_scan, scan_of_image
from studio.ui.live_controller import LiveController
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.workers.tasks import Lane, run_in_background
from training.files import UserError

log = logging.getLogger(__name__)

DRAWING_SUFFIX = ".ora"
MODEL_SUFFIX = ".onnx"
FIRST_SAMPLE = "cat.ora"
OPEN_FILTER = (
    "Drawings and pictures (*.ora "
    + " ".join(f"*{suffix}" for suffix in PICTURE_SUFFIXES)
    + ");;All files (*)"
)
EXPORT_FILTER = f"PNG, JPEG, WebP or TIFF picture ({' '.join(f'*{ending}' for ending in FORMATS)})"


class DrawingFiles(QObject):
    """What the File menu does. Files are read and written in the background. GUI thread only.

    *Signals*
    opened(Document, picture): a drawing was opened; the picture uint8 [H, W, 3] stored with it, or None.
    saved(Document, Path): the drawing lies in a file now.
    models_dropped(list[Path]): model files came where drawings were expected.
    """

    opened = Signal(object, object)
    saved = Signal(object, object)
    models_dropped = Signal(object)

    def __init__(
        self, session: Session, live: LiveController, settings: Settings, messages: Messages, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._live = live
        self._settings = settings
        self._messages = messages
        self._window = window
        self._title = ""
        self.gap_px = 16.0

    @property
    def name(self) -> str:
        """What to call the open drawing."""
        path = self._session.document.path
        return path.name if path is not None else self._title or "Untitled"

    def name_untitled(self, title: str) -> None:
        """Call the open drawing this while it lies in no file."""
        self._title = title
        self._session.saved_changed.emit()

    # New and open

    def new(self) -> None:
        """Ask for a size, then begin a blank drawing."""
        ask_new_drawing(
            self._window,
            self._settings.get(keys.NEW_WIDTH),
            self._settings.get(keys.NEW_HEIGHT),
            self._begin_new,
        )

    def open(self) -> None:
        """Ask which file to open."""
        dialog = self._file_dialog("Open", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setNameFilter(OPEN_FILTER)
        dialog.fileSelected.connect(lambda name: self.open_path(Path(name)))
        dialog.open()

    def open_sample(self) -> None:
        """Open the drawing that came with the program, without its path, so that saving asks where."""
        self.open_sample_path(resources.asset("samples", FIRST_SAMPLE))

    def open_sample_path(self, path: Path) -> None:
        """Open one of the drawings that came with the program."""
        self._load(path, as_template=True)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped: models go to the library, of drawings the first is opened."""
        models = [path for path in paths if path.suffix.lower() == MODEL_SUFFIX]
        others = [path for path in paths if path.suffix.lower() != MODEL_SUFFIX]
        if models:
            self.models_dropped.emit(models)
        if others:
            self.open_path(others[0])
        if len(others) > 1:
            self._messages.news(f"{len(others)} files were dropped; {others[0].name} is opened.")

    def open_path(self, path: Path) -> None:
        """Open a drawing, or a picture as line art; a bad file is talked about and changes nothing."""
        if path.is_dir():
            self._messages.trouble(
                f"{path.name} is a folder; open one picture in it, or drop it in Train to learn from it."
            )
        elif path.suffix.lower() == MODEL_SUFFIX:
            self.models_dropped.emit([path])
        elif path.suffix.lower() == DRAWING_SUFFIX:
            self._load(path)
        else:
            self._messages.news(f"Opening {path.name}")
            run_in_background(
                partial(read_scan, path), partial(self._take_scan, path), self._say_error, lane=Lane.SLOW
            )

    def take_image(self, image: QImage) -> None:
        """Take a pasted picture as line art."""
        run_in_background(
            partial(scan_of_image, image.copy(), "Pasted picture"),
            partial(self._take_scan, None),
            self._say_error,
            lane=Lane.SLOW,
        )

    def ask_and(self, go_on: Callable[[], None]) -> None:
        """Go on at once when nothing is unsaved, else after the user saved or gave the changes up."""
        if not self._session.document.modified:
            go_on()
            return
        ask_unsaved(self._window, self.name, partial(self.save, go_on), go_on)

    def take_document(self, document: Document, picture: object = None, title: str = "") -> None:
        """Show an already loaded document; the caller has asked about unsaved work."""
        self._title = title
        self._session.replace_document(document)
        self.opened.emit(document, picture)

    # Save

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save the drawing where it belongs, or ask where; `then` follows when it is saved."""
        path = self._session.document.path
        if path is None or path.suffix.lower() != DRAWING_SUFFIX:
            self.save_as(then)
        else:
            self._write(path, then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a name and save the drawing there."""
        dialog = self._file_dialog("Save drawing", QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("OpenRaster drawing (*.ora)")
        take_name(dialog, (DRAWING_SUFFIX,), lambda path: self._write(path, then))
        dialog.selectFile(f"{Path(self.name).stem}.ora")
        dialog.open()

    def export(self) -> None:
        """Ask what to export and where."""
        document = self._session.document
        ask_export(
            self._window,
            (document.width, document.height),
            self.gap_px,
            self._why_no_picture(),
            self._ask_export_path,
        )

    # Inside

    def _why_no_picture(self) -> str:
        picture = self._live.picture
        if picture is None:
            return "There is no picture yet"
        if not picture.full_size:
            return "The picture is still being carried to full size"
        return ""

    def _begin_new(self, width: int, height: int) -> None:
        self._settings.set(keys.NEW_WIDTH, width)
        self._settings.set(keys.NEW_HEIGHT, height)
        self.ask_and(lambda: self.take_document(self._with_choices(Document.new(width, height))))

    def _with_choices(self, document: Document) -> Document:
        """Give a new document the model and labels in use, as a starting point that needs no saving."""
        choices = self._session.document.choices
        document.set_choices(model_id=choices.model_id, model_sha=choices.model_sha, labels=choices.labels)
        document.mark_saved()
        return document

    def _load(self, path: Path, as_template: bool = False) -> None:
        gui_thread = self.thread()
        run_in_background(
            partial(_read_drawing, path, gui_thread),
            partial(self._take_drawing, path, as_template),
            self._say_error,
            lane=Lane.SLOW,
        )

    def _take_drawing(self, path: Path, as_template: bool, read: tuple) -> None:
        document, picture, notes = read

        def show() -> None:
            if as_template:
                document.path = None
            else:
                self._settings.add_recent_file(path)
                self._remember_folder(path)
            self.take_document(document, picture, path.stem.capitalize() if as_template else "")
            if notes:
                self._messages.news(" ".join(notes))

        self.ask_and(show)

    def _take_scan(self, path: Path | None, scan: Scan) -> None:
        from studio.ui.dialogs.clean_up import CleanUpDialog

        def take(options: object) -> None:
            from studio.core.lineart import CleanUp, clean_up

            assert isinstance(options, CleanUp)
            run_in_background(
                lambda: clean_up(scan.pixels, options),
                partial(self._take_ink, path, scan),
                self._say_error,
                lane=Lane.SLOW,
            )

        if scan.is_clean:
            take(scan.suggested)
        else:
            self._messages.clear()
            CleanUpDialog(self._window, scan, take)

    def _take_ink(self, path: Path | None, scan: Scan, ink: object) -> None:
        def show() -> None:
            document = self._with_choices(Document.from_line_art(ink))  # type: ignore[arg-type]
            if path is not None:
                self._settings.add_recent_file(path)
                self._remember_folder(path)
            if path is None or not scan.is_clean:
                # Pasted, or cleaned up by hand: opening a file again would not bring it back.
                document.mark_unsaved()
            self.take_document(document, None, Path(scan.name).stem)
            notes = f" ({'; '.join(scan.notes)})" if scan.notes else ""
            self._messages.news(f"{scan.name} is open as line art{notes}.")

        self.ask_and(show)

    def _write(self, path: Path, then: Callable[[], None] | None) -> None:
        document = self._session.document
        snapshot = self._with_model(document.snapshot())
        picture = self._live.picture
        fits = picture is not None and picture.full_size and picture.revision == snapshot.revision
        image = picture.image if picture is not None and fits else None
        run_in_background(
            partial(_write_drawing, snapshot, path, image),
            partial(self._on_written, document, snapshot, path, then),
            self._say_error,
        )

    def _with_model(self, snapshot: DocumentSnapshot) -> DocumentSnapshot:
        """Name the model in use where the drawing left it open: the file tells what made its picture."""
        entry = self._session.entry
        if entry is None or snapshot.choices.model_id:
            return snapshot
        choices = replace(snapshot.choices, model_id=entry.id, model_sha=entry.sha256)
        return replace(snapshot, choices=choices)

    def _on_written(
        self,
        document: Document,
        snapshot: DocumentSnapshot,
        path: Path,
        then: Callable[[], None] | None,
        _done: object,
    ) -> None:
        document.mark_saved(path, snapshot.state)
        self._settings.add_recent_file(path)
        self._remember_folder(path)
        self._messages.news(f"Saved as {path.name}.", "Show file", partial(show_in_folder, path))
        self.saved.emit(document, path)
        if then is not None:
            then()

    def _ask_export_path(self, options: ExportOptions) -> None:
        dialog = self._file_dialog("Export picture", QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(EXPORT_FILTER)
        take_name(dialog, FORMATS, lambda path: self.export_to(path, options))
        dialog.selectFile(f"{Path(self.name).stem}.png")
        dialog.open()

    def export_to(self, path: Path, options: ExportOptions) -> None:
        """Write the picture in the background, in the format its ending says, and say so."""
        picture = self._live.picture if not self._why_no_picture() else None
        job = ExportJob(
            self._session.document.snapshot(),
            picture.image if picture is not None else None,
            picture.flats_full if picture is not None else None,
            options,
            path,
        )
        run_in_background(job.run, partial(self._on_exported, options), self._say_error)

    def _on_exported(self, options: ExportOptions, path: Path) -> None:
        self._remember_folder(path)
        words = f"Exported to {path.name}."
        if options.transparent and not keeps_transparency(path):
            words = f"Exported to {path.name} on white: JPEG has no transparency."
        self._messages.news(words, "Show file", partial(show_in_folder, path))

    def _say_error(self, error: UserError) -> None:
        self._messages.trouble(str(error), "Show log", partial(show_in_folder, keys.log_file()))

    def _remember_folder(self, path: Path) -> None:
        self._settings.set(keys.LAST_FOLDER, str(path.parent))

    def _file_dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        dialog = QFileDialog(self._window, title, self._settings.get(keys.LAST_FOLDER) or pictures)
        dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
        dialog.setAcceptMode(mode)
        dialog.setFileMode(
            QFileDialog.FileMode.ExistingFile
            if mode is QFileDialog.AcceptMode.AcceptOpen
            else QFileDialog.FileMode.AnyFile
        )
        dialog.finished.connect(dialog.deleteLater)
        return dialog


def show_in_folder(path: Path) -> None:
    """Open the folder of a file in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path if path.is_dir() else path.parent)))


def _read_drawing(path: Path, gui_thread: QThread) -> tuple[Document, object, tuple[str, ...]]:
    from studio.core.openraster import open_ora

    opened = open_ora(path)
    opened.document.moveToThread(gui_thread)
    return opened.document, opened.picture, opened.notes


def _write_drawing(snapshot: DocumentSnapshot, path: Path, picture: object) -> None:
    from studio.core.openraster import save_ora

    save_ora(snapshot, path, picture=picture)  # type: ignore[arg-type]
