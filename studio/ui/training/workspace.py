"""The training workspace: three columns read from left to right, connected to the run."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from studio.core import settings as keys
from studio.core.library import ModelEntry
from studio.core.runs import (
    RunSummary,
    checkpoints_of,
    config_of,
    cut_off_runs,
    forget_cut_off,
    new_run_folder,
)
from studio.core.settings import Settings
from studio.ui.drawing_files import show_in_folder
from studio.ui.inline_bar import InlineBar
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.ui.theme import Theme
from studio.ui.training.basis import ScrollColumn
from studio.ui.training.data_choice import DataChoice
from studio.ui.training.data_column import DataColumn
from studio.ui.training.drop_zone import dropped_folder
from studio.ui.training.monitor import RunMonitor, RunPhase
from studio.ui.training.pages import TrainingPages
from studio.ui.training.preview_sender import PreviewSender
from studio.ui.training.publish_dialog import PublishDialog
from studio.ui.training.run_form import RunForm
from studio.ui.training.run_progress import RunProgress
from studio.ui.training.watch_column import WatchColumn
from studio.ui.widgets.plain import across, down, standing_line
from studio.workers.publish import Card, Published, Publisher
from studio.workers.tasks import Lane, run_in_background
from studio.workers.training import TrainingHost
from training import commands
from training.files import UserError
from training.manifest import SKETCH_TASK
from training.needs import offer_of


class TrainingWorkspace(QWidget):
    """Data, run and watch. GUI thread only; `leave` before the program ends.

    *Signals*
    generate_wanted(): the user wants to see what a new model of labels makes.
    draw_wanted(): the user wants to draw with a new model.
    offer_declined(): the user leaves the run that was cut off as it is.
    """

    generate_wanted = Signal()
    draw_wanted = Signal()
    offer_declined = Signal()

    def __init__(
        self,
        session: Session,
        host: TrainingHost,
        publisher: Publisher,
        settings: Settings,
        messages: Messages,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._host = host
        self._publisher = publisher
        self._settings = settings
        self._messages = messages
        self._trying = False
        self.choice = DataChoice(self)
        self.monitor = RunMonitor(host, self)
        self._preview = PreviewSender(session, host, parent=self)
        self.data = DataColumn(self.choice, theme.icons)
        self.data.drop.last_folder = settings.get(keys.LAST_DATA_FOLDER)
        self.form = RunForm(session, theme.icons)
        self.progress = RunProgress(self.monitor, theme.icons)
        run_column = ScrollColumn("Run")
        run_column.rows.addWidget(self.form)
        run_column.rows.addWidget(self.progress)
        run_column.rows.addStretch(1)
        self.watch = WatchColumn(self.monitor, theme, theme.icons, messages)
        self.notice = InlineBar(theme.icons)
        self.notice.setObjectName("trainingNotice")
        self.notice.setStyleSheet("#trainingNotice { margin: 8px; }")
        home = QWidget()
        columns = across(home)
        for part in (self.data, standing_line(), run_column, standing_line()):
            columns.addWidget(part)
        columns.addWidget(self.watch, 1)
        self.pages = TrainingPages(home, session, host, settings, messages, theme)
        rows = down(self)
        rows.addWidget(self.notice)
        rows.addWidget(self.pages, 1)
        self.setAcceptDrops(True)
        self._connect()
        self._show()
        self._offer_cut_off()
        self.watch.runs.refresh()

    def leave(self) -> None:
        """Stop looking through folders and fetching; the program ends."""
        self.choice.cancel()
        self.watch.weights.cancel()
        self.pages.leave()

    # Commands

    def start(self) -> None:
        """Begin a run with what is chosen."""
        folder = self.choice.folder
        if folder is None:
            return
        name = self.form.name.text().strip() or folder.name
        run = new_run_folder(name)
        try:
            config = self.form.plan.config_for(folder, run, self.choice.source, self.choice.sketch)
            self._preview.set_side(config.size)
            self._host.start(config)
        except UserError as error:
            self._messages.trouble(str(error))
        else:
            # A name belongs to one run; the next is called by its folder again.
            self.form.name.clear()

    def resume(self, run: Path, extend: float = 0.0) -> None:
        """Go on with a run; ``extend`` plans a finished one anew, longer by that share."""
        try:
            config = config_of(run)
            if config is not None:
                self._preview.set_side(config.size)
                if self.choice.folder != Path(config.data):
                    self.choice.take_over(Path(config.data), config.source, config.sketch)
            steps = minutes = None
            if extend and config is not None:
                if config.minutes is not None:
                    minutes = config.minutes * (1 + extend)
                else:
                    steps = round(max(config.steps, self.monitor.history.step) * (1 + extend))
            self._host.resume(run, steps, minutes)
            if config is not None:
                self.data.set_drawn(config.task == SKETCH_TASK)
        except UserError as error:
            self._messages.trouble(str(error))

    def try_now(self) -> None:
        """Draw with the model as it is now: save it first where it is being trained."""
        if self.monitor.running:
            self._trying = True
            self._messages.news("The state is being saved; then you can try it.")
            self._host.send(commands.SaveCheckpoint())
        else:
            self._try_step()

    def ask_publish(self) -> None:
        """Ask for the model's card, then publish the run."""
        run = self.monitor.history.run
        PublishDialog(self.window(), run.name, "", partial(self._publish, run))

    def evaluate(self) -> None:
        """Open the page on which the run on show is measured."""
        if self.monitor.phase is RunPhase.NONE:
            self.pages.show_columns()
            self.watch.show_runs()
            self._messages.news("Choose a run first: Show in the list of runs, then Evaluate.")
        else:
            self.pages.evaluate(self.monitor.history)

    def suggest_labels(self) -> None:
        """Open the page on which pictures without labels get some."""
        choice = self.choice
        is_open = choice.is_unlabelled or choice.table is not None
        self.pages.suggest_labels(choice.folder if is_open else None, choice.table)

    # What happens

    def _connect(self) -> None:
        self.choice.changed.connect(self._show)
        # Whoever brings other pictures wants another run; the one on show stays in the list.
        self.choice.chosen.connect(self.monitor.clear)
        self.data.drop.folder_opened.connect(partial(self._settings.set, keys.LAST_DATA_FOLDER))
        self.form.start_wanted.connect(self.start)
        self.form.planned.connect(self._on_planned)
        self.progress.try_wanted.connect(self.try_now)
        self.progress.try_step_wanted.connect(self._try_step)
        self.progress.publish_wanted.connect(self.ask_publish)
        self.progress.evaluate_wanted.connect(self.evaluate)
        self.data.labels_wanted.connect(self.suggest_labels)
        self.form.labels_wanted.connect(self.suggest_labels)
        self.pages.train_wanted.connect(self._on_labelled)
        self.progress.resume_wanted.connect(self._on_resume_wanted)
        self.progress.extend_wanted.connect(self._on_extend_wanted)
        self.progress.another_wanted.connect(self.monitor.clear)
        self.monitor.changed.connect(self._show)
        self.monitor.checkpoint_saved.connect(self._on_checkpoint)
        self.watch.runs.show_wanted.connect(self._on_show_wanted)
        self.watch.runs.resume_wanted.connect(self._on_resume_listed)
        self.watch.runs.deleted.connect(self._on_deleted)
        self._host.started.connect(self.notice.hide)
        self._host.started.connect(self.watch.runs.refresh)
        self._host.started.connect(self.watch.show_losses)
        self._host.finished.connect(self._on_finished)
        self._publisher.published.connect(self._on_published)
        self._publisher.failed.connect(self._messages.trouble)
        self._publisher.busy_changed.connect(self.progress.set_exporting)

    def _show(self) -> None:
        has_run = self.monitor.phase is not RunPhase.NONE
        self.form.setVisible(not has_run)
        self.progress.setVisible(has_run)
        if not has_run:
            self._on_planned()
        choice = self.choice
        reason = ""
        if self._host.running:
            reason = "A training is going on"
        elif choice.folder is None:
            reason = "Choose pictures first"
        elif choice.problem:
            reason = "These pictures cannot be used; see the first column"
        elif choice.found is None and not choice.is_prepared:
            reason = "The pictures are being looked through"
        self.form.set_blocked(reason)
        found, name = choice.found, f"“{choice.folder.name}”" if choice.folder is not None else ""
        self.form.show_offer(
            offer_of(found.report) if found is not None else None, name, choice.is_unlabelled
        )
        if choice.folder is not None:
            self.form.name.setPlaceholderText(choice.folder.name)
        self.data.set_locked(self.monitor.running)

    def _on_planned(self) -> None:
        self.data.set_drawn(self.form.plan.base().task == SKETCH_TASK)

    def _on_labelled(self, folder: Path, table: Path) -> None:
        if self.monitor.running:
            self._messages.news("The labels are saved; choose the folder again when the training is over.")
        else:
            self.choice.choose(folder, table)

    def _on_resume_wanted(self) -> None:
        self.resume(self.monitor.history.run)

    def _on_extend_wanted(self, share: float) -> None:
        self.resume(self.monitor.history.run, extend=share)

    def _on_resume_listed(self, run: RunSummary) -> None:
        self.resume(run.path)

    def _on_show_wanted(self, run: RunSummary) -> None:
        if self._host.running:
            self._messages.news("The run that is trained stays on show; compare another one by its tick.")
        else:
            self.monitor.show_run(run)

    def _on_deleted(self, run: Path) -> None:
        if run == self.monitor.history.run:
            self.monitor.clear()

    def _on_finished(self) -> None:
        if self.monitor.checkpoints:
            self._on_checkpoint()
        self._trying = False
        self.watch.runs.refresh()

    def _offer_cut_off(self) -> None:
        found = cut_off_runs()
        if not found or self._host.running:
            return
        run = found[0]
        lost = (
            "Nothing up to its last checkpoint is lost."
            if checkpoints_of(run)
            else "It had saved nothing yet and begins again as it was set up."
        )
        self.notice.ask(
            f"The training “{run.name}” was cut off. {lost}",
            [("Go on with it", partial(self.resume, run)), ("Leave it", partial(self._leave_cut_off, run))],
        )

    def _leave_cut_off(self, run: Path) -> None:
        forget_cut_off(run)
        self.watch.runs.refresh()
        self.offer_declined.emit()
        self._offer_cut_off()

    # Models

    def _on_checkpoint(self) -> None:
        if self._trying:
            self._trying = False
            self._try_step()

    def _try_step(self, step: int | None = None) -> None:
        try:
            step = self._publisher.try_step(self.monitor.history.run, step)
        except UserError as error:
            self._messages.trouble(str(error))
        else:
            self._messages.news(f"The state of step {step:,} is being made ready.")

    def _publish(self, run: Path, card: Card) -> None:
        try:
            self._publisher.publish(run, card)
        except UserError as error:
            self._messages.trouble(str(error))
        else:
            self._messages.news(f"{card.name} is being exported and compared with PyTorch.")

    def _on_published(self, published: Published) -> None:
        library = self._session.library
        if published.path.parent not in library.folders:
            library.folders.append(published.path.parent)
        run_in_background(
            library.refresh,
            partial(self._on_in_library, published),
            self._say,
            lane=Lane.SLOW,
        )

    def _say(self, error: UserError) -> None:
        self._messages.trouble(str(error))

    def _on_in_library(self, published: Published, entries: list[ModelEntry]) -> None:
        self._session.show_models()
        entry = next((entry for entry in entries if entry.path == published.path), None)
        if entry is None or not entry.usable:
            problem = entry.problem if entry is not None else None
            self._messages.trouble(problem or f"{published.path.name} is gone; publish it again.")
            return
        colours = self._session.use(entry)
        if not colours:
            if not published.trial:
                self._settings.set(keys.GENERATE_MODEL, entry.id)
            state = "can be tried out until the program ends" if published.trial else "is published"
            self._messages.news(f"{entry.name} {state}.", "Open Generate", self.generate_wanted.emit)
        elif published.trial:
            text = f"{entry.name} colours your drawing now, until the program ends."
            self._messages.news(text, "Draw with it", self.draw_wanted.emit)
        else:
            text = f"{entry.name} is published and in use; it deviates by at most {published.worst}/255."
            self._messages.news(text, "Show file", partial(show_in_folder, published.path))

    # Qt

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folder(event.mimeData()) is not None and not self.monitor.running:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = dropped_folder(event.mimeData())
        if folder is None or self.monitor.running:
            event.ignore()
            return
        event.acceptProposedAction()
        self.choice.choose(folder)
