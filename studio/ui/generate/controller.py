"""What the workspace of generated pictures works on: which are wanted, which are there, which are chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from studio.core import settings as keys
from studio.core.device import DeviceTruth
from studio.core.gallery import Gallery
from studio.core.generate import (
    ANY,
    Dial,
    Generated,
    GenerateFailed,
    GenerateRequest,
    Pixels,
    Place,
    Sample,
    walk,
)
from studio.core.library import ModelEntry
from studio.core.live import LiveState
from studio.core.seeds import (
    LARGEST_SEED,
    Columns,
    drawn_from,
    first_free,
    from_texts,
    resized,
    to_texts,
    with_lock,
)
from studio.core.settings import Settings
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.workers.inference import InferenceThread

FIRST_COLUMNS = 8
MOST_COLUMNS = 16
FIRST_ROWS = 12
"""Rows of a model of many labels, until the person chooses others."""


class GenerateController(QObject):
    """Owns rows, columns, dial and choice, and keeps the pictures up with them. GUI thread only.

    *Signals*
    changed(): another model, other rows, columns or pictures chosen, or another dial.
    pictures_changed(tuple[Place, ...]): the pictures of these places have come.
    state_changed(LiveState, str): what the dot and the words beside it say.
    device_changed(DeviceTruth, str): what computes the pictures, and how it fares.
    """

    changed = Signal()
    pictures_changed = Signal(object)
    state_changed = Signal(object, str)
    device_changed = Signal(object, str)

    def __init__(
        self,
        session: Session,
        inference: InferenceThread,
        settings: Settings,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._inference = inference
        self._settings = settings
        self._messages = messages
        self._gallery = Gallery()
        self._active = False
        self._model: ModelEntry | None = None
        self._rows: tuple[str, ...] = ()
        columns = from_texts(settings.get(keys.GENERATE_COLUMNS))[:MOST_COLUMNS]
        self._columns = columns or drawn_from(resized((), FIRST_COLUMNS), 1)
        self._dial = Dial(settings.get(keys.GENERATE_NOISE), settings.get(keys.GENERATE_TRUNCATION))
        self._steps = settings.get(keys.GENERATE_STEPS)
        self._ends: tuple[Sample, ...] = ()
        self._chosen: Place | None = None
        self._asked: GenerateRequest | None = None
        self._asked_ms = 0.0
        self._trouble = ""
        self._device: DeviceTruth | None = None
        inference.generated.connect(self._on_generated)
        inference.generate_failed.connect(self._on_failed)
        session.generator_changed.connect(self._on_model)
        settings.changed.connect(self._on_setting)
        self._on_model(session.generator)

    # What there is

    @property
    def model(self) -> ModelEntry | None:
        """The model whose pictures these are; None: there is none for labels."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the model knows."""
        manifest = self._model.manifest if self._model is not None else None
        return manifest.labels if manifest is not None else ()

    @property
    def rows(self) -> tuple[str, ...]:
        """The labels of the rows, in the model's order; `ANY` alone for a model without labels."""
        return self._rows

    @property
    def columns(self) -> Columns:
        """The seeds of the columns."""
        return self._columns

    @property
    def dial(self) -> Dial:
        """What is done to the noise."""
        return self._dial

    @property
    def steps(self) -> int:
        """Pictures of a walk, both ends included."""
        return self._steps

    @property
    def ends(self) -> tuple[Sample, ...]:
        """The one or two pictures of the grid that are chosen."""
        return self._ends

    @property
    def chosen(self) -> Place | None:
        """The picture to be saved, copied or sent: in the grid or on the walk."""
        return self._chosen

    @property
    def walk(self) -> tuple[Place, ...]:
        """The pictures from one chosen one to the other; empty unless two are chosen."""
        return walk(self._ends[0], self._ends[1], self._steps) if len(self._ends) == 2 else ()

    def grid(self) -> list[list[Sample]]:
        """The pictures of the grid, row by row."""
        return [[Sample(label, column.seed) for column in self._columns] for label in self._rows]

    def picture(self, place: Place) -> Pixels | None:
        """The newest picture of a place, uint8 [S,S,3]; None: it is still being made."""
        return self._gallery.picture(place)

    @property
    def is_complete(self) -> bool:
        """Whether every picture is there and as the dial says."""
        return self._gallery.is_complete

    # Commands

    def set_active(self, active: bool) -> None:
        """Make pictures while the workspace is in sight; the rest waits until then."""
        self._active = active
        if active:
            self._pump()
            self.tell_state()

    def choose_model(self, model_id: str) -> None:
        """Make pictures with this model from now on."""
        self._settings.set(keys.GENERATE_MODEL, model_id)
        self._session.prefer_generator(model_id)

    def choose_rows(self, labels: Sequence[str]) -> None:
        """Show these labels, at least one of which the model must know."""
        rows = tuple(label for label in self.labels if label in labels)
        if rows and rows != self._rows:
            self._rows = rows
            self._on_wish()

    def set_count(self, count: int) -> None:
        """Show so many columns."""
        self._set_columns(resized(self._columns, min(max(count, 1), MOST_COLUMNS)))

    def draw_from(self, seed: int) -> None:
        """Give the columns that are not locked the seeds from this one on."""
        self._set_columns(drawn_from(self._columns, min(max(seed, 0), LARGEST_SEED)))

    def draw_next(self) -> None:
        """Give the columns that are not locked seeds that have not been on show lately."""
        if first_free(self._columns) is None:
            self._messages.news("Every column is locked; unlock those that shall be drawn anew.")
            return
        self.draw_from(max(column.seed for column in self._columns if not column.locked) + 1)

    def lock(self, place: int, locked: bool) -> None:
        """Hold the seed of a column, or let it go."""
        self._set_columns(with_lock(self._columns, place, locked))

    def set_dial(self, dial: Dial) -> None:
        """Do this to the noise from now on; `remember_dial` once the person has settled on it."""
        if dial != self._dial:
            self._dial = dial
            self._on_wish()

    def remember_dial(self) -> None:
        """Begin with this dial the next time."""
        self._settings.set(keys.GENERATE_NOISE, self._dial.strength)
        self._settings.set(keys.GENERATE_TRUNCATION, self._dial.truncation)

    def set_steps(self, steps: int) -> None:
        """Walk in so many pictures."""
        if steps != self._steps:
            self._settings.set(keys.GENERATE_STEPS, steps)
            self._steps = self._settings.get(keys.GENERATE_STEPS)
            self._on_wish()

    def choose(self, place: Place) -> None:
        """Choose a picture of the walk; its ends stay."""
        self._chosen = place
        self._on_wish()

    def choose_alone(self, sample: Sample) -> None:
        """Choose a picture of the grid and let the others go."""
        self._chosen, self._ends = sample, (sample,)
        self._on_wish()

    def choose_second(self, sample: Sample) -> None:
        """Choose a picture beside the one chosen first; again, and it is let go."""
        if not self._ends:
            self.choose_alone(sample)
            return
        if sample in self._ends:
            rest = tuple(end for end in self._ends if end != sample)
            self._ends = rest or self._ends
        else:
            self._ends = (self._ends[0], sample)
        self._chosen = self._ends[-1]
        self._on_wish()

    def tell_state(self) -> None:
        """Say what is being done, and what does it."""
        self.state_changed.emit(*self._state())
        if self._device is not None:
            self.device_changed.emit(self._device, "it makes the pictures of the grid in batches")

    # Inside

    def _set_columns(self, columns: Columns) -> None:
        if columns != self._columns:
            self._columns = columns
            self._settings.set(keys.GENERATE_COLUMNS, to_texts(columns))
            self._on_wish()

    def _on_model(self, model: ModelEntry | None) -> None:
        self._model = model
        self._trouble = ""
        kept = tuple(label for label in self.labels if label in self._rows)
        self._rows = kept or self.labels[:FIRST_ROWS] or (ANY,)
        self._on_wish()

    def _on_setting(self, key: str) -> None:
        if key in (keys.DEVICE.key, keys.THREADS.key):
            self._trouble = ""
            self._pump()

    def _on_wish(self) -> None:
        """Something else is wanted: let go what is out of the grid, and ask for what is missing."""
        here = {sample for row in self.grid() for sample in row}
        self._ends = tuple(end for end in self._ends if end in here)
        if self._chosen not in here and self._chosen not in self.walk:
            self._chosen = self._ends[-1] if self._ends else None
        self._pump()
        self.changed.emit()
        self.tell_state()

    def _pump(self) -> None:
        places = [*self.walk, *(sample for row in self.grid() for sample in row)]
        self._gallery.want(self._model, places if self._model is not None else (), self._dial)
        request = self._gallery.request()
        if request is None:
            self._asked = None
        elif self._active and not self._trouble and request != self._asked:
            self._asked, self._asked_ms = request, 0.0
            self._inference.generate(request)

    def _on_generated(self, made: Generated) -> None:
        self._asked_ms += made.run_ms
        self._device = made.device
        if self._gallery.take(made):
            if self._gallery.is_complete:
                self._asked = None
            self.pictures_changed.emit(tuple(place for place, _ in made.pictures))
        self.tell_state()

    def _on_failed(self, failure: GenerateFailed) -> None:
        if failure.model == self._model:
            self._trouble = failure.message
            self._asked = None
            self._messages.trouble(failure.message)
            self.tell_state()

    def _state(self) -> tuple[LiveState, str]:
        if self._model is None:
            return LiveState.IDLE, "No model of labels"
        if self._trouble:
            return LiveState.TROUBLE, "No pictures"
        if not self.is_complete:
            first = not any(self.picture(sample) is not None for row in self.grid() for sample in row)
            return LiveState.WORKING, f"Loading {self._model.name}" if first else "Making pictures"
        count = len(self._rows) * len(self._columns) + max(len(self.walk) - 2, 0)
        return LiveState.LIVE, f"Live · {self._asked_ms:.0f} ms · {count} pictures"
