"""FID, KID and the Inception Score with torch-fidelity's extractor and weights the user has fetched.

``training.metrics.weights`` knows where the weights lie and fetches them when it is told to; nothing is
downloaded here. Size and SHA-256 are verified before a byte of the file is interpreted.
"""

import importlib.util
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.files import UserError
from training.metrics.features import Features, Pictures
from training.metrics.weights import INCEPTION, Published, find_weights, read_weights
from training.vision import import_torchvision

SCORE_SPLITS = 10
SHUFFLE_SEED = 2020
FEATURES, LOGITS = "2048", "logits_unbiased"


class InceptionFeatures:
    """The Inception network of FID: ``__call__`` gives its 2048 features, ``both`` the logits too."""

    name = "inception_v3"
    size = 2048

    def __init__(self, state: Mapping[str, torch.Tensor], device: str = "cpu", batch_size: int = 8) -> None:
        extractor = import_torchvision("torch_fidelity.feature_extractor_inceptionv3")
        # The extractor unpickles whatever file it is given: hand it the tensors we have loaded safely.
        buffer = io.BytesIO()
        torch.save(dict(state), buffer)
        buffer.seek(0)
        self._network: Any = extractor.FeatureExtractorInceptionV3(
            "inception-v3-compat", [FEATURES, LOGITS], feature_extractor_weights_path=buffer
        ).to(device)
        self._device = device
        self._batch_size = batch_size

    def __call__(self, pictures: Pictures) -> Features:
        return self.both(pictures)[0]

    def both(self, pictures: Pictures) -> tuple[Features, Features]:
        """Return features [N, 2048] and unbiased logits [N, 1008] of pictures [N, H, W, 3] of any size."""
        features, logits = [np.empty((0, self.size))], [np.empty((0, 1008))]
        with torch.inference_mode():
            for start in range(0, len(pictures), self._batch_size):
                part = torch.from_numpy(np.ascontiguousarray(pictures[start : start + self._batch_size]))
                one, two = self._network(part.permute(0, 3, 1, 2).to(self._device))
                features.append(one.cpu().double().numpy())
                logits.append(two.cpu().double().numpy())
        return np.concatenate(features), np.concatenate(logits)


def inception_features(device: str = "cpu") -> InceptionFeatures:
    """Return the extractor with the user's weights file; UserError saying what is missing and what to do."""
    if importlib.util.find_spec("torch_fidelity") is None:
        raise UserError('torch-fidelity is not installed; run pip install "sketch-studio[train]".')
    path = find_weights()
    if path is None:
        # No folder is named: this sentence goes into reports and model files that people share.
        raise UserError(
            f"The Inception weights ({INCEPTION.megabytes} MB) are not on this machine; fetch them with "
            "evaluate --fetch-inception, or in the window."
        )
    return InceptionFeatures(load_weights(path), device)


def find_inception(device: str = "cpu") -> tuple[InceptionFeatures | None, str]:
    """Return the extractor, or None and the sentence that says what is missing."""
    try:
        return inception_features(device), ""
    except UserError as error:
        return None, str(error)


def load_weights(path: Path, weights: Published = INCEPTION) -> dict[str, torch.Tensor]:
    """Return the tensors in ``path`` once size and SHA-256 are as published; UserError when they are not."""
    data = io.BytesIO(read_weights(path, weights))
    state: dict[str, torch.Tensor] = torch.load(data, map_location="cpu", weights_only=True)
    return state


def inception_score(logits: NDArray[np.floating], splits: int = SCORE_SPLITS) -> float:
    """Return the Inception Score of logits [N, C]: exp(E KL(p(y|x) || p(y))) (Salimans et al. 2016, 4).

    The mean over ``splits`` parts, shuffled first as torch-fidelity shuffles, since data sets come ordered by
    label. ValueError below one picture a part.
    """
    values = np.asarray(logits, np.float64)
    count = len(values)
    if count < splits:
        raise ValueError(f"an Inception Score of {count} pictures in {splits} parts")
    values = values[np.random.RandomState(SHUFFLE_SEED).permutation(count)]
    values = values - values.max(axis=1, keepdims=True)
    log_p = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
    scores = []
    for index in range(splits):
        part = log_p[index * count // splits : (index + 1) * count // splits]
        p = np.exp(part)
        marginal = np.log(p.mean(axis=0, keepdims=True))
        scores.append(np.exp((p * (part - marginal)).sum(axis=1).mean()))
    return float(np.mean(scores))
