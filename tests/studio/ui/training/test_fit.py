"""Recipes that the chosen pictures cannot be used with: said before the start, with what to do about it."""

import pytest
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.ui.icons import IconBook
from studio.ui.palette import LIGHT
from studio.ui.training.run_form import RunForm
from training.needs import Offer
from training.recipes import recipe_names

PHOTOS = Offer(40, (), has_sketches=False, grey=False)
GREY_CLASSES = Offer(400, ("0", "1"), has_sketches=False, grey=True)


@pytest.fixture
def form(qtbot: QtBot, studio: Studio) -> RunForm:
    form = RunForm(studio.session, IconBook(LIGHT))
    qtbot.addWidget(form)
    form.show()
    form.set_blocked("")
    return form


def pick(form: RunForm, recipe: str) -> None:
    form.recipes.setCurrentIndex(form.recipes.findData(recipe))
    form.recipes.activated.emit(form.recipes.currentIndex())


def words_of(form: RunForm, recipe: str) -> str:
    return form.recipes.itemText(form.recipes.findData(recipe))


def test_every_recipe_can_be_picked_and_says_what_it_lacks(form: RunForm) -> None:
    form.show_offer(PHOTOS, "photos", can_suggest=True)
    for name in recipe_names():
        pick(form, name)
        assert form.plan.recipe == name
        assert form.start.isEnabled() != form.misfit.isVisible()
        assert words_of(form, name).endswith(")") == form.misfit.isVisible()
    assert words_of(form, "lineart") == "Line art"
    assert words_of(form, "digits-2") == "digits-2 (needs labels)"
    assert words_of(form, "face-unet") == "face-unet"
    assert words_of(form, "sketch-label-unet") == "sketch-label-unet (needs labels)"


def test_nothing_is_said_before_the_pictures_are_known(form: RunForm) -> None:
    pick(form, "digits-2")
    assert form.start.isEnabled()
    assert not form.misfit.isVisible()


def test_without_labels_some_are_suggested_or_none_are_learnt(qtbot: QtBot, form: RunForm) -> None:
    form.show_offer(PHOTOS, "photos", can_suggest=True)
    pick(form, "cdcgan")
    assert "photos has no labels" in form.misfit.reason.text()
    assert "see above" in form.why_not.text()
    with qtbot.waitSignal(form.labels_wanted):
        form.misfit.suggest.click()
    form.misfit.change.click()
    assert form.plan.advanced == {"conditions.labels": "optional"}
    form.show_offer(PHOTOS, "photos", can_suggest=False)
    pick(form, "cdcgan2")
    assert not form.misfit.suggest.isVisible()


def test_too_few_pictures_take_smaller_batches(form: RunForm) -> None:
    form.show_offer(Offer(40, ("a", "b"), has_sketches=False, grey=True), "few", can_suggest=False)
    pick(form, "cdcgan-mnist")
    assert "fewer than a batch of 256" in form.misfit.reason.text()
    form.misfit.change.click()
    assert form.plan.config().batch_size == 32
    assert form.start.isEnabled()


def test_grey_pictures_are_learnt_in_grey_where_that_can_be(form: RunForm) -> None:
    form.show_offer(GREY_CLASSES, "digits", can_suggest=False)
    pick(form, "cdcgan-animals")
    form.misfit.change.click()
    assert form.plan.config().channels == 1
    assert form.start.isEnabled()
    pick(form, "face-unet")
    assert "another recipe" in form.misfit.remedy.text()
    assert not form.misfit.change.isVisible()
    assert not form.start.isEnabled()


def test_another_reason_comes_first(form: RunForm) -> None:
    form.show_offer(PHOTOS, "photos", can_suggest=True)
    pick(form, "cdcgan")
    form.set_blocked("A training is going on")
    assert form.why_not.text() == "A training is going on"
    form.set_blocked("")
    assert "see above" in form.why_not.text()
