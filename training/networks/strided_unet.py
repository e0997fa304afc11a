"""U-Nets of the published sketch-to-image systems: strided convolutions down, skip connections, transposed
convolutions up, tanh (Ronneberger et al. 2015; Isola et al. 2017, section 3.2.1).

The whole picture is generated, lines included, and there are no colour hints. Noise is what dropout leaves
while the network learns; a model file has neither dropout nor batch statistics of its own pictures.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.networks.blocks import (
    Activation,
    SelfAttention,
    as_maps,
    conv3,
    from_tanh,
    label_vector,
    normalised,
)
from training.networks.encoders import FULL_WIDTH, KNOWN, PlainEncoder, load_encoder
from training.networks.registry import register_network

LAYERS = (64, 128, 256, 512, 512, 512, 512)
"""Of pix2pix, at 128 pixels (Isola et al. 2017, section 6.1.1)."""
LARGEST = 1024
SMALLEST = 64
ATTENTION_LEVEL = 1
"""Attention looks at the decoder's map at a quarter of the picture's side."""
DROPPED_LEVELS = 3


@register_network("strided-unet")
class StridedUNet(nn.Module):
    """A picture for a sketch.

    ``layers`` (pix2pix's where there are none) are the widths on the way down, each halving the map, and
    mirrored on the way up; a known ``encoder`` brings its own, ``width`` / 64 times as wide as published.
    ``tail_layers`` are convolutions at full resolution. ``join`` early: label and noise become ``embedding``
    further channels of the sketch; late, and always with a known encoder: of the innermost map. ``dropout``
    is of the three innermost levels of the way up; ``slope`` there, on the way down it is at least 0.2.
    """

    task = "sketch-to-image"
    takes_hints = False

    def __init__(
        self,
        labels: int,
        noise: int,
        layers: tuple[int, ...] = (),
        tail_layers: tuple[int, ...] = (),
        width: int = FULL_WIDTH,
        embedding: int = 0,
        join: str = "early",
        norm: str = "batch",
        slope: float = 0.0,
        dropout: float = 0.0,
        attention: bool = False,
        encoder: str = "plain",
        encoder_weights: str = "",
    ) -> None:
        super().__init__()
        layers = tuple(layers) or LAYERS
        self.options: dict[str, Any] = {
            "labels": labels, "noise": noise, "layers": list(layers), "tail_layers": list(tail_layers),
            "width": width, "embedding": embedding, "join": join, "norm": norm, "slope": slope,
            "dropout": dropout, "attention": attention, "encoder": encoder,
        }  # fmt: skip
        self._encoder_weights = encoder_weights
        plain = encoder == "plain"
        self.label = label_vector(labels, embedding)
        told = self.label.out_features if self.label is not None else (embedding or noise) if noise else 0
        self.noise = nn.Linear(noise, told, bias=False) if noise else None
        self.early = bool(told) and plain and join == "early"
        late = 0 if self.early else told
        self.encoder = (
            PlainEncoder(1 + told * self.early, layers, norm, max(slope, 0.2))
            if plain
            else KNOWN[encoder](width)
        )
        widths: tuple[int, ...] = self.encoder.widths  # type: ignore[assignment]
        self.stride = 2 ** len(widths)
        self.smallest = max(SMALLEST, self.stride)
        self.largest = LARGEST // self.stride * self.stride
        # From the innermost map up: what comes in, what goes out, and whether a skip joins it afterwards.
        ups: list[nn.Module] = []
        before = widths[-1] + late
        for after in reversed(widths[:-1]):
            up = nn.ConvTranspose2d(before, after, 4, 2, 1)
            drop = nn.Dropout(dropout) if dropout and len(ups) < DROPPED_LEVELS else nn.Identity()
            ups.append(nn.Sequential(normalised(up, norm), drop, Activation(slope)))
            before = 2 * after
        self.ups = nn.ModuleList(ups)
        looks = attention and len(widths) > ATTENTION_LEVEL + 1
        self.attention = SelfAttention(widths[ATTENTION_LEVEL], heads=1) if looks else None
        if not tail_layers:
            self.picture: nn.Module = nn.ConvTranspose2d(before, 3, 4, 2, 1)
        else:
            steps: list[nn.Module] = [nn.ConvTranspose2d(before, widths[0], 4, 2, 1), Activation(slope)]
            before = widths[0]
            for after in tail_layers:
                steps += [conv3(before, after), Activation(slope)]
                before = after
            self.picture = nn.Sequential(*steps, conv3(before, 3))

    def begin(self) -> None:
        """Take the pretrained weights that the config names, if it does."""
        if self._encoder_weights:
            load_encoder(self.encoder, Path(self._encoder_weights))

    def forward(self, sketch: Tensor, hints: Tensor, label: Tensor, noise: Tensor) -> Tensor:
        """The picture [N,3,H,W] in 0..1, lines included.

        ``sketch`` [N,1,H,W], 1 = paper; ``hints`` are not looked at; ``label`` [N,L] weights, all zero = any;
        ``noise`` [N,Z]; H, W multiples of ``stride``.
        """
        told = self._told(label, noise)
        seen = (
            torch.cat([sketch, as_maps(told, sketch)], dim=1) if self.early and told is not None else sketch
        )
        maps = self.encoder(seen)
        x = maps.pop()
        if not self.early and told is not None:
            x = torch.cat([x, as_maps(told, x)], dim=1)
        for up in self.ups:
            x = up(x)
            if self.attention is not None and len(maps) == ATTENTION_LEVEL + 1:
                x = self.attention(x)
            x = torch.cat([x, maps.pop()], dim=1)
        return from_tanh(torch.as_tensor(self.picture(x)))

    def _told(self, label: Tensor, noise: Tensor) -> Tensor | None:
        """What label and noise say together, [N,E]; None without either."""
        told = None if self.label is None else self.label(label)
        if self.noise is not None:
            told = self.noise(noise) if told is None else told + self.noise(noise)
        return told
