"""Moving average of a network's weights: steadier than the weights themselves, and what is exported."""

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def averaged_copy(network: Network) -> Network:
    """A frozen copy in eval mode to keep the average in."""
    average = copy.deepcopy(network)
    return average.requires_grad_(False).eval()


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move ``average`` towards ``network``; the first steps move further, so that the start is forgotten.

    Statistics of batches are averaged like the weights that made them; counters are copied.
    """
    decay = min(decay, (1.0 + step) / (10.0 + step))
    ours = [*average.parameters(), *averaged_buffers(average)]
    theirs = [*network.parameters(), *averaged_buffers(network)]
    torch._foreach_lerp_(ours, theirs, 1.0 - decay)
    for kept, current in zip(average.buffers(), network.buffers(), strict=True):
        if not kept.is_floating_point():
            kept.copy_(current)


def averaged_buffers(network: nn.Module) -> list[Tensor]:
    """The buffers that hold measured values, such as a batch norm's mean and variance."""
    return [buffer for buffer in network.buffers() if buffer.is_floating_point()]
