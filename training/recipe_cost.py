"""What a recipe costs: the parameters of its networks, counted."""

from dataclasses import replace

import torch
from torch import nn

from training.recipes.registry import Recipe
from training.state import configured


def parameter_counts(recipe: Recipe) -> dict[str, int]:
    """The parameters of generator and discriminator, with the labels and channels of the recipe's own data.

    Networks with frozen features of EfficientNet-Lite0 need its 3.4 million beside these.
    """
    config = replace(recipe.config, channels=recipe.config.channels or recipe.example_channels)
    labels = recipe.example_labels
    with torch.device("meta"):  # shapes without values
        return {
            "generator": _count(configured(config.generator, config, labels)),
            "discriminator": _count(configured(config.discriminator, config, labels)),
        }


def _count(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())
