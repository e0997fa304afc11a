"""The line at the bottom: a link that offers to undo what it speaks of, and nothing else."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.document import Document
from studio.ui.messages import Message
from tests.studio.running import wait_for_picture
from tests.studio.ui.hands import draw

LINE = [(30.0, 80.0), (60.0, 82.0), (130.0, 80.0)]


def keep(qtbot: QtBot, studio: Studio) -> None:
    wait_for_picture(qtbot, studio)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_K)


def clear_layer(_qtbot: QtBot, studio: Studio) -> None:
    studio.window.edit.clear_layer()


def clear_hints(_qtbot: QtBot, studio: Studio) -> None:
    studio.document.active_layer_id = studio.document.hints.id
    draw(studio.canvas, LINE)
    studio.window.edit.clear_hints()


def paste(_qtbot: QtBot, studio: Studio) -> None:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    studio.window.pasting.as_layer(image, "Pasted picture")


def undo(qtbot: QtBot, studio: Studio) -> None:
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def another_stroke(_qtbot: QtBot, studio: Studio) -> None:
    draw(studio.canvas, [(30.0, 40.0), (130.0, 40.0)])


def another_document(_qtbot: QtBot, studio: Studio) -> None:
    studio.window.files.take_document(Document.new(160, 160))


Act = Callable[[QtBot, Studio], None]


@pytest.mark.parametrize("act", [keep, clear_layer, clear_hints, paste])
@pytest.mark.parametrize("other", [undo, another_stroke, another_document])
def test_an_offer_to_undo_goes_with_any_other_step(
    qtbot: QtBot, studio: Studio, act: Act, other: Act
) -> None:
    draw(studio.canvas, LINE)
    act(qtbot, studio)
    status = studio.window.status
    QApplication.processEvents()
    assert status.action.isVisible(), "what the step itself tells later does not take its offer back"
    assert status.action.text() == "Undo"
    other(qtbot, studio)
    assert not status.action.isVisible()
    assert not status.message_text.text()


def test_an_offer_to_undo_stays_while_nothing_is_done_and_undoes_its_step(
    qtbot: QtBot, studio: Studio
) -> None:
    draw(studio.canvas, LINE)
    step = studio.document.history.position
    clear_layer(qtbot, studio)
    studio.document.set_choices(labels=(("Food & Drink", 1.0),))
    qtbot.mouseClick(studio.window.status.action, Qt.MouseButton.LeftButton)
    assert studio.document.history.position == step
    assert studio.document.line.surface.tile_indices()


def test_what_was_said_after_an_offer_is_not_taken_back_with_it(qtbot: QtBot, studio: Studio) -> None:
    draw(studio.canvas, LINE)
    clear_layer(qtbot, studio)
    said: list[Message] = []
    studio.messages.said.connect(said.append)
    studio.messages.trouble("Something did not work.")
    undo(qtbot, studio)
    assert [message.text for message in said] == ["Something did not work."]
