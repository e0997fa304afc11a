"""U-Net discriminator (Schoenfeld et al. 2020, "A U-Net Based Discriminator for GANs", section 3.1): one
verdict on the picture as a whole and one on each of its pixels.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

from training.networks.blocks import conv3
from training.networks.guide import GUIDE_CHANNELS, beside
from training.networks.registry import register_network

LEAK = 0.2
LEVELS = 4
WIDEST = 8


@register_network("unet-judge")
class UNetJudge(nn.Module):
    """Four halvings down to the verdict on the whole, four enlargings with skip connections to the pixels'.

    ``channels`` of the first layer, doubled at each, at most eight times; spectral norm throughout. The label
    enters both verdicts by projection (Miyato and Koyama 2018, eq. 3).
    """

    needs_features = False
    pixelwise = True
    apart = False

    def __init__(self, labels: int, channels: int = 64, picture: int = 3, guide: str = "sketch") -> None:
        super().__init__()
        widths = [channels * min(2**level, WIDEST) for level in range(LEVELS)]
        self.first = spectral_norm(nn.Conv2d(picture, widths[0], 4, 2, 1))
        inputs = [widths[0] + GUIDE_CHANNELS[guide], *widths[1:-1]]
        self.down = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4, 2, 1))
            for before, after in zip(inputs, widths[1:], strict=True)
        )
        self.whole = spectral_norm(nn.Linear(widths[-1], 1))
        skips = [*inputs[::-1], picture]
        outs = [*widths[-2::-1], channels]
        self.up = nn.ModuleList(
            spectral_norm(conv3(before + skip, after))
            for (before, after), skip in zip(pairwise([widths[-1], *outs]), skips, strict=True)
        )
        self.pixels = spectral_norm(nn.Conv2d(channels, 1, 1))
        self.label = spectral_norm(nn.Linear(labels, widths[-1], bias=False)) if labels else None
        self.pixel_label = spectral_norm(nn.Linear(labels, channels, bias=False)) if labels else None

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """Logits of the whole [N,1,1,1] and of the pixels [N,1,H,W]; ``image`` [N,C,H,W] in 0..1, ``guide``
        [N,G,H/2,W/2].
        """
        seen = image * 2.0 - 1.0
        x = beside(F.leaky_relu(self.first(seen), LEAK), guide)
        skips = [seen, x]
        for layer in self.down:
            x = F.leaky_relu(layer(x), LEAK)
            skips.append(x)
        skips.pop()
        pooled = F.relu(x).sum(dim=(2, 3))
        whole = torch.as_tensor(self.whole(pooled))
        if self.label is not None:
            whole = whole + (pooled * self.label(label)).sum(dim=1, keepdim=True)
        for layer in self.up:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = F.leaky_relu(layer(torch.cat([x, skips.pop()], dim=1)), LEAK)
        pixels = torch.as_tensor(self.pixels(x))
        if self.pixel_label is not None:
            pixels = pixels + (x * self.pixel_label(label)[:, :, None, None]).sum(dim=1, keepdim=True)
        return [whole[:, :, None, None], pixels]
