"""The line above the canvas in windows of every width."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.tools import ToolId
from studio.ui.main_window import SMALLEST_SIZE

LEFT = Qt.MouseButton.LeftButton


def widen(studio: Studio, width: int) -> None:
    studio.window.resize(width, SMALLEST_SIZE.height())
    QApplication.processEvents()


def widgets_in(box: QBoxLayout) -> list[QWidget]:
    items = (box.itemAt(place) for place in range(box.count()))
    return [item.widget() for item in items if item.widget() is not None]


@pytest.mark.parametrize("tool", [ToolId.PEN, ToolId.ERASER, ToolId.HINT, ToolId.FILL])
def test_no_control_is_out_of_reach_however_narrow_the_window(studio: Studio, tool: ToolId) -> None:
    bar = studio.window.options
    studio.window.toolbox.choose(tool)
    wanted = [bar.opacity] if tool is ToolId.FILL else [bar.smoothing, bar.opacity]
    for width in range(SMALLEST_SIZE.width(), 1600, 50):
        widen(studio, width)
        behind = [row for row in widgets_in(bar.more.column) if not row.isHidden()]
        beside = [row for row in wanted if row.isVisible()]
        assert beside + behind == wanted, width
        assert bar.more.isVisible() == bool(behind)
        assert not beside or bar.layout().sizeHint().width() <= bar.width(), "nothing is squeezed for it"
    assert not behind, "a wide window shows everything"


def test_the_line_keeps_its_order_after_the_window_was_narrow(studio: Studio) -> None:
    bar = studio.window.options
    widen(studio, 1600)
    before = widgets_in(bar.layout())
    for width in (SMALLEST_SIZE.width(), 1600):
        widen(studio, width)
    assert widgets_in(bar.layout()) == before


def test_the_dots_open_what_has_no_room_and_it_writes_the_brush(qtbot: QtBot, studio: Studio) -> None:
    bar, toolbox = studio.window.options, studio.window.toolbox
    widen(studio, SMALLEST_SIZE.width())
    assert not bar.opacity.isVisible()
    qtbot.mouseClick(bar.more, LEFT)
    assert bar.smoothing.isVisible()
    assert bar.opacity.isVisible()
    bar.opacity.slider.setValue(300)
    assert toolbox.options.pen.opacity == bar.opacity.value < 0.5
    assert bar.opacity.isVisible(), "it stays under the hand"
    qtbot.keyClick(bar.more.box, Qt.Key.Key_Escape)
    assert not bar.opacity.isVisible()
    assert studio.canvas.hasFocus(), "the keys are the canvas's again"


@pytest.mark.parametrize("width", [900, 1100, 1280, 1400])
def test_another_tool_shows_what_a_window_of_that_width_has_room_for(studio: Studio, width: int) -> None:
    bar = studio.window.options
    for tool in (ToolId.PEN, ToolId.ERASER, ToolId.PAN, ToolId.FILL, ToolId.HINT, ToolId.PEN):
        widen(studio, width)
        studio.window.toolbox.choose(tool)
        at_once = [row.isVisible() for row in (bar.smoothing, bar.opacity, bar.more)]
        widen(studio, width + 1)
        widen(studio, width)
        assert at_once == [row.isVisible() for row in (bar.smoothing, bar.opacity, bar.more)], tool
