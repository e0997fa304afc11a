"""Recipes and the qualities that change them."""

import pytest

from training.config import TrainConfig
from training.files import UserError
from training.recipes import get_recipe, recipe_names
from training.recipes.presets import QUALITIES, with_quality


@pytest.mark.parametrize("recipe", recipe_names())
@pytest.mark.parametrize("quality", list(QUALITIES))
def test_every_recipe_takes_every_quality(recipe: str, quality: str) -> None:
    config = with_quality(get_recipe(recipe).config, quality)
    assert config == config.checked()
    assert config.recipe == recipe
    assert QUALITIES[quality].about


def test_more_quality_takes_more_steps() -> None:
    steps = [with_quality(TrainConfig(), name).steps for name in ("draft", "normal", "best")]
    assert steps == sorted(set(steps))


def test_an_unknown_quality_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="draft, normal, best"):
        with_quality(TrainConfig(), "ultra")
