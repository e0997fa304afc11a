"""The regions between the lines of a drawing, found as part of the network's graph.

Every pixel of paper starts with a number of its own, and the largest wins wherever paper touches paper. No
parameters; exportable to ONNX with dynamic height and width.
"""

import torch
from torch import Tensor

from training.networks.papers import border_of, flooded, grown

BENEATH = 2
"""Pixels of ink that a region goes on beneath its line."""


@torch.no_grad()
def find_regions(papers: list[Tensor]) -> Tensor:
    """Return the number [N,1,H,W] of the region that each pixel lies in, 1 to H*W, and 0 around the drawing:
    what can be reached from the border, with what is wide open to it, is no region.

    ``papers`` are those of `papers_of`. A region that winds further than a flood reaches comes in parts.
    """
    height, width = papers[0].shape[2:]
    numbers = torch.arange(1, height * width + 1, device=papers[0].device).float()
    numbers = flooded(numbers.reshape(1, 1, height, width), papers)
    numbers = numbers * (average_by_region(border_of(numbers), numbers) == 0)
    for _ in range(BENEATH):
        numbers = torch.where(papers[0] > 0, numbers, grown(numbers, torch.ones_like(numbers), 1))
    return numbers


def average_by_region(values: Tensor, regions: Tensor) -> Tensor:
    """Return ``values`` [N,C,H,W] averaged over each of ``regions`` [N,1,H,W], as they are where it is 0."""
    count = regions.shape[2] * regions.shape[3] + 1
    place = regions.flatten(2).long().expand(-1, values.shape[1] + 1, -1)
    counted = torch.cat([values, torch.ones_like(values[:, :1])], dim=1).flatten(2)
    sums = counted.new_zeros(counted.shape[0], counted.shape[1], count).scatter_add(2, place, counted)
    means = sums[:, :-1] / torch.maximum(sums[:, -1:], torch.tensor(1.0))
    return torch.where(regions > 0, means.gather(2, place[:, :-1]).reshape(values.shape), values)
