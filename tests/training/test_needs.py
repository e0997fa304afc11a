"""What a folder offers and a recipe needs, told before anything is trained."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.data.trees import write_photos
from tests.training.recipes.tiny import GREY, LABELS, write_classes
from training.config import with_settings
from training.data.inspect import inspect
from training.needs import Offer, misfit, offer_of
from training.recipes import get_recipe, recipe_names

PLENTY = Offer(10_000, LABELS, has_sketches=True, grey=False)


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_is_content_with_plenty(name: str) -> None:
    assert misfit(get_recipe(name).config, PLENTY, "pictures") is None


@pytest.mark.parametrize("name", recipe_names())
def test_what_a_recipe_is_refused_for_is_what_it_says_it_needs(name: str) -> None:
    recipe = get_recipe(name)
    unlabelled = misfit(recipe.config, replace(PLENTY, labels=()), "pictures")
    assert (unlabelled is not None) == (recipe.needs.labels == "needed")
    without_sketches = misfit(recipe.config, replace(PLENTY, has_sketches=False), "pictures")
    assert (without_sketches is not None) == (recipe.needs.pairs == "needed")


@pytest.mark.parametrize("name", recipe_names())
@pytest.mark.parametrize(
    "offer",
    [
        replace(PLENTY, labels=("cats",)),
        replace(PLENTY, has_sketches=False),
        replace(PLENTY, pictures=7),
        replace(PLENTY, grey=True),
    ],
    ids=["one label", "no sketches", "few", "grey"],
)
def test_the_setting_named_as_a_remedy_is_one(name: str, offer: Offer) -> None:
    config = get_recipe(name).config
    found = misfit(config, offer, "pictures")
    if found is None:
        return
    assert found.sentence().startswith(found.reason)
    assert found.sentence().endswith(".")
    if found.setting:
        changed = with_settings(config, [f"{found.setting}={found.value}"])
        assert misfit(changed, offer, "pictures") is None


def test_a_folder_offers_what_the_doctor_found(tmp_path: Path) -> None:
    grey = offer_of(inspect(write_classes(tmp_path / "classes", 8) / GREY))
    assert (grey.labels, grey.has_sketches, grey.grey) == (LABELS, False, True)
    assert 0 < grey.pictures < 24
    photos = offer_of(inspect(write_photos(tmp_path / "photos", 8)))
    assert (photos.labels, photos.grey) == ((), False)
