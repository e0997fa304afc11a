"""The only composition root: settings, library, document, workers, window, and how they end."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from studio import __version__, resources
from studio.core import settings as keys
from studio.core.document import Document
from studio.core.label_sketches import label_sketches
from studio.core.library import ModelLibrary
from studio.core.logs import catch_uncaught, set_up_logging
from studio.core.settings import Settings
from studio.ui.actions import ActionId
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.input import set_input_attributes
from studio.ui.drawing_files import FIRST_SAMPLE
from studio.ui.garbage import GuiThreadCollector
from studio.ui.live_controller import LiveController
from studio.ui.main_window import MainWindow
from studio.ui.messages import Messages
from studio.ui.palette import ThemeChoice
from studio.ui.recovery import Recovery
from studio.ui.session import Session
from studio.ui.theme import Theme
from studio.ui.training_signs import TrainingSigns
from studio.ui.workspaces import Maker, Space
from studio.workers.inference import InferenceThread
from studio.workers.pace import make_way_for_the_window
from studio.workers.publish import Publisher
from studio.workers.tasks import wait_for_background
from studio.workers.training import TrainingHost
from training.files import UserError

if TYPE_CHECKING:
    from studio.ui.training.workspace import TrainingWorkspace

log = logging.getLogger(__name__)

TRAINING_WAIT_MS = 10_000
INFERENCE_WAIT_MS = 30_000
"""The window is gone by then; a thread that is still loading a model must not be destroyed under its feet."""
FILES_WAIT_MS = 20_000


class Studio(QObject):
    """The running program. Built by `create_studio`, ended by `close`. GUI thread only."""

    def __init__(self, settings: Settings, document: Document, library: ModelLibrary) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.settings = settings
        self.messages = Messages()
        self.theme = Theme(app, resources.asset("themes"), ThemeChoice(settings.get(keys.THEME)))
        self.session = Session(document, library)
        self.inference = InferenceThread(settings.get(keys.DEVICE), settings.get(keys.THREADS))
        self.live = LiveController(self.session, self.inference, settings, self.messages, label_sketches)
        self.training = TrainingHost(settings, parent=self)
        self.publisher = Publisher(settings, parent=self)
        self.window = MainWindow(
            self.session,
            self.live,
            settings,
            self.messages,
            self.theme,
            {
                # Imported on the first visit: the plots take a while, and not everybody goes there.
                Space.GENERATE: Maker(self._make_generating, "studio.ui.generate.workspace"),
                Space.TRAIN: Maker(self._make_training, "studio.ui.training.workspace"),
            },
        )
        self.signs = TrainingSigns(
            self.training,
            self.window,
            self.window.train_button,
            self.window.spaces,
            self.messages,
            self.theme,
        )
        self._training_page: TrainingWorkspace | None = None
        self.recovery = Recovery(
            self.session, self.window.files, settings, self.messages, self.window.notice, parent=self
        )
        self._file: Path | None = None
        self._closed = False
        self.training_ended = True
        self.session.prefer_model(settings.get(keys.MODEL))
        self.session.prefer_generator(settings.get(keys.GENERATE_MODEL))
        self.session.entry_changed.connect(self._on_entry_changed)
        settings.changed.connect(self._on_setting_changed)
        self.window.painted.connect(self._on_painted)
        self.window.closed.connect(self.close)

    @property
    def document(self) -> Document:
        """The open drawing."""
        return self.session.document

    @property
    def canvas(self) -> CanvasWidget:
        """Where one draws."""
        return self.window.canvas

    def open_at_start(self, file: Path | None) -> None:
        """Say what shall be open once the window stands: a file, or at the first start the sample."""
        self._file = file

    def close(self) -> None:
        """End the program's parts, the ones others depend on last; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self.settings.set(keys.FIRST_START, False)
        self.window.hide()
        self.signs.close()
        self.training_ended = self.training.close(TRAINING_WAIT_MS)
        if not self.training_ended:
            log.error("the training did not end within %d ms; its last checkpoint is whole", TRAINING_WAIT_MS)
        self.publisher.close()
        if self._training_page is not None:
            self._training_page.leave()
        if not self.inference.close(INFERENCE_WAIT_MS):
            log.error("the inference thread did not end within %d ms", INFERENCE_WAIT_MS)
        if not wait_for_background(FILES_WAIT_MS):
            log.error("background work did not end within %d ms", FILES_WAIT_MS)
        self.recovery.close()
        self.settings.save()

    def say_uncaught(self, text: str) -> None:
        """Show the sentence about an error nobody expected; from any thread."""
        self.messages.trouble(text, "Show log", self.window.help.open_log_folder)

    def _on_painted(self) -> None:
        """Everything that is not needed for the first paint starts here."""
        if self._file is not None:
            self.window.files.open_path(self._file)
        self.window.models.refresh()
        self.recovery.offer()
        self.signs.offer_cut_off()
        if self.settings.get(keys.FIRST_START) and self._file is None:
            self.window.first_steps.start()

    def _make_training(self) -> QWidget:
        from studio.ui.training.workspace import TrainingWorkspace

        self._training_page = TrainingWorkspace(
            self.session, self.training, self.publisher, self.settings, self.messages, self.theme
        )  # fmt: skip
        to_generate = self.window.actions_table[ActionId.GENERATE_SPACE]
        self._training_page.generate_wanted.connect(to_generate.trigger)
        self._training_page.draw_wanted.connect(self.window.actions_table[ActionId.DRAW_SPACE].trigger)
        self._training_page.offer_declined.connect(self.signs.forget_offer)
        return self._training_page

    def _make_generating(self) -> QWidget:
        from studio.ui.generate.workspace import GenerateWorkspace

        page = GenerateWorkspace(self.session, self.inference, self.settings, self.messages, self.theme)
        window = self.window
        page.layer_wanted.connect(window.pasting.as_layer)
        page.train_wanted.connect(window.actions_table[ActionId.TRAIN_SPACE].trigger)
        page.model_wanted.connect(window.add_model)
        page.column.model.picker.opening.connect(window.models.look)
        page.state_changed.connect(window.status_lines[Space.GENERATE].show_state)
        page.device_changed.connect(window.status_lines[Space.GENERATE].show_device)
        page.tell_state()
        return page

    def _on_entry_changed(self, entry: object) -> None:
        chosen = self.document.choices.model_id
        if entry is not None and chosen:
            self.settings.set(keys.MODEL, chosen)

    def _on_setting_changed(self, key: str) -> None:
        if key == keys.THEME.key:
            self.theme.choose(ThemeChoice(self.settings.get(keys.THEME)))


