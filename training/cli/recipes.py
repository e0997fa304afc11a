"""``recipes``: list the recipes or show one."""

import json
import sys
from typing import Any

from training.options import Setting, settings_of
from training.recipes import Recipe, get_recipe, recipe_names


def show_recipes(name: str | None, as_json: bool) -> None:
    """Write the list of recipes, or the one called ``name``: what it is for, whose it is, what its data have
    to offer, what it costs, which figures were reported, and every setting with its value and its meaning.
    """
    if name is None:
        recipes = [get_recipe(known) for known in recipe_names()]
        if as_json:
            _write(json.dumps([recipe.to_dict() for recipe in recipes], indent=2))
        else:
            _write("\n".join(f"{recipe.name:20} {recipe.summary}" for recipe in recipes))
        return
    recipe = get_recipe(name)
    _write(json.dumps(_shown(recipe), indent=2) if as_json else _page(recipe))


def _shown(recipe: Recipe) -> dict[str, Any]:
    from training.recipe_cost import parameter_counts  # loads torch, which a list does without

    return recipe.to_dict() | {"parameters": parameter_counts(recipe)}


def _page(recipe: Recipe) -> str:
    counts = _shown(recipe)["parameters"]
    lines = [recipe.about, "", f"Source: {recipe.source}"]
    lines.append(f"Data: {recipe.needs.sentence()}.")
    cost = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    lines.append(f"Cost: parameters of {cost}; images per second are in every log line of a run.")
    if recipe.reported:
        lines.append("Reported:")
        lines += [f"  {one.figure} {one.value}" + f" ({one.on})" * bool(one.on) for one in recipe.reported]
    return "\n".join([*lines, "", *map(_row, settings_of(recipe.config))])


def _row(setting: Setting) -> str:
    value = setting.value
    shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{setting.name + '=' + shown:36} {setting.help}"


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
