"""Fields for whole numbers: what is typed beyond their limits is said and brought to the limit."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.ui.widgets.number_field import NumberField

ENTER = Qt.Key.Key_Return


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[NumberField]:
    """A field from 8 to 4096, first in a window."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    field = NumberField()
    field.setRange(8, 4096)
    field.setSuffix(" px")
    column.addWidget(field)
    column.addWidget(QLineEdit())
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield field
    QToolTip.hideText()


def type_into(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def wait_for_tip(qtbot: QtBot, words: str) -> None:
    qtbot.waitUntil(lambda: QToolTip.isVisible() and QToolTip.text() == words)


def test_a_number_beyond_the_limit_can_be_typed_and_is_said_at_once(qtbot: QtBot, field: NumberField) -> None:
    type_into(qtbot, field, "5000")
    assert field.text() == "5000 px"
    wait_for_tip(qtbot, "At most 4,096 px")
    qtbot.keyClick(field, ENTER)
    assert (field.text(), field.value()) == ("4096 px", 4096)


@pytest.mark.parametrize(
    ("typed", "taken", "words"), [("8000", 4096, "At most 4,096 px"), ("3", 8, "At least 8 px")]
)
def test_the_limit_is_taken_and_said_when_the_typing_ends(
    qtbot: QtBot, field: NumberField, typed: str, taken: int, words: str
) -> None:
    type_into(qtbot, field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.value() == taken
    wait_for_tip(qtbot, words)


@pytest.mark.parametrize("typed", ["8", "4096", "1024"])
def test_within_the_limits_nothing_is_said(qtbot: QtBot, field: NumberField, typed: str) -> None:
    type_into(qtbot, field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.value() == int(typed)
    assert not QToolTip.isVisible()


def test_a_new_drawing_is_not_begun_before_the_limit_was_seen(qtbot: QtBot, studio: Studio) -> None:
    studio.window.files.new()
    dialog = studio.window.findChild(QDialog)
    width = dialog.findChild(NumberField)
    type_into(qtbot, width, "5000")
    qtbot.keyClick(width, ENTER)
    assert dialog.isVisible()
    assert width.value() == 4096
    assert any("4,096 pixels" in label.text() for label in dialog.findChildren(QLabel))
    qtbot.keyClick(width, ENTER)
    assert studio.document.width == 4096
