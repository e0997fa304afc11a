"""A mouse that reports a thousand times a second: no report is lost, and the window has time for the rest."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.brush import Brush
from studio.core.document import Document
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.input import TURN_S
from tests.studio.ui.canvas.hands import Hand, Place, ink

PLACES: list[Place] = [(60 + 3 * step, 200 + 40 * np.sin(step / 9).item()) for step in range(80)]


@pytest.fixture(autouse=True)
def sharp(canvas: CanvasWidget) -> None:
    """The line follows the pen exactly: smoothing goes by the times of the reports."""
    canvas.toolbox.set_brush(Brush(smoothing=0.0))


def draw(hand: Hand) -> None:
    hand.press(PLACES[0])
    for place in PLACES[1:]:
        hand.move(place)
    hand.release(PLACES[-1])


def press_and_go_on(hand: Hand) -> None:
    """Press, and move to the right so quickly in the end that the last moves wait."""
    hand.press((100, 100))
    hand.move((140, 100))
    hand.gap_ms = 1
    hand.move((180, 100))
    hand.move((220, 100))


def test_the_line_is_the_one_that_is_drawn_report_by_report(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    told: list[int] = []
    document.changed.connect(lambda change: told.append(hand.gap_ms))
    lines = []
    for gap_ms in (1, 4):
        hand.gap_ms = gap_ms
        draw(hand)
        lines.append(document.line.surface.read(document.rect))
        document.undo()
    assert lines[0].any()
    assert np.array_equal(*lines)
    assert told.count(1) < told.count(4) / 2


def test_what_waits_is_drawn_although_the_pen_rests(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    press_and_go_on(hand)
    assert ink(document, (170, 100)) == 0
    qtbot.waitUntil(lambda: ink(document, (170, 100)) == 255)
    hand.release((220, 100))


def test_a_release_comes_after_the_moves_before_it(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    hand.gap_ms = 1
    hand.press((100, 100))
    for place in ((150, 100), (150, 150), (100, 150)):
        hand.move(place)
    hand.release((100, 200))
    assert ink(document, (150, 125), reach=12)


def test_a_zoom_in_between_does_not_move_what_the_pen_did_before(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    press_and_go_on(hand)
    canvas.zoom_by(3.0, canvas.arrangement.drawing.middle)
    assert ink(document, (170, 100)) == 255
    hand.release((220, 100))


def test_nothing_of_the_pen_is_left_when_it_leaves_in_between(
    qtbot: QtBot, canvas: CanvasWidget, hand: Hand
) -> None:
    hand.move((100, 100))
    hand.gap_ms = 1
    hand.move((120, 100))
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    qtbot.wait(5 * round(1000 * TURN_S))  # nothing is to come
    assert canvas._pen is None
