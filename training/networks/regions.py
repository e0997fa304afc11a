"""The regions between the lines of a drawing, found as part of the network's graph.

Every pixel of paper starts with a number of its own, and the largest wins wherever paper touches paper, along
rows and columns: up a small pyramid, where few steps reach far, and down again. No parameters; exportable to
ONNX with dynamic height and width.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

ROUNDS = 2
"""Walks up and down the pyramid: the second reaches behind what closed the coarse cells in the first."""
STEPS_UP = (2, 2, 4, 4, 16)
STEPS_DOWN = (6, 8, 6, 4)
"""Steps at each level, the finest first."""
BENEATH = 2
"""Pixels of ink that a region goes on beneath its line."""


@torch.no_grad()
def find_regions(papers: list[Tensor]) -> Tensor:
    """Return the number [N,1,H,W] of the region that each pixel lies in, 1 to H*W, and 0 around the drawing:
    what can be reached from the border, with the shapes that are open to it, is no region.

    ``papers`` [N,1,H,W], [N,1,H/2,W/2] and so on, five of them, are 1 where a whole cell is free of ink. A
    region that winds further than the steps reach comes in parts.
    """
    height, width = papers[0].shape[2:]
    numbers = torch.arange(1, height * width + 1, device=papers[0].device).float()
    numbers = numbers.reshape(1, 1, height, width) * papers[0]
    for _ in range(ROUNDS):
        levels = [_grown(numbers, papers[0], STEPS_UP[0])]
        for paper, steps in zip(papers[1:], STEPS_UP[1:], strict=True):
            levels.append(_grown(F.max_pool2d(levels[-1], 2) * paper, paper, steps))
        numbers = levels.pop()
        for level in reversed(range(len(levels))):
            wide = F.interpolate(numbers, scale_factor=2.0, mode="nearest")
            numbers = _grown(torch.maximum(levels[level], wide), papers[level], STEPS_DOWN[level])
    inner = F.pad(torch.ones_like(numbers)[:, :, 1:-1, 1:-1], (1, 1, 1, 1), value=0.0)
    numbers = numbers * (average_by_region(1.0 - inner, numbers) == 0)
    for _ in range(BENEATH):
        numbers = torch.where(papers[0] > 0, numbers, _grown(numbers, torch.ones_like(numbers), 1))
    return numbers


def average_by_region(values: Tensor, regions: Tensor) -> Tensor:
    """Return ``values`` [N,C,H,W] averaged over each of ``regions`` [N,1,H,W], as they are where it is 0."""
    count = regions.shape[2] * regions.shape[3] + 1
    place = regions.flatten(2).long().expand(-1, values.shape[1] + 1, -1)
    counted = torch.cat([values, torch.ones_like(values[:, :1])], dim=1).flatten(2)
    sums = counted.new_zeros(counted.shape[0], counted.shape[1], count).scatter_add(2, place, counted)
    means = sums[:, :-1] / torch.maximum(sums[:, -1:], torch.tensor(1.0))
    return torch.where(regions > 0, means.gather(2, place[:, :-1]).reshape(values.shape), values)


def _grown(numbers: Tensor, within: Tensor, steps: int) -> Tensor:
    for _ in range(steps):
        numbers = F.max_pool2d(numbers, (1, 3), stride=1, padding=(0, 1)) * within
        numbers = F.max_pool2d(numbers, (3, 1), stride=1, padding=(1, 0)) * within
    return numbers
