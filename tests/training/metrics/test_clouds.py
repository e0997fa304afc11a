"""Precision, recall, density and coverage against values counted by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.metrics import clouds
from training.metrics.clouds import nearest, overlap, overlap_metrics


def line(*places: float) -> NDArray[np.float64]:
    return np.array(places, np.float64)[:, None]


def test_the_same_cloud_is_precise_recalled_dense_and_covered() -> None:
    cloud = np.random.default_rng(0).normal(size=(300, 16))
    found = overlap(cloud, cloud)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    # Each ball holds its centre and its k nearest: (k + 1) / k.
    assert found.density == pytest.approx(6 / 5)


def test_clouds_far_apart_have_nothing_in_common() -> None:
    cloud = np.random.default_rng(0).normal(size=(50, 4))
    found = overlap(cloud, cloud + 100)
    assert (found.precision, found.recall, found.density, found.coverage) == (0, 0, 0, 0)


def test_values_on_a_line_are_those_counted_by_hand() -> None:
    # With k = 1 the balls of 0, 1, 2 and 10 are [-1, 1], [0, 2], [1, 3] and [2, 18].
    true, made = line(0, 1, 2, 10), line(1.5, 2.5, 30)
    found = overlap(made, true, 1, 1)
    assert found.precision == pytest.approx(2 / 3)  # 30 lies in none
    # 1.5 lies in the balls of 1 and 2, 2.5 in those of 2 and 10.
    assert found.density == pytest.approx(4 / 3)
    assert found.coverage == pytest.approx(3 / 4)  # that of 0 is empty
    # The balls of 1.5, 2.5 and 30 are [0.5, 2.5], [1.5, 3.5] and [2.5, 57.5]: 1, 2 and 10 lie in one.
    assert found.recall == pytest.approx(3 / 4)


def test_one_place_of_many_is_precise_but_recalls_little() -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(size=(400, 2))
    found = overlap(rng.normal(size=(400, 2)) * 0.05, true)
    assert found.precision > 0.95
    assert found.recall < 0.1
    assert found.coverage < 0.1


def test_equal_pictures_have_balls_of_no_size_that_still_hold_each_other() -> None:
    found = overlap(np.ones((10, 3)) * 0.1, np.ones((10, 3)) * 0.1)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)


def test_large_clouds_are_walked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(40, 5)), rng.normal(size=(55, 5))
    whole = overlap(a, b), [part.tolist() for part in nearest(a, b)]
    monkeypatch.setattr(clouds, "ROWS", 7)
    assert (overlap(a, b), [part.tolist() for part in nearest(a, b)]) == whole


def test_the_nearest_is_named_with_its_distance() -> None:
    index, distance = nearest(line(0.9, 7), line(0, 1, 5))
    assert index.tolist() == [1, 2]
    assert distance == pytest.approx([0.1, 2])


def test_figures_carry_their_judge_and_need_enough_vectors() -> None:
    cloud = np.random.default_rng(0).normal(size=(6, 4))
    assert overlap_metrics(cloud, cloud, "judge")["recall_judge"] == 1
    assert overlap_metrics(cloud[:5], cloud, "judge") == {}
    with pytest.raises(ValueError, match="neighbour number 5"):
        overlap(cloud[:5], cloud)
