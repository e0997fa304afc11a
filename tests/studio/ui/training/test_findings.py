"""What the doctor found as a person sees it: small pictures, and what can be left out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from studio.ui.icons import IconBook
from studio.ui.palette import LIGHT
from studio.ui.training.data_choice import DataChoice
from studio.ui.training.data_column import DataColumn
from studio.ui.training.findings_list import FindingsList
from studio.ui.training.misfit_box import MisfitBox
from studio.ui.training.thumbnails import Thumbnails
from tests.training.data.trees import write_idx
from training.data.findings import FindingKind
from training.files import UserError
from training.needs import Offer, misfit
from training.recipes import get_recipe

WAIT_MS = 60_000


@pytest.fixture
def choice(qtbot: QtBot) -> DataChoice:
    return DataChoice()


@pytest.fixture
def column(qtbot: QtBot, choice: DataChoice) -> DataColumn:
    column = DataColumn(choice, IconBook(LIGHT))
    qtbot.addWidget(column)
    column.resize(column.width(), 900)
    column.show()
    return column


@pytest.fixture
def digits(qtbot: QtBot, choice: DataChoice, column: DataColumn, tmp_path: Path) -> DataColumn:
    """The column of a file of digits, all of which are tiny."""
    write_idx(tmp_path / "digits")
    look_through(qtbot, choice, tmp_path / "digits")
    return column


def look_through(qtbot: QtBot, choice: DataChoice, folder: Path) -> None:
    choice.choose(folder)
    settled(qtbot, choice)


def settled(qtbot: QtBot, choice: DataChoice) -> None:
    qtbot.waitUntil(lambda: not choice.busy, timeout=WAIT_MS)


def fold_out(findings: FindingsList, kind: FindingKind) -> None:
    findings._toggle(kind)


def small_pictures(findings: FindingsList) -> dict[str, QLabel]:
    return {label.toolTip(): label for label, _ in findings._shown}


def buttons(findings: FindingsList, words: str) -> list[QPushButton]:
    return [
        button
        for button in findings.findChildren(QPushButton)
        if button.text() == words and button.isVisible()
    ]


def test_what_was_found_is_shown_small_with_what_it_resembles(
    qtbot: QtBot, choice: DataChoice, column: DataColumn, photos: Path
) -> None:
    look_through(qtbot, choice, photos)
    assert small_pictures(column.findings) == {}, "nothing is read before it is looked at"
    fold_out(column.findings, FindingKind.DUPLICATE)
    shown = small_pictures(column.findings)
    assert set(shown) == {"cats/0.png", "cats/copy.png"}
    qtbot.waitUntil(lambda: not any(one.pixmap().isNull() for one in shown.values()), timeout=WAIT_MS)
    middle = shown["cats/copy.png"].pixmap().toImage()
    colour = middle.pixelColor(2, 2)
    with Image.open(photos / "cats" / "0.png") as image:
        expected = image.convert("RGB").getpixel((6, 6))
    assert np.abs(np.subtract((colour.red(), colour.green(), colour.blue()), expected)).max() < 60


def test_pictures_that_are_read_are_said_to_be_compared_until_the_report_is_there(
    qtbot: QtBot, choice: DataChoice, column: DataColumn, photos: Path
) -> None:
    said: list[tuple[str, bool]] = []
    choice.progress.connect(lambda *_: said.append((column.busy.text(), column.bar.maximum() == 0)))
    look_through(qtbot, choice, photos)
    assert ("13 pictures are compared", True) in said


def test_pictures_packed_into_one_file_are_shown_too(qtbot: QtBot, digits: DataColumn) -> None:
    fold_out(digits.findings, FindingKind.TINY)
    shown = small_pictures(digits.findings)
    assert "train/000000" in shown
    qtbot.waitUntil(lambda: not any(one.pixmap().isNull() for one in shown.values()), timeout=WAIT_MS)


def test_what_has_been_read_is_not_read_again_when_something_is_left_out(
    qtbot: QtBot, choice: DataChoice, digits: DataColumn
) -> None:
    fold_out(digits.findings, FindingKind.TINY)
    thumbnails = digits.findings.thumbnails
    qtbot.waitUntil(lambda: thumbnails.get("train/000001") is not None, timeout=WAIT_MS)
    choice.exclude(("train/000000",))
    settled(qtbot, choice)
    assert "train/000000" not in small_pictures(digits.findings)
    assert not small_pictures(digits.findings)["train/000001"].pixmap().isNull()


def test_a_folder_that_is_gone_keeps_no_other_from_being_shown(qtbot: QtBot, photos: Path) -> None:
    def gone(files: tuple[str, ...], side: int) -> dict[str, None]:
        raise UserError("The folder is gone.")

    thumbnails = Thumbnails(64)
    thumbnails.show_pictures(gone)
    thumbnails.want(["dogs/1.png"])
    thumbnails.show_folder(photos)
    thumbnails.want(["dogs/1.png"])
    qtbot.waitUntil(lambda: thumbnails.get("dogs/1.png") is not None, timeout=WAIT_MS)


def test_the_focus_stays_in_the_list_while_one_leaves_out_picture_after_picture(
    qtbot: QtBot, choice: DataChoice, column: DataColumn, photos: Path
) -> None:
    look_through(qtbot, choice, photos)
    column.activateWindow()
    button = buttons(column.findings, "Leave out")[0]
    button.setFocus()
    qtbot.waitUntil(button.hasFocus, timeout=WAIT_MS)
    button.click()
    settled(qtbot, choice)
    assert column.findings.hasFocus()


def test_all_pictures_cannot_be_left_out_at_once_and_come_back_by_a_click(
    qtbot: QtBot, choice: DataChoice, digits: DataColumn
) -> None:
    assert choice.found is not None
    assert choice.found.report.found["tiny"] == choice.found.report.usable
    assert buttons(digits.findings, "Leave out") == []
    choice.exclude(tuple(finding.path for finding in choice.found.report.findings))
    settled(qtbot, choice)
    assert "left out" in digits.problem.text()
    digits.use_again.click()
    settled(qtbot, choice)
    assert choice.found is not None
    assert not digits.use_again.isVisible()


def test_a_kind_with_more_pictures_than_are_listed_says_how_many_go(
    qtbot: QtBot, choice: DataChoice, digits: DataColumn
) -> None:
    assert choice.found is not None
    report = choice.found.report

    def show(count: int) -> None:
        found = replace(report, usable=700, found={"tiny": count})
        choice.found = replace(choice.found, report=found)
        choice.changed.emit()

    listed = sum(finding.kind is FindingKind.TINY for finding in report.findings)
    show(600)
    qtbot.waitUntil(lambda: len(buttons(digits.findings, f"Leave out {listed}")) == 1, timeout=WAIT_MS)
    show(700)
    assert buttons(digits.findings, f"Leave out {listed}") == [], "they are all there is"
    qtbot.waitUntil(lambda: len(digits.findings.findChildren(QPushButton)) == 0, timeout=WAIT_MS)


def test_no_batch_is_offered_where_there_is_nothing_to_learn_from(qtbot: QtBot) -> None:
    box = MisfitBox()
    qtbot.addWidget(box)
    found = misfit(get_recipe("digits-3").config, Offer(0, ("a", "b"), has_sketches=False, grey=True), "it")
    assert found is not None
    box.show_misfit(found, can_suggest=False)
    assert "0 pictures" in box.reason.text()
    assert not box.change.isVisibleTo(box)
    assert "left out" in box.remedy.text()
