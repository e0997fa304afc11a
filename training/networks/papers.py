"""The paper that a drawing leaves free of ink, its connected parts, and gaps in lines closed, as part of the
network's graph.

A shape whose outline has a gap, or that opens to the ground by a narrow mouth, is meant as a shape. A ball
that rolls over the paper from the border does not get into it (trapped-ball segmentation, Zhang et al. 2009);
where room is left inside, a wall goes up against the ground. No parameters; exportable to ONNX with dynamic
height and width.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

INK_IS_WALL = 0.25
"""Darkness from which a pixel counts as line: light pencil yes, grey paper no."""
COARSER = 4
"""Sizes beside the finest, each half of the one before."""
BALL = 3
"""Radius in pixels: what it cannot roll through is closed."""
FIRST_STEPS = 4
ROUNDS = 8
"""Steps that numbers walk, and rounds in which whole groups join: drawings are done after six, a maze of one
pixel's width after ten."""


def free_of_ink(sketch: Tensor) -> Tensor:
    """Return 1 where ``sketch`` [N,1,H,W] (1 = paper) is free of ink, else 0."""
    return (sketch > 1.0 - INK_IS_WALL).float()


def cells_of(paper: Tensor) -> list[Tensor]:
    """Return ``paper`` [N,1,H,W] and its cells of two, four, eight and sixteen that hold no ink: 1 or 0,
    [N,1,H,W], [N,1,H/2,W/2] and so on.
    """
    papers = [paper]
    for _ in range(COARSER):
        papers.append(1.0 - F.max_pool2d(1.0 - papers[-1], 2))
    return papers


def without_gaps(paper: Tensor) -> Tensor:
    """Return ``paper`` [N,1,H,W] with walls, a pixel wide, where a ball gets not through to the ground."""
    # Where the ball's middle can be.
    room = 1.0 - F.max_pool2d(1.0 - paper, 2 * BALL + 1, stride=1, padding=BALL)
    trapped = room - at_border(number_parts(room))
    inside = grown(trapped, paper, BALL + 1)
    ground = at_border(number_parts(paper - inside))
    return paper - inside * _beside(ground)


def number_parts(paper: Tensor) -> Tensor:
    """Return the number [N,1,H,W], 1 to H*W, of the connected part of ``paper`` [N,1,H,W] that each pixel
    lies in, and 0 where it is 0.

    Steps go along rows and columns, never diagonally, so a one-pixel diagonal line holds. Every pixel starts
    with a number of its own. In each round all pixels of one number take the largest beside any of them, and
    then the number of the pixel that this one names: groups join as in Boruvka's algorithm, and long ways are
    short.
    """
    height, width = paper.shape[-2:]
    numbers = torch.arange(1, height * width + 1, device=paper.device).float().reshape(1, 1, height, width)
    numbers = grown(numbers * paper, paper, FIRST_STEPS)
    for _ in range(ROUNDS):
        joined = _largest_in_part(_beside(numbers) * paper, numbers)
        numbers = F.pad(joined, (1, 0)).gather(2, joined.long()).reshape(paper.shape)
    return numbers


def border_of(like: Tensor) -> Tensor:
    """Return 1 in the outermost pixels of ``like`` [N,1,H,W], else 0."""
    return 1.0 - F.pad(torch.ones_like(like)[:, :, 1:-1, 1:-1], (1, 1, 1, 1), value=0.0)


def at_border(numbers: Tensor) -> Tensor:
    """Return 1 in the parts of ``numbers`` [N,1,H,W] that touch the border, else 0."""
    return _largest_in_part(border_of(numbers) * (numbers > 0), numbers).reshape(numbers.shape)


def grown(values: Tensor, within: Tensor, steps: int) -> Tensor:
    """Return the largest of ``values`` [N,1,H,W] around each pixel, so many times, ``within`` alone."""
    for _ in range(steps):
        values = F.max_pool2d(values, (1, 3), stride=1, padding=(0, 1)) * within
        values = F.max_pool2d(values, (3, 1), stride=1, padding=(1, 0)) * within
    return values


def _largest_in_part(values: Tensor, numbers: Tensor) -> Tensor:
    """Return [N,1,H*W]: each pixel's largest of ``values`` [N,1,H,W] in its part of ``numbers``."""
    count, _, height, width = numbers.shape
    of = numbers.flatten(2).long()
    most = numbers.new_zeros(count, 1, height * width + 1).scatter_reduce(2, of, values.flatten(2), "amax")
    return most.gather(2, of)


def _beside(values: Tensor) -> Tensor:
    """Return the largest of ``values`` [N,1,H,W] among each pixel and its four neighbours."""
    across = F.max_pool2d(values, (1, 3), stride=1, padding=(0, 1))
    return torch.maximum(across, F.max_pool2d(values, (3, 1), stride=1, padding=(1, 0)))