def create_studio(
    settings: Settings, file: Path | None = None, library: ModelLibrary | None = None
) -> Studio:
    """Build the studio with its window, not yet shown; needs a QApplication.

    Without `file` the sample drawing opens at the first start, a blank one later.
    """
    make_way_for_the_window()
    blank = Document.new(settings.get(keys.NEW_WIDTH), settings.get(keys.NEW_HEIGHT))
    document, picture = blank, None
    if file is None and settings.get(keys.FIRST_START):
        document, picture = _sample(blank)
    is_sample = document is not blank
    studio = Studio(settings, document, library if library is not None else ModelLibrary())
    studio.open_at_start(file)
    if is_sample:
        studio.window.files.name_untitled(Path(FIRST_SAMPLE).stem.capitalize())
    if picture is not None:
        studio.window.files.opened.emit(document, picture)
    return studio


def run(argv: list[str]) -> int:
    """Start the program; `argv` holds at most the file to open. Returns the exit status."""
    set_up_logging(keys.log_file())
    set_input_attributes()
    QCoreApplication.setApplicationName("Sketch Studio")
    QCoreApplication.setApplicationVersion(__version__)
    QCoreApplication.setOrganizationName("sketch-studio")
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    app.setDesktopFileName("sketch-studio")
    collector = GuiThreadCollector()
    studio = create_studio(Settings.of_user(), Path(argv[0]) if argv else None)
    catch_uncaught(studio.say_uncaught)
    app.aboutToQuit.connect(studio.close)
    studio.window.show()
    try:
        return app.exec()
    finally:
        studio.close()
        collector.stop()
        if not studio.training_ended:
            # A thread that still computes would be destroyed under its own feet; its files are whole.
            os._exit(1)


def _sample(blank: Document) -> tuple[Document, NDArray[np.uint8] | None]:
    """The drawing the program came with and its stored picture; the blank one when it cannot be read."""
    from studio.core.openraster import open_ora

    path = resources.asset("samples", FIRST_SAMPLE)
    if not path.is_file():
        return blank, None
    try:
        opened = open_ora(path)
    except UserError:
        log.exception("the sample drawing cannot be opened")
        return blank, None
    opened.document.path = None
    return opened.document, opened.picture
