"""What a drawing shows, seen as a whole, as part of the network's graph.

A U-Net at the drawing's own size has to learn a banana anew wherever and however large it is drawn. Here the
drawing is first brought to one place and one size, by the square around its ink, as the drawings of Quick,
Draw! are (Ha and Eck 2018, section 3.1): 64 pixels are enough to tell what it is, cost little, and hundreds
of drawings a second can be learnt from. Convolutions lead down to a code for the whole drawing (He et al.
2016, pre-activation blocks), and back up to a small map that says which colours things like this have where.
"""

from itertools import pairwise
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.networks.blocks import CHANNELS_PER_GROUP, conv3
from training.networks.papers import INK_IS_WALL

SIDE, MAP = 64, 32
"""Sides in pixels of what is looked at and of what is said about it."""
ROOM = 1.12
"""Side of the square that is looked at, in sides of the drawing."""
SMALLEST = 8.0
"""Side in pixels below which nothing is enlarged: a dot is a dot."""
FAINTEST = 0.05
"""Darkest ink that is still drawn to full black: below it there is nothing."""
FAR = 1e6
LEVELS = 4  # maps of 32, 16, 8 and 4 pixels
DEEP = 2
"""Level from which there are residual blocks."""
SLOPE = 0.1


class Box(NamedTuple):
    """The square around each of N drawings: its middle and its side, in pixels, [N] each."""

    x: Tensor
    y: Tensor
    side: Tensor


def box_of(ink: Tensor) -> Box:
    """The square around what is drawn in ``ink`` [N,1,H,W], 1 = black; anywhere where nothing is."""
    marked = (ink > INK_IS_WALL).float()
    left, right = _reach(marked.amax(dim=2)[:, 0])
    top, bottom = _reach(marked.amax(dim=3)[:, 0])
    side = torch.maximum(right - left, bottom - top).clamp(min=SMALLEST) * ROOM
    return Box((left + right) / 2, (top + bottom) / 2, side)


def cut_out(values: Tensor, box: Box, side: int, mode: str = "bilinear") -> Tensor:
    """The part of ``values`` [N,C,H,W] that lies in ``box``, [N,C,side,side]; zeros beyond their border."""
    height, width = values.shape[2:]
    steps = torch.tensor([(i + 0.5) / side - 0.5 for i in range(side)], device=values.device)
    x = (box.x[:, None] + box.side[:, None] * steps) * (2.0 / width) - 1.0
    y = (box.y[:, None] + box.side[:, None] * steps) * (2.0 / height) - 1.0
    grid = torch.stack([x[:, None, :].expand(-1, side, -1), y[:, :, None].expand(-1, -1, side)], dim=3)
    return F.grid_sample(values, grid, mode=mode, padding_mode="zeros", align_corners=False)


def look_at(ink: Tensor, box: Box) -> Tensor:
    """``ink`` [N,1,H,W] in ``box`` as [N,1,64,64], its darkest line black: pencil and pen look alike."""
    seen = F.avg_pool2d(cut_out(ink, box, 2 * SIDE), 2)
    return seen / seen.amax(dim=(2, 3), keepdim=True).clamp(min=FAINTEST)


class Recogniser(nn.Module):
    """Scores of swatches for what `look_at` shows, and the code of the whole drawing.

    ``labels`` is the length of the label, ``swatches`` the number of colours, ``width`` the channels at 32
    pixels, doubled each level down, and ``code`` the length of the code. ``trust`` is how much its scores are
    to count beside others.
    """

    trust: Tensor

    def __init__(
        self, labels: int, swatches: int, width: int = 24, trust: float = 1.0, code: int = 384
    ) -> None:
        super().__init__()
        self.register_buffer("trust", torch.tensor(trust))
        widths = [width * 2**level for level in range(LEVELS)]
        self.stem = nn.Conv2d(1, width, 5, stride=2, padding=2)
        nn.init.kaiming_normal_(self.stem.weight)
        self.down = nn.ModuleList(conv3(above, below, stride=2) for above, below in pairwise(widths))
        self.blocks = nn.ModuleList(_Block(one) for one in widths[DEEP:])
        self.norm = _norm(widths[3])
        small = (MAP // 2 ** (LEVELS - 1)) ** 2
        self.code = nn.Linear(widths[3] * small, code)
        self.label = nn.Linear(labels, code, bias=False) if labels else None
        if self.label is not None:
            nn.init.normal_(self.label.weight, std=code**-0.5)
        self.hidden = nn.Linear(code, code)
        self.open = nn.Linear(code, widths[2] * small)
        self.skip = nn.ModuleList(nn.Conv2d(one, one, 1) for one in widths[:3])
        self.narrow = nn.ModuleList(nn.Conv2d(below, above, 1) for above, below in pairwise(widths[:3]))
        self.merge = nn.ModuleList(conv3(one, one) for one in widths[:3])
        self.change = nn.ModuleList(nn.Linear(code, 2 * one) for one in widths[:3])
        for layer in self.change:
            nn.init.normal_(cast(nn.Linear, layer).weight, std=0.01)
            nn.init.zeros_(cast(nn.Linear, layer).bias)
        self.out = nn.Conv2d(width, swatches, 1)
        self.usual = nn.Linear(code, swatches)
        for last in (self.out, self.usual):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(cast(Tensor, last.bias))

    def forward(self, seen: Tensor, label: Tensor, left_out: float = 0.0) -> tuple[Tensor, Tensor]:
        """``seen`` [N,1,64,64], ``label`` [N,L] -> scores [N,K,32,32] and code [N,E].

        ``left_out`` is the share of the features that is left out of the code, while it learns.
        """
        x = _active(self.stem(seen))
        maps = [x]
        for level, down in enumerate(self.down, 1):
            x = _active(down(x))
            if level >= DEEP:
                x = self.blocks[level - DEEP](x)
            maps.append(x)
        features = F.dropout(F.relu(self.norm(x)).flatten(1), left_out, training=left_out > 0)
        code = F.relu(self.code(features))
        known = code if self.label is None else code + self.label(label)
        known = F.relu(self.hidden(known))
        x = self.open(known).reshape(known.shape[0], -1, *maps[-1].shape[2:])
        for level in reversed(range(LEVELS - 1)):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = _active(x + self.skip[level](maps[level]))
            change, channels = self.change[level](known)[:, :, None, None], x.shape[1]
            x = _active(self.merge[level](x) * (1.0 + change[:, :channels]) + change[:, channels:])
            if level:
                x = self.narrow[level - 1](x)
        return self.out(x) + self.usual(known)[:, :, None, None], code


class _Block(nn.Module):
    """x + conv(relu(conv(relu(norm(x))))), near the identity at the start."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = _norm(channels)
        self.first, self.second = conv3(channels, channels), conv3(channels, channels)
        with torch.no_grad():
            self.second.weight.mul_(0.3)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(F.relu(self.norm(x)))))


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(max(1, channels // CHANNELS_PER_GROUP), channels)


def _active(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def _reach(marked: Tensor) -> tuple[Tensor, Tensor]:
    """Where 1 begins and ends in each row of ``marked`` [N,S], as [N] each."""
    place = torch.arange(marked.shape[1], device=marked.device).float()
    return (place + FAR * (1.0 - marked)).amin(dim=1), ((place + 1.0) * marked).amax(dim=1)
