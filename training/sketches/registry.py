"""The factories by name."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.files import UserError

Pixels = NDArray[np.uint8]
# Picture uint8 [H,W,3], strength 0..1 (how much detail), chance or None -> sketch uint8 [H,W], 255 paper.
Sketcher = Callable[[Pixels, float, np.random.Generator | None], Pixels]
# Lengths in the factories are for pictures of this side.
REFERENCE_PX = 256

_SKETCHERS: dict[str, Sketcher] = {}


def register_sketcher(name: str) -> Callable[[Sketcher], Sketcher]:
    """Register a factory under ``name``; ValueError when the name is taken."""

    def register(sketcher: Sketcher) -> Sketcher:
        if name in _SKETCHERS:
            raise ValueError(f"there is a sketch factory named {name!r} already")
        _SKETCHERS[name] = sketcher
        return sketcher

    return register


def sketcher_names() -> tuple[str, ...]:
    """Return the names of all factories, in the order they were registered."""
    return tuple(_SKETCHERS)


def draw(name: str, image: Pixels, strength: float = 0.5, rng: np.random.Generator | None = None) -> Pixels:
    """Return the sketch uint8 [H,W] that one factory makes of ``image`` uint8 [H,W,3].

    ``rng`` varies the factory's own settings a little; None draws it always the same.
    """
    if name not in _SKETCHERS:
        raise UserError(f"There is no sketch factory named {name!r}; choose from {', '.join(_SKETCHERS)}.")
    return _SKETCHERS[name](image, min(max(strength, 0.0), 1.0), rng)


def unit(image: Pixels) -> float:
    """Return how many pixels of ``image`` are one pixel of a picture of the reference size."""
    return max(min(image.shape[:2]) / REFERENCE_PX, 0.1)


def varied(value: float, share: float, rng: np.random.Generator | None) -> float:
    """Return ``value``, up or down by at most ``share`` of it."""
    return value if rng is None else value * float(rng.uniform(1 - share, 1 + share))
