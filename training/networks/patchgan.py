"""PatchGAN discriminator (Isola et al. 2017, section 3.2.2): judges overlapping patches of 70 pixels."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

from training.networks.projected import GUIDE_CHANNELS, LEAK
from training.networks.registry import register_network


@register_network("patchgan")
class PatchDiscriminator(nn.Module):
    """Picture and guide in, a map of logits out; the label by projection (Miyato and Koyama 2018, eq. 3).

    ``channels`` of the second layer, doubled twice after it; spectral norm takes the place of batch norm.
    """

    needs_features = False

    def __init__(self, labels: int, channels: int = 96) -> None:
        super().__init__()
        widths = [channels // 2, channels, channels * 2, channels * 4]
        self.first = spectral_norm(nn.Conv2d(3, widths[0], 4, 2, 1))
        strides = (2, 2, 1)
        inputs = [widths[0] + GUIDE_CHANNELS, widths[1], widths[2]]
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv2d(before, after, 4, stride, 1))
            for before, after, stride in zip(inputs, widths[1:], strides, strict=True)
        )
        self.judge = spectral_norm(nn.Conv2d(widths[3], 1, 4, 1, 1))
        self.label = spectral_norm(nn.Linear(labels, widths[3], bias=False)) if labels else None

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """One map of logits in a list; ``image`` [N,3,H,W] in 0..1, ``guide`` [N,5,H/2,W/2]."""
        x = torch.cat([F.leaky_relu(self.first(image * 2.0 - 1.0), LEAK), guide], dim=1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), LEAK)
        logits = torch.as_tensor(self.judge(x))
        if self.label is not None:
            pooled = x.mean(dim=(2, 3))
            logits = logits + (pooled * self.label(label)).sum(dim=1)[:, None, None, None]
        return [logits]
