"""The pictures that are on show, those that are out of date, and those still to be made."""

from collections.abc import Sequence

from studio.core.generate import Dial, Generated, GenerateRequest, Pixels, Place
from studio.core.library import ModelEntry


class Gallery:
    """Keeps the newest picture of each place that is wanted. Use from one thread."""

    def __init__(self) -> None:
        self._model: ModelEntry | None = None
        self._dial = Dial()
        self._places: tuple[Place, ...] = ()
        # In the order in which they were made, the oldest first.
        self._made: dict[Place, tuple[Dial, Pixels]] = {}

    def want(self, model: ModelEntry | None, places: Sequence[Place], dial: Dial) -> None:
        """Say what shall be on show; pictures of another model or of other places are forgotten."""
        if model != self._model:
            self._made.clear()
        self._model, self._dial = model, dial
        self._places = tuple(dict.fromkeys(places))
        wanted = set(self._places)
        self._made = {place: made for place, made in self._made.items() if place in wanted}

    def request(self) -> GenerateRequest | None:
        """Return the request for what is missing or out of date; None when everything is there.

        Missing pictures come first, then the oldest ones: while a dial moves faster than the model can
        follow, every picture has its turn.
        """
        missing = [place for place in self._places if place not in self._made]
        stale = [place for place, (dial, _) in self._made.items() if dial != self._dial]
        if self._model is None or not (missing or stale):
            return None
        return GenerateRequest(self._model, (*missing, *stale), self._dial)

    def take(self, generated: Generated) -> bool:
        """Keep pictures that have come; returns whether any of them is wanted."""
        if generated.model != self._model:
            return False
        wanted = set(self._places)
        pictures = [(place, pixels) for place, pixels in generated.pictures if place in wanted]
        for place, pixels in pictures:
            self._made.pop(place, None)
            self._made[place] = generated.dial, pixels
        return bool(pictures)

    def picture(self, place: Place) -> Pixels | None:
        """The newest picture of a place, uint8 [S,S,3], perhaps of an earlier dial; None: none yet."""
        made = self._made.get(place)
        return made[1] if made is not None else None

    @property
    def is_complete(self) -> bool:
        """Whether everything that is wanted is there and up to date."""
        return self.request() is None
