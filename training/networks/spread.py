"""Spread colour hints inside the region that the lines enclose, and find the ground around the drawing, as
part of the network's graph.

A dot of colour says "this region", not "this spot". Walls are found by max-pooling the ink, so that thin
lines stay closed at low resolution, and the hints then diffuse between the walls: up a small pyramid,
where few steps reach far, and down again, where each finer level fills what the coarser walls had closed.
Steps go along rows and columns, never diagonally, so a one-pixel diagonal line holds too.
No parameters; exportable to ONNX with dynamic height and width.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.networks.papers import border_of

FINEST = 2
"""Side of the finest cells in pixels; the pyramid's levels above have cells of 4, 8 and 16."""
LEVELS = 3
ROUNDS = 2
"""Walks up and down the pyramid: the second reaches behind what closed the coarse cells in the first."""
STEPS_UP_THE_PYRAMID = (3, 4, 16)
STEPS_DOWN_AGAIN = (4, 4)
STEPS_AT_THE_END = 10
STEPS_PER_RENORMALISING = 3
TINY = 1e-12


def spread_hints(cells: list[Tensor], hints: Tensor) -> Tensor:
    """Return hints spread over their line-enclosed regions, at half the resolution.

    ``cells`` are those of `cells_of`; ``hints`` [N,4,H,W], straight RGBA in 0..1; H and W are multiples of
    16. The result [N,4,H/2,W/2] is premultiplied RGBA: where several hints meet it is their local mixture,
    its alpha their strength, and it is zero on lines and in regions without a hint.
    """
    return _spread(_seeds(cells[0], hints), cells[1:])[:, :4]


def find_ground(cells: list[Tensor]) -> Tensor:
    """Return the paper around the drawing, reached from the border: [N,1,H/2,W/2], 1 = ground, else 0.

    ``cells`` are those of `cells_of`.
    """
    return _spread(border_of(cells[1]) * cells[1], cells[1:])


def _spread(seeds: Tensor, papers: list[Tensor]) -> Tensor:
    """Spread ``seeds`` [N,C,h,w], whose last channel is their reach, over the regions they lie in."""
    # A seed in a cell that a line crosses too stays at the finest level: coarser, it could cross the line.
    seeds = _renormalised(seeds)
    state = _renormalised(F.avg_pool2d(seeds * papers[0], 2) * papers[1])
    for _ in range(ROUNDS):
        states = [_diffuse(state, papers[1], STEPS_UP_THE_PYRAMID[0])]
        for level in range(1, LEVELS):
            coarse = _renormalised(F.avg_pool2d(states[-1], 2) * papers[level + 1])
            states.append(_diffuse(coarse, papers[level + 1], STEPS_UP_THE_PYRAMID[level]))
        state = states[-1]
        for level in reversed(range(LEVELS - 1)):
            state = _diffuse(_joined(states[level], state), papers[level + 1], STEPS_DOWN_AGAIN[level])
    return _diffuse(_joined(seeds, state), papers[0], STEPS_AT_THE_END)


def _seeds(ink_free: Tensor, hints: Tensor) -> Tensor:
    """[N,5,H/2,W/2]: premultiplied colour, strength, and the reach by which they are renormalised."""
    alpha = hints[:, 3:] * ink_free
    colour, reach = F.avg_pool2d(hints[:, :3] * alpha, FINEST), F.avg_pool2d(alpha, FINEST)
    # A dot's antialiased rim is as strong as its core, or small dots would spread as faint ones.
    strength = F.max_pool2d(F.max_pool2d(alpha, FINEST), 3, stride=1, padding=1)
    return torch.cat([colour * strength, reach * strength, reach], dim=1)


def _joined(fine: Tensor, coarse: Tensor) -> Tensor:
    """What the finer level knows, and what came from the coarser one elsewhere."""
    return fine + (1.0 - fine[:, -1:]) * F.interpolate(coarse, scale_factor=2.0, mode="nearest")


def _diffuse(state: Tensor, paper: Tensor, steps: int) -> Tensor:
    # One operator a step in the exported graph; autocast would round a convolution's colours in training.
    crossed = convolved_cross(state.shape[1]) if torch.compiler.is_exporting() else shifted_cross
    for step in range(steps):
        state = crossed(state) * paper
        if step % STEPS_PER_RENORMALISING == STEPS_PER_RENORMALISING - 1 or step == steps - 1:
            state = _renormalised(state)
    return state


def convolved_cross(channels: int) -> Callable[[Tensor], Tensor]:
    """Return what sums a third of each cell, twice, and its four neighbours, by a convolution."""
    cross = torch.tensor([[0.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 0.0]]) / 3.0
    weight = cross.expand(channels, 1, 3, 3).contiguous()
    # A bias of zeros: without one the exporter makes them anew at every call.
    bias = torch.zeros(channels)
    return lambda state: F.conv2d(state, weight, bias, padding=1, groups=channels)


def shifted_cross(state: Tensor) -> Tensor:
    """The same sum of shifted cells."""
    padded = F.pad(state, (1, 1, 1, 1))
    along = padded[:, :, 1:-1, :-2] + padded[:, :, 1:-1, 2:]
    across = padded[:, :, :-2, 1:-1] + padded[:, :, 2:, 1:-1]
    return (2.0 * state + along + across) / 3.0


def _renormalised(state: Tensor) -> Tensor:
    """Make the reach 1 wherever anything has arrived; colour and strength keep their ratio."""
    # Not clamp: the exporter would find the bound's type at every call.
    return state / torch.maximum(state[:, -1:], torch.tensor(TINY))
