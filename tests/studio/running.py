"""A real studio with a tiny model, and hands to use it with."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core import settings as keys
from studio.core.library import ModelLibrary
from studio.core.settings import Settings

if TYPE_CHECKING:
    from studio.app import Studio
    from studio.core.live import LivePicture

MakeStudio = Callable[..., "Studio"]
WAIT_MS = 15_000


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one tiny model of two labels; only the first test waits for its check."""
    from tests.fixtures.models import TinyModel  # imports onnx, which tests of the core can do without

    folder = tmp_path_factory.mktemp("models")
    TinyModel().save(folder)
    return folder


@pytest.fixture
def make_studio(qtbot: QtBot, models_folder: Path) -> Iterator[MakeStudio]:
    """Start studios that are closed after the test; by default not a first start, on a small drawing."""
    from studio.app import create_studio  # imports the widgets, which tests of the core can do without

    started: list[Studio] = []

    def make(
        file: Path | None = None,
        settings: Settings | None = None,
        show: bool = True,
        models: Path = models_folder,
    ) -> "Studio":
        if settings is None:
            settings = Settings(None)
            settings.set(keys.FIRST_START, False)
            settings.set(keys.NEW_WIDTH, 160)
            settings.set(keys.NEW_HEIGHT, 160)
        library = ModelLibrary([models], cache_file=models / "cache.json")
        studio = create_studio(settings, file, library)
        started.append(studio)
        if show:
            with qtbot.waitSignal(studio.session.models_changed, timeout=30_000):
                studio.window.show()
        return studio

    yield make
    while started:
        _end(started.pop())
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # Cycles of a dead studio must not be collected later, in some other test's worker thread.
    gc.collect()


@pytest.fixture
def studio(make_studio: MakeStudio) -> "Studio":
    """A running studio with a blank drawing of 160 x 160 and the tiny model."""
    return make_studio()


def _end(studio: "Studio") -> None:
    studio.document.mark_saved()
    studio.window.close()
    studio.close()
    studio.window.deleteLater()


def wait_for_picture(qtbot: QtBot, studio: "Studio") -> "LivePicture":
    """Wait until the picture on show is that of the drawing as it is."""

    def is_current() -> None:
        assert studio.live.picture is not None
        assert studio.live.picture.revision == studio.document.revision

    qtbot.waitUntil(is_current, timeout=WAIT_MS)
    assert studio.live.picture is not None
    return studio.live.picture
