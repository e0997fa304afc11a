"""The pages of the training workspace: the three columns, and what is done apart from them."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.core import settings as keys
from studio.core.run_history import RunHistory
from studio.core.runs import config_of
from studio.core.settings import Settings
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.ui.theme import Theme
from studio.ui.training.evaluation.form import Measured
from studio.ui.training.evaluation.page import EvaluationPage
from studio.ui.training.labelling.page import LabellingPage
from studio.workers.training import TrainingHost


class TrainingPages(QStackedWidget):
    """Shows one page at a time, the columns at first; the others are made on their first visit.

    GUI thread only; `leave` before the program ends.

    *Signals*
    train_wanted(Path, Path): train on the pictures in this folder with the labels in that table.
    """

    train_wanted = Signal(object, object)

    def __init__(
        self,
        columns: QWidget,
        session: Session,
        host: TrainingHost,
        settings: Settings,
        messages: Messages,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = columns
        self._session = session
        self._host = host
        self._settings = settings
        self._messages = messages
        self._theme = theme
        self.evaluation: EvaluationPage | None = None
        self.labelling: LabellingPage | None = None
        self.addWidget(columns)
        host.started.connect(self._on_training)
        host.finished.connect(self._on_training)

    def evaluate(self, history: RunHistory) -> None:
        """Open the page that measures this run."""
        if self.evaluation is None:
            self.evaluation = EvaluationPage(self._settings, self._messages, self._theme.icons)
            self.evaluation.back_wanted.connect(self.show_columns)
            self.addWidget(self.evaluation)
            self._on_training()
        config = config_of(history.run)
        labels = len(history.started.labels) if history.started is not None else 0
        self.evaluation.open(history.run, Measured(config.task if config is not None else "", labels))
        self.setCurrentWidget(self.evaluation)

    def suggest_labels(self, folder: Path | None, table: Path | None = None) -> None:
        """Open the page that suggests labels, for the pictures in ``folder`` where there is one.

        ``table`` has the labels that they have already.
        """
        if self.labelling is None:
            self.labelling = LabellingPage(self._session, self._settings, self._messages, self._theme.icons)
            self.labelling.back_wanted.connect(self.show_columns)
            self.labelling.train_wanted.connect(self._on_train_wanted)
            self.addWidget(self.labelling)
        self.labelling.open(folder, self._settings.get(keys.LAST_DATA_FOLDER), table)
        self.setCurrentWidget(self.labelling)

    def show_columns(self) -> None:
        """Back to data, run and watch."""
        self.setCurrentWidget(self._columns)

    def leave(self) -> None:
        """Give up what is under way; the program ends."""
        if self.evaluation is not None:
            self.evaluation.leave()
        if self.labelling is not None:
            self.labelling.leave()

    def _on_train_wanted(self, folder: Path, table: Path) -> None:
        self.show_columns()
        self.train_wanted.emit(folder, table)

    def _on_training(self) -> None:
        if self.evaluation is not None:
            self.evaluation.set_training(self._host.running)
