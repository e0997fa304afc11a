"""What a run's networks know before its first step."""

from pathlib import Path
from typing import cast

import torch

from training.config import TrainConfig
from training.data.dataset import Dataset
from training.data.swatches import find_swatches
from training.export import adopt_weights
from training.networks.unet import UNetGenerator
from training.state import TrainState


def begin(state: TrainState, config: TrainConfig, dataset: Dataset) -> None:
    """Give fresh networks the swatches of ``dataset``, then the weights of the config's ``init`` model."""
    if config.generator.swatches:
        table = torch.from_numpy(find_swatches(dataset, config.generator.swatches).table)
        for network in (state.generator, state.average):
            cast(UNetGenerator, network).set_swatches(table)
    if config.init:
        adopt_weights(state, Path(config.init), dataset.labels)
