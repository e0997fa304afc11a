"""Spread colour hints inside the region that the lines enclose, as part of the network's graph.

A dot of colour says "this region", not "this spot". Walls are found by max-pooling the ink, so that thin
lines stay closed at low resolution, and the hints then diffuse between the walls: down a small pyramid,
where few steps reach far, and up again, where each finer level fills what the coarser walls had closed.
Steps go along rows and columns, never diagonally, so a one-pixel diagonal line holds too.
No parameters; exportable to ONNX with dynamic height and width.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

INK_IS_WALL = 0.25
"""Darkness from which a pixel counts as line: light pencil yes, grey paper no."""
FINEST, LEVELS = 2, 4
"""Cells of 2, 4, 8 and 16 pixels."""
STEPS_DOWN = (0, 3, 4, 18)
STEPS_UP = (2, 4, 4)
STEPS_PER_RENORMALISING = 3
RIM = 5
TINY = 1e-12


def spread_hints(sketch: Tensor, hints: Tensor) -> Tensor:
    """Return hints spread over their line-enclosed regions, at half the resolution.

    ``sketch`` [N,1,H,W], 1 = paper, 0 = ink; ``hints`` [N,4,H,W], straight RGBA in 0..1; H and W are
    multiples of 16. The result [N,4,H/2,W/2] is premultiplied RGBA: where several hints meet it is their
    local mixture, its alpha their strength, and it is zero on lines and in regions without a hint.
    """
    ink_free = (sketch > 1.0 - INK_IS_WALL).to(hints.dtype)
    alpha = hints[:, 3:] * ink_free
    # A dot's antialiased rim is as strong as its core, or small dots would spread as faint ones.
    strength = F.max_pool2d(alpha, RIM, stride=1, padding=RIM // 2)
    # Five channels: premultiplied colour and strength, and the reach by which they are renormalised.
    seeds = torch.cat([hints[:, :3] * strength, strength, torch.ones_like(alpha)], dim=1) * alpha
    state = F.avg_pool2d(seeds, FINEST)
    paper = _floor_pool(ink_free, FINEST)

    # A seed in a cell that a line crosses too stays at the finest level: coarser, it could cross the line.
    states, papers = [_diffuse(_renormalised(state), paper, STEPS_DOWN[0])], [paper]
    for level in range(1, LEVELS):
        paper = _floor_pool(papers[-1], 2)
        state = _renormalised(F.avg_pool2d(states[-1], 2) * paper)
        states.append(_diffuse(state, paper, STEPS_DOWN[level]))
        papers.append(paper)

    state = states[-1]
    for level in reversed(range(LEVELS - 1)):
        coarse = F.interpolate(state, scale_factor=2.0, mode="nearest")
        fine = states[level]
        state = _diffuse(fine + (1.0 - fine[:, 4:]) * coarse, papers[level], STEPS_UP[level])
    return state[:, :4]


def _floor_pool(ink_free: Tensor, cell: int) -> Tensor:
    """1 where the whole cell is free of ink, else 0."""
    return 1.0 - F.max_pool2d(1.0 - ink_free, cell)


def _diffuse(state: Tensor, paper: Tensor, steps: int) -> Tensor:
    for step in range(steps):
        state = (pooled_cross(state) if torch.compiler.is_exporting() else shifted_cross(state)) * paper
        if step % STEPS_PER_RENORMALISING == STEPS_PER_RENORMALISING - 1 or step == steps - 1:
            state = _renormalised(state)
    return state


def pooled_cross(state: Tensor) -> Tensor:
    """A third of the sum of each cell, twice, and its four neighbours: few operators, for the exported graph.

    Not a convolution: autocast would round its colours to bfloat16.
    """
    along = F.avg_pool2d(state, (1, 3), stride=1, padding=(0, 1))
    return along + F.avg_pool2d(state, (3, 1), stride=1, padding=(1, 0))


def shifted_cross(state: Tensor) -> Tensor:
    """The same as ``pooled_cross``: many operators, yet several times as fast in PyTorch on a CPU."""
    padded = F.pad(state, (1, 1, 1, 1))
    along = padded[:, :, 1:-1, :-2] + padded[:, :, 1:-1, 2:]
    across = padded[:, :, :-2, 1:-1] + padded[:, :, 2:, 1:-1]
    return (2.0 * state + along + across) / 3.0


def _renormalised(state: Tensor) -> Tensor:
    """Make the reach 1 wherever anything has arrived; colour and strength keep their ratio."""
    return state / state[:, 4:].clamp_min(TINY)
