"""The toolbox: one owner of tool and options, which tells of real changes only."""

from pytestqt.qtbot import QtBot

from studio.core.tools import ToolId
from studio.ui.canvas.toolbox import SIZES_PX, ToolBox


def test_choosing_the_same_tool_again_says_nothing(qtbot: QtBot) -> None:
    toolbox = ToolBox()
    told: list[ToolId] = []
    toolbox.tool_changed.connect(told.append)
    for tool in (ToolId.HINT, ToolId.HINT, ToolId.PEN):
        toolbox.choose(tool)
    assert told == [ToolId.HINT, ToolId.PEN]


def test_size_steps_change_the_chosen_brush_alone_and_stop_at_the_ends(qtbot: QtBot) -> None:
    toolbox = ToolBox(ToolId.ERASER)
    pen = toolbox.options.pen
    sizes = []
    for _ in range(2 * len(SIZES_PX)):
        toolbox.step_size(1)
        sizes.append(toolbox.options.eraser.size_px)
    assert sizes == sorted(sizes)
    assert sizes[-1] == SIZES_PX[-1]
    for _ in range(2 * len(SIZES_PX)):
        toolbox.step_size(-1)
    assert toolbox.options.eraser.size_px == SIZES_PX[0]
    assert toolbox.options.pen == pen


def test_tools_without_a_brush_have_no_size(qtbot: QtBot) -> None:
    toolbox = ToolBox(ToolId.PAN)
    before = toolbox.options
    toolbox.step_size(1)
    assert toolbox.brush() is None
    assert toolbox.options == before
    assert toolbox.brush(ToolId.FILL) == toolbox.brush(ToolId.HINT)
