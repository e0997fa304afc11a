"""Distances between clouds of features: our arithmetic beside torch-fidelity's on the same vectors."""

import numpy as np
import torch

from tests.benchmarks.measure import Effort, NotReadyError, Row, repeated_ms
from training.files import UserError
from training.metrics.frechet import TRUSTED, frechet_distance
from training.vision import import_torchvision

DIMENSIONS = 2048
FEW = 500
QUICKER, QUICKER_FEW = 1.5, 10.0


def frechet(effort: Effort) -> list[Row]:
    """Frechet distance from features to number, beside torch-fidelity's; the two have to agree."""
    try:
        metric = import_torchvision("torch_fidelity.metric_fid")
    except UserError as error:
        raise NotReadyError(str(error)) from error
    rows = []
    size = effort.times(DIMENSIONS, 64)
    for count, factor in ((effort.times(2 * TRUSTED, 200), QUICKER), (effort.times(FEW, 40), QUICKER_FEW)):
        rng = np.random.default_rng(count)
        mix = rng.random((size, size)) / size
        one, other = (rng.random((count, size)) @ mix for _ in range(2))
        values: dict[str, float] = {}

        def theirs(
            one: np.ndarray = one, other: np.ndarray = other, values: dict[str, float] = values
        ) -> None:
            parts = [metric.fid_features_to_statistics(torch.from_numpy(cloud)) for cloud in (one, other)]
            values["theirs"] = metric.fid_statistics_to_metric(*parts, verbose=False)[metric.KEY_METRIC_FID]

        def ours(one: np.ndarray = one, other: np.ndarray = other, values: dict[str, float] = values) -> None:
            values["ours"] = frechet_distance(one, other)

        # Taken in turns: a busy moment of the machine meets both.
        taken = [(min(repeated_ms(ours, 1, 0)), min(repeated_ms(theirs, 1, 0))) for _ in range(2)]
        mine, reference = (min(column) for column in zip(*taken, strict=True))
        if abs(values["ours"] - values["theirs"]) > 1e-4 * abs(values["theirs"]):
            raise RuntimeError(f"the distances differ: {values}")
        budget = None if effort.tiny else reference / factor
        against = f"torch-fidelity; budget: {factor:g} times quicker"
        rows.append(Row(f"Frechet distance, {count} x {size}", mine, reference, budget, "ms", against))
    return rows
