"""Recipes: named, complete configurations; importing this package registers them all."""

from training.recipes import lineart
from training.recipes.registry import Recipe, get_recipe, recipe_names, register_recipe

__all__ = ["Recipe", "get_recipe", "lineart", "recipe_names", "register_recipe"]
