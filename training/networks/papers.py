"""The paper that a drawing leaves free of ink, as the network sees it: at several sizes, gaps in the lines
closed. Part of the network's graph.

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
ROUNDS = 2
"""Walks up and down the pyramid: the second reaches behind what closed the coarse cells in the first."""
STEPS_UP = (2, 2, 4, 4, 16)
STEPS_DOWN = (6, 8, 6, 4)
"""Steps at each level, the finest first."""


def papers_of(sketch: Tensor) -> list[Tensor]:
    """Return the pixels of ``sketch`` [N,1,H,W] (1 = paper) that are free of ink, gaps closed, and the cells
    of two, four, eight and sixteen that hold none: 1 or 0, [N,1,H,W], [N,1,H/2,W/2] and so on.
    """
    return _pyramid(_without_gaps((sketch > 1.0 - INK_IS_WALL).float()))


def border_of(like: Tensor) -> Tensor:
    """Return 1 in the outermost pixels of ``like`` [N,C,H,W], else 0."""
    return 1.0 - F.pad(torch.ones_like(like)[:, :, 1:-1, 1:-1], (1, 1, 1, 1), value=0.0)


def flooded(values: Tensor, papers: list[Tensor]) -> Tensor:
    """Return for each pixel the largest of ``values`` [N,1,H,W] that reaches it over the ``papers``.

    Steps go along rows and columns, never diagonally, so a one-pixel diagonal line holds: up the pyramid,
    where few steps reach far, and down again. What winds further than the steps reach comes in parts.
    """
    values = values * papers[0]
    for _ in range(ROUNDS):
        levels = [grown(values, papers[0], STEPS_UP[0])]
        for paper, steps in zip(papers[1:], STEPS_UP[1:], strict=True):
            levels.append(grown(F.max_pool2d(levels[-1], 2) * paper, paper, steps))
        values = levels.pop()
        for level in reversed(range(COARSER)):
            wide = F.interpolate(values, scale_factor=2.0, mode="nearest")
            values = grown(torch.maximum(levels[level], wide), papers[level], STEPS_DOWN[level])
    return values


def grown(values: Tensor, within: Tensor, steps: int) -> Tensor:
    """Return the largest of ``values`` [N,1,H,W] around each pixel, so many times, ``within`` alone."""
    for _ in range(steps):
        values = F.max_pool2d(values, (1, 3), stride=1, padding=(0, 1)) * within
        values = F.max_pool2d(values, (3, 1), stride=1, padding=(1, 0)) * within
    return values


def _without_gaps(paper: Tensor) -> Tensor:
    border = border_of(paper)
    # Where the ball's middle can be.
    room = 1.0 - F.max_pool2d(1.0 - paper, 2 * BALL + 1, stride=1, padding=BALL)
    trapped = room - flooded(border * room, _pyramid(room))
    inside = grown(trapped, paper, BALL + 1)
    outside = paper - inside
    ground = flooded(border * outside, _pyramid(outside))
    across = F.max_pool2d(ground, (1, 3), stride=1, padding=(0, 1))
    down = F.max_pool2d(ground, (3, 1), stride=1, padding=(1, 0))
    return paper - inside * torch.maximum(across, down)


def _pyramid(paper: Tensor) -> list[Tensor]:
    papers = [paper]
    for _ in range(COARSER):
        papers.append(1.0 - F.max_pool2d(1.0 - papers[-1], 2))
    return papers
