"""U-Net generator for line art: sketch, colour hints, label mixture and noise in, flat colours out.

Ronneberger et al. 2015 for the shape; residual blocks and modulation at the low resolutions, where they
cost little, and a thin tail near full resolution. Enlarging is nearest neighbour and a convolution, which
leaves no checkerboard (Odena et al. 2016); only the last step, to full resolution, is a sub-pixel
convolution that starts as one (ICNR, Aitken et al. 2017), at a quarter of the price. A hint's colour is
laid over the network's own through a gate that starts open, so hints are obeyed from the first step and the
network learns where not to. In the same way the ground, the paper that is reached from the border, is left
white: inside and outside of a large shape look alike to a convolution. No dropout and no batch statistics:
what is trained is what is exported.

Colours may be coarser than the lines that part them: with a ``grain`` of 2 the network works at half the
picture's side, for a quarter of the price, and its colours are enlarged.

With ``swatches`` the network does not paint but choose: its own colour is a mean of fixed swatches, sharpened
towards the likeliest. Where a shape may be red as well as green, a painted colour is the brown between them;
a chosen one is red or green (Zhang et al. 2016, "Colorful Image Colorization", sections 2.1 and 2.3). The
pixels of a region between lines choose together, and noise makes regions choose by likelihood instead of the
likeliest (``training.networks.chance``). A ``recogniser`` looks at the drawing as a whole and has a say
in it.
"""

from itertools import pairwise
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.networks.blocks import ResidualBlock, SelfAttention, conv3, start_alike
from training.networks.chance import chance_length, region_chance
from training.networks.papers import cells_of, free_of_ink, without_gaps
from training.networks.recogniser import Recogniser, box_of, cut_out, look_at
from training.networks.regions import find_regions, lay_over, region_means
from training.networks.registry import register_network
from training.networks.spread import find_ground, spread_hints

STRIDE = 32
SMALLEST, LARGEST = 64, 1024
TINY = 1e-6
PAPER, OPEN_GATE = 0.9, 2.0
"""Where colours and the gates start: near white, and mostly open."""
LEAK, SLOPE = 0.1, 0.2
SHARPNESS, SURE = 8.0, 24.0
"""How much surer than its scores the choice of a swatch is, 1 / T of Zhang et al. 2016, eq. 5: while it
learns, for the sake of the losses of the picture, and afterwards."""
SWATCHED = {f"recogniser.{layer}.{values}" for layer in ("out", "usual") for values in ("weight", "bias")}
"""Weights of the recogniser with a row for each swatch."""
LEVELS = 4  # 1/4, 1/8, 1/16 and 1/32, beneath the thin level at 1/2


class Choice(NamedTuple):
    """What a network with swatches chose: ``flats`` [N,3,H,W], the colours it made; ``scores`` [N,K,h,w] of
    each swatch at the network's own resolution; ``free`` [N,1,h,w], the share of each colour that was its
    choice and neither a hint's nor the ground's.
    """

    flats: Tensor
    scores: Tensor
    free: Tensor


