"""Discriminators of strided convolutions: one verdict a patch, or one a picture.

PatchGAN (Isola et al. 2017, section 3.2.2) judges overlapping patches of 70 pixels. The other goes on down to
a small map (Radford et al. 2016) and gives one verdict. Both learn what belongs to a label in one of three
ways: by projection (Miyato and Koyama 2018, eq. 3), as further channels of the picture, or joined to it after
a layer of its own.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

from training.networks.blocks import (
    SelfAttention,
    as_maps,
    label_vector,
    normalised,
    start_small,
    widths_for,
)
from training.networks.guide import GUIDE_CHANNELS, beside
from training.networks.registry import register_network

LEAK = 0.2
PATCH_STRIDES = (2, 2, 1)
ATTENTION_PX = 16


class StridedTrunk(nn.Module):
    """4 x 4 convolutions down to a map of features; the guide joins it after the first.

    ``widths`` of the layers, ``strides`` of those after the first, ``norm`` of those too (spectral: of all);
    ``join`` and ``embedding`` as in ``DiscriminatorConfig``.
    """

    needs_features = False
    pixelwise = False

    def __init__(
        self,
        labels: int,
        picture: int,
        guide: str,
        widths: tuple[int, ...],
        strides: tuple[int, ...],
        norm: str,
        join: str,
        embedding: int,
    ) -> None:
        super().__init__()
        self.apart = norm == "batch"
        """Whether true and generated pictures have to be judged in batches of their own."""
        first_norm = "spectral" if norm == "spectral" else "none"
        maps = (embedding or labels) if labels and join != "projection" else 0
        late = join == "late" and bool(maps)
        own = widths[0] - widths[0] // 2 if late else widths[0]
        given = picture if late else picture + maps
        self.first = normalised(nn.Conv2d(given, own, 4, 2, 1), first_norm)
        inputs = [widths[0] + GUIDE_CHANNELS[guide], *widths[1:-1]]
        self.layers = nn.ModuleList(
            normalised(nn.Conv2d(before, after, 4, stride, 1, bias=norm != "batch"), norm, judge=True)
            for before, after, stride in zip(inputs, widths[1:], strides, strict=True)
        )
        self.beside = normalised(nn.Conv2d(maps, widths[0] - own, 4, 2, 1), first_norm) if late else None
        if norm == "batch":
            start_small(self)
        self.maps = label_vector(labels, embedding, judge=True) if maps else None
        self.norm = norm
        self.attends, self.attention = -1, nn.Module()

    def attend(self, level: int, widths: tuple[int, ...]) -> None:
        """Let the map after the layer ``level``, 0 = the first, look at itself as a whole."""
        self.attends, attention = level, SelfAttention(widths[level], heads=1)
        if self.norm == "spectral":
            spectral_norm(attention.query_key_value)
            spectral_norm(attention.out)
        self.attention = attention

    def features(self, image: Tensor, guide: Tensor, label: Tensor) -> Tensor:
        """[N,C,h,w] of ``image`` [N,C,H,W] in 0..1."""
        x = image * 2.0 - 1.0
        if self.maps is None:
            x = F.leaky_relu(self.first(x), LEAK)
        else:
            told = as_maps(self.maps(label), x)
            if self.beside is None:
                x = F.leaky_relu(self.first(torch.cat([x, told], dim=1)), LEAK)
            else:
                x = F.leaky_relu(torch.cat([self.first(x), self.beside(told)], dim=1), LEAK)
        if self.attends == 0:
            x = self.attention(x)
        x = beside(x, guide)
        for level, layer in enumerate(self.layers, start=1):
            x = F.leaky_relu(layer(x), LEAK)
            if level == self.attends:
                x = self.attention(x)
        return x


@register_network("patchgan")
class PatchDiscriminator(StridedTrunk):
    """Picture and guide in, a map of logits out: one a patch.

    ``channels`` of the second layer, doubled twice after it; of the first half as many.
    """

    def __init__(
        self,
        labels: int,
        channels: int = 96,
        picture: int = 3,
        guide: str = "hints",
        norm: str = "spectral",
        join: str = "projection",
        embedding: int = 0,
    ) -> None:
        widths = (channels // 2, channels, channels * 2, channels * 4)
        super().__init__(labels, picture, guide, widths, PATCH_STRIDES, norm, join, embedding)
        self.judge = normalised(
            nn.Conv2d(widths[3], 1, 4, 1, 1), "spectral" if norm == "spectral" else "none"
        )
        projected = labels and join == "projection"
        self.label = spectral_norm(nn.Linear(labels, widths[3], bias=False)) if projected else None

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """One map of logits in a list; ``image`` [N,C,H,W] in 0..1, ``guide`` [N,G,H/2,W/2]."""
        x = self.features(image, guide, label)
        logits = torch.as_tensor(self.judge(x))
        if self.label is not None:
            pooled = x.mean(dim=(2, 3))
            logits = logits + (pooled * self.label(label)).sum(dim=1)[:, None, None, None]
        return [logits]


@register_network("dcgan-judge")
class PictureDiscriminator(StridedTrunk):
    """Picture and guide in, one logit out.

    ``channels`` of the first layer, doubled down to a small map; ``attention`` at 16 x 16 or beneath.
    """

    def __init__(
        self,
        labels: int,
        size: int,
        channels: int = 64,
        picture: int = 3,
        guide: str = "none",
        norm: str = "batch",
        join: str = "early",
        embedding: int = 0,
        attention: bool = False,
    ) -> None:
        widths = widths_for(size, channels, 8 * channels)[::-1]
        super().__init__(labels, picture, guide, widths, (2,) * (len(widths) - 1), norm, join, embedding)
        sides = [size // 2 ** (level + 1) for level in range(len(widths))]
        if attention:
            self.attend(next((level for level, side in enumerate(sides) if side <= ATTENTION_PX), 0), widths)
        last = "spectral" if norm == "spectral" else "none"
        self.judge = normalised(nn.Linear(widths[-1] * sides[-1] ** 2, 1), last)
        projected = labels and join == "projection"
        self.label = spectral_norm(nn.Linear(labels, widths[-1], bias=False)) if projected else None

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """One logit [N,1,1,1] in a list; ``image`` [N,C,S,S] in 0..1, ``guide`` [N,G,S/2,S/2]."""
        x = self.features(image, guide, label)
        logits = torch.as_tensor(self.judge(x.flatten(1)))
        if self.label is not None:
            logits = logits + (x.sum(dim=(2, 3)) * self.label(label)).sum(dim=1, keepdim=True)
        return [logits[:, :, None, None]]
