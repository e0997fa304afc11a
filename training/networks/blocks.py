"""Building blocks of the networks: modulated residual blocks and the picture's composition."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

CHANNELS_PER_GROUP = 16


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
