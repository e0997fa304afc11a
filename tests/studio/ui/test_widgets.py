"""The small controls, each by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.icons import IconBook
from studio.ui.palette import LIGHT
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.flow import FlowLayout
from studio.ui.widgets.picture_grid import PictureGrid, Tile, image_of, wrapped
from studio.ui.widgets.section import Section
from studio.ui.widgets.slider_row import STEPS, Scale, SliderRow, percent, pixels
from studio.ui.widgets.swatches import SwatchGrid, hex_of

SIZES = Scale(1, 512, 1, logarithmic=True)


@given(st.integers(1, 512))
def test_a_logarithmic_scale_finds_its_values_again(value: int) -> None:
    again = SIZES.value_at(SIZES.place_of(value))
    assert again == pytest.approx(value, rel=0.01, abs=1)


@given(st.floats(-5, 5), st.integers(0, STEPS))
def test_a_scale_stays_within_its_ends(value: float, place: int) -> None:
    scale = Scale(0.2, 0.8, 0.01)
    assert 0 <= scale.place_of(value) <= STEPS
    assert 0.2 <= scale.value_at(place) <= 0.8


def test_a_slider_announces_what_the_user_does_and_not_what_it_is_told(qtbot: QtBot) -> None:
    row = SliderRow("Strength", Scale(0, 1, 0.01), percent)
    qtbot.addWidget(row)
    with qtbot.assertNotEmitted(row.moved):
        row.set_value(0.5)
    assert row.figures.text() == "50 %"
    with qtbot.waitSignal(row.moved) as moved:
        qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    assert moved.args[0] > 0.5
    assert pixels(12.0) == "12 px"


def test_a_section_folds_by_its_header(qtbot: QtBot) -> None:
    content = QLabel("inside")
    section = Section("Model", content, IconBook(LIGHT))
    qtbot.addWidget(section)
    section.show()
    with qtbot.waitSignal(section.folded) as folded:
        qtbot.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert folded.args == [True]
    assert not content.isVisible()
    section.set_open(True)
    assert content.isVisible()


def test_a_long_text_is_cut_and_told_by_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.set_text("a sentence that is much too long for sixty pixels")
    label.show()
    assert "much too long" in label.toolTip()
    label.set_text("ok")
    assert label.toolTip() == ""


def test_a_swatch_is_chosen_by_mouse_and_by_keys(qtbot: QtBot) -> None:
    grid = SwatchGrid(columns=2)
    qtbot.addWidget(grid)
    grid.set_colours([(1, 2, 3), (4, 5, 6), (7, 8, 9)])
    grid.show()
    with qtbot.waitSignal(grid.chosen) as chosen:
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell_rect(2).center().toPoint())
    assert chosen.args == [(7, 8, 9)]
    with qtbot.waitSignal(grid.chosen) as chosen:
        qtbot.keyClick(grid, Qt.Key.Key_Right)
        qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert chosen.args == [(4, 5, 6)]
    assert hex_of((255, 0, 16)) == "#FF0010"


def test_tiles_do_not_overlap_and_fill_the_width(qtbot: QtBot) -> None:
    grid = PictureGrid(columns=3)
    qtbot.addWidget(grid)
    grid.set_tiles([Tile(str(n), f"label {n}") for n in range(7)])
    grid.resize(248, grid.sizeHint().height())
    rects = [grid.tile_rect(n) for n in range(7)]
    for place, rect in enumerate(rects):
        assert grid.rect().contains(rect)
        assert not any(rect.intersects(other) for other in rects[place + 1 :])
    assert rects[2].right() == grid.rect().right()


def test_a_row_of_short_names_takes_one_line_and_choosing_moves_nothing(qtbot: QtBot) -> None:
    grid = PictureGrid(columns=2)
    qtbot.addWidget(grid)
    grid.resize(120, 200)
    grid.set_tiles([Tile(name, name) for name in ("a", "b", "two long words", "c")])
    first, second = grid.tile_rect(0).height(), grid.tile_rect(2).height()
    assert second - first == grid.fontMetrics().height()
    before = grid.sizeHint()
    grid.set_weights({"two long words": 1.0})
    assert grid.sizeHint() == before


def test_keys_walk_over_the_tiles(qtbot: QtBot) -> None:
    grid = PictureGrid(columns=3)
    qtbot.addWidget(grid)
    grid.set_tiles([Tile(str(n), str(n)) for n in range(6)])
    grid.show()
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    with qtbot.waitSignal(grid.chosen) as chosen:
        qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert chosen.args == ["3"]
    with qtbot.waitSignal(grid.added) as added:
        qtbot.keyClick(grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert added.args == ["3"]


def test_a_picture_keeps_its_colours(qapp: QApplication) -> None:
    pixels_rgb = np.zeros((3, 5, 3), np.uint8)
    pixels_rgb[1, 4] = (10, 200, 30)
    image = image_of(pixels_rgb)
    assert (image.width(), image.height()) == (5, 3)
    assert image.pixelColor(4, 1).getRgb()[:3] == (10, 200, 30)


@given(st.lists(st.sampled_from(["a", "&", "word", "Nature", "verylongwordindeed"]), min_size=1, max_size=8))
def test_wrapped_names_fit_and_lose_nothing_but_the_end(words: list[str]) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    metrics = QFontMetrics(app.font())
    text = " ".join(words)
    lines = wrapped(text, metrics, 80, 2)
    assert len(lines) <= 2
    assert all(metrics.horizontalAdvance(line) <= 80 for line in lines)
    if all("…" not in line for line in lines):
        assert " ".join(lines) == text


def test_hovering_a_swatch_rings_it(qtbot: QtBot) -> None:
    grid = SwatchGrid()
    qtbot.addWidget(grid)
    grid.set_colours([(250, 250, 250)] * 2)
    grid.show()
    before = grid.grab().toImage()
    qtbot.mouseMove(grid, QPointF(5, 5).toPoint())
    assert grid.grab().toImage() != before


def test_a_flow_breaks_into_lines_where_the_width_ends(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(2, box)
    parts = [QLabel("x") for _ in range(5)]
    for part in parts:
        part.setFixedSize(40, 10)
        flow.addWidget(part)
    assert flow.heightForWidth(250) == 10
    assert flow.heightForWidth(100) == 34
    box.resize(100, 100)
    box.show()
    assert [(part.x(), part.y()) for part in parts] == [(0, 0), (42, 0), (0, 12), (42, 12), (0, 24)]


def test_a_thin_line_in_a_picture_stays_whole_in_its_tile(qtbot: QtBot) -> None:
    pixels = np.full((256, 256, 3), 255, np.uint8)
    for row in range(256):
        pixels[row, 60 + row // 2 : 63 + row // 2] = 0  # three pixels wide, where the tile shows one in six
    grid = PictureGrid()
    qtbot.addWidget(grid)
    grid.set_tiles([Tile("a", "A")])
    grid.set_pictures({"a": pixels})
    grid.resize(240, grid.sizeHint().height())
    image = grid.grab().toImage()
    rect = grid.tile_rect(0)
    left, scale = rect.center().x() - 22, image.devicePixelRatio()
    for y in range(rect.top() + 10, rect.top() + 44):
        tones = [
            image.pixelColor(round(x * scale), round(y * scale)).lightness() for x in range(left, left + 44)
        ]
        assert min(tones) < 200, f"the line is broken in row {y}"


def test_a_slider_keeps_a_value_between_its_places(qtbot: QtBot) -> None:
    row = SliderRow("Pictures", Scale(100, 10_000, 50, logarithmic=True), lambda value: f"{value:.0f}")
    qtbot.addWidget(row)
    row.set_value(2048)
    assert (row.value, row.figures.text()) == (2048, "2048")
    row.slider.setValue(row.slider.value() + 10)
    assert row.value % 50 == 0
    assert row.figures.text() == f"{row.value:.0f}"
