"""One sketch of the mixture that a config asks for, and the preview of it."""

import numpy as np

from training.files import UserError
from training.sketches.options import SketchConfig
from training.sketches.registry import Pixels, draw, sketcher_names

PAPER = 200


def make_sketch(image: Pixels, config: SketchConfig, rng: np.random.Generator) -> Pixels:
    """Return a sketch uint8 [H,W] of ``image`` uint8 [H,W,3]: a factory and a strength drawn from ``rng``.

    UserError when all weights are 0.
    """
    name = chosen_factory(config, rng)
    low, high = sorted((config.strength_low, config.strength_high))
    sketch = draw(name, image, float(rng.uniform(low, high)), rng)
    # An empty sheet teaches nothing; soft pictures need all the detail there is.
    return sketch if (sketch < PAPER).any() else draw(name, image, 1.0, rng)


def preview(image: Pixels, config: SketchConfig, seed: int = 0) -> Pixels:
    """Return what training might see of ``image``: one draw of the mixture, the same for the same seed."""
    return make_sketch(image, config, np.random.default_rng(seed))


def chosen_factory(config: SketchConfig, rng: np.random.Generator) -> str:
    """Return the name of one factory, drawn by the weights; UserError when all are 0."""
    names = sketcher_names()
    weights = np.array([getattr(config, name) for name in names], np.float64)
    if not weights.sum() > 0:
        raise UserError(f"No kind of sketch is chosen; give one of {', '.join(names)} a weight above 0.")
    return str(rng.choice(names, p=weights / weights.sum()))
