import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.labels import find_label, known_mix, label_vector, noise_vector, parse_mix
from tests.fixtures.models import TinyModel
from training.files import UserError

MANIFEST = TinyModel(labels=("Smileys & Emotion", "Animals & Nature", "Food & Drink"), noise=4).manifest()

weights = st.floats(0, 100, allow_nan=False, allow_infinity=False)


def test_no_label_is_all_zero() -> None:
    assert label_vector(MANIFEST, ()).tolist() == [0, 0, 0]


def test_one_label_is_one_whatever_its_weight() -> None:
    assert label_vector(MANIFEST, (("Food & Drink", 0.2),)).tolist() == [0, 0, 1]


@given(st.lists(st.tuples(st.sampled_from([*MANIFEST.labels, "Unknown"]), weights)))
def test_weights_sum_to_one_or_are_all_zero(mix: list[tuple[str, float]]) -> None:
    vector = label_vector(MANIFEST, mix)
    assert vector.dtype == np.float32
    assert (vector >= 0).all()
    known = sum(weight for name, weight in mix if name != "Unknown")
    assert vector.sum() == pytest.approx(1 if known else 0, abs=1e-5)


def test_labels_of_another_model_count_for_nothing_and_stay_out_of_the_known_mix() -> None:
    mix = (("Cars", 1.0), ("food and drink", 1.0))
    assert label_vector(MANIFEST, mix).tolist() == [0, 0, 1]
    assert known_mix(MANIFEST, mix) == (("Food & Drink", 1.0),)


@pytest.mark.parametrize("text", ["Food & Drink", "FOOD AND DRINK", " food ", "food_and_drink", "Foód-and"])
def test_a_label_is_found_as_people_type_it(text: str) -> None:
    assert find_label(MANIFEST, text) == "Food & Drink"


@pytest.mark.parametrize("text", ["Cars", "", "&", "x" * 300])
def test_an_unknown_label_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(UserError, match="Animals & Nature"):
        find_label(MANIFEST, text)


def test_a_model_without_labels_says_so() -> None:
    with pytest.raises(UserError, match="no labels"):
        find_label(TinyModel(labels=()).manifest(), "Food")


@pytest.mark.parametrize("text", ["", "any", " Any "])
def test_any_label_is_an_empty_mix(text: str) -> None:
    assert parse_mix(MANIFEST, text) == ()


def test_a_mixture_is_read_with_and_without_weights() -> None:
    assert parse_mix(MANIFEST, "animals=0.7+food=0.3") == (("Animals & Nature", 0.7), ("Food & Drink", 0.3))
    assert parse_mix(MANIFEST, "animals+food") == (("Animals & Nature", 1.0), ("Food & Drink", 1.0))


@pytest.mark.parametrize(
    "text", ["animals=much", "animals=-1", "animals=nan", "animals=inf", "animals++food"]
)
def test_an_odd_mixture_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_mix(MANIFEST, text)


def test_noise_is_zero_for_seed_zero_and_repeats_for_any_other() -> None:
    assert noise_vector(MANIFEST, 0).tolist() == [0, 0, 0, 0]
    assert noise_vector(MANIFEST, 7).tolist() == noise_vector(MANIFEST, 7).tolist()
    assert noise_vector(MANIFEST, 7).tolist() != noise_vector(MANIFEST, 8).tolist()
    assert noise_vector(TinyModel().manifest(), 7).shape == (0,)


def test_a_model_that_chooses_its_colours_draws_them_for_the_first_picture_too() -> None:
    choosing = dataclasses.replace(MANIFEST, network={"swatches": 4})
    assert noise_vector(choosing, 0).any()
    assert noise_vector(choosing, 0).tolist() == noise_vector(choosing, 0).tolist()
    assert noise_vector(choosing, 0).tolist() != noise_vector(choosing, 1).tolist()
