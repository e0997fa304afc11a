"""Labels are suggested for pictures that have none, gone through by a person, and saved as a table."""

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QToolButton, QWidget

from studio.core.label_sheet import LabelSheet, label_keys, with_settled
from studio.core.settings import Settings, user_cache_dir
from studio.ui.drawing_files import show_in_folder
from studio.ui.icons import ICON_PX, IconBook
from studio.ui.inline_bar import InlineBar
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.ui.training.basis import with_icon
from studio.ui.training.drop_zone import dropped_folder
from studio.ui.training.labelling.empty import EmptyPage
from studio.ui.training.labelling.grid import LabelGrid
from studio.ui.training.labelling.label_list import LabelList
from studio.ui.training.labelling.saved import Saved, read_saved
from studio.ui.training.labelling.setup import LabelSetup
from studio.ui.training.page_head import PageHead
from studio.ui.widgets.plain import across, down, lying_line, standing_line
from studio.workers.errand import Errand
from studio.workers.tasks import run_in_background
from training.data.labels_file import NAME, Suggestion, Suggestions, suggestions_from, write_labels
from training.files import UserError, read_json


class LabellingPage(QWidget):
    """Owns the sheet of labels. GUI thread; `leave` before the program ends.

    *Signals*
    back_wanted(): the person has done enough.
    train_wanted(Path, Path): train on the pictures in this folder with the labels in that table.
    """

    back_wanted = Signal()
    train_wanted = Signal(object, object)

    def __init__(
        self,
        session: Session,
        settings: Settings,
        messages: Messages,
        icons: IconBook,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._messages = messages
        self._errand = Errand(settings, self)
        self.sheet = LabelSheet()
        self._asked: Path | None = None
        self._folder = Path()
        self._table: Path | None = None
        """Where the labels of this sheet were saved last."""
        self._place = Path()
        """Where they belong: among the pictures, or in the table that they were taken from."""
        self._then_train = False
        self._keys = {"Ctrl+Z": self._undo, "Ctrl+Shift+Z": self._redo, "Ctrl+S": self._on_save_key}
        self.head = PageHead("Suggest labels", icons)
        self.undo = self._tool("undo", "Take the last correction back (Ctrl+Z)", self._undo, icons)
        self.redo = self._tool("redo", "Make it again (Ctrl+Shift+Z)", self._redo, icons)
        self.save = with_icon("Save", "content-save-outline", icons)
        self.save.clicked.connect(self.save_beside)
        self.save_as = with_icon("Save elsewhere…", "content-save-edit-outline", icons)
        self.save_as.clicked.connect(self.ask_where)
        self.train = with_icon("Train with them", "school-outline", icons, on_accent=True)
        self.train.setProperty("role", "primary")
        self.train.clicked.connect(self.save_and_train)
        for part in (self.undo, self.redo, self.save, self.save_as, self.train):
            self.head.add(part)
        self.notice = InlineBar(icons)
        self.setup = LabelSetup(session, self._errand, icons)
        self.grid = LabelGrid()
        self.list = LabelList(icons)
        self.empty = EmptyPage()
        self.middle = QStackedWidget()
        self.middle.addWidget(self.empty)
        self.middle.addWidget(self.grid)
        self._aside = standing_line()
        body = across()
        body.addWidget(self.setup)
        body.addWidget(standing_line())
        body.addWidget(self.middle, 1)
        body.addWidget(self._aside)
        body.addWidget(self.list)
        rows = down(self)
        rows.addWidget(self.head)
        rows.addWidget(lying_line())
        rows.addWidget(self.notice)
        rows.addLayout(body, 1)
        self.setAcceptDrops(True)
        self._connect()
        self._show()

    def open(self, folder: Path | None, start_at: str = "", table: Path | None = None) -> None:
        """Show the page; ``folder`` holds pictures without labels, or with those in a ``table``.

        Dialogs start at ``start_at``.
        """
        for field in (self.setup.unlabelled, self.setup.like):
            field.last_folder = start_at
        if folder is not None and (not len(self.sheet) or self.sheet.is_saved):
            self.setup.unlabelled.set_folder(folder)
            if table is not None and table != folder / NAME:
                self._open_saved(folder, table, self._on_no_table)

    def leave(self) -> None:
        """Give up what is under way."""
        self._errand.close()

    def suggest(self) -> None:
        """Have labels suggested; those gone through so far are kept until then."""
        if len(self.sheet) and self.sheet.can_undo and not self.sheet.is_saved:
            self.notice.ask(
                "The labels you have gone through are not saved.",
                [("Save them first", self.save_beside), ("Suggest anew", self._suggest)],
            )
        else:
            self._suggest()

    def assign(self, files: Sequence[str], label: str) -> None:
        """Give ``files`` a label, or leave them out, and go on with the next picture."""
        self._settle(files, partial(self.sheet.assign, files, label))

    def confirm(self, files: Sequence[str]) -> None:
        """Settle that ``files`` have the right labels, and go on with the next picture."""
        self._settle(files, partial(self.sheet.confirm, files))

    def save_beside(self) -> None:
        """Save the labels where they belong; ask before another table there is replaced."""
        path = self._place
        if path == self._table or not path.exists():
            self._save(path)
            return
        self.notice.ask(
            f"{path.parent.name} has a table of labels already ({path.name}).",
            [("Replace it", partial(self._save, path)), ("Save elsewhere…", self.ask_where)],
        )

    def ask_where(self) -> None:
        """Save the labels in a file that the person names."""
        dialog = QFileDialog(
            self.window(), "Save the labels", str((self._table or self._folder / NAME).parent)
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Table (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(NAME)
        dialog.fileSelected.connect(self._on_where)
        dialog.rejected.connect(self._on_not_saved)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_which(self) -> None:
        """Go on with the labels in a table that the person names."""
        folder = self.setup.unlabelled.folder
        assert folder is not None
        dialog = QFileDialog(self.window(), "Open saved labels", str((self._table or folder / NAME).parent))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Table (*.csv)")
        dialog.fileSelected.connect(partial(self._on_which, folder))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_and_train(self) -> None:
        """Save where that was not done, then go on to training."""
        if self.sheet.is_saved:
            self.train_wanted.emit(self._folder, self._table)
            return
        self._then_train = True
        self.save_beside()

    def _connect(self) -> None:
        self.head.back.clicked.connect(self.back_wanted)
        self.setup.suggest_wanted.connect(self.suggest)
        self.setup.saved_wanted.connect(self.ask_which)
        self.setup.unlabelled.changed.connect(self._on_folder)
        self._errand.done.connect(self._on_suggested)
        self._errand.failed.connect(self._on_failed)
        self.grid.assign_wanted.connect(self.assign)
        self.grid.confirm_wanted.connect(self.confirm)
        self.grid.key_pressed.connect(self._on_key)
        self.grid.chosen_changed.connect(self._on_chosen)
        self.list.label_clicked.connect(self._on_label)
        self.list.dropped.connect(self.assign)
        self.list.new_wanted.connect(self._on_new_label)
        self.notice.cross.clicked.connect(self._on_not_saved)

    def _tool(self, icon: str, tip: str, run: object, icons: IconBook) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(run)
        icons.bind(button, icon)
        return button

    def _suggest(self) -> None:
        out = user_cache_dir() / f"suggestions-{uuid.uuid4().hex[:8]}.json"
        self._asked = self.setup.unlabelled.folder
        try:
            self._errand.start("suggest", self.setup.request(out))
        except UserError as error:
            self.setup.work.say(str(error))

    def _on_suggested(self, out: Path) -> None:
        run_in_background(partial(_read_once, out), self._on_read, self._on_unread)

    def _on_read(self, found: Suggestions) -> None:
        assert self._asked is not None
        rows = found.rows
        if self._asked == self._folder:
            rows = with_settled(rows, self.sheet.rows())
        else:
            self._table, self._place = None, self._asked / NAME
        self._show_sheet(self._asked, LabelSheet(rows, found.examples))
        self.setup.show_summary(found)
        self._messages.news(f"{len(rows):,} pictures have got labels; go through them.")

    def _on_folder(self) -> None:
        """Go on with the labels that lie among the pictures, where nothing else is being gone through."""
        folder = self.setup.unlabelled.folder
        if folder is not None and (folder / NAME).is_file() and (not len(self.sheet) or self.sheet.is_saved):
            # A table of another kind that happens to have this name is none of ours.
            self._open_saved(folder, folder / NAME, lambda error: None)

    def _on_which(self, folder: Path, name: str) -> None:
        open_it = partial(self._open_saved, folder, Path(name), self._on_no_table)
        if len(self.sheet) and self.sheet.can_undo and not self.sheet.is_saved:
            self.notice.ask(
                "The labels you have gone through are not saved.",
                [("Save them first", self.save_beside), ("Open the others", open_it)],
            )
        else:
            open_it()

    def _open_saved(self, folder: Path, table: Path, on_error: Callable[[UserError], None]) -> None:
        run_in_background(partial(read_saved, folder, table), self._on_saved_read, on_error)

    def _on_saved_read(self, saved: Saved) -> None:
        if saved.folder != self.setup.unlabelled.folder or self._errand.busy:
            return
        self._table = self._place = saved.table
        sheet = LabelSheet(saved.rows)
        sheet.mark_saved(saved.rows)
        self._show_sheet(saved.folder, sheet)
        self.setup.show_saved(saved)

    def _on_no_table(self, error: UserError) -> None:
        self._messages.trouble(str(error))

    def _show_sheet(self, folder: Path, sheet: LabelSheet) -> None:
        """Show other labels, of pictures in ``folder``."""
        self._folder, self.sheet = folder, sheet
        self.grid.thumbnails.show_folder(folder)
        self._show()
        self.grid.setFocus()

    def _on_unread(self, error: UserError) -> None:
        self.setup.work.say(str(error))

    def _on_failed(self, sentence: str) -> None:
        if not self.isVisible():
            self._messages.trouble(sentence)

    def _settle(self, files: Sequence[str], settle: partial[bool]) -> None:
        following = self.grid.after(files)
        if not settle():
            return
        self._show()
        if following is not None:
            self.grid.go_to(following)

    def _undo(self) -> None:
        if self.sheet.undo():
            self._show()

    def _redo(self) -> None:
        if self.sheet.redo():
            self._show()

    def _on_key(self, key: str) -> None:
        label = label_keys(self.sheet.labels).get(key.casefold())
        if label is not None and self.grid.chosen:
            self.assign(self.grid.chosen, label)

    def _on_save_key(self) -> None:
        if self.save.isVisible():
            self.save.click()

    def _on_label(self, label: str) -> None:
        if self.grid.chosen:
            self.assign(self.grid.chosen, label)
            self.grid.setFocus()
        else:
            self.grid.show_label(label)

    def _on_new_label(self, name: str) -> None:
        try:
            label = self.sheet.add_label(name)
        except UserError as error:
            self._messages.trouble(str(error))
            return
        self.list.new_name.clear()
        if self.grid.chosen:
            self.assign(self.grid.chosen, label)
        self._show()

    def _on_chosen(self) -> None:
        self.list.show_chosen(len(self.grid.chosen))

    def _on_where(self, name: str) -> None:
        self._save(Path(name))

    def _on_not_saved(self) -> None:
        self._then_train = False

    def _save(self, path: Path) -> None:
        rows = self.sheet.rows()
        run_in_background(
            partial(write_labels, path, rows), partial(self._on_saved, path, rows), self._on_not_written
        )

    def _on_saved(self, path: Path, rows: tuple[Suggestion, ...], _nothing: None) -> None:
        self._table = path
        self.sheet.mark_saved(rows)
        self._show()
        self._messages.news(
            f"The labels are saved as {path.name}.", "Show file", partial(show_in_folder, path)
        )
        if self._then_train:
            self._then_train = False
            self.train_wanted.emit(self._folder, path)

    def _on_not_written(self, error: UserError) -> None:
        self._then_train = False
        self._messages.trouble(f"The labels are not saved: {error}")

    def _show(self) -> None:
        has_any = len(self.sheet) > 0
        self.middle.setCurrentWidget(self.grid if has_any else self.empty)
        for part in (self.list, self._aside):
            part.setVisible(has_any)
        self.head.set_subject(self._folder.name if has_any else "", str(self._folder) if has_any else "")
        for button in (self.undo, self.redo, self.save, self.save_as, self.train):
            button.setVisible(has_any)
        self.undo.setEnabled(self.sheet.can_undo)
        self.redo.setEnabled(self.sheet.can_redo)
        saved = self.sheet.is_saved
        self.save.setEnabled(not saved)
        self.save.setToolTip(
            "They are saved" if saved else f"As {self._place.name} in {self._place.parent.name} (Ctrl+S)"
        )
        self.train.setToolTip("Choose these pictures with these labels for training")
        self.list.show_labels(self.sheet.labels, label_keys(self.sheet.labels), self.sheet.counts())
        self.grid.show_sheet(self.sheet)

    # Qt

    def event(self, event: QEvent) -> bool:
        """Keys that elsewhere mean the drawing mean the labels here, and not both of them."""
        if isinstance(event, QKeyEvent) and (run := self._keys.get(_name_of(event))) is not None:
            if event.type() == QEvent.Type.KeyPress:
                run()
            event.accept()
            return True
        return super().event(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_folder(event.mimeData()) is not None and not self._errand.busy:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """A folder that is dropped beside the two fields fills the first one that is empty."""
        folder = dropped_folder(event.mimeData())
        if folder is None or self._errand.busy:
            event.ignore()
            return
        event.acceptProposedAction()
        fields = (self.setup.unlabelled, self.setup.like)
        next((field for field in fields if field.folder is None), fields[0]).set_folder(folder)


def _name_of(event: QKeyEvent) -> str:
    """The key with its modifiers, in Qt's words."""
    return QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)


def _read_once(path: Path) -> Suggestions:
    found = suggestions_from(read_json(path))
    path.unlink(missing_ok=True)
    return found
