"""The table of actions: unique, explained, in step with what can be done."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.tools import ToolId
from studio.ui.actions import ActionId, Actions, ActionSpec
from studio.ui.icons import IconBook, has_icon
from studio.ui.menus import MENUS, STRIP
from studio.ui.palette import LIGHT
from studio.ui.rows.labels import LABEL_IDS

WAIT_MS = 15_000

EXPECTED_KEYS = {
    ActionId.PEN: "B",
    ActionId.ERASER: "E",
    ActionId.HINT: "H",
    ActionId.FILL: "G",
    ActionId.PICK: "I",
    ActionId.SMALLER: "[",
    ActionId.LARGER: "]",
    ActionId.SWAP_COLOURS: "X",
    ActionId.UNDO: "Ctrl+Z",
    ActionId.REDO: "Ctrl+Shift+Z",
    ActionId.FIT: "Ctrl+0",
    ActionId.ACTUAL_SIZE: "Ctrl+1",
    ActionId.MIRROR: "M",
    ActionId.ROTATE_LEFT: "Ctrl+[",
    ActionId.ROTATE_RIGHT: "Ctrl+]",
    ActionId.UPRIGHT: "Ctrl+Shift+0",
    ActionId.LIVE: "L",
    ActionId.KEEP: "K",
    ActionId.AGAIN: "R",
    ActionId.LABEL_ANY: "0",
    ActionId.LABEL_1: "1",
    ActionId.LABEL_9: "9",
    ActionId.CANVAS_ONLY: "F11",
    ActionId.FIND: "Ctrl+K",
}


def test_every_id_has_one_row_and_no_key_two(studio: Studio) -> None:
    specs = studio.window.actions_table.specs
    assert set(specs) == set(ActionId)
    keys = [QKeySequence(key).toString() for spec in specs.values() for key in spec.keys]
    assert len(keys) == len(set(keys))


def test_a_second_row_with_the_same_id_is_refused(qtbot: QtBot, studio: Studio) -> None:
    row = ActionSpec(ActionId.NEW, "New", "Begin", lambda: None)
    with pytest.raises(ValueError, match="twice"):
        Actions([row, row], studio.window, IconBook(LIGHT))


def test_the_keys_are_those_people_know(studio: Studio) -> None:
    specs = studio.window.actions_table.specs
    assert {action_id: specs[action_id].keys[0] for action_id in EXPECTED_KEYS} == EXPECTED_KEYS


def test_every_action_says_what_it_does_and_icons_exist(studio: Studio) -> None:
    for spec in studio.window.actions_table.specs.values():
        assert spec.tip, spec.id
        assert not spec.tip.endswith("."), spec.id
        assert not spec.icon or has_icon(spec.icon), spec.icon


def test_a_disabled_action_says_why_in_its_tooltip(studio: Studio) -> None:
    actions = studio.window.actions_table
    actions.refresh()
    blocked = [action_id for action_id in actions.specs if not actions[action_id].isEnabled()]
    assert ActionId.UNDO in blocked
    for action_id in blocked:
        assert actions.why_not(action_id) in actions[action_id].toolTip()
        assert len(actions.why_not(action_id)) > 10


def test_every_action_is_in_a_menu_or_found_by_its_place(studio: Studio) -> None:
    listed = {one for _, ids in MENUS for one in ids if one is not None}
    assert set(ActionId) - listed == {ActionId.OPEN_SAMPLE}
    assert {one for one in STRIP if one is not None} <= listed


def test_a_tool_key_chooses_the_tool_and_marks_it(qtbot: QtBot, studio: Studio) -> None:
    qtbot.keyClick(studio.canvas, Qt.Key.Key_G)
    assert studio.window.toolbox.tool is ToolId.FILL
    actions = studio.window.actions_table
    assert actions[ActionId.FILL].isChecked()
    assert not actions[ActionId.PEN].isChecked()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_G)
    assert actions[ActionId.FILL].isChecked(), "the chosen tool stays chosen"


def test_labels_beyond_the_models_are_blocked_and_named(studio: Studio) -> None:
    actions = studio.window.actions_table
    actions.refresh()
    assert actions[LABEL_IDS[0]].text() == "Animals && Nature"
    assert actions[LABEL_IDS[1]].isEnabled()
    assert not actions[LABEL_IDS[2]].isEnabled()


def test_menus_show_the_labels_the_model_has_and_no_others(studio: Studio) -> None:
    actions = studio.window.actions_table
    assert [actions[one].isVisible() for one in LABEL_IDS] == [True, True] + [False] * 7
    studio.window.find_action()
    palette = studio.window.palette_popup
    palette.field.setText("label")
    texts = [palette.list.item(row).text() for row in range(palette.list.count())]
    assert "Any label" in texts
    assert not any("9" in text for text in texts)


def test_the_strip_has_a_button_for_each_of_its_actions(studio: Studio) -> None:
    buttons = studio.window.strip.findChildren(QToolButton)
    wanted = [one for one in STRIP if one is not None]
    assert [button.defaultAction().objectName() for button in buttons] == [one.value for one in wanted]
    assert all(button.accessibleName() for button in buttons)


def test_the_palette_finds_and_runs_an_action(qtbot: QtBot, studio: Studio) -> None:
    qtbot.keyClick(studio.canvas, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = studio.window.palette_popup
    assert palette.isVisible()
    qtbot.keyClicks(palette.field, "eras")
    assert palette.list.item(0).text() == "Eraser"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert studio.window.toolbox.tool is ToolId.ERASER
    assert not palette.isVisible()


def test_the_palette_says_when_it_finds_nothing_and_knows_where_the_dark_theme_is(
    qtbot: QtBot, studio: Studio
) -> None:
    studio.window.find_action()
    palette = studio.window.palette_popup
    palette.field.setText("zzz")
    assert [palette.list.item(row).text() for row in range(palette.list.count())] == [
        "Nothing is called that"
    ]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible(), "there is nothing to run"
    palette.field.setText("dark")
    assert palette.list.item(0).text() == "Settings"


def test_the_palette_stays_in_the_middle_of_a_window_that_changes_its_size(
    qtbot: QtBot, studio: Studio
) -> None:
    window, palette = studio.window, studio.window.palette_popup
    window.find_action()
    for width in (window.minimumWidth(), 1200):
        window.resize(width, window.height())
        assert palette.isVisible()
        assert palette.geometry().center().x() == pytest.approx(window.width() / 2, abs=2)


def test_typing_in_the_palette_does_not_run_single_key_actions(qtbot: QtBot, studio: Studio) -> None:
    studio.window.find_action()
    qtbot.keyClicks(studio.window.palette_popup.field, "be")
    assert studio.window.toolbox.tool is ToolId.PEN
    assert studio.window.palette_popup.field.text() == "be"


def test_escape_leaves_the_palette(qtbot: QtBot, studio: Studio) -> None:
    studio.window.find_action()
    qtbot.keyClick(studio.window.palette_popup.field, Qt.Key.Key_Escape)
    assert not studio.window.palette_popup.isVisible()


def test_icons_follow_the_theme(qtbot: QtBot, studio: Studio) -> None:
    from studio.ui.palette import DARK, ThemeChoice

    def ink(action_id: ActionId) -> int:
        image = studio.window.actions_table[action_id].icon().pixmap(18, 18).toImage()
        solid = [
            image.pixelColor(x, y)
            for x in range(18)
            for y in range(18)
            if image.pixelColor(x, y).alpha() > 200
        ]
        return round(sum(colour.lightness() for colour in solid) / len(solid))

    studio.theme.choose(ThemeChoice.LIGHT)
    light = ink(ActionId.ERASER)
    studio.theme.choose(ThemeChoice.DARK)
    assert studio.theme.palette is DARK
    assert ink(ActionId.ERASER) > light + 100


def test_the_theme_setting_changes_the_window_at_once(qtbot: QtBot, studio: Studio) -> None:
    from studio.core import settings as keys

    for name in ("dark", "light"):
        studio.settings.set(keys.THEME, name)
        assert studio.theme.palette.name == name
        ground = studio.window.palette().window().color().name()
        assert ground == studio.theme.palette.window


def test_canvas_only_hides_the_rest_and_brings_it_back(qtbot: QtBot, studio: Studio) -> None:
    window = studio.window
    qtbot.keyClick(studio.canvas, Qt.Key.Key_F11)
    assert not window.column.isVisible()
    assert not window.status.isVisible()
    assert window.canvas.isVisible()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_F11)
    assert window.column.isVisible()
    assert window.rail.isVisible()


def test_canvas_only_says_how_to_leave_and_escape_leaves_it(qtbot: QtBot, studio: Studio) -> None:
    window = studio.window
    words = window.canvas_only.words
    qtbot.keyClick(studio.canvas, Qt.Key.Key_F11)
    assert words.isVisible()
    assert "Esc" in words.text()
    assert studio.canvas.rect().contains(words.geometry())
    studio.messages.trouble("Something did not work.")
    assert words.text() == "Something did not work.", "the line at the bottom is hidden: the canvas says it"
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Escape)
    assert window.column.isVisible()
    assert not words.isVisible()
    action = window.actions_table[ActionId.CANVAS_ONLY]
    qtbot.waitUntil(lambda: not action.isChecked(), timeout=WAIT_MS)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_Escape)
    assert window.column.isVisible(), "Esc only ever leads back"


def test_canvas_only_goes_back_to_a_maximised_window(qtbot: QtBot, studio: Studio) -> None:
    window = studio.window
    window.showMaximized()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_F11)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_F11)
    assert window.isMaximized()
    assert not window.isFullScreen()


def test_the_keys_of_a_column_of_the_sheet_stand_in_line(qtbot: QtBot, studio: Studio) -> None:
    studio.window.show_shortcuts()
    sheet = studio.window.findChild(QDialog)
    assert sheet is not None
    qtbot.addWidget(sheet)
    qtbot.waitExposed(sheet)
    lefts = {
        label.mapTo(sheet, QPoint(0, 0)).x()
        for label in sheet.findChildren(QLabel)
        if label.property("role") == "muted"
    }
    assert len(lefts) == 3, "one edge a column"


def test_the_wheel_over_a_slider_changes_nothing(qtbot: QtBot, studio: Studio) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    slider = studio.window.column.hints.strength.slider
    before = slider.value()
    event = QWheelEvent(
        QPointF(5, 5), slider.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(slider, event)
    assert slider.value() == before
    assert event.type() is QEvent.Type.Wheel
