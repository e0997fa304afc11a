"""Recipes by name: a function that returns a complete configuration, and its docstring as the explanation."""

import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from training.config import TrainConfig, to_dict
from training.files import UserError

_RECIPES: dict[str, "Recipe"] = {}


@dataclass(frozen=True)
class Reported:
    """A figure that a source reports: its name, its value as printed there, and what it was measured on."""

    figure: str
    value: str
    on: str = ""


@dataclass(frozen=True)
class Needs:
    """What a data set has to offer. ``labels`` and ``pairs``: needed, optional or none; ``channels``: 1, 3 or
    any.
    """

    task: str
    labels: str
    pairs: str
    channels: str

    def sentence(self) -> str:
        """For a person."""
        kind = {"1": "grey pictures", "3": "colour pictures", "any": "grey or colour pictures"}[self.channels]
        pairs = {
            "needed": " with a sketch of each",
            "optional": "; sketches are made from them where there are none",
            "none": "",
        }[self.pairs]
        labels = {
            "needed": ", of two labels at least",
            "optional": "; labels are used where there are some",
            "none": "; labels are left aside",
        }[self.labels]
        return f"{kind}{pairs}{labels}".capitalize()


@dataclass(frozen=True)
class Recipe:
    """A named configuration with its explanation.

    ``source`` says who published it, ``reported`` which figures came with it; ``example_labels`` and
    ``example_channels`` are those of the data it was published with, for a count of its parameters.
    """

    name: str
    config: TrainConfig
    about: str
    source: str
    reported: tuple[Reported, ...] = ()
    example_labels: int = 0
    example_channels: int = 3

    @property
    def summary(self) -> str:
        """The purpose: the explanation's first line."""
        return self.about.splitlines()[0]

    @property
    def needs(self) -> Needs:
        """What its data have to offer, as its configuration asks for it."""
        config, drawn = self.config, self.config.task == "sketch-to-image"
        return Needs(
            config.task,
            config.conditions.labels,
            config.conditions.pairs if drawn else "none",
            "3" if drawn else str(config.channels or "any"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the cost, as plain values."""
        return {
            "name": self.name,
            "purpose": self.summary,
            "about": self.about,
            "source": self.source,
            "needs": asdict(self.needs) | {"sentence": self.needs.sentence()},
            "reported": [asdict(one) for one in self.reported],
            "config": to_dict(self.config),
        }


def register_recipe(
    name: str,
    *,
    source: str,
    reported: tuple[Reported, ...] = (),
    example_labels: int = 0,
    example_channels: int = 3,
) -> Callable[[Callable[[], TrainConfig]], Callable[[], TrainConfig]]:
    """Register the function's configuration under ``name``; a second one of that name is a ValueError."""

    def register(make: Callable[[], TrainConfig]) -> Callable[[], TrainConfig]:
        if name in _RECIPES:
            raise ValueError(f"a recipe named {name!r} is registered already")
        config = replace(make(), recipe=name).checked()
        about = inspect.getdoc(make) or ""
        _RECIPES[name] = Recipe(name, config, about, source, reported, example_labels, example_channels)
        return make

    return register


def recipe_names() -> tuple[str, ...]:
    """Names of all recipes: our own first, then the published ones as they were registered."""
    return tuple(_RECIPES)


def get_recipe(name: str) -> Recipe:
    """The recipe called ``name``; UserError when there is none."""
    if name not in _RECIPES:
        raise UserError(f"There is no recipe named {name!r}; choose one of {', '.join(recipe_names())}.")
    return _RECIPES[name]
