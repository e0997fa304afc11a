"""What the window asks about a pasted picture, and how the question goes away."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.document import Document
from studio.core.openraster import save_ora
from studio.ui.messages import MessageKind
from tests.studio.running import WAIT_MS, MakeStudio
from tests.studio.ui.hands import draw


def paste(qtbot: QtBot, studio: Studio, what: str | QColor) -> None:
    if isinstance(what, str):
        mime = QMimeData()
        mime.setText(what)
        QApplication.clipboard().setMimeData(mime)
    else:
        image = QImage(40, 40, QImage.Format.Format_RGB32)
        image.fill(what)
        QApplication.clipboard().setImage(image)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def drawn(studio: Studio) -> Studio:
    """A studio with a drawing that has been begun."""
    draw(studio.canvas, [(30.0, 80.0), (130.0, 80.0)])
    return studio


def test_the_question_takes_the_place_of_what_went_wrong_before(qtbot: QtBot, drawn: Studio) -> None:
    status = drawn.window.status
    paste(qtbot, drawn, "words")
    assert status.message.kind is MessageKind.TROUBLE
    paste(qtbot, drawn, QColor("red"))
    assert drawn.window.question.isVisible()
    assert not status.message.text


def test_escape_closes_the_question(qtbot: QtBot, drawn: Studio) -> None:
    paste(qtbot, drawn, QColor("red"))
    qtbot.keyClick(drawn.canvas, Qt.Key.Key_Escape)
    assert not drawn.window.question.isVisible()
    assert drawn.canvas.hasFocus()
    assert len(drawn.document.layers) == 2


def test_escape_closes_the_question_from_its_buttons_too(qtbot: QtBot, drawn: Studio) -> None:
    paste(qtbot, drawn, QColor("red"))
    qtbot.keyClick(drawn.window.question.buttons[1], Qt.Key.Key_Escape)
    assert not drawn.window.question.isVisible()


def test_escape_closes_the_question_before_it_leaves_canvas_only(qtbot: QtBot, drawn: Studio) -> None:
    drawn.window.toggle_canvas_only()
    paste(qtbot, drawn, QColor("red"))
    qtbot.keyClick(drawn.canvas, Qt.Key.Key_Escape)
    assert not drawn.window.question.isVisible()
    assert drawn.window.is_canvas_only
    qtbot.keyClick(drawn.canvas, Qt.Key.Key_Escape)
    assert not drawn.window.is_canvas_only


def test_another_drawing_drops_the_question(qtbot: QtBot, drawn: Studio) -> None:
    paste(qtbot, drawn, QColor("red"))
    drawn.window.files.take_document(Document.new(160, 160))
    assert not drawn.window.question.isVisible()


def test_the_question_leaves_the_offer_of_lost_work_alone(qtbot: QtBot, make_studio: MakeStudio) -> None:
    keys.recovery_dir().mkdir(parents=True)
    save_ora(Document.new(100, 40).snapshot(), keys.recovery_dir() / "dead.ora")
    studio = make_studio()
    qtbot.waitUntil(studio.window.notice.isVisible, timeout=WAIT_MS)
    draw(studio.canvas, [(30.0, 80.0), (130.0, 80.0)])
    paste(qtbot, studio, QColor("red"))
    assert "without saving" in studio.window.notice.text.text()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Escape)
    assert not studio.window.question.isVisible()
    assert studio.window.notice.isVisible()
