"""FID, KID and the Inception Score with torch-fidelity's extractor and weights the user has fetched.

The weights file is looked for where torch-fidelity and pytorch-fid keep it. Its size and SHA-256 are verified
before a byte of it is interpreted. Nothing is downloaded.
"""

import hashlib
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
from training.vision import import_torchvision

WEIGHTS_BYTES = 95_628_359
WEIGHTS_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
WEIGHTS_NAMES = ("weights-inception-2015-12-05-6726825d.pth", "pt_inception-2015-12-05-6726825d.pth")
WEIGHTS_URL = f"https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/{WEIGHTS_NAMES[0]}"
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
                features.append(one.double().cpu().numpy())
                logits.append(two.double().cpu().numpy())
        return np.concatenate(features), np.concatenate(logits)


def inception_features(device: str = "cpu") -> InceptionFeatures:
    """Return the extractor with the user's weights file; UserError saying what is missing and what to do."""
    if importlib.util.find_spec("torch_fidelity") is None:
        raise UserError('torch-fidelity is not installed; run pip install "sketch-studio[train]".')
    return InceptionFeatures(load_weights(find_weights()), device)


def find_weights() -> Path:
    """Return the path of the user's Inception weights; UserError with the address to fetch them from."""
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    for name in WEIGHTS_NAMES:
        if (folder / name).is_file():
            return folder / name
    # The folder stays unnamed: this sentence goes into reports and model files that people share.
    raise UserError(
        f"The Inception weights are not on this machine; fetch {WEIGHTS_URL} into "
        "PyTorch's hub/checkpoints folder."
    )


def load_weights(
    path: Path, size_bytes: int = WEIGHTS_BYTES, sha256: str = WEIGHTS_SHA256
) -> dict[str, torch.Tensor]:
    """Return the tensors in ``path`` once size and SHA-256 are as expected; UserError when they are not."""
    remedy = f"delete {path} and fetch {WEIGHTS_URL} again"
    if path.stat().st_size != size_bytes:
        raise UserError(
            f"The Inception weights have {path.stat().st_size} bytes, not {size_bytes}; {remedy}."
        )
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UserError(f"The Inception weights are not the published ones; {remedy}.")
    state: dict[str, torch.Tensor] = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
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
