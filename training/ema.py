"""Moving average of a network's weights: steadier than the weights themselves, and what is exported."""

import copy
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def averaged_copy(network: Network) -> Network:
    """A frozen copy in eval mode to keep the average in."""
    average = copy.deepcopy(network)
    return average.requires_grad_(False).eval()


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move ``average`` towards ``network``; the first steps move further, so that the start is forgotten."""
    decay = min(decay, (1.0 + step) / (10.0 + step))
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1.0 - decay)
    for kept, current in zip(average.buffers(), network.buffers(), strict=True):
        kept.copy_(current)
