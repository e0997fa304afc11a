"""The sections of the right column write the document and follow it."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.layers import LayerKind
from studio.core.tools import ToolId
from studio.ui.main_window import FRAME_SIZE
from studio.ui.messages import MessageKind
from studio.ui.model_card import about_line, facts_line, figures, measured_line, origin_line, size_line
from studio.ui.panels.model_panel import OPEN_FOLDER, plain_tip
from studio.ui.widgets.picture_grid import Tile
from tests.fixtures.models import TinyModel

WAIT_MS = 30_000


def paint_layer(studio: Studio, name: str = "Kept") -> int:
    document = studio.document
    return document.add_paint_layer(name, np.full((document.height, document.width, 4), 255, np.uint8)).id


def test_layers_are_listed_top_first(studio: Studio) -> None:
    paint_layer(studio)
    rows = studio.window.column.layers.rows
    assert [row.name.text() for row in rows] == ["Line", "Hints", "Kept"]


def test_line_and_hints_cannot_be_moved_or_deleted_and_say_why(studio: Studio) -> None:
    panel = studio.window.column.layers
    paint_layer(studio)
    studio.document.active_layer_id = studio.document.line.id
    assert not panel.remove_button.isEnabled()
    assert "stay" in panel.remove_button.toolTip()


def test_a_layer_is_picked_hidden_moved_and_deleted(qtbot: QtBot, studio: Studio) -> None:
    panel = studio.window.column.layers
    lower, upper = paint_layer(studio, "Lower"), paint_layer(studio, "Upper")
    qtbot.mouseClick(panel.row(lower), Qt.MouseButton.LeftButton)
    assert studio.document.active_layer_id == lower
    qtbot.mouseClick(panel.row(lower).eye, Qt.MouseButton.LeftButton)
    assert not studio.document.layer(lower).visible
    qtbot.mouseClick(panel.raise_button, Qt.MouseButton.LeftButton)
    paints = [layer.id for layer in studio.document.layers if layer.kind is LayerKind.PAINT]
    assert paints == [upper, lower]
    qtbot.mouseClick(panel.remove_button, Qt.MouseButton.LeftButton)
    assert [layer.id for layer in studio.document.layers if layer.kind is LayerKind.PAINT] == [upper]
    studio.document.undo()
    assert any(layer.id == lower for layer in studio.document.layers)


def test_opacity_follows_the_slider_and_the_document(qtbot: QtBot, studio: Studio) -> None:
    panel = studio.window.column.layers
    layer = paint_layer(studio)
    studio.document.active_layer_id = layer
    panel.opacity.slider.setValue(500)
    assert studio.document.layer(layer).opacity == pytest.approx(0.5, abs=0.01)
    said = panel.row(layer).opacity
    qtbot.waitUntil(said.isVisible, timeout=WAIT_MS)
    assert said.text() == "50 %"
    assert said.width() >= said.sizeHint().width(), "the row has room for all of it"
    studio.document.undo()
    assert panel.opacity.figures.text() == "100 %"


def test_a_layer_is_renamed_by_a_double_click_and_not_by_escape(qtbot: QtBot, studio: Studio) -> None:
    layer = paint_layer(studio)
    row = studio.window.column.layers.row(layer)
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(row.editor, "Sky")
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert studio.document.layer(layer).name == "Sky"
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(row.editor, "Sea")
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert studio.document.layer(layer).name == "Sky"


def test_a_swatch_takes_the_hint_brush_in_hand(qtbot: QtBot, studio: Studio) -> None:
    hints = studio.window.column.hints
    place = hints.swatches.cell_rect(11).center().toPoint()
    qtbot.mouseClick(hints.swatches, Qt.MouseButton.LeftButton, pos=place)
    assert studio.window.toolbox.tool is ToolId.HINT
    assert studio.window.toolbox.options.hint.colour == hints.swatches.colours[11]
    assert hints.in_hand.colour == hints.swatches.colours[11]


def test_a_click_in_the_column_leaves_the_keys_to_the_canvas(qtbot: QtBot, studio: Studio) -> None:
    column, canvas = studio.window.column, studio.canvas
    qtbot.waitUntil(canvas.hasFocus, timeout=WAIT_MS)
    clicked = (column.hints.swatches, column.labels.grid, column.hints.strength.slider, column.viewport())
    for widget in (*clicked, column.layers.rows[0], column.sections["label"].header):
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        assert canvas.hasFocus(), widget
    mode = canvas.mode
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert canvas.mode is not mode


def test_a_name_keeps_the_keys_until_it_is_typed_and_controls_are_reached_by_tab(
    qtbot: QtBot, studio: Studio
) -> None:
    column, canvas = studio.window.column, studio.canvas
    row = column.layers.row(paint_layer(studio))
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(row.editor.hasFocus, timeout=WAIT_MS)
    qtbot.mouseClick(row.editor, Qt.MouseButton.LeftButton)
    assert row.editor.hasFocus()
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert canvas.hasFocus()
    column.labels.grid.setFocus(Qt.FocusReason.TabFocusReason)
    assert column.labels.grid.hasFocus()
    qtbot.keyClick(column.labels.grid, Qt.Key.Key_Escape)
    assert canvas.hasFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert not canvas.hasFocus()


def test_x_swaps_the_two_colours_and_back(qtbot: QtBot, studio: Studio) -> None:
    hints = studio.window.column.hints
    before = hints.in_hand.colour, hints.other.colour
    qtbot.keyClick(studio.canvas, Qt.Key.Key_X)
    assert (hints.other.colour, hints.in_hand.colour) == before
    qtbot.keyClick(studio.canvas, Qt.Key.Key_X)
    assert (hints.in_hand.colour, hints.other.colour) == before


def test_the_strength_slider_is_the_documents(studio: Studio) -> None:
    hints = studio.window.column.hints
    hints.strength.slider.setValue(250)
    assert studio.document.choices.hint_strength == pytest.approx(0.25, abs=0.01)
    studio.document.set_choices(hint_strength=0.8)
    assert hints.strength.figures.text() == "80 %"


def test_tool_options_follow_the_tool_and_write_its_brush(qtbot: QtBot, studio: Studio) -> None:
    bar, toolbox = studio.window.options, studio.window.toolbox
    bar.size_row.slider.setValue(700)
    assert toolbox.options.pen.size_px == bar.size_row.value
    toolbox.choose(ToolId.PAN)
    assert not bar.size_row.isVisible()
    assert "Space" in bar.advice.text()
    toolbox.choose(ToolId.ERASER)
    assert bar.size_row.isVisible()
    assert not bar.colour.isVisible()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_BracketLeft)
    assert bar.size_row.figures.text() == f"{toolbox.options.eraser.size_px:.0f} px"


def test_a_model_file_dropped_is_added_and_used(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    path = TinyModel(name="Second", labels=("a", "b", "c")).save(tmp_path / "elsewhere", "second.onnx")
    studio.session.library.folders.append(keys.user_models_dir())
    studio.canvas.files_dropped.emit([path])
    qtbot.waitUntil(
        lambda: studio.session.entry is not None and studio.session.entry.name == "Second", timeout=WAIT_MS
    )
    assert (keys.user_models_dir() / "second.onnx").is_file()
    assert studio.window.column.models.picker.currentText() == "Second"
    assert [tile.name for tile in studio.window.column.labels.grid.tiles] == ["Any", "a", "b", "c"]
    studio.session.library.folders.pop()


def test_a_broken_model_is_listed_with_the_reason_and_never_used(
    qtbot: QtBot, studio: Studio, models_folder: Path
) -> None:
    bad = models_folder / "bad.onnx"
    bad.write_bytes(b"\x00 nonsense")
    try:
        with qtbot.waitSignal(studio.session.models_changed, timeout=WAIT_MS):
            studio.window.models.refresh()
        panel = studio.window.column.models
        place = panel.picker.findText("bad.onnx (cannot be used)")
        assert place >= 0
        assert not panel.picker.model().index(place, 0).flags() & Qt.ItemFlag.ItemIsEnabled
        assert panel.problems_button.text() == "1 file cannot be used"
        assert studio.session.entry is not None
        assert studio.session.entry.id == "tiny"
    finally:
        bad.unlink()


def test_a_dropped_file_that_is_no_model_is_refused_in_words(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    path = tmp_path / "liar.onnx"
    path.write_bytes(b"liar")
    studio.window.files.open_path(path)
    status = studio.window.status
    qtbot.waitUntil(lambda: status.message.kind is MessageKind.TROUBLE, timeout=WAIT_MS)
    assert "liar.onnx" in status.message.text
    assert not keys.user_models_dir().exists() or not list(keys.user_models_dir().iterdir())


def test_a_drawing_for_a_model_that_is_not_here_says_so(studio: Studio) -> None:
    studio.document.set_choices(model_id="gone-model", model_sha="00")
    note = studio.window.column.models.note
    assert note.isVisible()
    assert "gone-model" in note.text()
    assert studio.session.entry is not None


def test_the_pen_says_when_colouring_does_not_see_what_it_draws(qtbot: QtBot, studio: Studio) -> None:
    bar = studio.window.options
    assert not bar.other_layer.isVisible()
    studio.document.active_layer_id = paint_layer(studio, "Picture 1")
    assert bar.advice.text() == "Draws on Picture 1, which colouring does not see"
    qtbot.mouseClick(bar.other_layer, Qt.MouseButton.LeftButton)
    assert studio.document.active_layer_id == studio.document.line.id
    assert not bar.other_layer.isVisible()
    assert not bar.advice.isVisible()


def test_the_card_unfolds_whole(qtbot: QtBot, studio: Studio) -> None:
    panel = studio.window.column.models
    assert not panel.card.isVisible()
    qtbot.mouseClick(panel.card_button, Qt.MouseButton.LeftButton)
    assert panel.card.isVisible()
    assert panel.about.text().startswith("Colours drawings of Animals & Nature and Food & Drink.")
    qtbot.waitUntil(lambda: panel.measures.text().endswith("ms here"), timeout=WAIT_MS)
    assert "Hide" in panel.card_button.toolTip()
    qtbot.mouseClick(panel.card_button, Qt.MouseButton.LeftButton)
    assert not panel.card.isVisible()


def test_the_whole_column_is_seen_on_a_screen_of_1280_by_800(qtbot: QtBot, studio: Studio) -> None:
    names = (
        "Smileys", "People", "Animals & nature", "Food & drink",
        "Travel & places", "Activities", "Objects", "Symbols",
    )  # fmt: skip
    column = studio.window.column
    column.labels.grid.set_tiles([Tile(name, name) for name in ("Any", *names)])
    studio.window.resize(QSize(1280, 800) - FRAME_SIZE)
    bar = column.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() == 0, timeout=WAIT_MS)
    opacity = column.layers.opacity
    assert column.viewport().rect().contains(opacity.mapTo(column.viewport(), opacity.rect().bottomRight()))


def test_the_options_of_every_tool_begin_at_the_same_place(qtbot: QtBot, studio: Studio) -> None:
    bar = studio.window.options

    def left() -> int:
        parts = (bar.size_row, bar.opacity, bar.colour_name, bar.advice)
        return min(part.mapTo(bar, QPoint(0, 0)).x() for part in parts if part.isVisible())

    begin = left()
    for tool in (ToolId.ERASER, ToolId.HINT, ToolId.FILL, ToolId.PICK, ToolId.PAN):
        studio.window.toolbox.choose(tool)
        qtbot.waitUntil(lambda: left() == begin, timeout=WAIT_MS)


def test_the_eraser_says_where_it_erases_and_leads_to_the_other_layer(qtbot: QtBot, studio: Studio) -> None:
    bar = studio.window.options
    studio.document.active_layer_id = studio.document.hints.id
    assert not bar.advice.isVisible()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_E)
    assert bar.advice.isVisible()
    assert bar.advice.text() == "Erases on Hints"
    studio.window.resize(QSize(1280, 800) - FRAME_SIZE)
    words = bar.advice.fontMetrics().horizontalAdvance(bar.advice.text())
    qtbot.waitUntil(lambda: bar.advice.width() >= words, timeout=WAIT_MS)
    assert bar.other_layer.text() == "Erase lines"
    qtbot.mouseClick(bar.other_layer, Qt.MouseButton.LeftButton)
    assert studio.document.active_layer_id == studio.document.line.id
    assert bar.advice.text() == "Erases on Line"
    assert bar.other_layer.text() == "Erase hints"
    qtbot.mouseClick(bar.other_layer, Qt.MouseButton.LeftButton)
    assert studio.document.active_layer_id == studio.document.hints.id
    studio.window.resize(studio.window.minimumSize())
    qtbot.waitUntil(lambda: not bar.other_layer.isVisible() and bar.advice.width() >= words, timeout=WAIT_MS)


def test_the_card_says_what_a_model_is_for_and_names_its_figures_in_words() -> None:
    manifest = replace(
        TinyModel().manifest(),
        licence="CC BY-SA 4.0",
        author="Us",
        metrics={"n": 160, "metrics": {"l1": 0.0512, "ssim": 0.83}},
    )
    assert facts_line(manifest) == "64 px · 2 labels · hints"
    assert about_line(replace(manifest, labels=tuple("abcde"), dataset="My cats")) == (
        "Colours drawings of a, b, c and 2 more kinds. Learned from My cats. Takes colour hints."
    )
    assert size_line(manifest, 12_300_000, 73.6) == "64 px · 12 MB · 74 ms here"
    assert measured_line(manifest) == "Measured on 160 unseen drawings"
    assert [(figure.name, figure.value) for figure in figures(manifest)] == [
        ("Colour difference", "5.1 %"),
        ("Likeness to the truth", "83 %"),
    ]
    assert origin_line(manifest) == "CC BY-SA 4.0 · Us"
    assert measured_line(TinyModel().manifest()) == ""


def test_a_strangers_words_are_no_html() -> None:
    assert "<img" not in plain_tip("<img src='x'> & more")


def names_in_picker(studio: Studio) -> list[str]:
    picker = studio.window.column.models.picker
    return [picker.itemText(place) for place in range(picker.count()) if picker.itemText(place)]


def test_files_copied_by_hand_are_in_the_list_when_it_opens(
    qtbot: QtBot, studio: Studio, models_folder: Path
) -> None:
    picker = studio.window.column.models.picker
    copy, bad = models_folder / "copy.onnx", models_folder / "bad.onnx"
    shutil.copyfile(models_folder / "tiny.onnx", copy)
    bad.write_bytes(b"no model")
    try:
        with qtbot.waitSignal(studio.session.models_changed, timeout=WAIT_MS):
            qtbot.mouseClick(picker, Qt.MouseButton.LeftButton)
        picker.hidePopup()
        assert names_in_picker(studio) == ["Tiny", "Tiny", "bad.onnx (cannot be used)", OPEN_FOLDER]
    finally:
        copy.unlink()
        bad.unlink()
    with qtbot.waitSignal(studio.session.models_changed, timeout=WAIT_MS):
        QApplication.sendEvent(studio.window, QEvent(QEvent.Type.WindowActivate))
    assert names_in_picker(studio) == ["Tiny", OPEN_FOLDER]


def test_the_list_of_models_ends_with_the_way_to_their_folder(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    picker = studio.window.column.models.picker
    picker.activated.emit(picker.findText(OPEN_FOLDER))
    assert [Path(path) for path in opened] == [keys.user_models_dir()]
    assert picker.currentText() == "Tiny"
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    assert picker.view().isVisible(), "the keys choose nothing unseen"
    picker.hidePopup()
