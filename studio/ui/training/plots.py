"""Curves over the steps: smoothed, logarithmic, with a read-out under the pointer and zoom."""

import html
from collections.abc import Mapping
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.ui.palette import Palette
from studio.ui.theme import muted_label
from studio.ui.training.basis import link
from studio.ui.widgets.flow import FlowLayout
from studio.ui.widgets.slider_row import Scale, SliderRow, percent

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
Key = tuple[str, str]
"""A curve's name, and the run it is of: "" for the one on show."""

ON_LIGHT = ("#3d5bd9", "#c2410c", "#0f766e", "#a21caf", "#8a6d00", "#475569", "#b91c1c", "#15803d")
ON_DARK = ("#8ea2ff", "#fb923c", "#2dd4bf", "#e879f9", "#facc15", "#94a3b8", "#f87171", "#4ade80")
FAINT = 70
"""Alpha of the unsmoothed curve behind a smoothed one."""
MOST_DOTS = 40
LINES = (
    (Qt.PenStyle.DashLine, "╌╌"),
    (Qt.PenStyle.DotLine, "┈┈"),
    (Qt.PenStyle.DashDotLine, "╌·"),
    (Qt.PenStyle.DashDotDotLine, "╌··"),
)
"""How other runs are drawn, and what stands for it in the legend: a colour means the same figure in all."""


def smoothed(values: NDArray[np.float64], amount: float) -> NDArray[np.float64]:
    """Return the running mean of ``values``, ``amount`` 0..1; the start is not drawn towards zero."""
    if amount <= 0 or len(values) < 2:
        return values
    keep = min(amount, 0.99)
    result, mean, weight = np.empty_like(values), 0.0, 0.0
    for i, value in enumerate(values):
        mean = keep * mean + (1 - keep) * value
        weight = keep * weight + (1 - keep)
        result[i] = mean / weight
    return result


def _positive(steps: NDArray[np.float64], values: NDArray[np.float64]) -> Curve:
    """The curve with gaps where a logarithm has no value, such as the loss of hints without any hints."""
    shown = values > 0
    return (steps, np.where(shown, values, np.nan)) if shown.any() else (steps[:0], values[:0])


class _ValueAxis(pg.AxisItem):
    """Labels 1, 2 and 5 of each decade on a logarithmic scale, where all ten would overlap."""

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        strings: list[str] = super().logTickStrings(values, scale, spacing)
        leading = [round(10 ** (value % 1)) for value in values]
        return [text if first in (1, 2, 5, 10) else "" for text, first in zip(strings, leading, strict=True)]


