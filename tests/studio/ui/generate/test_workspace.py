"""The workspace of generated pictures as a person uses it: a real tiny model, mouse and keys."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.generate import Between, Dial, Sample
from studio.core.live import LiveState
from studio.core.seeds import Column
from studio.ui.generate.workspace import GenerateWorkspace
from studio.ui.workspaces import Space
from tests.fixtures.models import TinyGenerator, TinyModel, flat_colour
from tests.studio.running import MakeStudio, wait_for_picture
from tests.studio.ui.generate.hands import CTRL, LEFT, WAIT_MS, click, visit, wait_for_pictures


def test_it_shows_a_row_for_each_label_and_a_column_for_each_seed(space: GenerateWorkspace) -> None:
    assert space.currentWidget() is not space.empty
    assert space.column.model.about.text().startswith("Makes pictures of cat, dog and frog.")
    assert space.controller.rows == ("cat", "dog", "frog")
    assert [column.seed for column in space.controller.columns] == list(range(1, 9))
    for row, colour in enumerate((flat_colour(0), flat_colour(1), flat_colour(2))):
        pixels = space.controller.picture(space.controller.grid()[row][0])
        assert pixels is not None
        assert pixels.shape == (16, 16, 3)
        assert np.abs(pixels[0, 0].astype(int) - colour).max() < 100  # moved by the noise


def test_the_status_bar_says_what_makes_the_pictures_and_the_drawing_has_its_own_words(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    bar = running.window.status
    assert bar.state is LiveState.LIVE
    assert bar.live_text.text().endswith("24 pictures")
    assert bar.device_text.text().startswith("CPU")
    assert not bar.zoom.isVisible(), "it is the canvas's"
    running.window.open_space(Space.DRAW)
    assert "24 pictures" not in bar.live_text.text()
    assert bar.zoom.isVisible()
    running.window.open_space(Space.GENERATE)
    assert bar.live_text.text().endswith("24 pictures")


def test_the_dial_changes_every_picture_while_it_moves(qtbot: QtBot, space: GenerateWorkspace) -> None:
    places = [sample for row in space.controller.grid() for sample in row]
    before = [space.controller.picture(place) for place in places]
    space.column.noise.strength.slider.setValue(0)
    assert space.controller.dial == Dial(0.0)
    wait_for_pictures(qtbot, space)
    after = [space.controller.picture(place) for place in places]
    assert not any(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    row = space.controller.grid()[1]
    assert all(np.array_equal(space.controller.picture(row[0]), space.controller.picture(one)) for one in row)


def test_a_dial_that_moves_faster_than_the_model_still_ends_where_it_stands(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    TinyModel().save(tmp_path)
    TinyGenerator(size=64, convolutions=2, labels=tuple("0123456789")).save(tmp_path)
    studio = make_studio(models=tmp_path)
    page = visit(qtbot, studio)
    slider = page.column.noise.strength.slider
    for value in range(0, 1000, 50):
        slider.setValue(value)
        qtbot.wait(1)
    wait_for_pictures(qtbot, page)
    assert page.controller.dial.strength == pytest.approx(page.column.noise.strength.value)
    assert len(page.controller.grid()) == 10


def test_new_seeds_leave_locked_columns_alone(qtbot: QtBot, space: GenerateWorkspace) -> None:
    qtbot.mouseClick(space.sheet.locks[2], LEFT)
    assert space.controller.columns[2] == Column(3, True)
    qtbot.mouseClick(space.bar.anew, LEFT)
    assert [column.seed for column in space.controller.columns] == [9, 10, 3, 11, 12, 13, 14, 15]
    wait_for_pictures(qtbot, space)
    qtbot.keyClick(space.sheet, Qt.Key.Key_R)
    assert space.controller.columns[0].seed == 16
    assert space.controller.columns[2].seed == 3


def test_with_all_columns_locked_new_seeds_say_why_nothing_happens(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    space.bar.columns.setValue(1)
    qtbot.mouseClick(space.sheet.locks[0], LEFT)
    qtbot.mouseClick(space.bar.anew, LEFT)
    assert "locked" in running.window.status.message.text
    assert not space.bar.seed.isEnabled()


def test_a_typed_seed_and_another_number_of_columns_are_shown(qtbot: QtBot, space: GenerateWorkspace) -> None:
    space.bar.columns.setValue(3)
    space.bar.seed.setValue(400)
    assert [column.seed for column in space.controller.columns] == [400, 401, 402]
    assert [button.text() for button in space.sheet.locks if button.isVisible()] == ["400", "401", "402"]
    wait_for_pictures(qtbot, space)


def test_a_seed_is_told_whole_or_by_the_tooltip_alone(qtbot: QtBot, space: GenerateWorkspace) -> None:
    space.bar.seed.setValue(999_000)
    beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    styles = set()
    for columns in (3, 16):
        space.bar.columns.setValue(columns)
        QApplication.processEvents()
        locks = [button for button in space.sheet.locks if button.isVisible()]
        assert len(locks) == columns
        assert all(button.width() >= button.sizeHint().width() for button in locks), "nothing is cut"
        assert "999000" in locks[0].toolTip()
        styles |= {button.toolButtonStyle() is beside for button in locks}
    assert styles == {True, False}, "with and without room for all of it"


def test_the_details_tell_what_computes_the_pictures_in_sight(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    window = running.window
    generates = window.status_lines.truth
    assert generates is not None
    assert "model: Tiny generator" in generates.report
    window.open_space(Space.DRAW)
    wait_for_picture(qtbot, running)
    draws = window.status_lines.truth
    assert draws is running.live.device
    assert draws is not generates
    window.open_space(Space.GENERATE)
    window.status.details.click()
    sheet = window.findChild(QDialog)
    assert sheet is not None
    assert generates.report == sheet.findChild(QPlainTextEdit).toPlainText()
    sheet.close()


def test_columns_that_come_back_get_their_pictures_again(qtbot: QtBot, space: GenerateWorkspace) -> None:
    for _ in range(3):
        space.bar.columns.setValue(1)
        space.bar.columns.setValue(8)
        wait_for_pictures(qtbot, space)
    space.bar.columns.setValue(1)
    wait_for_pictures(qtbot, space)
    space.bar.columns.setValue(8)
    wait_for_pictures(qtbot, space)


def test_some_labels_can_be_left_out_but_not_all(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    boxes = {box.text(): box for box in space.column.labels.boxes}
    boxes["dog"].click()
    assert space.controller.rows == ("cat", "frog")
    click(qtbot, space, 1, 0)
    space.column.labels.one.click()
    assert space.controller.rows == ("frog",)
    assert running.window.status.live_text.text().endswith("8 pictures")
    boxes["frog"].click()
    assert space.controller.rows == ("frog",)
    assert boxes["frog"].isChecked()
    space.column.labels.all.click()
    assert space.controller.rows == ("cat", "dog", "frog")


def test_the_picture_under_the_pointer_is_shown_larger(qtbot: QtBot, space: GenerateWorkspace) -> None:
    cell = space.sheet.cell_rect(1, 1)
    qtbot.mouseMove(space.sheet, cell.center() - QPoint(3, 3))
    qtbot.mouseMove(space.sheet, cell.center())
    qtbot.waitUntil(space.sheet.large.isVisible, timeout=WAIT_MS)
    assert space.sheet.large.width() > cell.width()
    assert space.sheet.rect().contains(space.sheet.large.geometry())


def test_two_chosen_pictures_are_joined_by_a_walk(qtbot: QtBot, space: GenerateWorkspace) -> None:
    assert not space.walk.strip.isVisible()
    click(qtbot, space, 0, 0)
    click(qtbot, space, 2, 3, ctrl=True)
    assert space.controller.ends == (Sample("cat", 1), Sample("frog", 4))
    assert space.walk.strip.isVisible()
    space.walk.steps.setValue(5)
    wait_for_pictures(qtbot, space)
    pictures = [space.controller.picture(place) for place in space.controller.walk]
    assert len(pictures) == 5
    assert len({pixels.tobytes() for pixels in pictures if pixels is not None}) == 5
    qtbot.mouseClick(space.walk.strip, LEFT, pos=space.walk.strip.cell_rect(2).center())
    middle = space.controller.chosen
    assert isinstance(middle, Between)
    assert middle.share == 0.5
    assert "50 %" in space.column.picture.name.text()
    qtbot.keyClick(space.walk.strip, Qt.Key.Key_Right)
    assert space.controller.chosen == space.controller.walk[3]
    click(qtbot, space, 1, 1)
    assert space.controller.walk == ()


def test_the_keys_choose_lock_and_let_go(qtbot: QtBot, space: GenerateWorkspace) -> None:
    qtbot.keyClick(space.sheet, Qt.Key.Key_Right)
    qtbot.keyClick(space.sheet, Qt.Key.Key_Down)
    qtbot.keyClick(space.sheet, Qt.Key.Key_Space)
    assert space.controller.ends == (Sample("dog", 2),)
    qtbot.keyClick(space.sheet, Qt.Key.Key_L)
    assert space.controller.columns[1].locked
    qtbot.keyClick(space.sheet, Qt.Key.Key_Left)
    qtbot.keyClick(space.sheet, Qt.Key.Key_Space, CTRL)
    assert space.controller.ends == (Sample("dog", 2), Sample("dog", 1))
    qtbot.keyClick(space.sheet, Qt.Key.Key_Space, CTRL)
    assert space.controller.ends == (Sample("dog", 2),)


def test_a_chosen_picture_that_leaves_the_grid_is_let_go(qtbot: QtBot, space: GenerateWorkspace) -> None:
    click(qtbot, space, 0, 0)
    qtbot.mouseClick(space.bar.anew, LEFT)
    assert space.controller.chosen is None
    assert not space.column.picture.send.isEnabled()
    assert "Choose a picture first" in space.column.picture.send.toolTip()
