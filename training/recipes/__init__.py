"""Recipes: named, complete configurations; importing this package registers them all."""

# In the order in which they are shown: ours, then the published ones.
from training.recipes import lineart, sketches, faces, embeddings, digits, classes, small  # isort: skip
from training.recipes.registry import Needs, Recipe, Reported, get_recipe, recipe_names, register_recipe

__all__ = [
    "Needs",
    "Recipe",
    "Reported",
    "classes",
    "digits",
    "embeddings",
    "faces",
    "get_recipe",
    "lineart",
    "recipe_names",
    "register_recipe",
    "sketches",
    "small",
]
