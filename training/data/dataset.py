"""What training and evaluation read: one split of a data set, whatever folder it comes from."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from training.data.options import AugmentConfig, HintConfig
from training.files import UserError

Pixels = NDArray[np.uint8]
# Called with how much is done and of how much; the total may grow while files are still being found.
Progress = Callable[[int, int], None]
# The same of several pieces of work, each with a text that says what is done; a total of 0 is not known.
Stages = Callable[[int, int, str], None]
# Asked now and then; True ends the work with CancelledError.
Cancelled = Callable[[], bool]


class CancelledError(UserError):
    """The person asked to stop; nothing is half done."""

    def __init__(self) -> None:
        super().__init__("Cancelled; start again when you like.")


def stage(show: Stages, text: str) -> Progress:
    """``show`` for one piece of work."""
    return lambda done, total: show(done, total, text)


class Sample(NamedTuple):
    """One varied pair: sketch uint8 [S,S] (255 paper, 0 ink), hints uint8 [S,S,4] straight RGBA, and flats
    uint8 [S,S,3], the colours wanted.
    """

    sketch: Pixels
    hints: Pixels
    flats: Pixels


class Clean(NamedTuple):
    """One unvaried pair: sketch uint8 [S,S] and flats uint8 [S,S,3]."""

    sketch: Pixels
    flats: Pixels


def under_lines(flats: Pixels, sketch: Pixels) -> Pixels:
    """Multiply the lines uint8 [...,H,W] over the colours [...,H,W,3], rounded to the nearest."""
    return ((flats.astype(np.uint16) * sketch[..., None] + 127) // 255).astype(np.uint8)


class Dataset(Protocol):
    """One split at one size. Reading is thread-safe, and a function of its arguments alone.

    ``lines`` tells what the picture wanted is: flats * sketch / 255 when True, else the flats themselves.
    ``has_sketches`` tells whether its sketches are its own or made from the pictures. ``members`` holds the
    items of each unit that an epoch shows once; ``problems`` says in a sentence each what was left out.
    """

    @property
    def folder(self) -> Path: ...
    @property
    def split(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def label_index(self) -> NDArray[np.int64]: ...
    @property
    def families(self) -> Sequence[str]: ...
    @property
    def members(self) -> Sequence[NDArray[np.int64]]: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def problems(self) -> tuple[str, ...]: ...
    @property
    def lines(self) -> bool: ...
    @property
    def has_sketches(self) -> bool: ...

    def __len__(self) -> int: ...

    def pick(self, place: int, rng: np.random.Generator) -> int:
        """Return one of the items of ``members[place]``, drawn from ``rng``."""
        ...

    def sample(
        self, index: int, rng: np.random.Generator, augment: AugmentConfig, hints: HintConfig
    ) -> Sample:
        """Return item ``index`` varied, with simulated hints and the colours that go with them."""
        ...

    def clean(self, index: int) -> Clean:
        """Return item ``index`` as it is, always the same."""
        ...

    def picture(self, index: int) -> Pixels:
        """Return the picture of item ``index`` as it is, uint8 [S,S,3], without any sketch being made."""
        ...
