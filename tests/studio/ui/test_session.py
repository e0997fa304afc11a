"""The session: listeners follow whichever document is open."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.core.document import Document
from studio.core.geometry import Rect
from studio.core.library import ModelLibrary
from studio.ui.session import Session


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Session:
    return Session(Document.new(64, 64), ModelLibrary([], tmp_path / "models.json"))


def mark(document: Document, x: int) -> None:
    with document.edit("Pen", document.line.id) as edit:
        edit.write(Rect(x, 4, 2, 2), np.full((2, 2, 4), 255, np.uint8))


def test_changed_pixels_are_told_once_a_turn_of_the_event_loop(qtbot: QtBot, session: Session) -> None:
    told: list[int] = []
    session.changed.connect(lambda: told.append(session.document.revision))
    with qtbot.waitSignal(session.changed):
        mark(session.document, 4)
        mark(session.document, 8)
        assert not told, "the pen comes first"
    assert told == [session.document.revision]


def test_the_pixels_of_the_document_before_are_followed_no_longer(qtbot: QtBot, session: Session) -> None:
    before = session.document
    session.replace_document(Document.new(32, 32))
    with qtbot.assertNotEmitted(session.changed, wait=20):
        mark(before, 4)
    with qtbot.waitSignal(session.changed):
        mark(session.document, 4)
