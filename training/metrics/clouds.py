"""How two clouds of features overlap: whether generated pictures look true, and whether all true ones occur.

Precision and recall (Kynkaanniemi et al. 2019, "Improved Precision and Recall Metric for Assessing Generative
Models", equations 1 and 2), density and coverage (Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics
for Generative Models", equations 4 and 5). All four count balls: the ball of a vector reaches to the k-th
nearest other vector of its own cloud, its border included.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics.statistics import checked_features

PRECISION_K, DENSITY_K = 3, 5
"""The papers' own."""
ROWS = 1000
"""Vectors whose distances to a whole cloud are in memory at a time."""
ROUNDING = 1e-12
"""Share of the squared lengths below which a squared distance is taken for rounding, and so for zero."""
BORDER = 1 + 1e-9
"""By which balls are larger, so that what defines a border lies on it however sums are rounded."""


@dataclass(frozen=True)
class Overlap:
    """``precision`` of the generated, ``recall`` and ``coverage`` of the true vectors are shares in 0..1;
    ``density`` is 0 and more, about 1 for equal clouds.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def overlap(
    made: NDArray[np.floating],
    true: NDArray[np.floating],
    precision_k: int = PRECISION_K,
    density_k: int = DENSITY_K,
) -> Overlap:
    """Return how the generated features [M, D] and the true ones [N, D] overlap.

    ValueError where a cloud has not more vectors than the larger k.
    """
    a, b = checked_features(made), checked_features(true)
    most = max(precision_k, density_k)
    if min(len(a), len(b)) <= most:
        raise ValueError(f"balls to the neighbour number {most} in clouds of {len(a)} and {len(b)}")
    made_radius = _radii(a, (precision_k,))[:, 0]
    true_radius, density_radius = _radii(b, (precision_k, density_k)).T
    precise = np.zeros(len(a), bool)
    recalled, covered = np.zeros(len(b), bool), np.zeros(len(b), bool)
    inside = 0
    for start in range(0, len(a), ROWS):
        part = slice(start, start + ROWS)
        distance = _squared(a[part], b)
        precise[part] = (distance <= true_radius).any(axis=1)
        recalled |= (distance <= made_radius[part, None]).any(axis=0)
        in_balls = distance <= density_radius
        covered |= in_balls.any(axis=0)
        inside += int(in_balls.sum())
    return Overlap(
        float(precise.mean()),
        float(recalled.mean()),
        inside / (density_k * len(a)),
        float(covered.mean()),
    )


def overlap_metrics(made: NDArray[np.floating], true: NDArray[np.floating], judge: str) -> dict[str, float]:
    """Return the four figures under the name of the network ``judge``; none of too few vectors."""
    if min(len(made), len(true)) <= max(PRECISION_K, DENSITY_K):
        return {}
    found = overlap(made, true)
    return {
        f"precision_{judge}": found.precision,
        f"recall_{judge}": found.recall,
        f"density_{judge}": found.density,
        f"coverage_{judge}": found.coverage,
    }


def nearest(
    queries: NDArray[np.floating], among: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each of ``queries`` [N, D] the index of the nearest of ``among`` [M, D] and its distance."""
    a, b = np.asarray(queries, np.float64), np.asarray(among, np.float64)
    index, distance = np.zeros(len(a), np.int64), np.zeros(len(a))
    for start in range(0, len(a), ROWS):
        part = slice(start, start + ROWS)
        squared = _squared(a[part], b)
        index[part] = squared.argmin(axis=1)
        distance[part] = np.sqrt(squared.min(axis=1))
    return index, distance


def _radii(cloud: NDArray[np.float64], neighbours: tuple[int, ...]) -> NDArray[np.float64]:
    """The squared distances [N, len(neighbours)] of each vector to its k-th nearest others."""
    found = np.zeros((len(cloud), len(neighbours)))
    for start in range(0, len(cloud), ROWS):
        part = slice(start, start + ROWS)
        # The nearest of all is the vector itself, at place 0.
        found[part] = np.partition(_squared(cloud[part], cloud), neighbours, axis=1)[:, neighbours] * BORDER
    return found


def _squared(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances [N, M] of [N, D] and [M, D], exactly zero for equal vectors."""
    lengths = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)
    squared = lengths - 2 * a @ b.T
    return np.where(squared <= ROUNDING * lengths, 0.0, squared)
