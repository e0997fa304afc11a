"""Projected discriminator for line art: frozen image features, judged beside the drawing.

Sauer et al. 2021 ("Projected GANs Converge Faster"): pretrained features at four resolutions with one small
head each. Here each map is joined with the drawing and its spread hints, so a head judges whether the
colours fit the lines and the hints, and the label enters by projection (Miyato and Koyama 2018, eq. 3).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

from training.networks.blocks import conv3
from training.networks.guide import GUIDE_CHANNELS, beside
from training.networks.patchgan import PictureDiscriminator
from training.networks.registry import register_network

LEAK = 0.2
STRIDES = (4, 8, 16, 32)
FINE_STRIDE = 8
"""Maps up to this stride are halved by a head's first convolution: they hold most of the cost."""


class FeatureHead(nn.Module):
    """Three spectrally normalised 3 x 3 convolutions (Miyato et al. 2018) over one feature map."""

    def __init__(self, features: int, labels: int, channels: int, stride: int, guide: str) -> None:
        super().__init__()
        first_stride = 2 if stride <= FINE_STRIDE else 1
        self.first = spectral_norm(conv3(features + GUIDE_CHANNELS[guide], channels, first_stride))
        self.second = spectral_norm(conv3(channels, channels))
        self.judge = spectral_norm(conv3(channels, 1))
        self.label = spectral_norm(nn.Linear(labels, channels, bias=False)) if labels else None

    def forward(self, features: Tensor, guide: Tensor, label: Tensor) -> Tensor:
        """``features`` [N,C,h,w], ``guide`` [N,G,H/2,W/2], ``label`` [N,L] -> logits [N,1,h',w']."""
        x = F.leaky_relu(self.first(beside(features, guide)), LEAK)
        x = F.leaky_relu(self.second(x), LEAK)
        logits = torch.as_tensor(self.judge(x))
        if self.label is not None:
            logits = logits + (x * self.label(label)[:, :, None, None]).sum(dim=1, keepdim=True)
        return logits


@register_network("projected")
class ProjectedDiscriminator(nn.Module):
    """One head per feature map of EfficientNet-Lite0; the backbone stays outside, as the losses share it.

    ``feature_channels`` the channels at strides 4, 8, 16, 32; ``labels`` the number of labels.
    """

    needs_features = True
    pixelwise = False
    apart = False

    def __init__(
        self,
        labels: int,
        channels: int = 96,
        guide: str = "hints",
        feature_channels: tuple[int, ...] = (24, 40, 112, 320),
    ) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            FeatureHead(features, labels, channels, stride, guide)
            for features, stride in zip(feature_channels, STRIDES, strict=True)
        )

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """Logits per head; ``image`` [N,3,H,W] is not looked at, ``maps`` are its features,
        ``guide`` [N,G,H/2,W/2] as of ``guide_of``."""
        return [head(features, guide, label) for head, features in zip(self.heads, maps, strict=True)]


@register_network("joint-judge")
class JointJudge(nn.Module):
    """A projected discriminator beside one of the pixels: five verdicts, four on known features."""

    needs_features = True
    pixelwise = False
    apart = False

    def __init__(
        self,
        labels: int,
        picture: int,
        size: int,
        channels: int = 64,
        guide: str = "none",
        attention: bool = False,
    ) -> None:
        super().__init__()
        self.known = ProjectedDiscriminator(labels, channels, guide)
        self.own = PictureDiscriminator(
            labels, size, channels, picture, guide, "spectral", "projection", 0, attention
        )

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """Logits of the features' heads and of the picture's, as the two networks' own ``forward``."""
        return [*self.known(image, maps, guide, label), *self.own(image, maps, guide, label)]
