"""Feature vectors to the mean and covariance of their cloud."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FeatureStatistics:
    """Mean [D] and covariance [D, D] (with N - 1) of ``count`` feature vectors."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    count: int


def feature_statistics(features: NDArray[np.floating]) -> FeatureStatistics:
    """Return the statistics of features [N, D]; ValueError when N is below 2."""
    values = checked_features(features)
    mean = values.mean(axis=0)
    centred = values - mean
    return FeatureStatistics(mean, centred.T @ centred / (len(values) - 1), len(values))


def checked_features(features: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return features [N, D] as float64; ValueError when there are fewer than two or one is not finite."""
    values = np.asarray(features, np.float64)
    if values.ndim != 2 or len(values) < 2:
        raise ValueError(f"features of shape {values.shape} where at least two vectors are needed")
    if not np.isfinite(values).all():
        raise ValueError("features that are not finite")
    return values
