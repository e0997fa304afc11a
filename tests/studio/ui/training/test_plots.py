"""Curves over the steps: what is drawn, named, hidden and read out."""

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from studio.ui.palette import DARK, LIGHT
from studio.ui.training.plots import CurvePlot, smoothed
from studio.ui.training.quality_page import QualityPage


def test_smoothing_keeps_a_constant_and_the_length() -> None:
    flat = np.full(50, 3.0)
    assert np.allclose(smoothed(flat, 0.9), flat)
    noisy = np.random.default_rng(0).normal(size=200)
    soft = smoothed(noisy, 0.9)
    assert len(soft) == 200
    assert soft.std() < 0.5 * noisy.std()
    assert smoothed(noisy, 0.0) is noisy


def chip(plot: CurvePlot, words: str) -> QToolButton:
    return next(one for one in plot.findChildren(QToolButton) if one.text() == words)


def test_other_runs_have_one_place_in_the_legend_and_a_line_of_their_own(qtbot: QtBot) -> None:
    plot = CurvePlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show()
    steps = np.array([0.0, 50.0, 100.0])
    own = {"l1": (steps, steps + 1), "gan": (steps, steps + 2)}
    plot.set_curves(own, {"before": {"l1": (steps, steps + 3)}, "<b>": {"gan": (steps, steps + 4)}})
    assert plot.legend == ["● l1", "● gan", "╌╌ before", "┈┈ <b>"]
    pens = {key: items[1].opts["pen"] for key, items in plot._items.items()}
    assert pens["l1", "before"].color() == pens["l1", ""].color(), "a colour is a figure in all runs"
    styles = [pens[key].style() for key in (("l1", ""), ("l1", "before"), ("gan", "<b>"))]
    assert len(set(styles)) == 3
    plot.grab()
    plot._on_hover(plot.plot.getPlotItem().vb.sceneBoundingRect().center())
    assert "l1 51 · before 53" in plot.read_out.toPlainText()
    assert "gan 52 · <b> 54" in plot.read_out.toPlainText()
    chip(plot, "╌╌ before").click()
    assert not plot._items["l1", "before"][1].isVisible()
    assert plot._items["l1", ""][1].isVisible()
    chip(plot, "● gan").click()
    assert not plot._items["gan", "<b>"][1].isVisible()
    plot.set_curves(own)
    assert plot.legend == ["● l1", "● gan"]


def test_curves_come_hide_and_go(qtbot: QtBot) -> None:
    plot = CurvePlot(LIGHT, logarithmic=True, empty="Nothing yet")
    qtbot.addWidget(plot)
    plot.show()
    assert plot.plot.isHidden()
    steps = np.array([1.0, 2.0, 3.0])
    plot.set_curves({"l1": (steps, steps), "gan": (steps, np.zeros(3)), "none": (steps[:0], steps[:0])})
    assert not plot.plot.isHidden()
    assert plot.legend == ["● l1", "● gan"]
    chip(plot, "● l1").click()
    assert not plot._items["l1", ""][1].isVisible()
    plot.set_palette(DARK)
    assert not plot._items["l1", ""][1].isVisible(), "what was hidden stays hidden"
    plot.set_curves({})
    assert plot.plot.isHidden()


def test_the_read_out_tells_the_values_under_the_pointer(qtbot: QtBot) -> None:
    plot = CurvePlot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show()
    steps = np.array([0.0, 50.0, 100.0])
    plot.set_curves({"l1": (steps, np.array([3.0, 2.0, 1.0]))})
    plot.grab()  # painting fits the ranges
    view = plot.plot.getPlotItem().vb
    plot._on_hover(view.sceneBoundingRect().center())
    assert plot.read_out.isVisible()
    assert "Step 50" in plot.read_out.toPlainText()
    assert "l1 2" in plot.read_out.toPlainText()
    plot._on_hover(view.sceneBoundingRect().bottomRight() * 2)
    assert not plot.read_out.isVisible()


def test_quality_shows_one_figure_and_the_deciding_one_first(qtbot: QtBot) -> None:
    page = QualityPage(LIGHT)
    qtbot.addWidget(page)
    steps = np.array([1.0, 2.0])
    curves = dict.fromkeys(("l1", "ssim"), (steps, steps))
    page.show_curves(["l1", "ssim"], "ssim", curves, {"other": curves})
    assert page.figure.currentData() == "ssim"
    assert page.plot.legend == ["● ssim", "╌╌ other"]
    assert page.way.text() == "Higher is better"


@pytest.mark.filterwarnings("error")
def test_a_loss_that_is_zero_has_no_place_on_a_logarithmic_scale(qtbot: QtBot) -> None:
    plot = CurvePlot(LIGHT, logarithmic=True)
    qtbot.addWidget(plot)
    plot.show()
    steps = np.arange(1.0, 5.0)
    plot.set_curves({"none": (steps, np.zeros(4)), "some": (steps, np.array([1.0, 0.0, 2.0, 3.0]))})
    plot.grab()
    assert plot._items["none", ""][1].getData()[0] is None
    plot.logarithmic.setChecked(False)
    assert len(plot._items["none", ""][1].getData()[0]) == 4
