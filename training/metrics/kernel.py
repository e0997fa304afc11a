"""Kernel distance: the unbiased squared MMD with a cubic kernel (Binkowski et al. 2018, section 3, KID).

    k(x, y) = (x . y / D + 1)^3

It is unbiased at any number of pictures, so below a few thousand it is the figure to read first. It can come
out slightly below zero for equal clouds. On Inception features it is KID.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics.statistics import checked_features

SUBSETS, SUBSET_SIZE, SUBSET_SEED = 100, 1000, 2020  # torch-fidelity's, which KID figures are quoted with


@dataclass(frozen=True)
class SubsetEstimate:
    """Mean and standard deviation of the kernel distance over random subsets."""

    mean: float
    deviation: float
    subsets: int
    subset_size: int


def kernel_distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the distance between features [N, D] and [M, D] from all pairs: no subsets, nothing random."""
    a, b = checked_features(first), checked_features(second)
    within_a, within_b = _kernel(a, a), _kernel(b, b)
    n, m = len(a), len(b)
    return float(
        (within_a.sum() - np.trace(within_a)) / (n * (n - 1))
        + (within_b.sum() - np.trace(within_b)) / (m * (m - 1))
        - 2 * _kernel(a, b).mean()
    )


def kernel_distance_of_subsets(
    first: NDArray[np.floating],
    second: NDArray[np.floating],
    *,
    subsets: int = SUBSETS,
    subset_size: int = SUBSET_SIZE,
    seed: int = SUBSET_SEED,
) -> SubsetEstimate:
    """Return the estimate over random subsets, drawn as torch-fidelity draws them.

    Subsets larger than a cloud shrink to it, and the result says so.
    """
    a, b = checked_features(first), checked_features(second)
    size = min(subset_size, len(a), len(b))
    rng = np.random.RandomState(seed)
    values = [
        kernel_distance(
            a[rng.choice(len(a), size, replace=False)], b[rng.choice(len(b), size, replace=False)]
        )
        for _ in range(subsets)
    ]
    return SubsetEstimate(float(np.mean(values)), float(np.std(values)), subsets, size)


def _kernel(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return (a @ b.T / a.shape[1] + 1) ** 3