@register_network("unet")
class UNetGenerator(nn.Module):
    """Flat colours for a sketch.

    ``labels`` and ``noise`` are the lengths of the label and of the palette code (0 = none); ``width``
    the channels at a quarter of the resolution, doubled each level down to ``cap``; ``depth`` the
    residual blocks of each decoder level and of the bottom; ``tail`` the channels at half resolution;
    ``condition`` the length of the vector that label and noise become; ``attention`` lets the bottom see
    itself as a whole; ``grain`` the side in pixels of the picture that one pixel of the network's own
    resolution covers; ``swatches`` the number of colours it chooses among (0 = any colour), which
    ``set_swatches`` names.
    """

    swatch_table: Tensor

    def __init__(
        self,
        labels: int,
        noise: int,
        width: int = 48,
        cap: int = 256,
        depth: int = 1,
        tail: int = 16,
        condition: int = 64,
        attention: bool = True,
        grain: int = 1,
        swatches: int = 0,
        recogniser: int = 0,
        trust: float = 1.0,
    ) -> None:
        super().__init__()
        self.grain = grain
        self.chance_inputs = chance_length(swatches)
        self.stride, self.smallest, self.largest = STRIDE * grain, max(SMALLEST, STRIDE * grain), LARGEST
        self.options: dict[str, Any] = {
            "labels": labels, "noise": noise, "width": width, "cap": cap, "depth": depth,
            "tail": tail, "condition": condition, "attention": attention, "grain": grain,
            "swatches": swatches, "recogniser": recogniser,
        }  # fmt: skip
        channels = [min(width * 2**level, cap) for level in range(LEVELS)]
        self.label = nn.Linear(labels, condition, bias=False) if labels else None
        self.noise = nn.Linear(noise, condition, bias=False) if noise else None
        self.stem = nn.Conv2d(1 + 4, tail, 4, stride=2, padding=1)
        self.join = conv3(tail + 4 + 1, tail)
        self.down = nn.ModuleList(
            conv3(above, below, stride=2) for above, below in pairwise([tail, *channels])
        )
        self.encode = nn.ModuleList(ResidualBlock(width, condition) for width in channels[1:])
        self.middle = nn.ModuleList(ResidualBlock(channels[-1], condition) for _ in range(depth))
        self.attention = SelfAttention(channels[-1], heads=4) if attention else nn.Identity()
        self.narrow = nn.ModuleList(
            nn.Conv2d(below, above, 1) for above, below in pairwise([tail, *channels])
        )
        self.merge = nn.ModuleList(conv3(width, width) for width in [tail, *channels[:-1]])
        self.decode = nn.ModuleList(
            nn.ModuleList(ResidualBlock(width, condition) for _ in range(depth)) for width in channels[:-1]
        )
        self.colours = conv3(tail, ((swatches or 3) + 1 + 1) * 4)
        start_alike(self.colours, 4)
        own = [0.0] * swatches if swatches else [PAPER] * 3
        with torch.no_grad():
            start = torch.tensor(own + [OPEN_GATE] * 2).repeat_interleave(4)
            cast(Tensor, self.colours.bias).copy_(start)
        if swatches:
            self.register_buffer("swatch_table", torch.full((swatches, 3), PAPER))
        self.recogniser = Recogniser(labels, swatches, recogniser, trust) if recogniser and swatches else None

    def set_swatches(self, table: Tensor) -> None:
        """Take the swatches [K,3]: red, green and blue in 0..1."""
        self.swatch_table.copy_(table)

    @torch.no_grad()
    def fitted(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """``weights`` of another network of this shape, with its last layer made to fit this one's colours.

        Among swatches each takes over what the other knew of the nearest one; where only one of the two
        has swatches the colours start anew, and the gates stay.
        """
        own, swatches = self.state_dict(), int(self.options["swatches"])
        # A recogniser starts anew where the other has none, and is left out where this one has none.
        mine = {name: value.cpu() for name, value in own.items() if name.startswith("recogniser.")}
        rest = {name: value for name, value in weights.items() if not name.startswith("recogniser.")}
        weights = rest | {name: weights.get(name, value) for name, value in mine.items()}
        fitted = {name: value for name, value in weights.items() if name != "swatch_table"}
        theirs = weights.get("swatch_table")
        if swatches:
            fitted["swatch_table"] = own["swatch_table"]
        if bool(swatches) != (theirs is not None):
            rows = None
        elif theirs is None:
            return fitted
        else:
            nearest = torch.cdist(own["swatch_table"].cpu(), theirs).argmin(dim=1)
            rows = (4 * nearest[:, None] + torch.arange(4)).flatten()
            fitted |= {name: weights[name][nearest] for name in SWATCHED & weights.keys()}
        for name in ("colours.weight", "colours.bias"):
            layer = own[name].cpu().clone()
            layer[-8:] = weights[name][-8:]
            if rows is not None:
                layer[:-8] = weights[name][rows]
            fitted[name] = layer
        return fitted

    def forward(
        self,
        sketch: Tensor,
        hints: Tensor,
        label: Tensor,
        noise: Tensor,
        chance: Tensor | None = None,
        explain: bool = False,
    ) -> Tensor | Choice:
        """Colours without lines [N,3,H,W] in 0..1, or a little beyond, which the exported graph cuts off.

        ``sketch`` [N,1,H,W], 1 = paper; ``hints`` [N,4,H,W] straight RGBA in 0..1; ``label`` [N,L] weights,
        all zero = any; ``noise`` [N,Z], the palette code, zeros = the likeliest picture; H, W multiples of
        ``stride``. ``chance`` [N,``chance_inputs``], standard normal, makes it choose by likelihood instead
        of the likeliest, which zeros are. With ``explain`` a network with swatches says how it came to them.
        """
        if self.grain > 1:
            sketch, hints = coarser(sketch, hints, self.grain)
        condition = self._condition(label, noise, sketch)
        alpha = hints[:, 3:]
        drawn = torch.cat([1.0 - sketch, hints[:, :3] * alpha, alpha], dim=1)
        paper = free_of_ink(sketch)
        closed = without_gaps(paper)
        # The ground reaches into what is open: the network decides whether that is a shape or a bay.
        spread, ground = spread_hints(cells_of(closed), hints), find_ground(cells_of(paper))
        x = torch.cat([_active(self.stem(drawn)), spread, ground], dim=1)
        x = _active(self.join(x))
        skips = []
        for level in range(LEVELS):
            skips.append(x)
            x = _active(self.down[level](x))
            if level > 0:
                x = self.encode[level - 1](x, condition)
        for block in self.middle:
            x = block(x, condition)
        x = self.attention(x)
        for level in reversed(range(LEVELS)):
            # Narrowed before it is enlarged, then added: a quarter of the work of enlarging and joining.
            x = F.interpolate(self.narrow[level](x), scale_factor=2.0, mode="nearest") + skips[level]
            x = _active(self.merge[level](x))
            if level > 0:
                for block in cast(nn.ModuleList, self.decode[level - 1]):
                    x = block(x, condition)
        values = self.colours(x).float()
        own, gates = F.pixel_shuffle(values[:, :-8], 2), torch.sigmoid(F.pixel_shuffle(values[:, -8:], 2))
        hinted = F.interpolate(spread.float(), scale_factor=2.0, mode="nearest")
        if self.options["swatches"]:
            # A region is of one colour more often than not, and its pixels know more together.
            regions = find_regions(closed)
            means = region_means(own, regions, regions)
            if self.recogniser is not None:
                # Where a hint tells a region's colour, what things like this have does not matter.
                told = region_means(hinted[:, 3:], regions, regions)
                means = means + (1.0 - told) * self._recognised(1.0 - sketch, label, regions)
            scores = lay_over(means, regions, own)
            own = self._chosen(scores if chance is None else scores + region_chance(chance, regions))
        gate, bare = gates[:, :1], gates[:, 1:]
        ground = F.interpolate(ground, scale_factor=2.0, mode="nearest")
        own = own + bare * ground * (1.0 - own)
        flats = own * (1.0 - gate * hinted[:, 3:]) + gate * hinted[:, :3]
        # Beyond 0..1 a small slope stays: a sigmoid or a hard cut would hold white paper white for long.
        flats = torch.lerp(flats.clamp(0.0, 1.0), flats, LEAK)
        if self.grain > 1:
            flats = F.interpolate(flats, scale_factor=float(self.grain), mode="bilinear")
        if explain:
            return Choice(flats, scores, (1.0 - ground) * (1.0 - hinted[:, 3:]))
        return flats

    def _recognised(self, ink: Tensor, label: Tensor, regions: Tensor) -> Tensor:
        """Scores [N,K,H*W+1] of each of ``regions`` by what the whole drawing ``ink`` [N,1,H,W] shows."""
        assert self.recogniser is not None
        box = box_of(ink)
        scores, _ = self.recogniser(look_at(ink, box), label)
        # Twice as fine: what is narrow is met as well.
        scores = F.interpolate(scores.float(), scale_factor=2.0, mode="nearest")
        numbers = cut_out(regions, box, scores.shape[2], "nearest")
        return self.recogniser.trust * region_means(scores, numbers, regions)

    def _chosen(self, scores: Tensor) -> Tensor:
        """The mean [N,3,H,W] of the swatches by their ``scores`` [N,K,H,W].

        A softmax, its sum taken by the same convolution that weighs the colours: ONNX Runtime's own walks
        over the channels of every pixel.
        """
        sharpness = SHARPNESS if self.training else SURE
        weights = torch.exp(sharpness * (scores - scores.amax(dim=1, keepdim=True)))
        table = F.pad(self.swatch_table.t(), (0, 0, 0, 1), value=1.0)
        sums = F.conv2d(weights, table[:, :, None, None], torch.zeros(4, device=weights.device))
        return sums[:, :3] / sums[:, 3:]

    def _condition(self, label: Tensor, noise: Tensor, like: Tensor) -> Tensor:
        """[N,E], zero when the label is "any" and the noise zero."""
        condition = like.new_zeros(1, int(self.options["condition"]))
        if self.label is not None:
            condition = condition + self.label(label)
        if self.noise is not None:
            condition = condition + self.noise(noise)
        return condition


def _active(x: Tensor) -> Tensor:
    """Leaky: amid a large plain region a thin level of plain ReLUs dies, and its colours with it."""
    return F.leaky_relu(x, SLOPE)


def coarser(sketch: Tensor, hints: Tensor, grain: int) -> tuple[Tensor, Tensor]:
    """Both at 1/``grain`` of their side: lines averaged, hints at their full strength."""
    alpha = hints[:, 3:]
    share = F.avg_pool2d(alpha, grain)
    colour = F.avg_pool2d(hints[:, :3] * alpha, grain) / torch.maximum(share, torch.tensor(TINY))
    return F.avg_pool2d(sketch, grain), torch.cat([colour, F.max_pool2d(alpha, grain)], dim=1)
