"""Clicks on labels: one, two, none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.label_mix import ANY, added_to, another, chosen, named_weights, share_of_second, with_share

NAMES = ("cat", "cake", "house", "face")


def test_a_click_chooses_alone_and_any_chooses_nothing() -> None:
    assert chosen("cat") == (("cat", 1.0),)
    assert chosen(ANY) == ()


def test_ctrl_click_adds_replaces_and_takes_out() -> None:
    two = added_to(chosen("cat"), "cake")
    assert two == (("cat", 0.5), ("cake", 0.5))
    assert added_to(two, "house") == (("cat", 0.5), ("house", 0.5))
    assert added_to(two, "cat") == chosen("cake")
    assert added_to(two, "cake") == chosen("cat")
    assert added_to(two, ANY) == ()
    assert added_to((), "cat") == chosen("cat")
    assert added_to(chosen("cat"), "cat") == ()


@given(st.floats(0, 1))
def test_the_share_is_kept_and_neither_label_is_lost(share: float) -> None:
    mix = with_share((("cat", 0.5), ("cake", 0.5)), share)
    assert [name for name, _ in mix] == ["cat", "cake"]
    assert all(weight > 0 for _, weight in mix)
    assert share_of_second(mix) == pytest.approx(min(max(share, 0.01), 0.99))


def test_weights_by_name_sum_to_one() -> None:
    assert named_weights((("cat", 2.0), ("cake", 6.0))) == {"cat": 0.25, "cake": 0.75}
    assert named_weights(()) == {ANY: 1.0}


@given(st.integers(0, 1000))
def test_another_mixture_keeps_the_first_label_and_is_repeatable(seed: int) -> None:
    mix = another(chosen("cat"), NAMES, seed)
    assert mix[0][0] == "cat"
    assert mix[0][1] > mix[1][1] > 0
    assert mix[1][0] in NAMES[1:]
    assert mix == another(chosen("cat"), NAMES, seed)


def test_another_of_one_label_is_that_label() -> None:
    assert another((), ("only",), 3) == chosen("only")
