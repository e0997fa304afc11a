"""Recipes and the qualities that change them."""

import json
from pathlib import Path

import pytest

from training.config import TrainConfig
from training.files import UserError
from training.recipe_cost import parameter_counts
from training.recipe_page import page
from training.recipes import get_recipe, recipe_names
from training.recipes.presets import QUALITIES, with_quality


@pytest.mark.parametrize("recipe", recipe_names())
@pytest.mark.parametrize("quality", list(QUALITIES))
def test_every_recipe_takes_every_quality(recipe: str, quality: str) -> None:
    config = with_quality(get_recipe(recipe).config, quality)
    assert config == config.checked()
    assert config.recipe == recipe
    assert QUALITIES[quality].about


@pytest.mark.parametrize("recipe", recipe_names())
def test_more_quality_takes_longer(recipe: str) -> None:
    config = get_recipe(recipe).config
    lengths = [with_quality(config, name).epochs or with_quality(config, name).steps for name in QUALITIES]
    assert lengths == sorted(set(lengths))
    assert lengths[1] == (config.epochs or config.steps)


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_tells_purpose_source_needs_and_cost(name: str) -> None:
    recipe = get_recipe(name)
    assert recipe.summary.endswith((".", ","))
    assert recipe.source
    assert recipe.needs.sentence().startswith(("Grey", "Colour"))
    assert recipe.needs.task == recipe.config.task
    assert all(count > 10_000 for count in parameter_counts(recipe).values())
    assert json.loads(json.dumps(recipe.to_dict()))["config"]["recipe"] == name


def test_the_recipes_of_all_published_systems_are_there() -> None:
    assert recipe_names() == (
        *("lineart", "sketch-label-unet", "face-basic", "face-unet", "face-unet-cutmix"),
        *("face-unet-attention", "cdcgan-mnist", "cdcgan-animals", "cdcgan-celeba", "digits-1", "digits-2"),
        *("digits-3", "cgan", "cdcgan", "cdcgan2", "projected-small"),
    )


def test_an_unknown_quality_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="draft, normal, best"):
        with_quality(TrainConfig(), "ultra")


def test_the_page_of_recipes_says_what_the_registry_says() -> None:
    written = (Path(__file__).resolve().parents[3] / "docs" / "recipes.md").read_text(encoding="utf-8")
    assert written == page(), "make it again: python -m training.recipe_page docs/recipes.md"
