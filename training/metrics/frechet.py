"""Frechet distance between two clouds of feature vectors (Heusel et al. 2017, equation 6).

    |m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2))

On Inception features it is FID; on any other network's it must carry that network's name.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from training.metrics.statistics import FeatureStatistics, checked_features, feature_statistics

TRUSTED = 2048
"""Below so many pictures, the dimensions of FID's features, the distance reads high; the kernel distance does
not, and is the one to look at.
"""


def frechet_distance(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the distance between features [N, D] and [M, D], by the cheaper of the two exact forms."""
    a, b = checked_features(first), checked_features(second)
    if min(len(a), len(b)) < a.shape[1]:
        return frechet_from_few(a, b)
    return frechet_from_statistics(feature_statistics(a), feature_statistics(b))


def frechet_from_few(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the distance without any D x D matrix, for fewer vectors than dimensions.

    With centred features X [N, D] and Y [M, D] the eigenvalues of C1 C2 are the squared singular values of
    X Y^T over (N - 1)(M - 1), so the trace of the root is the nuclear norm of X Y^T over the root of that.
    """
    a, b = checked_features(first), checked_features(second)
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    x, y = (a - mean_a) / np.sqrt(len(a) - 1), (b - mean_b) / np.sqrt(len(b) - 1)
    root_trace = np.linalg.svd(x @ y.T, compute_uv=False).sum()
    return _value(mean_a - mean_b, float((x * x).sum() + (y * y).sum()), float(root_trace))


def frechet_from_statistics(first: FeatureStatistics, second: FeatureStatistics) -> float:
    """Return the distance from means and covariances alone.

    C1 C2 has the eigenvalues of the symmetric F^T C2 F where C1 = F F^T: those alone are needed, instead of a
    matrix root that may come out complex.
    """
    factor = _factor(first.covariance)
    # PyTorch's takes half as long as NumPy's.
    product = torch.linalg.eigvalsh(torch.from_numpy(factor.T @ second.covariance @ factor)).numpy()
    root_trace = np.sqrt(np.clip(product, 0, None)).sum()
    traces = np.trace(first.covariance) + np.trace(second.covariance)
    return _value(first.mean - second.mean, float(traces), float(root_trace))


def _factor(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """F [D, D] with F F^T = ``covariance``: Cholesky's, and where that has a flat direction the root."""
    try:
        return np.asarray(np.linalg.cholesky(covariance), np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(np.clip(values, 0, None)))


def _value(difference: NDArray[np.float64], traces: float, root_trace: float) -> float:
    # Rounding may leave a little below zero for equal clouds; the distance itself cannot be negative.
    return max(0.0, float(difference @ difference) + traces - 2 * root_trace)
