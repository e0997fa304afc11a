"""Classifiers that tell how much pictures teach: a softmax regression, and ResNet-18 with random weights.

Trained for a fixed number of epochs, without variation of the pictures and without a validation set: the
figures compare sets of pictures, and nothing is tuned for any of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.data.dataset import Progress
from training.evaluation_options import ClassifierConfig
from training.metrics.evaluate import ShouldStop, stoppable
from training.metrics.features import Pictures
from training.vision import import_torchvision


@dataclass(frozen=True)
class Classifier:
    """A trained network and the device it is on."""

    network: nn.Module
    device: str

    def logits(self, pictures: Pictures, batch_size: int = 256) -> NDArray[np.float64]:
        """Return the logits [N, L] of pictures uint8 [N, S, S, 3]."""
        parts = []
        with torch.inference_mode():
            for start in range(0, len(pictures), batch_size):
                made: Tensor = self.network(_floats(pictures[start : start + batch_size], self.device))
                parts.append(made.cpu().double().numpy())
        return np.concatenate(parts)

    def accuracy(self, pictures: Pictures, label: NDArray[np.int64]) -> float:
        """Return the share of pictures [N, S, S, 3] whose likeliest label is theirs."""
        return float((self.logits(pictures).argmax(axis=1) == label).mean())


def train_classifier(
    pictures: Pictures,
    label: NDArray[np.int64],
    labels: int,
    config: ClassifierConfig,
    device: str = "cpu",
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> Classifier:
    """Return a classifier into ``labels`` trained on pictures uint8 [N, S, S, 3] of ``label`` [N].

    The same arguments give the same classifier on the CPU. EvaluationStoppedError as soon as ``should_stop``
    says so, asked before every batch; UserError when torchvision is not installed.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = BUILDERS[config.kind](pictures.shape[1], labels).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    target = torch.from_numpy(label)
    rng = np.random.default_rng((config.seed, len(pictures)))
    steps = (
        order[start : start + config.batch_size]
        for order in (rng.permutation(len(pictures)) for _ in range(config.epochs))
        for start in range(0, len(pictures), config.batch_size)
    )
    done = 0
    network.train()
    for chosen in stoppable(steps, should_stop or (lambda: False)):
        done += len(chosen)
        if len(chosen) > 1:  # one alone has no statistics to be normalised by
            loss = F.cross_entropy(network(_floats(pictures[chosen], device)), target[chosen].to(device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        if on_progress is not None:
            on_progress(done, config.epochs * len(pictures))
    return Classifier(network.eval(), device)


def _softmax_regression(side: int, labels: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * side * side, labels))


def _resnet18(side: int, labels: int) -> nn.Module:
    """He et al. 2016, table 1, as torchvision builds it; any ``side`` from 8 px."""
    models: Any = import_torchvision("torchvision.models")
    network: nn.Module = models.resnet18(weights=None, num_classes=labels)
    return network


BUILDERS: dict[str, Callable[[int, int], nn.Module]] = {
    "softmax": _softmax_regression,
    "resnet18": _resnet18,
}


def _floats(pictures: Pictures, device: str) -> Tensor:
    """Pictures uint8 [N, S, S, 3] as floats [N, 3, S, S] in -1..1."""
    values = torch.from_numpy(np.ascontiguousarray(pictures)).to(device)
    return values.permute(0, 3, 1, 2).float() / 127.5 - 1.0
