"""The program as a person uses it: pen in, picture out."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.geometry import Rect
from studio.core.layers import LayerKind
from studio.core.live import LiveState
from studio.core.openraster import open_ora
from studio.core.tools import ToolId
from studio.ui.actions import ActionId
from studio.ui.messages import MessageKind
from studio.ui.picture_notes import BLANK, LIVE_OFF, WORKING
from tests.fixtures.models import flat_colour
from tests.studio.running import WAIT_MS, MakeStudio, wait_for_picture
from tests.studio.ui.hands import draw

LINE = [(30.0, 80.0), (60.0, 82.0), (130.0, 80.0)]


def test_a_stroke_gives_a_picture_of_the_present_drawing(qtbot: QtBot, studio: Studio) -> None:
    draw(studio.canvas, LINE)
    picture = wait_for_picture(qtbot, studio)
    assert picture.image.shape == (160, 160, 3)
    assert picture.image[80, 90].max() < 60, "the line is in the picture"
    assert np.abs(picture.image[20, 20].astype(int) - flat_colour()).max() <= 1
    assert studio.canvas.picture_revision == studio.document.revision


def test_the_status_line_tells_state_time_and_device(qtbot: QtBot, studio: Studio) -> None:
    wait_for_picture(qtbot, studio)
    status = studio.window.status
    qtbot.waitUntil(lambda: status.state is LiveState.LIVE, timeout=WAIT_MS)
    assert " ms" in status.live_text.text()
    assert status.device_text.text().startswith("CPU")


def test_another_label_gives_another_picture(qtbot: QtBot, studio: Studio) -> None:
    wait_for_picture(qtbot, studio)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_2)
    assert studio.document.choices.labels == (("Food & Drink", 1.0),)
    picture = wait_for_picture(qtbot, studio)
    assert np.abs(picture.image[20, 20].astype(int) - flat_colour(1)).max() <= 1
    qtbot.keyClick(studio.canvas, Qt.Key.Key_0)
    picture = wait_for_picture(qtbot, studio)
    assert np.abs(picture.image[20, 20].astype(int) - flat_colour()).max() <= 1


def test_a_hint_colours_the_picture(qtbot: QtBot, studio: Studio) -> None:
    studio.window.colours.choose((250, 10, 20))
    qtbot.keyClick(studio.canvas, Qt.Key.Key_H)
    assert studio.window.toolbox.tool is ToolId.HINT
    draw(studio.canvas, [(80.0, 80.0), (82.0, 80.0)])
    picture = wait_for_picture(qtbot, studio)
    assert picture.image[80, 80, 0] > 200
    assert picture.image[80, 80, 1] < 60


def test_undo_takes_the_stroke_back_and_says_what_it_would_take(qtbot: QtBot, studio: Studio) -> None:
    draw(studio.canvas, LINE)
    undo = studio.window.actions_table[ActionId.UNDO]
    qtbot.waitUntil(lambda: undo.text() == "&Undo Pen", timeout=WAIT_MS)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not studio.document.line.surface.tile_indices()
    qtbot.waitUntil(lambda: not undo.isEnabled(), timeout=WAIT_MS)
    assert "nothing to undo" in undo.toolTip()
    picture = wait_for_picture(qtbot, studio)
    assert picture.image[80, 90].min() > 100


def test_live_off_means_off(qtbot: QtBot, studio: Studio) -> None:
    wait_for_picture(qtbot, studio)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_L)
    assert not studio.live.enabled
    assert studio.window.status.live_text.text() == "Live is off"
    assert studio.window.status.state is LiveState.IDLE
    with qtbot.assertNotEmitted(studio.inference.picture_ready, wait=300):
        draw(studio.canvas, LINE)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_L)
    wait_for_picture(qtbot, studio)


def test_with_live_off_one_picture_is_made_when_asked_and_an_old_one_says_so(
    qtbot: QtBot, studio: Studio
) -> None:
    wait_for_picture(qtbot, studio)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_L)
    assert not studio.canvas.is_picture_stale
    with qtbot.waitSignal(studio.session.changed):
        draw(studio.canvas, LINE)
    assert studio.canvas.is_picture_stale
    action = studio.window.actions_table[ActionId.AGAIN]
    qtbot.waitUntil(lambda: action.text() == "&Colour now", timeout=WAIT_MS)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_R)
    wait_for_picture(qtbot, studio)
    assert not studio.document.choices.labels, "the first is the drawing's own"
    assert not studio.canvas.is_picture_stale
    qtbot.waitUntil(lambda: action.text() == "&Try another", timeout=WAIT_MS)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_R)
    assert studio.document.choices.labels
    wait_for_picture(qtbot, studio)
    assert not studio.live.enabled


def test_the_empty_picture_pane_says_what_it_waits_for(qtbot: QtBot, make_studio: MakeStudio) -> None:
    studio = make_studio(show=False)
    assert studio.canvas.empty_text == BLANK
    with (
        qtbot.waitSignal(studio.session.changed),
        studio.document.edit("Pen", studio.document.line.id) as edit,
    ):
        edit.write(Rect(4, 4, 9, 9), np.full((9, 9, 4), 255, np.uint8))
    assert studio.canvas.empty_text == WORKING
    studio.live.toggle()
    assert studio.canvas.empty_text == LIVE_OFF


def test_keep_makes_the_picture_a_layer_that_undo_removes(qtbot: QtBot, studio: Studio) -> None:
    draw(studio.canvas, LINE)
    picture = wait_for_picture(qtbot, studio)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_K)
    kept = studio.document.layers[0]
    assert kept.kind is LayerKind.PAINT
    assert np.array_equal(kept.surface.read(studio.document.rect)[..., :3], picture.flats_full)
    status = studio.window.status
    assert status.action.text() == "Undo"
    status.action.click()
    assert all(layer.kind is not LayerKind.PAINT for layer in studio.document.layers)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.png", b""),
        ("cut.png", b"\x89PNG\r\n\x1a\n1234"),
        ("words.ora", b"this is no archive"),
        ("missing.jpg", None),
    ],
)
def test_a_bad_file_is_refused_in_words_and_leaves_the_drawing(
    qtbot: QtBot, studio: Studio, tmp_path: Path, name: str, content: bytes | None
) -> None:
    draw(studio.canvas, LINE)
    document, revision = studio.document, studio.document.revision
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    studio.window.files.open_path(path)
    status = studio.window.status
    qtbot.waitUntil(lambda: status.message.kind is MessageKind.TROUBLE, timeout=WAIT_MS)
    assert name in status.message.text
    assert studio.document is document
    assert studio.document.revision == revision


def test_a_picture_opens_as_line_art_of_its_size(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    pixels = np.full((90, 120), 255, np.uint8)
    pixels[40:44, 10:110] = 0
    path = tmp_path / "line.png"
    Image.fromarray(pixels).save(path)
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        studio.window.files.open_path(path)
    assert (studio.document.width, studio.document.height) == (120, 90)
    assert studio.document.line.surface.alpha(studio.document.rect)[41, 60] > 200
    assert wait_for_picture(qtbot, studio).image.shape == (90, 120, 3)
    assert not studio.document.modified


def test_a_drawing_saved_and_opened_again_is_the_same(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    draw(studio.canvas, LINE)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_1)
    wait_for_picture(qtbot, studio)
    path = tmp_path / "drawing.ora"
    qtbot.keyClick(studio.canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = studio.window.findChild(QFileDialog)
    with qtbot.waitSignal(studio.window.files.saved, timeout=WAIT_MS):
        dialog.fileSelected.emit(str(path))
    dialog.close()
    assert not studio.document.modified
    assert studio.window.windowTitle().startswith("drawing.ora")
    stored = open_ora(path)
    assert stored.document.choices.labels == (("Animals & Nature", 1.0),)
    assert stored.document.choices.model_id == "tiny"
    assert stored.picture is not None
    before = studio.document.line.surface.alpha(studio.document.rect)
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        studio.window.files.open_path(path)
    assert np.array_equal(studio.document.line.surface.alpha(studio.document.rect), before)
    assert str(path) in studio.settings.get(keys.RECENT_FILES)


def ask_on_close(qtbot: QtBot, studio: Studio) -> QMessageBox:
    draw(studio.canvas, LINE)
    assert not studio.window.close()
    box = studio.window.findChild(QMessageBox, "askUnsaved")
    assert box is not None
    assert "Untitled" in box.text()
    return box


def test_closing_with_unsaved_work_asks_and_cancel_keeps_it(qtbot: QtBot, studio: Studio) -> None:
    box = ask_on_close(qtbot, studio)
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert studio.window.isVisible()
    assert studio.document.modified


def test_closing_with_unsaved_work_asks_and_discard_closes(qtbot: QtBot, studio: Studio) -> None:
    box = ask_on_close(qtbot, studio)
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        box.button(QMessageBox.StandardButton.Discard).click()
    assert not studio.window.isVisible()
    assert studio.inference.isFinished()


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such letters")
def test_every_answer_about_unsaved_work_has_a_letter(qtbot: QtBot, studio: Studio) -> None:
    box = ask_on_close(qtbot, studio)
    letters = [QKeySequence.mnemonic(button.text()).toString() for button in box.buttons()]
    assert all(letters)
    assert len(set(letters)) == len(letters)
    discard = QKeySequence.mnemonic(box.button(QMessageBox.StandardButton.Discard).text())[0]
    qtbot.waitUntil(box.isActiveWindow, timeout=WAIT_MS)
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        qtbot.keyClick(box, discard.key(), discard.keyboardModifiers())


def test_closing_with_unsaved_work_can_save_first(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    studio.document.path = tmp_path / "kept.ora"
    draw(studio.canvas, LINE)
    studio.window.close()
    box = studio.window.findChild(QMessageBox, "askUnsaved")
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        box.button(QMessageBox.StandardButton.Save).click()
    assert open_ora(tmp_path / "kept.ora").document.line.surface.tile_indices()


def test_closing_without_changes_asks_nothing(qtbot: QtBot, studio: Studio) -> None:
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        assert studio.window.close()


def test_a_file_named_at_the_start_is_open(qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    Image.fromarray(np.full((40, 50), 255, np.uint8)).save(path)
    studio = make_studio(path)
    qtbot.waitUntil(lambda: (studio.document.width, studio.document.height) == (50, 40), timeout=WAIT_MS)


def test_pasting_a_picture_begins_a_drawing(qtbot: QtBot, studio: Studio) -> None:
    image = QImage(70, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    QApplication.clipboard().setImage(image)
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        qtbot.keyClick(studio.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert (studio.document.width, studio.document.height) == (70, 30)
    assert studio.document.modified, "no file holds what was pasted"


def test_a_picture_pasted_into_a_drawing_becomes_a_layer_or_replaces_it(qtbot: QtBot, studio: Studio) -> None:
    image = QImage(70, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    QApplication.clipboard().setImage(image)
    draw(studio.canvas, LINE)
    drawing, bar = studio.document, studio.window.question
    qtbot.keyClick(studio.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert bar.isVisible()
    assert studio.document is drawing
    bar.buttons[0].click()
    pasted = drawing.layers[0]
    assert pasted.kind is LayerKind.PAINT
    pixels = pasted.surface.read(drawing.rect)
    assert pixels[80, 80].tolist() == [255, 255, 255, 255]
    assert not pixels[80, 40].any(), "it is as high as the drawing and in its middle"
    studio.window.status.action.click()
    assert pasted not in drawing.layers
    drawing.mark_saved()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        bar.buttons[1].click()


def test_settings_and_window_are_remembered(qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path) -> None:
    settings = keys.Settings(tmp_path / "settings.json")
    settings.set(keys.FIRST_START, False)
    first = make_studio(settings=settings)
    qtbot.keyClick(first.canvas, Qt.Key.Key_BracketRight)
    size = first.window.toolbox.options.pen.size_px
    qtbot.mouseClick(first.window.column.sections["layers"].header, Qt.MouseButton.LeftButton)
    first.canvas.set_split(0.35)
    first.window.close()
    again = make_studio(settings=keys.Settings(tmp_path / "settings.json"), show=False)
    assert again.window.toolbox.options.pen.size_px == size
    assert again.canvas.split == pytest.approx(0.35)
    assert not again.window.column.sections["layers"].is_open
    assert again.window.column.sections["label"].is_open


def test_clicking_a_label_picture_chooses_it_and_ctrl_mixes(qtbot: QtBot, studio: Studio) -> None:
    grid = studio.window.column.labels.grid
    qtbot.waitUntil(lambda: grid.has_picture("Food & Drink"), timeout=WAIT_MS)
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.tile_rect(1).center())
    assert studio.document.choices.labels == (("Animals & Nature", 1.0),)
    qtbot.mouseClick(
        grid, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, grid.tile_rect(2).center()
    )
    assert studio.document.choices.labels == (("Animals & Nature", 0.5), ("Food & Drink", 0.5))
    assert studio.window.column.labels.mix.isVisible()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.tile_rect(0).center() + QPoint(1, 1))
    assert studio.document.choices.labels == ()
    assert not studio.window.column.labels.mix.isVisible()
