"""``recipes``: list the recipes or show one."""

import json
import sys

from training.config import to_dict
from training.options import Setting, settings_of
from training.recipes import get_recipe, recipe_names


def show_recipes(name: str | None, as_json: bool) -> None:
    """Write the list of recipes, or the one called ``name`` with every setting, its value and its meaning."""
    if name is None:
        recipes = [get_recipe(known) for known in recipe_names()]
        if as_json:
            _write(json.dumps([{"name": recipe.name, "about": recipe.about} for recipe in recipes], indent=2))
        else:
            _write("\n".join(f"{recipe.name:12} {recipe.summary}" for recipe in recipes))
        return
    recipe = get_recipe(name)
    if as_json:
        _write(
            json.dumps(
                {"name": recipe.name, "about": recipe.about, "config": to_dict(recipe.config)}, indent=2
            )
        )
    else:
        _write(f"{recipe.about}\n\n" + "\n".join(map(_row, settings_of(recipe.config))))


def _row(setting: Setting) -> str:
    value = setting.value
    shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{setting.name + '=' + shown:36} {setting.help}"


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
