"""The third column: the samples above; losses, balance, quality, log and runs below."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from studio.core.run_history import RunHistory, Series
from studio.core.runs import RunSummary
from studio.ui.icons import IconBook
from studio.ui.messages import Messages
from studio.ui.palette import Palette
from studio.ui.theme import Theme
from studio.ui.training.log_view import LogView
from studio.ui.training.monitor import RunMonitor, RunPhase
from studio.ui.training.plots import Curve, CurvePlot
from studio.ui.training.quality_page import QualityPage
from studio.ui.training.runs_view import RunsView
from studio.ui.training.samples_view import SamplesView
from studio.ui.training.weights_bar import WeightsBar
from studio.ui.widgets.plain import down
from studio.workers.tasks import Lane, run_in_background

REDRAW_MS = 300
BALANCE_NAMES = {"real": "real", "generated": "generated", "augment": "variation"}


class WatchColumn(QWidget):
    """Follows the monitor; redraws at most three times a second, and only while it is seen."""

    def __init__(
        self,
        monitor: RunMonitor,
        theme: Theme,
        icons: IconBook,
        messages: Messages,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._monitor = monitor
        self._others: dict[str, RunHistory] = {}
        self._offered = False
        palette = theme.palette
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.samples = SamplesView()
        self.losses = CurvePlot(
            palette, smoothing=0.8, logarithmic=True, empty="Losses appear with the first steps."
        )
        self.balance = CurvePlot(
            palette,
            smoothing=0.8,
            levels=(0.5,),
            bounds=(0.0, 1.0),
            empty="The share of patches that the discriminator judges rightly; 0.5 is balance.",
        )
        self.quality = QualityPage(palette)
        self.weights = WeightsBar()
        self._quality_page = QWidget()
        quality_rows = down(self._quality_page)
        quality_rows.addWidget(self.quality, 1)
        quality_rows.addWidget(self.weights)
        self.log = LogView(palette)
        self.runs = RunsView(icons, messages)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for words, page in (
            ("Losses", self.losses),
            ("Balance", self.balance),
            ("Quality", self._quality_page),
            ("Log", self.log),
            ("Runs", self.runs),
        ):
            self.tabs.addTab(page, words)
        self.tabs.currentChanged.connect(self._on_tab)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.samples)
        split.addWidget(self.tabs)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.addWidget(split)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._draw)
        monitor.changed.connect(self._soon)
        monitor.replaced.connect(self._draw)
        self.runs.compared.connect(self._on_compared)
        self.runs.listed.connect(self._on_listed)
        theme.changed.connect(self._on_palette)
        self._draw()

    def show_runs(self) -> None:
        """Bring the list of runs to the front."""
        self.tabs.setCurrentWidget(self.runs)

    def show_losses(self) -> None:
        """Bring the losses to the front."""
        self.tabs.setCurrentWidget(self.losses)

    def _on_listed(self, runs: list[RunSummary]) -> None:
        # Where no run is on show yet, the list is the way back to yesterday's.
        if runs and not self._offered:
            self._offered = True
            if self._monitor.phase is RunPhase.NONE:
                self.show_runs()

    def _soon(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _on_tab(self) -> None:
        if self.tabs.currentWidget() is self.runs:
            self.runs.refresh()
        self._draw()

    def _draw(self) -> None:
        history = self._monitor.history
        self.samples.set_grids(history.samples)
        page = self.tabs.currentWidget()
        if page is self.losses:
            self.losses.set_curves(*self._curves("losses"))
        elif page is self.balance:
            self.balance.set_curves(*self._curves("balance", BALANCE_NAMES))
        elif page is self._quality_page:
            chosen = history.measured.chosen if history.measured is not None else ""
            self.quality.show_curves(list(history.metrics), chosen, *self._curves("metrics"))
        elif page is self.log:
            self.log.set_lines(history.log)

    def _curves(
        self, what: str, names: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Curve], dict[str, dict[str, Curve]]]:
        """The curves of the run on show, and by run those of the ones that it is compared with."""

        def curves(history: RunHistory) -> dict[str, Curve]:
            series: dict[str, Series] = getattr(history, what)
            return {(names or {}).get(name, name): one.arrays() for name, one in series.items()}

        others = {run: curves(history) for run, history in self._others.items()}
        return curves(self._monitor.history), others

    def _on_compared(self, runs: list[RunSummary]) -> None:
        wanted = [run for run in runs if run.path != self._monitor.history.run]
        run_in_background(
            lambda: {run.name: RunHistory.of_run(run.path) for run in wanted},
            self._on_others,
            lane=Lane.SLOW,
        )

    def _on_others(self, others: dict[str, RunHistory]) -> None:
        self._others = others
        self.samples.set_others({name: history.samples for name, history in others.items()})
        self._draw()

    def _on_palette(self, palette: Palette) -> None:
        for plot in (self.losses, self.balance, self.quality):
            plot.set_palette(palette)
        self.log.set_palette(palette)

    # Qt

    def showEvent(self, event: object) -> None:
        self._draw()
