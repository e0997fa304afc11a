import math

import numpy as np
import pytest
from numpy.typing import NDArray

from training.metrics.frechet import frechet_distance, frechet_from_few, frechet_from_statistics
from training.metrics.kernel import kernel_distance, kernel_distance_of_subsets
from training.metrics.statistics import feature_statistics


def cloud(count: int, size: int, seed: int = 0, shift: float = 0.0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, size)) @ rng.normal(size=(size, size)) / math.sqrt(size) + shift


def test_frechet_distance_of_one_dimension_is_the_textbook_value() -> None:
    a, b = cloud(50, 1, 1), cloud(70, 1, 2, shift=3)
    expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert frechet_distance(a, b) == pytest.approx(expected)


def test_the_forms_for_few_and_for_many_vectors_agree() -> None:
    for counts in ((20, 30), (60, 45), (200, 300)):
        a, b = cloud(counts[0], 40, 1), cloud(counts[1], 40, 2, shift=0.5)
        full = frechet_from_statistics(feature_statistics(a), feature_statistics(b))
        assert frechet_from_few(a, b) == pytest.approx(full, rel=1e-7)
        assert frechet_distance(a, b) == pytest.approx(full, rel=1e-7)


def test_features_that_never_change_make_no_difference() -> None:
    a, b = cloud(60, 12, 1), cloud(50, 12, 2, shift=0.5)
    flat_a, flat_b = (np.hstack([part, np.full((len(part), 3), 2.0)]) for part in (a, b))
    assert frechet_distance(flat_a, flat_b) == pytest.approx(frechet_distance(a, b), rel=1e-7)


def test_frechet_distance_is_symmetric_zero_on_itself_and_grows_with_the_shift() -> None:
    a, b = cloud(30, 20, 1), cloud(25, 20, 2)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a + 2.0) == pytest.approx(20 * 4)


def test_kernel_distance_is_the_sum_over_all_pairs() -> None:
    a, b = cloud(5, 3, 1), cloud(7, 3, 2)

    def k(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        return float((x @ y / 3 + 1) ** 3)

    within_a = [k(a[i], a[j]) for i in range(5) for j in range(5) if i != j]
    within_b = [k(b[i], b[j]) for i in range(7) for j in range(7) if i != j]
    between = [k(x, y) for x in a for y in b]
    expected = np.mean(within_a) + np.mean(within_b) - 2 * np.mean(between)
    assert kernel_distance(a, b) == pytest.approx(expected)


def test_kernel_distance_is_unbiased_for_equal_distributions() -> None:
    values = [kernel_distance(cloud(12, 4, 9)[s], cloud(12, 4, 9)[t]) for s, t in _halves(60)]
    assert abs(np.mean(values)) < 3 * np.std(values) / math.sqrt(len(values))
    assert min(values) < 0


def _halves(count: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    rng = np.random.default_rng(5)
    orders = [rng.permutation(12) for _ in range(count)]
    return [(order[:6], order[6:]) for order in orders]


def test_subsets_as_large_as_the_cloud_give_the_whole_estimate() -> None:
    a, b = cloud(9, 4, 1), cloud(9, 4, 2)
    estimate = kernel_distance_of_subsets(a, b, subsets=3)
    assert estimate.subset_size == 9
    assert estimate.mean == pytest.approx(kernel_distance(a, b))
    assert estimate.deviation == pytest.approx(0, abs=1e-9)


def test_values_that_are_not_finite_and_single_vectors_are_errors() -> None:
    with pytest.raises(ValueError, match="not finite"):
        frechet_distance(np.full((3, 2), np.nan), cloud(3, 2))
    with pytest.raises(ValueError, match="at least two"):
        kernel_distance(cloud(1, 2), cloud(3, 2))
