"""What was measured on held-out pictures: the best state's figures, and the newest ones beside them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.core.run_history import RunHistory, figure_words, metric_words
from studio.ui.theme import muted_label, tabular
from studio.ui.training.basis import wrapped
from studio.ui.widgets.elided import ElidedLabel
from training.events import MetricsReady

NOT_YET = "Not measured yet."
NUMBER_PX = 56


class MeasuredBox(QWidget):
    """A row for each figure; the column of the newest ones only while they are not the best."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[MetricsReady | None, ...] | None = None
        self.rows: dict[str, tuple[str, ...]] = {}
        """What stands beside each name: the best, then the newest where it is another one."""
        self.about = wrapped(muted=True)
        self.about.setFont(tabular(self.about.font()))
        self._table = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._table)
        column.addWidget(self.about)
        self.show_history(RunHistory())

    def show_history(self, history: RunHistory) -> None:
        """Show what the run has measured so far."""
        best = history.best or history.measured
        told = (best,) if best is history.measured else (best, history.measured)
        if told == self._shown:
            return
        self._shown = told
        measured = [event for event in told if event is not None]
        names = dict.fromkeys(name for event in measured for name in event.metrics)
        self.rows = {
            metric_words(name): tuple(
                figure_words(event.metrics[name]) if name in event.metrics else "—" for event in measured
            )
            for name in names
        }
        self._tell(measured)
        self._fill(len(measured))

    def _tell(self, measured: list[MetricsReady]) -> None:
        if not measured:
            self.about.setText(NOT_YET)
            self.about.setToolTip("")
            return
        steps = f"Best at step {measured[0].step:,}"
        if len(measured) > 1:
            steps += f", last at {measured[1].step:,}"
        self.about.setText(f"{steps} · N = {measured[0].count:,}")
        self.about.setToolTip(measured[0].protocol)

    def _fill(self, columns: int) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        if columns > 1:
            for place, words in enumerate(("Best", "Last"), start=1):
                grid.addWidget(muted_label(words), 0, place, Qt.AlignmentFlag.AlignRight)
        for row, (name, figures) in enumerate(self.rows.items(), start=1):
            label = ElidedLabel()
            label.setProperty("role", "muted")
            label.set_text(name)
            grid.addWidget(label, row, 0)
            for place, text in enumerate(figures, start=1):
                figure = QLabel(text)
                figure.setFont(tabular(figure.font()))
                figure.setMinimumWidth(NUMBER_PX)
                figure.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(figure, row, place)
        layout = self.layout()
        assert layout is not None
        layout.replaceWidget(self._table, table)
        self._table.deleteLater()
        self._table = table
        table.setVisible(bool(self.rows))
