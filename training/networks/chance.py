"""Noise by which regions choose among likely swatches, as part of the network's graph.

A network that knows how likely each colour is for a shape and takes the likeliest draws grey cars and yellow
food. Drawn by likelihood, cars are of all the colours that cars have. Adding Gumbel noise to the scores and
taking the largest is such a draw (Gumbel-max, Maddison et al. 2014); with less of it, which is a lower
temperature, the likely is drawn more often still.

The noise is the same in all pixels of a region and in regions of the same size: petals, wheels and the two
pages of a book choose alike, a roof and its wall each for itself. It stays as it is wherever a drawing is
moved and while it grows elsewhere: it is a smooth random function (random Fourier features, Rahimi and Recht
2007) of how far a region extends.
"""

import torch
from torch import Tensor

from training.networks.regions import average_by_region

FREQUENCIES = (15.0, 24.0, 33.0, 45.0)
"""Waves over a region's extent, radians for a picture's side."""
CHANCE = 0.4
"""Share of the noise that a draw by likelihood would need, its temperature."""
SMALLEST = 1e-4
"""Variance added to that of a region's places: a root at zero would make much of rounding."""
STRETCH, TAIL = 3.02, 0.376
"""STRETCH * (exp(TAIL * x) - 1) makes of a normal number x about a Gumbel one, less that of x = 0: at one and
two deviations on both sides it meets the quantiles within 0.1."""


def chance_length(swatches: int) -> int:
    """How many random numbers decide what regions choose among so many swatches."""
    return 2 * len(FREQUENCIES) * swatches


def region_chance(chance: Tensor, regions: Tensor) -> Tensor:
    """Return what is added to the scores [N,K,H,W] of ``regions`` [N,1,H,W].

    ``chance`` [N,2JK] is standard normal, and then the result is independent from swatch to swatch; zeros add
    nothing. What is no region (0) has one noise in common.
    """
    across, down, squares = average_by_region(_places_like(regions), regions).unbind(dim=1)
    extent = torch.sqrt(torch.relu(squares - across * across - down * down) + SMALLEST)
    waves = torch.stack([extent * frequency for frequency in FREQUENCIES], dim=1) * (regions > 0)
    basis = torch.cat([torch.cos(waves), torch.sin(waves)], dim=1)
    count = basis.shape[1]
    weights = chance.reshape(chance.shape[0], -1, count) / (count / 2) ** 0.5
    normal = torch.matmul(weights, basis.flatten(2)).reshape(waves.shape[0], -1, *regions.shape[2:])
    return CHANCE * STRETCH * (torch.exp(TAIL * normal) - 1.0)


def _places_like(regions: Tensor) -> Tensor:
    """[N,3,H,W]: how far across and down a pixel is, and the sum of both squares."""
    height, width = regions.shape[2:]
    down = (torch.arange(height, device=regions.device).float() / height)[:, None].expand(height, width)
    across = (torch.arange(width, device=regions.device).float() / width).expand(height, width)
    places = torch.stack([across, down, across * across + down * down])
    return places.expand(regions.shape[0], -1, -1, -1)