class CurvePlot(QWidget):
    """A plot with its own legend (click a name to hide its curve, or a run to hide all of its), smoothing
    and scale.

    ``levels`` are values with a line of their own, such as 0.5 for balance.
    """

    def __init__(
        self,
        palette: Palette,
        *,
        smoothing: float = 0.0,
        logarithmic: bool = False,
        levels: tuple[float, ...] = (),
        bounds: tuple[float, float] | None = None,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._curves: dict[Key, Curve] = {}
        self._hidden: set[Key] = set()
        """Names as (name, ""), other runs as ("", run)."""
        self._items: dict[Key, tuple[pg.PlotDataItem, pg.PlotDataItem]] = {}
        self._colours: dict[str, QColor] = {}
        self._chips: dict[Key, QToolButton] = {}
        self._palette = palette
        self._empty = empty
        self._levels = levels
        self.plot = pg.PlotWidget(axisItems={"left": _ValueAxis("left")})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMinimumHeight(120)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        item = self.plot.getPlotItem()
        item.showGrid(x=False, y=True, alpha=0.15)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        if bounds is not None:
            item.setYRange(*bounds, padding=0.02)
            item.enableAutoRange(axis="y", enable=False)
        self._bounds = bounds
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        item.addItem(self._cursor, ignoreBounds=True)
        for level in levels:
            item.addItem(pg.InfiniteLine(pos=level, angle=0, movable=False), ignoreBounds=True)
        self.read_out = pg.TextItem(anchor=(0, 0))
        self.read_out.setZValue(100)  # above the curves that are added later
        self.read_out.hide()
        item.addItem(self.read_out, ignoreBounds=True)
        self.smooth = SliderRow("Smoothing", Scale(0, 0.99, 0.01), percent)
        self.smooth.set_value(smoothing)
        self.smooth.setMaximumWidth(230)
        self.smooth.moved.connect(self._draw)
        self.logarithmic = QCheckBox("Log")
        self.logarithmic.setToolTip("Logarithmic scale: equal heights are equal ratios")
        self.logarithmic.setChecked(logarithmic)
        self.logarithmic.toggled.connect(self._draw)
        if bounds is not None:
            self.logarithmic.hide()
        self.fit = link("Show all", "Take the zoom back (wheel and dragging zoom and move)")
        self.fit.clicked.connect(self._fit)
        self._legend = FlowLayout()
        bottom = QHBoxLayout()
        bottom.setSpacing(12)
        bottom.addWidget(self.smooth)
        bottom.addWidget(self.logarithmic)
        bottom.addStretch(1)
        bottom.addWidget(self.fit)
        self._nothing = muted_label(empty)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._legend)
        column.addWidget(self._nothing, 1)
        column.addWidget(self.plot, 1)
        column.addLayout(bottom)
        self.plot.scene().sigMouseMoved.connect(self._on_hover)
        self.plot.installEventFilter(self)
        self.set_palette(palette)
        self._draw()

    def set_palette(self, palette: Palette) -> None:
        """Draw in another theme's colours."""
        self._palette = palette
        self.plot.setBackground(palette.field)
        axis_pen = pg.mkPen(palette.border)
        for name in ("left", "bottom"):
            axis = self.plot.getPlotItem().getAxis(name)
            axis.setPen(axis_pen)
            axis.setTextPen(pg.mkPen(palette.muted))
        self.read_out.fill = pg.mkBrush(palette.raised)
        self.read_out.border = pg.mkPen(palette.border)
        self._cursor.setPen(pg.mkPen(palette.muted, style=Qt.PenStyle.DashLine))
        self._forget_all()
        self._draw()

    def set_curves(
        self, curves: Mapping[str, Curve], others: Mapping[str, Mapping[str, Curve]] | None = None
    ) -> None:
        """Show these curves, and those of ``others`` by run; what was hidden stays hidden."""
        runs = {"": curves, **(others or {})}
        shown = {
            (name, run): curve
            for run, theirs in runs.items()
            for name, curve in theirs.items()
            if len(curve[0])
        }
        if shown.keys() != self._curves.keys():
            self._forget_all()
        self._curves = shown
        self._draw()

    @property
    def legend(self) -> list[str]:
        """What stands in the legend: the names, then the other runs."""
        return [chip.text() for chip in self._chips.values()]

    def _draw(self) -> None:
        logarithmic = self.logarithmic.isChecked()
        self.plot.setLogMode(x=False, y=logarithmic)
        if not self._items:
            self._add_all()
        for key, (steps, values) in self._curves.items():
            faint, strong = self._items[key]
            soft = smoothed(values, self.smooth.value)
            for item, drawn in ((faint, values), (strong, soft)):
                item.setData(*(_positive(steps, drawn) if logarithmic else (steps, drawn)))
            # A single measurement has no line yet; many would become a thick one.
            strong.setSymbol("o" if len(steps) <= MOST_DOTS else None)
            faint.setVisible(self._is_shown(key) and soft is not values and not key[1])
            strong.setVisible(self._is_shown(key))
        has_curves = bool(self._curves)
        for chip in self._chips.values():
            chip.setVisible(len(self._chips) > 1)
        self._nothing.setVisible(not has_curves)
        for part in (self.plot, self.smooth, self.fit):
            part.setVisible(has_curves)
        self.logarithmic.setVisible(has_curves and self._bounds is None)

    def _is_shown(self, key: Key) -> bool:
        name, run = key
        return (name, "") not in self._hidden and not (run and ("", run) in self._hidden)

    def _add_all(self) -> None:
        colours = ON_DARK if self._palette.is_dark else ON_LIGHT
        names = dict.fromkeys(name for name, _ in self._curves)
        runs = [run for run in dict.fromkeys(run for _, run in self._curves) if run]
        for place, name in enumerate(names):
            self._colours[name] = QColor(colours[place % len(colours)])
            self._add_chip((name, ""), f"● {name}", self._colours[name].name())
        styles = {"": Qt.PenStyle.SolidLine}
        for place, run in enumerate(runs):
            styles[run], sign = LINES[place % len(LINES)]
            self._add_chip(("", run), f"{sign} {run}", self._palette.text)
        for name, run in self._curves:
            self._add_curve((name, run), styles[run])

    def _add_curve(self, key: Key, style: Qt.PenStyle) -> None:
        colour = self._colours[key[0]]
        faint = QColor(colour)
        faint.setAlpha(FAINT)
        behind = pg.PlotDataItem(pen=pg.mkPen(faint, width=1), connect="finite")
        # Its spikes would leave the curves little room.
        self.plot.addItem(behind, ignoreBounds=True)
        front = self.plot.plot(pen=pg.mkPen(colour, width=2, style=style), connect="finite")
        for item in (behind, front):
            item.setDownsampling(auto=True, method="peak")
            item.setClipToView(True)
        front.setSymbolSize(4)
        front.setSymbolBrush(colour)
        front.setSymbolPen(None)
        self._items[key] = (behind, front)

    def _add_chip(self, key: Key, words: str, colour: str) -> None:
        chip = QToolButton()
        chip.setText(words)
        chip.setCheckable(True)
        chip.setChecked(key not in self._hidden)
        chip.setProperty("role", "chip")
        chip.setStyleSheet(
            "QToolButton { padding: 1px 6px; }"
            f"QToolButton:checked {{ color: {colour}; background: transparent; }}"
        )
        chip.setToolTip("Hide or show this run's curves" if key[1] else "Hide or show this curve")
        chip.toggled.connect(partial(self._on_chip, key))
        self._legend.addWidget(chip)
        self._chips[key] = chip

    def _forget_all(self) -> None:
        for item in (item for pair in self._items.values() for item in pair):
            self.plot.removeItem(item)
        for chip in self._chips.values():
            self._legend.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._items.clear()
        self._chips.clear()

    def _on_chip(self, key: Key, shown: bool) -> None:
        self._hidden.discard(key) if shown else self._hidden.add(key)
        self._draw()

    def _fit(self) -> None:
        view = self.plot.getPlotItem()
        view.enableAutoRange(axis="x")
        if self._bounds is None:
            view.enableAutoRange(axis="y")
        else:
            view.setYRange(*self._bounds, padding=0.02)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._cursor.hide()
            self.read_out.hide()
        return False

    def _on_hover(self, place: QPointF) -> None:
        item = self.plot.getPlotItem()
        inside = item.vb.sceneBoundingRect().contains(place)
        shown = {key: curve for key, curve in self._curves.items() if self._is_shown(key)}
        if not inside or not shown:
            self._cursor.hide()
            self.read_out.hide()
            return
        pointed = item.vb.mapSceneToView(place)
        step, at = pointed.x(), 0.0
        lines: dict[str, str] = {}
        for (name, run), (steps, values) in shown.items():
            index = int(np.abs(steps - step).argmin())
            value = smoothed(values, self.smooth.value)[index]
            at = at if run else steps[index]
            colour = self._colours[name].name()
            before = lines.get(name, f"<span style='color:{colour}'>●</span> {html.escape(name)}")
            lines[name] = f"{before} {html.escape(f'· {run} ' if run else '')}{value:.4g}"
        self._cursor.setPos(at)
        self._cursor.show()
        self.read_out.setHtml(
            f"<div style='color:{self._palette.text}'>Step {at:,.0f}<br>{'<br>'.join(lines.values())}</div>"
        )
        box = item.vb.sceneBoundingRect()
        # Away from the border that the pointer is near.
        self.read_out.setAnchor((float(place.x() > box.center().x()), 0.0))
        self.read_out.setPos(at, item.vb.viewRange()[1][1])
        self.read_out.show()
