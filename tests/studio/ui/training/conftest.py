"""Pictures to train on, and the workspace on its first visit."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.settings import Settings
from studio.ui.icons import IconBook
from studio.ui.messages import Messages
from studio.ui.palette import LIGHT
from studio.ui.training.labelling.page import LabellingPage
from studio.ui.training.workspace import TrainingWorkspace
from tests.studio.ui.hands import draw
from tests.studio.ui.training.journey import visit
from tests.training.data.shapes import write_set


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("pairs") / "shapes", 6)


@pytest.fixture
def space(qtbot: QtBot, studio: Studio) -> TrainingWorkspace:
    """The workspace on its first visit, with a drawing on the canvas."""
    draw(studio.canvas, [(30.0, 30.0), (120.0, 40.0), (100.0, 120.0), (30.0, 30.0)])
    return visit(qtbot, studio)


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    return Messages()


@pytest.fixture
def labelling(qtbot: QtBot, studio: Studio, messages: Messages) -> LabellingPage:
    """The page of labels, with nothing chosen."""
    page = LabellingPage(studio.session, Settings(None), messages, IconBook(LIGHT))
    qtbot.addWidget(page, before_close_func=lambda widget: widget.leave())
    page.resize(1200, 700)
    page.show()
    return page


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two classes of pictures, one of them an exact copy."""
    rng = np.random.default_rng(3)
    for label in ("cats", "dogs"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(6):
            pixels = np.kron(rng.integers(0, 255, (6, 6, 3)), np.ones((20, 20, 1))).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{i}.png")
    cats = tmp_path / "photos" / "cats"
    (cats / "copy.png").write_bytes((cats / "0.png").read_bytes())
    return tmp_path / "photos"
