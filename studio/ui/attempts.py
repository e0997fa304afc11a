"""Other pictures of the same drawing, one after the other, and the way back through those seen."""

from collections.abc import Callable

from studio.core.document import Document
from studio.core.labels import LabelMix
from studio.core.library import ModelEntry
from studio.ui.label_mix import another

Attempt = int | LabelMix
"""What one attempt chose: the seed where the model has noise, else the mixture of labels."""


class Attempts:
    """Steps through the seeds of a model with noise, and through mixtures of labels of one without.

    ``document`` and ``entry`` return the open drawing and its model. The way back ends where the choice was
    made by other means: by picking labels, or by opening another drawing.
    """

    def __init__(self, document: Callable[[], Document], entry: Callable[[], ModelEntry | None]) -> None:
        self._document = document
        self._entry = entry
        self._of: Document | None = None
        self._before: list[Attempt] = []
        self._made: Attempt | None = None

    def step(self) -> None:
        """Choose the next one; nothing without a usable model."""
        entry = self._entry()
        if entry is None or entry.manifest is None:
            return
        now = self._now()
        self._before = [*self._way_back(), now]
        if isinstance(now, int):
            self._choose(now + 1)
        else:
            # What the user chose is mixed with others, not what the last attempt made of it.
            first = self._before[0]
            assert not isinstance(first, int)
            self._choose(another(first, entry.manifest.labels, len(self._before)))

    def back(self) -> None:
        """Choose the one before; nothing where there is none."""
        way = self._way_back()
        if way:
            self._before = way[:-1]
            self._choose(way[-1])

    def why_not_step(self) -> str:
        """ "" when there is another, else the reason why not."""
        entry = self._entry()
        if entry is None or entry.manifest is None:
            return "There is no model to ask"
        if not entry.manifest.noise and len(entry.manifest.labels) < 2:
            return "This model knows only one picture of a drawing"
        return ""

    def why_not_back(self) -> str:
        """ "" when there is one before, else the reason why not."""
        return "" if self._way_back() else "No other picture was tried before this one"

    def _now(self) -> Attempt:
        entry, choices = self._entry(), self._document().choices
        noise = entry is not None and entry.manifest is not None and entry.manifest.noise
        return choices.seed if noise else choices.labels

    def _way_back(self) -> list[Attempt]:
        """The attempts before the present one, oldest first; none where it is not one of ours."""
        ours = self._of is self._document() and self._made == self._now()
        return self._before if ours else []

    def _choose(self, attempt: Attempt) -> None:
        self._of, self._made = self._document(), attempt
        if isinstance(attempt, int):
            self._of.set_choices(seed=attempt)
        else:
            self._of.set_choices(labels=attempt)
