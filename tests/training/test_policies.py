"""Decisions that are given the time: shares of it, balance, collapse."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.policies import OVERPOWERED_STEPS, BalanceWatch, TimeShare, collapsed_labels


@given(st.floats(0.1, 100), st.floats(1, 50), st.floats(0.01, 0.5))
def test_what_is_not_training_keeps_to_its_share(cost: float, pace: float, share: float) -> None:
    time = TimeShare(share)
    elapsed = pace
    time.spend("evaluate", cost)
    elapsed += cost
    for _ in range(2000):
        elapsed += pace
        if time.allows("evaluate", elapsed):
            time.spend("evaluate", cost)
            elapsed += cost
            assert time.spent_s <= share * elapsed + 1e-6


def test_the_first_time_is_allowed_and_a_cheap_thing_is_never_put_off() -> None:
    time = TimeShare(0.1)
    assert time.allows("sample", 0.0)
    time.spend("sample", 1.0)
    assert not time.allows("sample", 8.0)
    assert time.allows("sample", 30.0)


def test_a_cheap_thing_does_not_wait_for_a_dear_one_to_be_made_up_for() -> None:
    time = TimeShare(0.1)
    time.spend("sample", 0.1)
    time.spend("evaluate", 12.0)
    assert time.allows("sample", 20.0)
    assert not time.allows("evaluate", 100.0)


def test_a_long_imbalance_is_told_once_and_again_after_recovery() -> None:
    watch = BalanceWatch()
    told = [watch.look(step, 0.99, 0.97) for step in range(0, 3 * OVERPOWERED_STEPS, 20)]
    assert [bool(text) for text in told].count(True) == 1
    assert "discriminator.augment" in "".join(told)
    assert watch.look(700, 0.7, 0.6) == ""
    assert any(watch.look(step, 0.99, 0.97) for step in range(720, 1000, 20))


def test_a_fooled_discriminator_is_told_and_balance_is_not() -> None:
    watch, calm = BalanceWatch(), BalanceWatch()
    assert any("fools" in watch.look(step, 0.02, 0.01) for step in range(0, 400, 20))
    assert not any(calm.look(step, 0.6, 0.55) for step in range(0, 400, 20))
    assert not any(calm.look(step, 0.99, 0.2) for step in range(400, 900, 20))


def test_a_label_whose_pictures_are_one_is_found() -> None:
    rng = np.random.default_rng(3)
    true = rng.random((20, 12), dtype=np.float32)
    label = np.repeat([0, 1, 2], [8, 9, 3])
    made = true.copy()
    made[8:] = true[8]
    assert collapsed_labels(made, true, label, ["a", "b", "rare"]) == ["b"]
    assert collapsed_labels(true, true, label, ["a", "b", "rare"]) == []
