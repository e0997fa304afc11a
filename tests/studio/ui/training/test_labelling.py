"""Suggested labels as a person goes through them: chosen, corrected, dragged, undone, saved."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.label_sheet import LEFT_OUT
from studio.ui.actions import ActionId
from studio.ui.messages import Message, Messages
from studio.ui.training.labelling.grid import MIME
from studio.ui.training.labelling.layout import Box, GroupLayout
from studio.ui.training.labelling.page import LabellingPage
from studio.ui.training.run_plan import RunPlan
from studio.ui.training.workspace import TrainingWorkspace
from studio.ui.workspaces import Space
from tests.training.metrics.test_suggest import write_coloured
from training.data.labels_file import NAME, Suggestion, Suggestions, read_labels, write_labels

WAIT_MS = 300_000
LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
ROWS = (
    *(Suggestion(f"blue-{i}.png", "blue", 0.4 + 0.1 * i, "red") for i in range(3)),
    *(Suggestion(f"red-{i}.png", "red", 0.5 + 0.1 * i) for i in range(3)),
)
FOUND = Suggestions(ROWS, ("broken.png",), {"red": 10, "green": 10, "blue": 10}, 0.8, "by neighbours")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_coloured(tmp_path / "new", 9, 2, labelled=False)


@pytest.fixture
def page(qtbot: QtBot, labelling: LabellingPage, pictures: Path, tmp_path: Path) -> LabellingPage:
    """With suggestions, as the process that makes them leaves them."""
    labelling.setup.unlabelled.set_folder(pictures)
    labelling._asked = pictures
    out = tmp_path / "out.json"
    out.write_text(json.dumps(asdict(FOUND)))
    labelling._errand.done.emit(out)
    qtbot.waitUntil(lambda: len(labelling.sheet) > 0, timeout=WAIT_MS)
    return labelling


def at(page: LabellingPage, file: str) -> QPoint:
    return page.grid.file_rect(file).center()


def click(qtbot: QtBot, page: LabellingPage, file: str, modifiers: Qt.KeyboardModifier = NONE) -> None:
    qtbot.mouseClick(page.grid.viewport(), LEFT, modifiers, at(page, file))


def label_of(page: LabellingPage, file: str) -> str:
    return page.sheet.verdict(file).label


def drop(target: QWidget, mime: QMimeData, point: QPoint) -> None:
    event = QDropEvent(QPointF(point), Qt.DropAction.MoveAction, mime, LEFT, NONE)
    target.dropEvent(event)


def dragged(files: list[str]) -> QMimeData:
    mime = QMimeData()
    mime.setData(MIME, "\0".join(files).encode())
    return mime


def test_each_picture_lies_in_its_place_and_is_found_there() -> None:
    layout = GroupLayout((5, 0, 3), width=210, cell=(100, 80))
    boxes = [layout.box(i) for i in range(layout.count)]
    assert not any(a.meets(b) for place, a in enumerate(boxes) for b in boxes[:place])
    for index, box in enumerate(boxes):
        assert layout.index_at(box.left + 5, box.top + 5) == index
        assert layout.within(Box(box.left + 5, box.top + 5, 2, 2)) == [index]
    assert layout.within(Box(0, 0, 210, layout.height)) == list(range(8))
    assert layout.index_at(150, boxes[4].top + 5) is None, "a row that is not full"
    assert [layout.group_of(i) for i in range(8)] == [0, 0, 0, 0, 0, 2, 2, 2]
    assert layout.group_at(layout.height + 1) is None


def test_arrows_keep_to_their_column_and_pass_empty_labels() -> None:
    layout = GroupLayout((5, 0, 3), width=210, cell=(100, 80))
    assert layout.moved(1, 0, 1) == 3
    assert layout.moved(3, 0, 1) == 4, "the last row ends before that column"
    assert layout.moved(4, 0, 1) == 5
    assert layout.moved(6, 0, -1) == 4
    assert (layout.moved(0, -1, 0), layout.moved(7, 1, 0), layout.moved(0, 0, -1)) == (0, 7, 0)


def test_the_empty_page_teaches_and_says_what_is_missing(
    qtbot: QtBot, labelling: LabellingPage, pictures: Path
) -> None:
    assert labelling.empty.isVisible()
    assert not labelling.list.isVisible()
    assert not labelling.setup.suggest.isEnabled()
    assert "without labels" in labelling.setup.why_not.text()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(pictures))])
    drop(labelling, mime, QPoint(600, 300))
    assert labelling.setup.unlabelled.folder == pictures
    assert "to go by" in labelling.setup.why_not.text()
    drop(labelling.setup.like, mime, QPoint(5, 5))
    assert "same folder" in labelling.setup.why_not.text()


@pytest.mark.slow
def test_labels_are_suggested_by_labelled_pictures(
    qtbot: QtBot, labelling: LabellingPage, pictures: Path, tmp_path: Path
) -> None:
    labelling.setup.unlabelled.set_folder(pictures)
    labelling.setup.like.set_folder(write_coloured(tmp_path / "known", 24, 1, labelled=True))
    labelling.setup.suggest.click()
    assert labelling.setup.work.cancel.isVisible()
    qtbot.waitUntil(lambda: len(labelling.sheet) == 9, timeout=WAIT_MS)
    assert labelling.grid.isVisible()
    assert {row.file.partition("-")[0] == row.label for row in labelling.sheet.rows()} == {True}
    assert "24 examples" in labelling.setup.summary.text()
    assert sorted(path.name for path in pictures.iterdir()) == sorted(
        row.file for row in labelling.sheet.rows()
    )


def test_cancelled_nothing_is_suggested(labelling: LabellingPage, pictures: Path, tmp_path: Path) -> None:
    labelling.setup.unlabelled.set_folder(pictures)
    labelling.setup.like.set_folder(write_coloured(tmp_path / "known", 6, 1, labelled=True))
    labelling.setup.suggest.click()
    labelling.setup.work.cancel.click()
    assert labelling.setup.suggest.isVisible()
    assert labelling.empty.isVisible()


def test_a_key_gives_the_chosen_picture_its_label_and_goes_on(qtbot: QtBot, page: LabellingPage) -> None:
    click(qtbot, page, "blue-0.png")
    assert page.grid.chosen == ["blue-0.png"]
    qtbot.keyClicks(page.grid, "1")
    assert page.list.row_of["red"].key.text() == "1"
    assert label_of(page, "blue-0.png") == "red"
    assert page.grid.chosen == ["blue-1.png"]
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert page.sheet.verdict("blue-1.png").settled
    assert page.grid.chosen == ["blue-2.png"]
    qtbot.keyClick(page.grid, Qt.Key.Key_Delete)
    assert label_of(page, "blue-2.png") == LEFT_OUT
    assert page.list.row_of[LEFT_OUT].count.text() == "1"


def test_several_are_chosen_in_every_usual_way(qtbot: QtBot, page: LabellingPage) -> None:
    click(qtbot, page, "red-0.png")
    click(qtbot, page, "red-2.png", SHIFT)
    assert page.grid.chosen == ["red-0.png", "red-1.png", "red-2.png"]
    click(qtbot, page, "red-1.png", CONTROL)
    assert page.grid.chosen == ["red-0.png", "red-2.png"]
    click(qtbot, page, "red-2.png")
    assert page.grid.chosen == ["red-2.png"]
    qtbot.keyClick(page.grid, Qt.Key.Key_Left, SHIFT)
    assert page.grid.chosen == ["red-1.png", "red-2.png"]
    qtbot.keyClick(page.grid, Qt.Key.Key_A, CONTROL)
    assert len(page.grid.chosen) == 3
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert page.grid.chosen == []
    assert "No picture" in page.list.chosen.text()


def test_a_rectangle_chooses_what_it_meets(qtbot: QtBot, page: LabellingPage) -> None:
    viewport, head = page.grid.viewport(), page.grid.head_rect("blue")
    qtbot.mousePress(viewport, LEFT, NONE, head.topLeft() + QPoint(300, 4))
    for target in (at(page, "blue-2.png"), at(page, "blue-1.png")):
        qtbot.mouseMove(viewport, target)
    qtbot.mouseRelease(viewport, LEFT, NONE, at(page, "blue-1.png"))
    assert page.grid.chosen == ["blue-1.png", "blue-2.png"]


def test_dragged_pictures_get_the_label_they_are_dropped_on(page: LabellingPage) -> None:
    files = ["blue-0.png", "blue-2.png"]
    drop(page.grid, dragged(files), page.grid.head_rect("red").center())
    assert [label_of(page, file) for file in files] == ["red", "red"]
    drop(page.list.row_of["green"], dragged(files), QPoint(4, 4))
    assert [label_of(page, file) for file in files] == ["green", "green"]


def test_a_click_on_a_label_gives_it_and_another_label_can_be_added(
    qtbot: QtBot, page: LabellingPage, messages: Messages
) -> None:
    click(qtbot, page, "red-0.png")
    click(qtbot, page, "red-1.png", CONTROL)
    qtbot.mouseClick(page.list.row_of["green"], LEFT)
    assert page.sheet.counts()["green"] == 2
    qtbot.keyClicks(page.list.new_name, "purple")
    qtbot.keyClick(page.list.new_name, Qt.Key.Key_Return)
    assert "purple" in page.list.row_of
    assert label_of(page, "red-2.png") == "purple", "what is chosen gets it"
    said: list[Message] = []
    messages.said.connect(said.append)
    qtbot.keyClicks(page.list.new_name, "purple")
    page.list.add.click()
    assert "already" in said[-1].text


def test_corrections_are_taken_back_and_made_again(qtbot: QtBot, page: LabellingPage) -> None:
    assert not page.undo.isEnabled()
    click(qtbot, page, "red-0.png")
    qtbot.keyClick(page.grid, Qt.Key.Key_A, CONTROL)
    qtbot.keyClick(page.grid, Qt.Key.Key_Delete)
    assert page.sheet.counts()[LEFT_OUT] == 3
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Z, CONTROL)
    assert page.sheet.counts()["red"] == 3
    page.redo.click()
    assert page.sheet.counts()[LEFT_OUT] == 3


def test_the_table_is_saved_among_the_pictures_and_trained_with(
    qtbot: QtBot, page: LabellingPage, pictures: Path
) -> None:
    before = {path.name: path.read_bytes() for path in pictures.iterdir()}
    page.assign(["blue-0.png"], LEFT_OUT)
    with qtbot.waitSignal(page.train_wanted, timeout=WAIT_MS) as wanted:
        page.train.click()
    assert wanted.args == [pictures, pictures / NAME]
    labels = read_labels(pictures / NAME)
    assert labels == {row.file: row.label for row in ROWS if row.file != "blue-0.png"}
    assert {path.name: path.read_bytes() for path in pictures.iterdir() if path.name != NAME} == before
    assert not page.save.isEnabled()
    page.assign(["red-0.png"], "blue")
    assert page.save.isEnabled()
    page.save.click()
    qtbot.waitUntil(lambda: not page.save.isEnabled(), timeout=WAIT_MS)
    assert read_labels(pictures / NAME)["red-0.png"] == "blue"


def test_another_table_is_replaced_only_when_asked_to(
    qtbot: QtBot, page: LabellingPage, pictures: Path, tmp_path: Path
) -> None:
    write_labels(pictures / NAME, [Suggestion("red-0.png", "mine")])
    page.train.click()
    assert page.notice.isVisible()
    page.notice.cross.click()
    assert read_labels(pictures / NAME) == {"red-0.png": "mine"}
    page._on_where(str(tmp_path / "elsewhere.csv"))
    qtbot.waitUntil(lambda: page.sheet.is_saved, timeout=WAIT_MS)
    assert len(read_labels(tmp_path / "elsewhere.csv")) == len(ROWS)
    page.assign(["red-0.png"], "blue")
    page.save.click()
    page.notice.buttons[0].click()
    qtbot.waitUntil(lambda: page.sheet.is_saved, timeout=WAIT_MS)
    assert len(read_labels(pictures / NAME)) == len(ROWS)


def test_a_table_that_cannot_be_written_is_said(
    qtbot: QtBot, page: LabellingPage, messages: Messages, tmp_path: Path
) -> None:
    said: list[Message] = []
    messages.said.connect(said.append)
    (tmp_path / "file").write_text("")
    page._on_where(str(tmp_path / "file" / "labels.csv"))
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    assert "not saved" in said[-1].text
    assert not page.sheet.is_saved


def test_work_that_is_not_saved_is_not_lost_to_new_suggestions(qtbot: QtBot, page: LabellingPage) -> None:
    page.setup.like.set_folder(Path("/somewhere"))
    page.assign(["red-0.png"], "blue")
    page.setup.suggest.click()
    assert page.notice.isVisible()
    assert not page._errand.busy
    assert len(page.sheet) == len(ROWS)


def test_pictures_come_into_sight_and_tell_what_was_suggested(qtbot: QtBot, page: LabellingPage) -> None:
    qtbot.waitUntil(lambda: page.grid.thumbnails.get("blue-0.png") is not None, timeout=WAIT_MS)
    assert page.grid.thumbnails.get("no-such.png") is None
    page.grid.choose(["blue-0.png"])
    assert not page.grid.grab().isNull()


def opened(qtbot: QtBot, studio: Studio) -> TrainingWorkspace:
    studio.window.open_space(Space.TRAIN)
    qtbot.waitUntil(lambda: studio.window.spaces.page(Space.TRAIN) is not None, timeout=WAIT_MS)
    space = studio.window.spaces.page(Space.TRAIN)
    assert isinstance(space, TrainingWorkspace)
    return space


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_way_from_the_columns_and_back_with_labels(
    qtbot: QtBot, studio: Studio, pictures: Path, tmp_path: Path, elsewhere: bool
) -> None:
    space = opened(qtbot, studio)
    space.choice.choose(pictures)
    qtbot.waitUntil(lambda: space.choice.found is not None, timeout=WAIT_MS)
    space.data.label_link.click()
    page = space.pages.labelling
    assert page is not None
    assert page.isVisible()
    assert page.setup.unlabelled.folder == pictures
    page.head.back.click()
    assert space.data.isVisible()
    table = tmp_path / "mine.csv" if elsewhere else pictures / NAME
    names = sorted(path.name for path in pictures.glob("*.png"))
    write_labels(table, [Suggestion(name, name.partition("-")[0]) for name in names])
    page.train_wanted.emit(pictures, table)
    qtbot.waitUntil(lambda: not space.choice.busy, timeout=WAIT_MS)
    assert space.choice.found is not None
    assert set(space.choice.found.report.counts) == {"blue", "green", "red"}
    assert not space.data.label_link.isVisible()


def test_the_pages_are_found_as_actions_before_the_first_visit(qtbot: QtBot, studio: Studio) -> None:
    table = studio.window.actions_table
    table[ActionId.SUGGEST_LABELS].trigger()
    space = opened(qtbot, studio)
    qtbot.waitUntil(lambda: space.pages.labelling is not None, timeout=WAIT_MS)
    assert space.pages.labelling is not None
    assert space.pages.labelling.isVisible()
    table[ActionId.EVALUATE].trigger()
    assert space.watch.tabs.currentWidget() is space.watch.runs
    assert space.data.isVisible()
    assert "Choose a run" in studio.window.status.message.text


def test_a_folder_of_pictures_is_no_place_to_save_other_things_in(
    qtbot: QtBot, studio: Studio, pictures: Path
) -> None:
    space = opened(qtbot, studio)
    space.data.drop._on_chosen(str(pictures))
    assert studio.settings.get(keys.LAST_DATA_FOLDER) == str(pictures)
    assert studio.settings.get(keys.LAST_FOLDER) == ""
    qtbot.waitUntil(lambda: not space.choice.busy, timeout=WAIT_MS)


def test_sketches_are_shown_for_recipes_that_learn_from_some(
    qtbot: QtBot, studio: Studio, pictures: Path
) -> None:
    space = opened(qtbot, studio)
    space.choice.choose(pictures)
    qtbot.waitUntil(lambda: space.choice.found is not None, timeout=WAIT_MS)
    assert space.data.sketches.isVisible()
    space.form.set_plan(RunPlan(recipe="digits-2"))
    assert not space.data.sketches.isVisible()
    space.form.set_plan(RunPlan(recipe="face-unet"))
    assert space.data.sketches.isVisible()
