"""The hints of the first start: they belong to the sample and can be closed, and nothing is drawn beneath."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.document import Document
from studio.core.settings import Settings
from studio.ui.first_steps import Bubble, Step
from tests.studio.running import WAIT_MS, MakeStudio, wait_for_picture
from tests.studio.ui.hands import draw

PEN = QPointingDevice(
    "a pen",
    1,
    QInputDevice.DeviceType.Stylus,
    QPointingDevice.PointerType.Pen,
    QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
    1,
    1,
)


@pytest.fixture
def first(make_studio: MakeStudio) -> Studio:
    """A studio at its first start, the sample open."""
    return make_studio(settings=Settings(None))


def hint(studio: Studio, step: Step) -> Bubble:
    (found,) = [each for each in studio.canvas.findChildren(Bubble) if each.accessibleName() == step]
    return found


def press_with_pen(bubble: Bubble) -> None:
    place = QPointF(bubble.rect().center())
    event = QTabletEvent(
        QEvent.Type.TabletPress,
        PEN,
        place,
        QPointF(bubble.mapToGlobal(place)),
        0.5,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton,
    )
    QApplication.sendEvent(bubble, event)


def test_the_hints_go_with_the_sample(first: Studio) -> None:
    assert set(first.window.first_steps.left) == set(Step)
    first.window.files.take_document(Document.new(160, 160))
    assert first.window.first_steps.left == ()


def test_a_file_that_is_named_at_the_first_start_has_no_hints(
    make_studio: MakeStudio, tmp_path: Path
) -> None:
    studio = make_studio(tmp_path / "missing.ora", Settings(None))
    assert studio.window.first_steps.left == ()


def test_the_mouse_closes_a_hint_and_draws_nothing(qtbot: QtBot, first: Studio) -> None:
    qtbot.mouseClick(hint(first, Step.COLOUR), Qt.MouseButton.LeftButton)
    assert set(first.window.first_steps.left) == {Step.DRAW, Step.LABEL}
    assert not first.document.can_undo


def test_the_pen_closes_a_hint_and_draws_nothing(first: Studio) -> None:
    press_with_pen(hint(first, Step.COLOUR))
    assert set(first.window.first_steps.left) == {Step.DRAW, Step.LABEL}
    assert not first.document.can_undo


def test_a_stroke_from_beside_a_hint_goes_on_beneath_it(first: Studio) -> None:
    side = first.document.width
    draw(first.canvas, [(side * 0.2, side * 0.7), (side * 0.5, side * 0.7), (side * 0.8, side * 0.7)])
    assert first.document.can_undo
    assert set(first.window.first_steps.left) == {Step.COLOUR, Step.LABEL}


def test_escape_closes_the_hints(qtbot: QtBot, first: Studio) -> None:
    qtbot.keyClick(first.canvas, Qt.Key.Key_Escape)
    assert first.window.first_steps.left == ()


def test_escape_leaves_canvas_only_before_it_closes_the_hints(qtbot: QtBot, first: Studio) -> None:
    qtbot.keyClick(first.canvas, Qt.Key.Key_F11)
    qtbot.keyClick(first.canvas, Qt.Key.Key_Escape)
    assert not first.window.is_canvas_only
    assert first.window.first_steps.left
    qtbot.keyClick(first.canvas, Qt.Key.Key_Escape)
    assert first.window.first_steps.left == ()


def test_no_outline_of_the_pen_stays_behind_at_a_hint(qtbot: QtBot, first: Studio) -> None:
    wait_for_picture(qtbot, first)
    first.live.toggle()
    bare = first.canvas.grab().toImage()
    bubble = hint(first, Step.COLOUR)
    qtbot.mouseMove(first.canvas, bubble.geometry().topLeft() - QPoint(20, 20))
    qtbot.waitUntil(lambda: first.canvas.grab().toImage() != bare, timeout=WAIT_MS)
    place = QPointF(bubble.rect().center())
    QApplication.sendEvent(bubble, QEnterEvent(place, place, QPointF(bubble.mapToGlobal(place))))
    assert first.canvas.grab().toImage() == bare
