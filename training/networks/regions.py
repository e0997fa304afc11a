"""The regions between the lines of a drawing, found as part of the network's graph.

No parameters; exportable to ONNX with dynamic height and width.
"""

import torch
from torch import Tensor

from training.networks.papers import at_border, grown, number_parts

BENEATH = 2
"""Pixels of ink that a region goes on beneath its line."""


@torch.no_grad()
def find_regions(paper: Tensor) -> Tensor:
    """Return the number [N,1,H,W] of the region that each pixel lies in, 1 to H*W, and 0 around the drawing:
    what can be reached from the border is no region.

    ``paper`` [N,1,H,W] is 1 where no ink is.
    """
    numbers = number_parts(paper)
    numbers = numbers * (1.0 - at_border(numbers))
    for _ in range(BENEATH):
        numbers = torch.where(paper > 0, numbers, grown(numbers, torch.ones_like(numbers), 1))
    return numbers


def average_by_region(values: Tensor, regions: Tensor) -> Tensor:
    """Return ``values`` [N,C,H,W] averaged over each of ``regions`` [N,1,H,W], as they are where it is 0."""
    return lay_over(region_means(values, regions, regions), regions, values)


def region_means(values: Tensor, numbers: Tensor, regions: Tensor) -> Tensor:
    """Return the mean [N,C,H*W+1] of ``values`` [N,C,h,w] over each region of ``regions`` [N,1,H,W].

    ``numbers`` [N,1,h,w] says in which region each value lies; a region that has none gets 0.
    """
    place = numbers.flatten(2).long().expand(-1, values.shape[1] + 1, -1)
    counted = torch.cat([values, torch.ones_like(values[:, :1])], dim=1).flatten(2)
    count = regions.shape[2] * regions.shape[3] + 1
    sums = counted.new_zeros(counted.shape[0], counted.shape[1], count).scatter_add(2, place, counted)
    return sums[:, :-1] / torch.maximum(sums[:, -1:], torch.tensor(1.0))


def lay_over(means: Tensor, regions: Tensor, beside: Tensor) -> Tensor:
    """Return [N,C,H,W]: in each of ``regions`` [N,1,H,W] its value among ``means`` [N,C,H*W+1], and where it
    is 0 what is ``beside`` [N,C,H,W].
    """
    laid = means.gather(2, regions.flatten(2).long().expand(-1, means.shape[1], -1))
    return torch.where(regions > 0, laid.reshape(beside.shape), beside)
