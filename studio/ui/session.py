"""What the window works on: the open drawing, the models at hand and the one in use."""

from PySide6.QtCore import QMetaObject, QObject, QTimer, Signal

from studio.core.document import Document
from studio.core.library import ModelEntry, ModelLibrary, is_for_labels, is_for_sketches


class Session(QObject):
    """Owns which document is open and which model colours it; widgets follow its signals. GUI thread only.

    *Signals*
    document_replaced(Document): another drawing is open; the old one is gone after the handlers ran.
    models_changed(): the library was looked at anew.
    entry_changed(ModelEntry | None): another model colours the drawing.
    generator_changed(ModelEntry | None): another model makes pictures of labels.
    choices_changed(), layers_changed(), history_changed(), saved_changed(): the open document's own, so that
        listeners need not follow the exchange of documents.
    changed(): so are its pixels, told once a turn of the event loop: what follows must not hold the pen up.
    """

    document_replaced = Signal(object)
    models_changed = Signal()
    entry_changed = Signal(object)
    generator_changed = Signal(object)
    changed = Signal()
    choices_changed = Signal()
    layers_changed = Signal()
    history_changed = Signal()
    saved_changed = Signal()

    def __init__(self, document: Document, library: ModelLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library = library
        self.epoch = 0
        """+1 with every document, so that answers meant for an earlier one are known."""
        self.models_known = False
        """Whether the model folders have been looked at."""
        self._document = document
        self._entry: ModelEntry | None = None
        self._generator: ModelEntry | None = None
        self._preferred = ""
        self._preferred_generator = ""
        self._connections: list[QMetaObject.Connection] = []
        self._changed_soon = QTimer(self, singleShot=True, interval=0)
        self._changed_soon.timeout.connect(self.changed)
        self._follow(document)

    @property
    def document(self) -> Document:
        return self._document

    @property
    def entry(self) -> ModelEntry | None:
        """The model in use; None when none is usable."""
        return self._entry

    @property
    def generator(self) -> ModelEntry | None:
        """The model that makes pictures of labels; None when there is none."""
        return self._generator

    def replace_document(self, document: Document) -> None:
        """Open another drawing in place of the present one."""
        old = self._document
        for connection in self._connections:
            QObject.disconnect(connection)
        self.epoch += 1
        self._document = document
        self._follow(document)
        self.document_replaced.emit(document)
        self._find_entry()
        self.choices_changed.emit()
        self.layers_changed.emit()
        self.history_changed.emit()
        self.saved_changed.emit()
        old.deleteLater()

    def prefer_model(self, model_id: str) -> None:
        """The model for drawings that name none, or one that is not here."""
        self._preferred = model_id
        self._find_entry()

    def choose_model(self, entry: ModelEntry) -> None:
        """Colour the drawing with this model from now on."""
        self._preferred = entry.id
        self._document.set_choices(model_id=entry.id, model_sha=entry.sha256)
        self._find_entry()

    def prefer_generator(self, model_id: str) -> None:
        """Make pictures of labels with this model, once it is here."""
        self._preferred_generator = model_id
        self._find_generator()

    def use(self, entry: ModelEntry) -> bool:
        """Use a new model for what it is for; returns whether it colours the drawing now."""
        if is_for_labels(entry):
            self.prefer_generator(entry.id)
            return False
        self.choose_model(entry)
        return True

    def show_models(self) -> None:
        """The library's entries are new: tell everybody and find the model in use again."""
        self.models_known = True
        self.models_changed.emit()
        self._find_entry()
        self._find_generator()

    def missing_model(self) -> str:
        """The id of the model the drawing was made with, when it is not here; "" otherwise."""
        wanted = self._document.choices
        if not wanted.model_id or not self.models_known:
            return ""
        found = self.library.find(wanted.model_id, wanted.model_sha)
        return "" if found is not None and is_for_sketches(found) else wanted.model_id

    def _follow(self, document: Document) -> None:
        # Owned by Qt, so that it dies in this thread wherever Python drops the last reference.
        document.setParent(self)
        self._connections = [
            document.changed.connect(self._changed_soon.start),
            document.choices_changed.connect(self._on_choices_changed),
            document.layers_changed.connect(self.layers_changed),
            document.history_changed.connect(self.history_changed),
            document.saved_changed.connect(self.saved_changed),
        ]

    def _on_choices_changed(self) -> None:
        self._find_entry()
        self.choices_changed.emit()

    def _find_entry(self) -> None:
        wanted = self._document.choices
        found = self.library.find(wanted.model_id, wanted.model_sha) if wanted.model_id else None
        if found is None or not is_for_sketches(found):
            found = self.library.default_entry(self._preferred)
        if found != self._entry:
            self._entry = found
            self.entry_changed.emit(found)

    def _find_generator(self) -> None:
        found = self.library.default_generator(self._preferred_generator)
        if found != self._generator:
            self._generator = found
            self.generator_changed.emit(found)
