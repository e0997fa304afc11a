"""What becomes of generated pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.generate import Sample
from studio.core.layers import LayerKind
from studio.ui.generate.workspace import GenerateWorkspace
from studio.ui.messages import MessageKind
from tests.studio.ui.generate.hands import CTRL, LEFT, WAIT_MS, choose_file, click, wait_for_pictures


def test_a_picture_becomes_a_layer_that_can_be_undone(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    click(qtbot, space, 1, 0)
    qtbot.mouseClick(space.column.picture.send, LEFT)
    document = running.document
    layer = next(layer for layer in document.layers if layer.kind is LayerKind.PAINT)
    assert layer.name == "dog, seed 1"
    pixels = layer.surface.read(document.rect)
    assert (pixels[..., 3] == 255).all()  # as large as the drawing
    made = space.controller.picture(Sample("dog", 1))
    assert made is not None
    assert np.array_equal(pixels[80, 80, :3], made[8, 8])
    running.document.undo()
    assert all(layer.kind is not LayerKind.PAINT for layer in document.layers)


def test_a_picture_goes_to_the_clipboard(qtbot: QtBot, space: GenerateWorkspace) -> None:
    click(qtbot, space, 2, 0)
    qtbot.keyClick(space.sheet, Qt.Key.Key_C, CTRL)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (16, 16)


@pytest.mark.parametrize(
    ("what", "size"),
    [("save_chosen", (16, 16)), ("save_sprites", (8 * 16, 3 * 16)), ("save_walk", (9 * 16, 16))],
)
def test_pictures_are_saved_with_what_made_them(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace, tmp_path: Path, what: str, size: tuple[int, int]
) -> None:
    click(qtbot, space, 0, 0)
    click(qtbot, space, 1, 0, ctrl=True)
    wait_for_pictures(qtbot, space)
    getattr(space.outlet, what)()
    choose_file(space, tmp_path / "out.png")
    qtbot.waitUntil(lambda: "Saved" in running.window.status.message.text, timeout=WAIT_MS)
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == size
        facts = json.loads(image.text["sketch_studio"])  # type: ignore[attr-defined]
    assert facts["model"] == "Tiny generator"
    assert facts["pictures"][0] == {"label": "dog" if what == "save_chosen" else "cat", "seed": 1}
    assert running.settings.get(keys.LAST_FOLDER) == str(tmp_path)


def test_the_grid_is_saved_with_room_for_names(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace, tmp_path: Path
) -> None:
    space.outlet.save_grid()
    choose_file(space, tmp_path / "grid.png")
    qtbot.waitUntil(lambda: (tmp_path / "grid.png").is_file(), timeout=WAIT_MS)
    with Image.open(tmp_path / "grid.png") as image:
        assert image.width > 8 * 64
        assert image.height > 3 * 64
        assert np.asarray(image.convert("RGB"))[0, 0].tolist() == [255, 255, 255]


def test_saving_a_walk_without_one_says_how_to_come_by_it(running: Studio, space: GenerateWorkspace) -> None:
    space.outlet.save_walk()
    assert running.window.status.message.kind is MessageKind.TROUBLE
    assert "Ctrl+click" in running.window.status.message.text
