"""Transposed convolutions from noise and label to a picture (DCGAN, Radford et al. 2016), the label joined
before the first layer or after a layer of its own.
"""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from training.networks.blocks import (
    Activation,
    from_tanh,
    label_vector,
    middle_of,
    norm_of,
    normalised,
    start_small,
    widths_for,
)
from training.networks.registry import register_network


@register_network("dcgan")
class TransposedGenerator(nn.Module):
    """A small map from noise and label, doubled in side by each of ``layers`` and once more to the picture.

    Without ``layers`` their number follows from ``size``: the last is ``width`` wide, each before it twice as
    wide as the next, up to ``cap``. ``join`` early: noise and label's ``embedding`` as one vector; late: a
    layer each, of half the first width, joined as maps. A ``size`` that halving does not divide is cut out of
    the middle.
    """

    task = "label-to-image"

    def __init__(
        self,
        labels: int,
        noise: int,
        picture: int,
        size: int,
        width: int = 64,
        cap: int = 512,
        layers: tuple[int, ...] = (),
        embedding: int = 0,
        join: str = "early",
        norm: str = "batch",
        slope: float = 0.0,
    ) -> None:
        super().__init__()
        self.stride, self.smallest, self.largest = 0, size, size
        self.options: dict[str, Any] = {
            "labels": labels, "noise": noise, "picture": picture, "size": size, "width": width, "cap": cap,
            "layers": list(layers), "embedding": embedding, "join": join, "norm": norm, "slope": slope,
        }  # fmt: skip
        widths = tuple(layers) or widths_for(size, width, cap)
        self.side = -(-size // 2 ** len(widths))
        told = (embedding or labels) if labels else 0
        parts = [noise, told] if join == "late" and told else [noise + told]
        shares = [widths[0]] if len(parts) == 1 else [widths[0] - widths[0] // 2, widths[0] // 2]
        bias = norm == "none"
        self.stems = nn.ModuleList(
            _Stem(given, share, self.side, norm, slope) for given, share in zip(parts, shares, strict=True)
        )
        self.ups = nn.ModuleList(
            normalised(nn.ConvTranspose2d(before, after, 4, 2, 1, bias=bias), norm)
            for before, after in pairwise(widths)
        )
        self.active = Activation(slope)
        self.picture = nn.ConvTranspose2d(widths[-1], picture, 4, 2, 1)
        start_small(self)
        self.label = label_vector(labels, embedding)

    def forward(self, noise: Tensor, label: Tensor) -> Tensor:
        """``noise`` [N,Z] and ``label`` weights [N,L], all zero = any -> a picture [N,C,S,S] in 0..1."""
        parts = [noise] if self.label is None else [noise, self.label(label)]
        if len(self.stems) == 1:
            parts = [torch.cat(parts, dim=1)]
        x = torch.cat([stem(part) for stem, part in zip(self.stems, parts, strict=True)], dim=1)
        for up in self.ups:
            x = self.active(up(x))
        return middle_of(from_tanh(self.picture(x)), int(self.options["size"]))


class _Stem(nn.Module):
    """A vector [N,V] as a map [N,C,s,s]; the same as a transposed convolution of one pixel."""

    def __init__(self, given: int, channels: int, side: int, norm: str, slope: float) -> None:
        super().__init__()
        self.map = nn.ConvTranspose2d(given, channels, side, bias=norm == "none")
        self.norm = norm_of(norm, self.map)
        self.active = Activation(slope)

    def forward(self, vector: Tensor) -> Tensor:
        return self.active(self.norm(self.map(vector[:, :, None, None])))
