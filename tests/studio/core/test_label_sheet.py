"""Suggested labels, gone through by a person."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.label_sheet import LEFT_OUT, LabelSheet, Verdict, label_keys, with_settled
from training.data.labels_file import Suggestion
from training.files import UserError
from training.manifest import MAX_NAME

ROWS = (
    Suggestion("a.png", "cat", 0.9, "dog"),
    Suggestion("b.png", "cat", 0.3, "owl"),
    Suggestion("c.png", "dog", 0.6, "cat"),
    Suggestion("d.png", "cat", 0.5),
)


@pytest.fixture
def sheet() -> LabelSheet:
    return LabelSheet(ROWS, ["dog", "owl"])


def files_of(sheet: LabelSheet, label: str) -> tuple[str, ...]:
    return next(group.files for group in sheet.groups() if group.label == label)


def test_pictures_stand_by_label_with_the_least_sure_first(sheet: LabelSheet) -> None:
    assert [group.label for group in sheet.groups()] == ["dog", "owl", "cat", LEFT_OUT]
    assert files_of(sheet, "cat") == ("b.png", "d.png", "a.png")
    assert sheet.counts() == {"dog": 1, "owl": 0, "cat": 3, LEFT_OUT: 0}


def test_what_a_person_settles_moves_to_the_end_and_is_sure(sheet: LabelSheet) -> None:
    assert sheet.assign(["b.png", "a.png"], "dog")
    assert files_of(sheet, "dog") == ("c.png", "b.png", "a.png")
    assert sheet.confirm(["d.png"])
    assert sheet.verdict("d.png") == Verdict("cat", settled=True)
    assert not sheet.confirm(["d.png"])
    assert not sheet.assign(["b.png"], "dog")
    by_file = {row.file: (row.label, row.confidence) for row in sheet.rows()}
    assert by_file == {
        "a.png": ("dog", 1.0),
        "b.png": ("dog", 1.0),
        "c.png": ("dog", 0.6),
        "d.png": ("cat", 1.0),
    }
    assert [row.file for row in sheet.rows()] == [row.file for row in ROWS]


def test_a_picture_left_out_has_no_label_and_can_come_back(sheet: LabelSheet) -> None:
    sheet.assign(["c.png"], LEFT_OUT)
    assert files_of(sheet, LEFT_OUT) == ("c.png",)
    assert {row.file: row.label for row in sheet.rows()}["c.png"] == ""
    sheet.assign(["c.png"], "owl")
    assert files_of(sheet, "owl") == ("c.png",)


def test_several_at_once_are_one_step(sheet: LabelSheet) -> None:
    sheet.assign(["a.png", "b.png", "d.png"], "owl")
    assert sheet.undo()
    assert sheet.rows() == ROWS
    assert not sheet.undo()
    assert sheet.redo()
    assert files_of(sheet, "owl") == ("b.png", "d.png", "a.png")
    assert not sheet.can_redo
    sheet.undo()
    sheet.assign(["a.png"], "dog")
    assert not sheet.can_redo, "another correction ends what could be made again"


def test_it_is_saved_until_a_label_changes(sheet: LabelSheet) -> None:
    assert not sheet.is_saved
    rows = sheet.rows()
    sheet.assign(["a.png"], "dog")
    sheet.mark_saved(rows)
    assert not sheet.is_saved, "what was saved is older than what is shown"
    sheet.mark_saved(sheet.rows())
    assert sheet.is_saved
    sheet.undo()
    assert not sheet.is_saved


@pytest.mark.parametrize("name", ["", "  ", "cat", "x" * (MAX_NAME + 1)])
def test_a_label_that_cannot_be_is_refused(sheet: LabelSheet, name: str) -> None:
    with pytest.raises(UserError):
        sheet.add_label(name)


def test_a_new_label_can_be_given(sheet: LabelSheet) -> None:
    with pytest.raises(UserError, match="add it first"):
        sheet.assign(["a.png"], "red fox")
    assert sheet.add_label(" red  fox ") == "red fox"
    assert sheet.assign(["a.png"], "red fox")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["cat", "dog", "owl", LEFT_OUT]))))
def test_undoing_everything_brings_back_what_was_suggested(steps: list[tuple[str, str]]) -> None:
    sheet = LabelSheet(ROWS, ["owl"])
    for name, label in steps:
        sheet.assign([f"{name}.png"], label)
    after = sheet.rows()
    while sheet.undo():
        pass
    assert sheet.rows() == ROWS
    while sheet.redo():
        pass
    assert sheet.rows() == after


def test_what_a_person_settled_outlives_new_suggestions(sheet: LabelSheet) -> None:
    sheet.assign(["a.png"], "dog")
    sheet.assign(["b.png"], LEFT_OUT)
    anew = [replace(one, label="owl", confidence=0.9) for one in ROWS]
    again = LabelSheet(with_settled(anew, sheet.rows()))
    assert again.verdict("a.png") == Verdict("dog", settled=True)
    assert again.verdict("b.png") == Verdict(LEFT_OUT, settled=True)
    assert again.verdict("c.png") == Verdict("owl")


def test_keys_are_a_labels_own_name_or_its_place() -> None:
    assert label_keys("0123456789") == {name: name for name in "0123456789"}
    assert label_keys(["cats", "dogs"]) == {"1": "cats", "2": "dogs"}
    many = label_keys([f"label {i}" for i in range(20)])
    assert list(many) == list("123456789")
    assert label_keys(["A", "b"]) == {"a": "A", "b": "b"}
