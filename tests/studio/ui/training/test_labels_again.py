"""Labels that were saved are gone on with: found among the pictures, or in a table that is chosen."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.label_sheet import LEFT_OUT, Verdict
from studio.ui.messages import Message, Messages
from studio.ui.training.labelling.page import LabellingPage
from tests.studio.ui.training.journey import choose, visit
from tests.training.metrics.test_suggest import write_coloured
from training.data.labels_file import NAME, Suggestion, Suggestions, read_labels, write_labels

WAIT_MS = 60_000
ROWS = (
    Suggestion("blue-0.png", "blue", settled=True),
    Suggestion("green-1.png", "red", 0.4, "green"),
    Suggestion("red-2.png", LEFT_OUT, settled=True),
    Suggestion("gone.png", "red", settled=True),
    Suggestion("../outside.png", "red", settled=True),
)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_coloured(tmp_path / "new", 6, 2, labelled=False)


@pytest.fixture
def reopened(qtbot: QtBot, labelling: LabellingPage, pictures: Path) -> LabellingPage:
    """The page with the labels that lie among the pictures."""
    write_labels(pictures / NAME, ROWS)
    labelling.open(pictures)
    taken_up(qtbot, labelling)
    return labelling


def taken_up(qtbot: QtBot, labelling: LabellingPage) -> None:
    qtbot.waitUntil(lambda: len(labelling.sheet) > 0, timeout=WAIT_MS)


def test_the_labels_among_the_pictures_are_gone_on_with(
    qtbot: QtBot, reopened: LabellingPage, pictures: Path
) -> None:
    assert [reopened.sheet.verdict(row.file) for row in ROWS[:3]] == [
        Verdict("blue", settled=True),
        Verdict("red"),
        Verdict(LEFT_OUT, settled=True),
    ]
    assert len(reopened.sheet) == 3, "what the folder does not hold is left alone"
    assert "3 others have none" in reopened.setup.summary.text()
    assert not reopened.save.isEnabled()
    reopened.assign(["green-1.png"], "blue")
    reopened.save.click()
    qtbot.waitUntil(lambda: not reopened.save.isEnabled(), timeout=WAIT_MS)
    assert not reopened.notice.isVisible(), "it is the same table"
    assert read_labels(pictures / NAME) == {"blue-0.png": "blue", "green-1.png": "blue"}


def test_suggesting_anew_keeps_what_was_settled_and_adds_the_others(
    qtbot: QtBot, reopened: LabellingPage, pictures: Path, tmp_path: Path
) -> None:
    files = sorted(path.name for path in pictures.glob("*.png"))
    found = Suggestions(
        tuple(Suggestion(name, "red", 0.5) for name in files), (), {"red": 9, "blue": 9}, 0.9, "by neighbours"
    )
    (tmp_path / "out.json").write_text(json.dumps(asdict(found)))
    reopened._asked = pictures
    reopened._errand.done.emit(tmp_path / "out.json")
    qtbot.waitUntil(lambda: len(reopened.sheet) == len(files), timeout=WAIT_MS)
    assert reopened.sheet.verdict("blue-0.png") == Verdict("blue", settled=True)
    assert reopened.sheet.verdict("red-2.png") == Verdict(LEFT_OUT, settled=True)
    assert reopened.sheet.verdict("green-1.png") == Verdict("red")


def test_a_table_elsewhere_is_chosen(
    qtbot: QtBot, labelling: LabellingPage, pictures: Path, tmp_path: Path, messages: Messages
) -> None:
    said: list[Message] = []
    messages.said.connect(said.append)
    assert not labelling.setup.saved.isVisible()
    labelling.setup.unlabelled.set_folder(pictures)
    assert labelling.setup.saved.isVisible()
    write_labels(tmp_path / "other.csv", ROWS[3:])
    labelling._on_which(pictures, str(tmp_path / "other.csv"))
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    assert "names no picture" in said[-1].text
    write_labels(tmp_path / "mine.csv", ROWS)
    labelling._on_which(pictures, str(tmp_path / "mine.csv"))
    taken_up(qtbot, labelling)
    with qtbot.waitSignal(labelling.train_wanted, timeout=WAIT_MS) as wanted:
        labelling.train.click()
    assert wanted.args == [pictures, tmp_path / "mine.csv"]


def test_what_is_not_saved_is_not_lost_to_another_table(
    qtbot: QtBot, reopened: LabellingPage, pictures: Path, tmp_path: Path
) -> None:
    reopened.assign(["blue-0.png"], "red")
    write_labels(tmp_path / "mine.csv", ROWS[:1])
    reopened._on_which(pictures, str(tmp_path / "mine.csv"))
    assert reopened.notice.isVisible()
    reopened.notice.buttons[1].click()
    qtbot.waitUntil(lambda: len(reopened.sheet) == 1, timeout=WAIT_MS)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_way_from_the_columns_to_the_labels_of_a_table(
    qtbot: QtBot, studio: Studio, pictures: Path, tmp_path: Path, elsewhere: bool
) -> None:
    space = visit(qtbot, studio)
    table = tmp_path / "mine.csv" if elsewhere else pictures / NAME
    write_labels(table, [Suggestion("red-2.png", "red"), Suggestion("blue-0.png", "blue")])
    if elsewhere:
        space.choice.choose(pictures, table)
        qtbot.waitUntil(lambda: space.choice.found is not None, timeout=WAIT_MS)
    else:
        choose(qtbot, space, pictures)
    assert space.data.table_link.isVisible()
    space.data.table_link.click()
    page = space.pages.labelling
    assert page is not None
    taken_up(qtbot, page)
    assert set(page.sheet.labels) == {"red", "blue"}
    page.assign(["red-2.png"], "blue")
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: read_labels(table)["red-2.png"] == "blue", timeout=WAIT_MS)
