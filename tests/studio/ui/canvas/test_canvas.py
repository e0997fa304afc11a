"""Drawing on the canvas: pen and mouse in, ink and signals out."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.core.brush import Brush
from studio.core.document import Document
from studio.core.tools import ToolId
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.panes import ViewMode
from tests.studio.ui.canvas.hands import Hand, hint, ink

PRESS, MOVE, RELEASE = QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def choose(canvas: CanvasWidget, tool: ToolId, **brush: object) -> None:
    canvas.toolbox.choose(tool)
    now = canvas.toolbox.brush() or Brush()
    canvas.toolbox.set_brush(replace(now, **{"smoothing": 0.0, **brush}))  # type: ignore[arg-type]


def test_a_mouse_stroke_is_ink_under_its_path_and_one_step(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    choose(canvas, ToolId.PEN)
    with qtbot.waitSignal(canvas.stroke_finished) as finished:
        hand.drag([(100, 100), (300, 120), (300, 300)])
    assert finished.args == [ToolId.PEN]
    assert ink(document, (200, 110)) == 255
    assert ink(document, (300, 200)) == 255
    assert ink(document, (150, 300)) == 0
    document.undo()
    assert not document.can_undo
    assert document.line.surface.is_blank


@pytest.mark.parametrize("mode", list(ViewMode))
def test_one_can_draw_in_every_mode_turned_and_mirrored(
    canvas: CanvasWidget, document: Document, hand: Hand, mode: ViewMode
) -> None:
    canvas.set_mode(mode)
    canvas.rotate_step(1)
    canvas.mirror()
    hand.drag([(120, 200), (220, 210)])
    assert ink(document, (170, 205)) == 255


def test_drawing_in_the_picture_pane_lands_at_the_same_place(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.toolbox.choose(ToolId.HINT)
    hand.drag([(250, 250), (300, 250)], picture=True)
    assert hint(document, (275, 250)) == 255
    assert ink(document, (275, 250)) == 0


def test_a_stroke_that_crosses_the_divider_stays_in_its_pane(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.set_view(
        canvas.view.zoomed_to(2.0, canvas.arrangement.drawing.middle, canvas.arrangement.drawing.middle)
    )
    right = canvas.view.to_document(canvas.arrangement.picture.middle, canvas.arrangement.drawing.middle)
    hand.drag([(256, 256), (right.x, 256)])
    assert ink(document, (right.x - 10, 256)) == 255


def test_pen_events_are_accepted_and_their_echo_draws_nothing(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    strokes: list[ToolId] = []
    canvas.stroke_finished.connect(strokes.append)
    for kind, place, pressure in (
        (PRESS, (100, 100), 0.5),
        (MOVE, (150, 100), 0.9),
        (MOVE, (200, 100), 0.9),
        (RELEASE, (200, 100), 0.0),
    ):
        assert hand.tablet(kind, place, pressure).isAccepted()
    # The same again as mouse events, as some drivers send beside each tablet event.
    hand.drag([(100, 300), (200, 300)])
    assert strokes == [ToolId.PEN]
    assert ink(document, (150, 100)) == 255
    assert ink(document, (150, 300), reach=20) == 0


def test_the_mouse_draws_again_when_the_pen_has_been_away(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    hand.tablet(MOVE, (50, 50), 0.0)
    hand.clock_ms += 1000
    hand.drag([(100, 300), (200, 300)])
    assert ink(document, (150, 300)) == 255


def test_pressure_widens_the_line(canvas: CanvasWidget, document: Document, hand: Hand) -> None:
    choose(canvas, ToolId.PEN, size_px=30.0, pressure_size=True)
    for y, pressure in ((100, 0.1), (300, 1.0)):
        hand.tablet(PRESS, (100, y), pressure)
        for x in range(110, 300, 10):
            hand.tablet(MOVE, (x, y), pressure)
        hand.tablet(RELEASE, (300, y), 0.0)
    surface = document.line.surface.alpha(document.rect)
    light, full = (int((surface[y - 40 : y + 40, 200] > 127).sum()) for y in (100, 300))
    assert full >= 28
    assert light < full / 2


def test_the_eraser_end_of_the_pen_erases(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    hand.drag([(100, 100), (300, 100)])
    with qtbot.waitSignal(canvas.tool_in_hand_changed) as told:
        hand.tablet(PRESS, (200, 100), 1.0, hand.eraser)
    hand.tablet(RELEASE, (200, 100), 0.0, hand.eraser)
    assert told.args == [ToolId.ERASER]
    assert ink(document, (200, 100), reach=2) == 0
    assert ink(document, (120, 100)) == 255
    assert canvas.toolbox.tool is ToolId.PEN
    hand.tablet(MOVE, (220, 100), 0.0, hand.pen)
    assert canvas.tool_in_hand is ToolId.PEN


def test_escape_takes_the_stroke_in_hand_back(canvas: CanvasWidget, document: Document, hand: Hand) -> None:
    hand.press((100, 100))
    for x in range(110, 210, 10):
        hand.move((x, 100))
    assert canvas.stroke_in_hand
    assert ink(document, (120, 100)) == 255
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not canvas.stroke_in_hand
    assert document.line.surface.is_blank
    assert not document.can_undo
    hand.move((300, 100))
    hand.release((300, 100))
    assert document.line.surface.is_blank


def test_the_document_hears_of_a_stroke_before_it_ends(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    before = document.revision
    hand.press((100, 100))
    hand.move((150, 100))
    middle = document.revision
    hand.move((200, 100))
    assert before < middle < document.revision
    assert not document.undo_text
    hand.release((200, 100))
    assert document.undo_text


def test_shift_drag_draws_one_straight_line_and_shift_click_joins_its_end(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    hand.drag([(100, 100), (150, 300), (300, 100)], modifiers=SHIFT)
    assert ink(document, (200, 100)) == 255
    assert ink(document, (150, 300), reach=30) == 0
    hand.drag([(300, 300)], modifiers=SHIFT)
    assert ink(document, (300, 200)) == 255
    document.undo()
    assert ink(document, (300, 200)) == 0
    assert ink(document, (200, 100)) == 255


def test_space_pans_while_it_is_held(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    before = hand.at((256, 256))
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.tool_in_hand is ToolId.PAN
    start = hand.at((256, 256))
    hand.mouse(QEvent.Type.MouseButtonPress, start)
    for step in (1, 2, 3):
        hand.mouse(QEvent.Type.MouseMove, before + type(before)(10 * step, 7 * step))
    hand.mouse(QEvent.Type.MouseButtonRelease, before + type(before)(30, 21))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    after = hand.at((256, 256))
    assert (after.x() - before.x(), after.y() - before.y()) == pytest.approx((30, 21))
    assert canvas.tool_in_hand is ToolId.PEN
    assert document.line.surface.is_blank


def test_the_middle_button_pans_and_leaves_the_drawing_alone(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    centre = canvas.view.centre
    hand.drag([(200, 200), (300, 240)], button=Qt.MouseButton.MiddleButton)
    assert canvas.view.centre != centre
    assert document.line.surface.is_blank


@pytest.mark.parametrize("modifier", [ALT, CTRL])
def test_alt_and_ctrl_pick_the_colour_under_the_pen(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand, modifier: Qt.KeyboardModifier
) -> None:
    pixels = np.zeros((512, 512, 4), np.uint8)
    pixels[:] = (10, 120, 200, 255)
    document.add_paint_layer("ground", pixels)
    with qtbot.waitSignal(canvas.colour_picked) as picked:
        hand.press((100, 100), modifiers=modifier)
    hand.release((100, 100), modifiers=modifier)
    assert picked.args == [10, 120, 200]
    assert document.line.surface.is_blank


def test_tab_cycles_the_mode_and_shift_tab_leaves(qtbot: QtBot, canvas: CanvasWidget) -> None:
    seen: list[ViewMode] = []
    canvas.mode_changed.connect(seen.append)
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_Tab)
    QTest.keyClick(canvas, Qt.Key.Key_Tab, SHIFT)
    assert seen == [ViewMode.OVER, ViewMode.WIPE, ViewMode.SIDE_BY_SIDE]


@pytest.mark.parametrize("modifiers", [Qt.KeyboardModifier.NoModifier, SHIFT])
def test_a_hidden_layer_is_not_drawn_on_and_spoken_of(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand, modifiers: Qt.KeyboardModifier
) -> None:
    document.set_layer_visible(document.line.id, False)
    steps = len(document.history)
    with qtbot.waitSignal(canvas.tool_hint) as told:
        hand.drag([(100, 100), (120, 100)], modifiers=modifiers)
    assert "hidden" in told.args[0]
    assert "show it" in told.args[0]
    assert document.line.surface.is_blank
    assert len(document.history) == steps
    document.set_layer_visible(document.line.id, True)
    hand.drag([(100, 100), (120, 100)], modifiers=modifiers)
    assert ink(document, (110, 100)) == 255


def test_another_document_takes_the_first_ones_place(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    hand.press((100, 100))
    other = Document.new(300, 200)
    canvas.set_document(other)
    assert document.line.surface.is_blank
    assert canvas.is_fitted
    hand.drag([(50, 50), (150, 50)])
    assert ink(other, (100, 50)) == 255
    assert document.line.surface.is_blank
