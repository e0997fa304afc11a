"""What a crash left: it is offered until somebody has decided on it, and thrown away with a way back."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.document import Document
from studio.core.openraster import save_ora
from studio.ui.messages import MessageKind
from tests.studio.running import WAIT_MS, MakeStudio
from tests.studio.ui.hands import draw
from training.files import write_json

LINE = [(30.0, 80.0), (60.0, 82.0), (130.0, 80.0)]
RECOVER, THROW_AWAY = 0, 1
NEWER, OLDER = 50, 40
"""The widths of the drawings that were left, and the seconds at which they were saved."""


@pytest.fixture
def left() -> list[Path]:
    """Leave what programs leave that died with unsaved work; the newer one first."""
    paths = []
    for width in (NEWER, OLDER):
        paths.append(keys.recovery_dir() / f"{width}.ora")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        save_ora(Document.new(width, 40).snapshot(), paths[-1])
        info = {"title": str(width), "saved": f"2024-01-01T00:00:{width}"}
        write_json(paths[-1].with_suffix(".json"), info)
    return paths


def start(qtbot: QtBot, make_studio: MakeStudio) -> Studio:
    studio = make_studio()
    qtbot.waitUntil(studio.window.notice.isVisible, timeout=WAIT_MS)
    return studio


def asked(studio: Studio) -> str:
    """What the bar asks about; "" where it asks nothing."""
    bar = studio.window.notice
    return bar.text.text() if bar.isVisible() else ""


def answer(studio: Studio, place: int) -> None:
    studio.window.notice.buttons[place].click()


def test_what_was_thrown_away_comes_back(qtbot: QtBot, make_studio: MakeStudio, left: list[Path]) -> None:
    studio = start(qtbot, make_studio)
    assert f"“{NEWER}”" in asked(studio)
    answer(studio, THROW_AWAY)
    assert f"“{OLDER}”" in asked(studio)
    assert studio.window.status.message.kind is MessageKind.OFFER, "the only way back does not go by itself"
    studio.window.status.action.click()
    assert f"“{NEWER}”" in asked(studio)
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        answer(studio, RECOVER)
    assert studio.document.width == NEWER
    studio.document.mark_saved()
    studio.close()
    assert [path.exists() for path in left] == [False, True], "nobody has decided on the older one"


def test_the_last_one_thrown_away_is_kept_until_the_end(
    qtbot: QtBot, make_studio: MakeStudio, left: list[Path]
) -> None:
    studio = start(qtbot, make_studio)
    answer(studio, THROW_AWAY)
    answer(studio, THROW_AWAY)
    assert not asked(studio)
    assert [path.exists() for path in left] == [False, True]
    studio.window.status.action.click()
    assert f"“{OLDER}”" in asked(studio)
    answer(studio, THROW_AWAY)
    studio.close()
    assert not list(keys.recovery_dir().iterdir())


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, None], ids=["escape", "cancel"])
def test_who_keeps_the_open_drawing_is_still_offered_the_lost_one(
    qtbot: QtBot, make_studio: MakeStudio, key: Qt.Key | None
) -> None:
    studio = start(qtbot, make_studio)
    draw(studio.canvas, LINE)
    answer(studio, RECOVER)
    qtbot.waitUntil(lambda: studio.window.findChild(QMessageBox, "askUnsaved") is not None, timeout=WAIT_MS)
    box = studio.window.findChild(QMessageBox, "askUnsaved")
    if key is not None:
        qtbot.keyClick(box, key)
    else:
        box.button(QMessageBox.StandardButton.Cancel).click()
    assert f"“{NEWER}”" in asked(studio)
    studio.document.mark_saved()
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        answer(studio, RECOVER)
    assert studio.document.width == NEWER
    assert not asked(studio)


def test_lost_work_that_cannot_be_read_can_still_be_thrown_away(
    qtbot: QtBot, make_studio: MakeStudio, left: list[Path]
) -> None:
    left[0].write_bytes(b"this is no archive")
    studio = start(qtbot, make_studio)
    answer(studio, RECOVER)
    status = studio.window.status
    qtbot.waitUntil(lambda: status.message.kind is MessageKind.TROUBLE, timeout=WAIT_MS)
    assert f"“{NEWER}”" in asked(studio)
