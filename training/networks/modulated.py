"""A generator for few and small pictures: residual blocks steered at every level by noise and label.

Enlarging is nearest neighbour and a convolution (Odena et al. 2016); noise and label make the first map and
modulate every block, as in BigGAN (Brock et al. 2019, appendix B), by scale and shift over a group norm
instead of a batch norm, so that each picture is made as if alone; self-attention at 16 x 16 (Zhang et al.
2019, "SAGAN").
"""

from itertools import pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.networks.blocks import (
    CHANNELS_PER_GROUP,
    ResidualBlock,
    SelfAttention,
    conv3,
    from_tanh,
    label_vector,
    middle_of,
    widths_for,
)
from training.networks.registry import register_network

ATTENTION_PX = 16


@register_network("modulated")
class ModulatedGenerator(nn.Module):
    """``width`` channels before the picture, doubled towards the small maps up to ``cap``; ``depth`` residual
    blocks at every level; ``condition`` the length of the vector that steers them.
    """

    task = "label-to-image"

    def __init__(
        self,
        labels: int,
        noise: int,
        picture: int,
        size: int,
        width: int = 64,
        cap: int = 256,
        depth: int = 1,
        condition: int = 128,
        embedding: int = 64,
        attention: bool = True,
    ) -> None:
        super().__init__()
        self.stride, self.smallest, self.largest = 0, size, size
        self.options: dict[str, Any] = {
            "labels": labels, "noise": noise, "picture": picture, "size": size, "width": width, "cap": cap,
            "depth": depth, "condition": condition, "embedding": embedding, "attention": attention,
        }  # fmt: skip
        widths = widths_for(size, width, cap)
        side = -(-size // 2 ** len(widths))
        self.label = label_vector(labels, embedding)
        told = self.label.out_features if self.label is not None else 0
        self.stem = nn.ConvTranspose2d(noise + told, widths[0], side)
        self.steer = nn.Linear(noise + told, condition)
        outs = [*widths[1:], widths[-1]]
        self.ups = nn.ModuleList(conv3(before, after) for before, after in pairwise([widths[0], *outs]))
        self.blocks = nn.ModuleList(
            nn.ModuleList(ResidualBlock(channels, condition) for _ in range(depth)) for channels in outs
        )
        sides = [side * 2 ** (level + 1) for level in range(len(outs))]
        looks = max((level for level, at in enumerate(sides) if at <= ATTENTION_PX), default=0)
        self.attention = nn.ModuleList(
            SelfAttention(channels, heads=1) if attention and level == looks else nn.Identity()
            for level, channels in enumerate(outs)
        )
        self.norm = nn.GroupNorm(max(1, widths[-1] // CHANNELS_PER_GROUP), widths[-1])
        self.picture = conv3(widths[-1], picture)

    def forward(self, noise: Tensor, label: Tensor) -> Tensor:
        """``noise`` [N,Z] and ``label`` weights [N,L], all zero = any -> a picture [N,C,S,S] in 0..1."""
        given = noise if self.label is None else torch.cat([noise, self.label(label)], dim=1)
        condition = F.relu(self.steer(given))
        x = self.stem(given[:, :, None, None])
        for up, blocks, attention in zip(self.ups, self.blocks, self.attention, strict=True):
            x = up(F.interpolate(x, scale_factor=2.0, mode="nearest"))
            for block in cast(nn.ModuleList, blocks):
                x = block(x, condition)
            x = attention(x)
        return middle_of(from_tanh(self.picture(F.relu(self.norm(x)))), int(self.options["size"]))
