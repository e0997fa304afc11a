"""Building blocks of the networks: normalised layers, labels as vectors and maps, residual blocks, attention
and the picture's composition.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.parametrizations import spectral_norm

CHANNELS_PER_GROUP = 16
DCGAN_STD = 0.02
"""Standard deviation of the first weights of Radford et al. 2016, section 4."""
SMALLEST_MAP = 7
"""Strided stacks halve a picture until its side is at most this: 28 to 7, 32 and 64 to 4."""


def compose(flats: Tensor, sketch: Tensor) -> Tensor:
    """Lay the lines over the colours: ``flats`` [N,3,H,W] times ``sketch`` [N,1,H,W], both in 0..1."""
    return flats * sketch


def conv3(channels_in: int, channels_out: int, stride: int = 1) -> nn.Conv2d:
    """A 3 x 3 convolution that keeps the size (or divides it by ``stride``), He initialised."""
    conv = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1)
    nn.init.kaiming_normal_(conv.weight, a=math.sqrt(2.0))
    nn.init.zeros_(conv.bias)  # type: ignore[arg-type]
    return conv


def start_alike(conv: nn.Conv2d, copies: int) -> None:
    """Let the ``copies`` sub-pixels of each channel start equal, and small (ICNR, Aitken et al. 2017)."""
    with torch.no_grad():
        conv.weight.copy_(0.3 * conv.weight[::copies].repeat_interleave(copies, dim=0))


class Modulation(nn.Module):
    """Scale and shift channels by a condition vector (FiLM, Perez et al. 2018, eq. 1), starting as identity.

    Linear without bias in the condition, so a zero condition ("any label, no noise") changes nothing.
    """

    def __init__(self, condition: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(condition, 2 * channels, bias=False)
        nn.init.normal_(self.linear.weight, std=0.02)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """``x`` [N,C,H,W], ``condition`` [N,E] -> [N,C,H,W]."""
        both = self.linear(condition)[:, :, None, None]
        channels = x.shape[1]
        return x * (1.0 + both[:, :channels]) + both[:, channels:]


class ResidualBlock(nn.Module):
    """x + conv(act(conv(act(modulate(norm(x)))))): pre-activation residual block (He et al. 2016).

    ``norm`` is a group norm over each picture alone: the same in training and in the exported graph.
    """

    def __init__(self, channels: int, condition: int, norm: bool = True) -> None:
        super().__init__()
        groups = max(1, channels // CHANNELS_PER_GROUP)
        self.norm = nn.GroupNorm(groups, channels) if norm else nn.Identity()
        self.modulation = Modulation(condition, channels)
        self.first = conv3(channels, channels)
        self.second = conv3(channels, channels)
        with torch.no_grad():
            self.second.weight.mul_(0.3)  # near the identity at the start: deep stacks learn at once

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """``x`` [N,C,H,W], ``condition`` [N,E] -> [N,C,H,W]."""
        y = F.relu(self.modulation(self.norm(x), condition))
        return x + self.second(F.relu(self.first(y)))


class SelfAttention(nn.Module):
    """Let every place of a small map look at every other (Vaswani et al. 2017, eq. 1), residual."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(max(1, channels // CHANNELS_PER_GROUP), channels)
        self.query_key_value = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """[N,C,H,W] -> [N,C,H,W]."""
        n, c, h, w = x.shape
        folded = self.query_key_value(self.norm(x)).reshape(n, 3, self.heads, c // self.heads, h * w)
        query, key, value = folded[:, 0], folded[:, 1], folded[:, 2]  # each [N,heads,C/heads,HW]
        weights = torch.softmax(query.transpose(2, 3) @ key / math.sqrt(c // self.heads), dim=-1)
        return x + self.out((value @ weights.transpose(2, 3)).reshape(n, c, h, w))


def normalised(
    layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear, norm: str, judge: bool = False
) -> nn.Module:
    """``layer`` with what follows it for ``norm``: spectral (Miyato et al. 2018), batch (Ioffe and Szegedy
    2015), instance, layer (as one group, Ba et al. 2016) or none.

    A ``judge`` normalises by the batch at hand always: it keeps no statistics, and judging changes none.
    """
    if norm == "none":
        return layer
    if norm == "spectral":
        return spectral_norm(layer)
    return nn.Sequential(layer, norm_of(norm, layer, judge))


def norm_of(norm: str, layer: nn.Conv2d | nn.ConvTranspose2d | nn.Linear, judge: bool = False) -> nn.Module:
    """The normalisation alone, of what comes out of ``layer``."""
    flat = isinstance(layer, nn.Linear)
    channels = layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels
    match norm:
        case "batch":
            kind = nn.BatchNorm1d if flat else nn.BatchNorm2d
            made = kind(channels, track_running_stats=not judge)
            nn.init.normal_(made.weight, 1.0, DCGAN_STD)
            return made
        case "instance" if not flat:
            return nn.InstanceNorm2d(channels, affine=True)
        case "layer" | "instance":
            return nn.GroupNorm(1, channels)
        case _:
            return nn.Identity()


def start_small(network: nn.Module) -> None:
    """Give all convolutions and dense layers the first weights of DCGAN."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, std=DCGAN_STD)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def label_vector(labels: int, embedding: int, judge: bool = False) -> nn.Linear | None:
    """A label's embedding as a layer, which takes mixtures too: zeros, any label, stay zeros.

    None without labels; ``embedding`` 0 makes it as long as there are labels. A generator's embeddings start
    as vectors of about length 1, a ``judge``'s as numbers of about size 1: measured on digits with dense
    networks, longer ones drown the noise beside them, and shorter ones are lost among the pixels.
    """
    if not labels:
        return None
    layer = nn.Linear(labels, embedding or labels, bias=False)
    nn.init.normal_(layer.weight, std=1.0 if judge else layer.out_features**-0.5)
    return layer


def as_maps(vector: Tensor, like: Tensor) -> Tensor:
    """``vector`` [N,E] at every place of ``like`` [N,C,H,W]: [N,E,H,W]."""
    return vector[:, :, None, None].expand(-1, -1, like.shape[2], like.shape[3])


def widths_for(size: int, width: int, cap: int) -> tuple[int, ...]:
    """Widths of the maps between a small map and a picture of ``size``, which each doubles in side.

    Small maps first, ``width`` last, doubled towards the small ones up to ``cap``.
    """
    count, side = 1, size / 2
    while side > SMALLEST_MAP:
        count, side = count + 1, side / 2
    return tuple(min(cap, width * 2**level) for level in reversed(range(count)))


def middle_of(pixels: Tensor, size: int) -> Tensor:
    """The middle ``size`` x ``size`` of [N,C,H,W]."""
    top, left = (pixels.shape[2] - size) // 2, (pixels.shape[3] - size) // 2
    return pixels[:, :, top : top + size, left : left + size]


def from_tanh(values: Tensor) -> Tensor:
    """tanh of ``values``, brought from -1..1 to a picture's 0..1."""
    return torch.tanh(values) * 0.5 + 0.5


class Activation(nn.Module):
    """ReLU, or with a ``slope`` LeakyReLU."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, x: Tensor) -> Tensor:
        """Any shape in, the same out."""
        return F.leaky_relu(x, self.slope) if self.slope else F.relu(x)
