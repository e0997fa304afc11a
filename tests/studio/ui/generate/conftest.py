"""A studio with a model of labels, and the workspace with all its pictures made."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.ui.generate.workspace import GenerateWorkspace
from tests.fixtures.models import TinyGenerator, TinyModel
from tests.studio.running import MakeStudio
from tests.studio.ui.generate.hands import visit, wait_for_pictures


@pytest.fixture(scope="session")
def both_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model for drawings and one for labels."""
    folder = tmp_path_factory.mktemp("both")
    TinyModel().save(folder)
    TinyGenerator().save(folder)
    return folder


@pytest.fixture
def running(make_studio: MakeStudio, both_models: Path) -> Studio:
    return make_studio(models=both_models)


@pytest.fixture
def space(qtbot: QtBot, running: Studio) -> GenerateWorkspace:
    """The workspace with all its pictures made."""
    page = visit(qtbot, running)
    wait_for_pictures(qtbot, page)
    return page
