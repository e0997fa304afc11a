"""Quality over time: one figure at a time, for their scales have nothing to do with each other."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.run_history import metric_words
from studio.ui.palette import Palette
from studio.ui.theme import muted_label
from studio.ui.training.plots import Curve, CurvePlot
from training.sections import LOWER_IS_BETTER


class QualityPage(QWidget):
    """A box to choose the figure, and its curve below."""

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: Mapping[str, Curve] = {}
        self._others: Mapping[str, Mapping[str, Curve]] = {}
        self.figure = QComboBox()
        self.figure.setAccessibleName("Figure")
        self.figure.activated.connect(self._draw)
        self.way = muted_label()
        self.plot = CurvePlot(palette, empty="Figures on held-out pictures appear when they are measured.")
        row = QHBoxLayout()
        row.addWidget(self.figure)
        row.addWidget(self.way, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.plot, 1)

    def set_palette(self, palette: Palette) -> None:
        """Draw in another theme's colours."""
        self.plot.set_palette(palette)

    def show_curves(
        self,
        names: Sequence[str],
        chosen: str,
        curves: Mapping[str, Curve],
        others: Mapping[str, Mapping[str, Curve]] | None = None,
    ) -> None:
        """Show the figures ``names``; ``chosen`` decides on the best state and comes first.

        ``others`` holds the curves of other runs, by run.
        """
        self._curves, self._others = curves, others or {}
        ordered = sorted(names, key=lambda name: name != chosen)
        if [self.figure.itemData(i) for i in range(self.figure.count())] != ordered:
            before = self.figure.currentData()
            with QSignalBlocker(self.figure):
                self.figure.clear()
                for name in ordered:
                    decides = " · decides on the best" if name == chosen else ""
                    self.figure.addItem(f"{metric_words(name)}{decides}", name)
                self.figure.setCurrentIndex(max(0, self.figure.findData(before)))
        self._draw()

    def _draw(self) -> None:
        name = self.figure.currentData() or ""
        self.figure.setVisible(bool(name))
        lower = LOWER_IS_BETTER.get(name, LOWER_IS_BETTER.get(name.split("_")[0], True))
        self.way.setText(("Lower is better" if lower else "Higher is better") if name else "")
        self.plot.set_curves(
            _only(name, self._curves), {run: _only(name, theirs) for run, theirs in self._others.items()}
        )


def _only(name: str, curves: Mapping[str, Curve]) -> dict[str, Curve]:
    return {name: curves[name]} if name in curves else {}
