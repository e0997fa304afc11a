"""What an export is called, and which format that makes it."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from studio.app import Studio
from tests.studio.ui.hands import draw

WAIT_MS = 15_000


def export_as(qtbot: QtBot, studio: Studio, path: Path, *, transparent: bool = False) -> None:
    """Export the drawing as a person does who types this name."""
    studio.window.files.export()
    options = studio.window.findChild(QDialog)
    for button in options.findChildren(QAbstractButton):
        if button.text() == "Drawing" or (transparent and button.text() == "Transparent ground"):
            button.click()
    options.accept()
    dialog = studio.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()


def wait_for_words(qtbot: QtBot, studio: Studio, words: str) -> None:
    qtbot.waitUntil(lambda: studio.window.status.message.text == words, timeout=WAIT_MS)


def format_of(path: Path) -> str | None:
    with Image.open(path) as image:
        return image.format


@pytest.fixture
def drawn(studio: Studio) -> Studio:
    draw(studio.canvas, [(30.0, 40.0), (120.0, 90.0)])
    return studio


@pytest.mark.parametrize(
    ("name", "kind"), [("e3.jpg", "JPEG"), ("f2.jpeg", "JPEG"), ("a.webp", "WEBP"), ("b.png", "PNG")]
)
def test_the_ending_of_the_name_is_the_format(
    qtbot: QtBot, drawn: Studio, tmp_path: Path, name: str, kind: str
) -> None:
    export_as(qtbot, drawn, tmp_path / name)
    wait_for_words(qtbot, drawn, f"Exported to {name}.")
    assert format_of(tmp_path / name) == kind


def test_jpeg_says_that_it_has_no_transparent_ground(qtbot: QtBot, drawn: Studio, tmp_path: Path) -> None:
    export_as(qtbot, drawn, tmp_path / "a.jpg", transparent=True)
    wait_for_words(qtbot, drawn, "Exported to a.jpg on white: JPEG has no transparency.")
    with Image.open(tmp_path / "a.jpg") as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("name", ["cat", "cat.v2", "cat.bmp"])
def test_an_ending_that_is_no_format_of_ours_becomes_png_and_is_said(
    qtbot: QtBot, drawn: Studio, tmp_path: Path, name: str
) -> None:
    export_as(qtbot, drawn, tmp_path / name)
    wait_for_words(qtbot, drawn, f"Exported to {name}.png.")
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.png"]
    assert format_of(tmp_path / f"{name}.png") == "PNG"


@pytest.mark.parametrize("word", ["Cancel", "Replace"])
def test_the_file_really_written_is_not_replaced_unasked(
    qtbot: QtBot, drawn: Studio, tmp_path: Path, word: str
) -> None:
    there = tmp_path / "cat.v2.png"
    there.write_text("mine")
    export_as(qtbot, drawn, tmp_path / "cat.v2")
    box = drawn.window.findChild(QMessageBox, "askReplace")
    assert box.text() == "cat.v2.png exists already. Replace it?"
    answer = next(button for button in box.buttons() if button.text().replace("&", "") == word)
    qtbot.mouseClick(answer, Qt.MouseButton.LeftButton)
    if word == "Replace":
        wait_for_words(qtbot, drawn, "Exported to cat.v2.png.")
        assert format_of(there) == "PNG"
    else:
        qtbot.waitUntil(lambda: not box.isVisible(), timeout=WAIT_MS)
        assert there.read_text() == "mine"


def test_a_drawing_is_saved_under_its_own_ending(qtbot: QtBot, drawn: Studio, tmp_path: Path) -> None:
    drawn.window.files.save()
    dialog = drawn.window.findChild(QFileDialog)
    with qtbot.waitSignal(drawn.window.files.saved, timeout=WAIT_MS):
        dialog.fileSelected.emit(str(tmp_path / "cat.png"))
    dialog.close()
    assert [path.name for path in tmp_path.iterdir()] == ["cat.png.ora"]
