"""What an export is called and holds, and which format its name makes it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.compose import premultiplied
from studio.core.document import Document
from studio.ui.exporting import ExportContent, ExportJob, ExportOptions
from tests.studio.ui.hands import draw

WAIT_MS = 15_000
SIDE = 100
CUT = ExportOptions(ExportContent.DRAWING, transparent=True)
WHITE, RED, SKY = (255, 255, 255), (200, 30, 40), (120, 190, 250)


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


def ring(gap: bool = False) -> Document:
    """A circle in the middle, on a white sheet; with ``gap`` it is open to the right."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] - 50.0
    coverage = np.clip(3 - np.abs(np.hypot(x, y) - 30), 0, 1)
    coverage[(np.abs(y) < 4) & (x > 0) & gap] = 0
    return Document.from_line_art(np.rint(coverage * 255).astype(np.uint8))


def keep(document: Document, inside: tuple[int, int, int], around: tuple[int, int, int]) -> int:
    """Keep a picture as K does: its colours under the lines, on a layer that covers everything."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] - 50.0
    pixels = np.full((SIDE, SIDE, 4), 255, np.uint8)
    pixels[..., :3] = np.where((np.hypot(x, y) < 30)[..., None], inside, around)
    return document.add_paint_layer("Picture 1", pixels).id


def exported(document: Document, options: ExportOptions) -> np.ndarray:
    return ExportJob(document.snapshot(), None, None, options, Path("x.png")).pixels()


def on_white(rgba: np.ndarray) -> np.ndarray:
    alpha = rgba[..., 3:].astype(float) / 255
    return rgba[..., :3] * alpha + 255 * (1 - alpha)


def test_a_kept_layers_paper_goes_with_the_transparent_ground(qapp: QApplication) -> None:
    document = ring()
    keep(document, RED, WHITE)
    cut = exported(document, CUT)
    assert not cut[5, 5].any()
    assert cut[50, 50].tolist() == [*RED, 255]
    assert (cut[50, 79:81, 3] == 255).all(), "the line stays"
    seen = exported(document, ExportOptions(ExportContent.DRAWING))
    assert np.abs(on_white(cut) - seen).max() <= 2, "on white it looks as before"


@pytest.mark.parametrize("gap", [False, True])
def test_a_kept_layers_white_within_lines_stays_and_gaps_are_closed(qapp: QApplication, gap: bool) -> None:
    document = ring(gap)
    keep(document, WHITE, WHITE)
    cut = exported(document, CUT)
    assert cut[50, 40].tolist() == [255, 255, 255, 255]
    assert cut[5, 5, 3] == 0


def test_a_kept_layer_of_colours_up_to_the_border_stays(qapp: QApplication) -> None:
    document = ring()
    keep(document, WHITE, SKY)
    assert (exported(document, CUT)[..., 3] == 255).all()


def test_lines_that_are_not_shown_neither_fence_nor_leave_a_trace(qapp: QApplication) -> None:
    document = ring()
    keep(document, RED, WHITE)
    document.set_layer_visible(document.line.id, False)
    cut = exported(document, CUT)
    y, x = np.mgrid[0:SIDE, 0:SIDE] - 50.0
    inside = np.hypot(x, y) < 30
    assert not cut[~inside].any()
    assert (cut[inside] == (*RED, 255)).all()


def test_lines_under_a_layer_that_was_moved_on_top_do_not_come_back(qapp: QApplication) -> None:
    document = ring()
    document.move_layer(keep(document, WHITE, WHITE), 2)
    assert not exported(document, CUT).any()


def test_without_layers_the_lines_alone_are_exported(qapp: QApplication) -> None:
    document = ring()
    cut = exported(document, CUT)
    assert np.array_equal(cut[..., 3], document.line.surface.alpha(document.rect))


def test_a_soft_stroke_of_paint_keeps_its_edge(qapp: QApplication) -> None:
    document = ring()
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[5:15, 5:95] = premultiplied(np.full((10, 90, 4), (*RED, 15), np.uint8))
    document.add_paint_layer("Paint", pixels)
    assert (exported(document, CUT)[5:15, 5:95, 3] == 15).all()
