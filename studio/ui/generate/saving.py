"""What becomes of generated pictures: files, the clipboard, a layer of the drawing."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core import settings as keys
from studio.core.generate import UNBOUNDED, Between, Pixels, Place, Sample
from studio.core.settings import Settings
from studio.core.sheets import enlarged, save_png, sprite_sheet
from studio.ui.dialogs.save_file import take_name
from studio.ui.drawing_files import show_in_folder
from studio.ui.generate.contact_sheet import contact_sheet
from studio.ui.generate.controller import GenerateController
from studio.ui.generate.pictures import name_of
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.ui.widgets.picture_grid import image_of
from studio.workers.publish import file_stem
from studio.workers.tasks import run_in_background
from training.files import UserError

NONE_CHOSEN = "Choose a picture first: click one in the grid."
NOT_READY = "The pictures are still being made; try again in a moment."


class PictureOutlet(QObject):
    """Does what the buttons of the workspace say. GUI thread only; files are written in the background.

    *Signals*
    layer_wanted(QImage, str): this shall become a layer of the drawing, under this name.
    """

    layer_wanted = Signal(object, str)

    def __init__(
        self,
        controller: GenerateController,
        session: Session,
        settings: Settings,
        messages: Messages,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._controller = controller
        self._session = session
        self._settings = settings
        self._messages = messages
        self._window = window

    def send(self) -> None:
        """Make the chosen picture a layer of the drawing, as large as the drawing allows."""
        place, pixels = self._chosen()
        if pixels is not None and place is not None:
            document = self._session.document
            larger = enlarged(pixels, document.width, document.height)
            self.layer_wanted.emit(image_of(larger), name_of(place))

    def copy(self) -> None:
        """Put the chosen picture on the clipboard."""
        _, pixels = self._chosen()
        if pixels is not None:
            QGuiApplication.clipboard().setImage(image_of(pixels))
            self._messages.news("The picture is on the clipboard.")

    def save_chosen(self) -> None:
        """Ask where, and save the chosen picture as it came from the model."""
        place, pixels = self._chosen()
        if pixels is not None and place is not None:
            self._ask("Save the picture", file_stem(name_of(place)), pixels, [place])

    def save_grid(self) -> None:
        """Ask where, and save the grid with its labels and seeds."""
        rows = self._pictures(self._controller.grid())
        if rows:
            seeds = [column.seed for column in self._controller.columns]
            sheet = contact_sheet(rows, self._controller.rows, seeds)
            self._ask("Save the grid", "grid", sheet, self._grid_places())

    def save_sprites(self) -> None:
        """Ask where, and save the grid's pictures edge to edge."""
        rows = self._pictures(self._controller.grid())
        if rows:
            self._ask("Save a sprite sheet", "sprites", sprite_sheet(rows), self._grid_places())

    def save_walk(self) -> None:
        """Ask where, and save the walk's pictures edge to edge."""
        walk = self._controller.walk
        if not walk:
            self._messages.trouble("Choose two pictures first, the second with Ctrl+click.")
            return
        rows = self._pictures([walk])
        if rows:
            self._ask("Save the walk", "walk", sprite_sheet(rows), walk)

    def write(self, path: Path, pixels: Pixels, places: Sequence[Place]) -> None:
        """Write a PNG in the background and say so."""
        facts = self._facts(places)
        run_in_background(partial(save_png, path, pixels, facts), self._on_saved, self._say_error)

    # Inside

    def _chosen(self) -> tuple[Place | None, Pixels | None]:
        place = self._controller.chosen
        if place is None:
            self._messages.trouble(NONE_CHOSEN)
            return None, None
        pixels = self._controller.picture(place)
        if pixels is None:
            self._messages.trouble(NOT_READY)
        return place, pixels

    def _pictures(self, rows: Sequence[Sequence[Place]]) -> list[list[Pixels]]:
        """The pictures of these places; empty, with a word to the user, while some are being made."""
        found = [[self._controller.picture(place) for place in row] for row in rows]
        complete = [[pixels for pixels in row if pixels is not None] for row in found]
        if not self._controller.is_complete or [len(row) for row in complete] != [len(row) for row in rows]:
            self._messages.trouble(NOT_READY)
            return []
        return complete

    def _grid_places(self) -> list[Place]:
        return [sample for row in self._controller.grid() for sample in row]

    def _facts(self, places: Sequence[Place]) -> dict[str, Any]:
        model, dial = self._controller.model, self._controller.dial
        facts: dict[str, Any] = {"noise": dial.strength}
        if model is not None:
            facts |= {"model": model.name, "sha256": model.sha256}
        if dial.truncation < UNBOUNDED:
            facts["truncation"] = dial.truncation
        return facts | {"pictures": [_fact(place) for place in places]}

    def _ask(self, title: str, stem: str, pixels: Pixels, places: Sequence[Place]) -> None:
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        dialog = QFileDialog(self._window.window(), title, self._settings.get(keys.LAST_FOLDER) or home)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilter("PNG picture (*.png)")
        take_name(dialog, (".png",), lambda path: self.write(path, pixels, places))
        dialog.selectFile(f"{stem or 'picture'}.png")
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_saved(self, path: Path) -> None:
        self._settings.set(keys.LAST_FOLDER, str(path.parent))
        self._messages.news(f"Saved as {path.name}.", "Show file", partial(show_in_folder, path))

    def _say_error(self, error: UserError) -> None:
        self._messages.trouble(str(error))


def _fact(place: Place) -> dict[str, Any]:
    if isinstance(place, Between):
        return {"from": _fact(place.first), "to": _fact(place.second), "share": round(place.share, 6)}
    assert isinstance(place, Sample)
    return {"label": place.label, "seed": place.seed}
