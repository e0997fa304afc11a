"""Recipes by name: a function that returns a complete configuration, and its docstring as the explanation."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from training.config import TrainConfig
from training.files import UserError

_RECIPES: dict[str, "Recipe"] = {}


@dataclass(frozen=True)
class Recipe:
    """A named configuration with its explanation."""

    name: str
    config: TrainConfig
    about: str

    @property
    def summary(self) -> str:
        """The explanation's first line."""
        return self.about.splitlines()[0]


def register_recipe(name: str) -> Callable[[Callable[[], TrainConfig]], Callable[[], TrainConfig]]:
    """Register the function's configuration under ``name``; a second one of that name is a ValueError."""

    def register(make: Callable[[], TrainConfig]) -> Callable[[], TrainConfig]:
        if name in _RECIPES:
            raise ValueError(f"a recipe named {name!r} is registered already")
        _RECIPES[name] = Recipe(name, make().checked(), inspect.getdoc(make) or "")
        return make

    return register


def recipe_names() -> tuple[str, ...]:
    """Names of all recipes, sorted."""
    return tuple(sorted(_RECIPES))


def get_recipe(name: str) -> Recipe:
    """The recipe called ``name``; UserError when there is none."""
    if name not in _RECIPES:
        raise UserError(f"There is no recipe named {name!r}; choose one of {', '.join(recipe_names())}.")
    return _RECIPES[name]
