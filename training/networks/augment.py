"""Varied pictures for the discriminator: the same random change for true and generated ones.

Differentiable augmentation (Zhao et al. 2020, "DiffAugment", section 3.2): with few pictures a discriminator
learns them by heart, and what it tells the generator is worth nothing then. When the true and the generated
picture are varied alike before it looks, with gradients passing through, it cannot, and nothing of the
variation leaks into what is generated. The guide beside the picture moves and changes colour with it, so that
lines and hints still belong to the colours. ``next_strength`` adapts how often a change is made (Karras et
al. 2020, "ADA", section 3.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.sections import AUGMENTATIONS, DiscriminatorConfig

# As in the authors' code, on pictures in 0..1 instead of -1..1.
BRIGHTNESS, SHIFT, HOLE = 0.5, 1 / 8, 1 / 2
GREY = 0.5
ADAPT_EVERY = 4
STREAM = 8
"""Third word of the seed, apart from the streams of the data (0 to 4) and of the judged window."""


@dataclass(frozen=True)
class Variation:
    """One change for each of N pictures of one side, and for the guides at half of it.

    A colour x becomes ``colour`` x + ``offset`` ([N,C,C], [N]); ``shifts`` (down, right) are in pixels of the
    guide; ``seen`` [N,1,H,W] is 0 where the picture is covered with grey.
    """

    colour: Tensor
    offset: Tensor
    shifts: Sequence[tuple[int, int]]
    seen: Tensor

    def picture(self, image: Tensor) -> Tensor:
        """``image`` [N,C,H,W], 1 = white, varied."""
        paper = 1.0 - _shifted(1.0 - self._coloured(image, torch.ones_like(image[:, :1])), self.shifts, 2)
        return GREY + (paper - GREY) * self.seen

    def guide(self, guide: Tensor) -> Tensor:
        """``guide`` [N,G,H/2,W/2], as of ``guide_of`` (ink, premultiplied RGBA), varied along."""
        if not guide.shape[1]:
            return guide
        if guide.shape[1] == 1:
            return _shifted(guide, self.shifts, 1)
        ink, colour, alpha = guide[:, :1], guide[:, 1:4], guide[:, 4:]
        return _shifted(torch.cat([ink, self._coloured(colour, alpha), alpha], dim=1), self.shifts, 1)

    def _coloured(self, colours: Tensor, alpha: Tensor) -> Tensor:
        moved = torch.einsum("nij,njhw->nihw", self.colour, colours)
        return moved + self.offset[:, None, None, None] * alpha


def draw_variation(
    config: DiscriminatorConfig, strength: float, true_image: Tensor, seed: int, step: int, rows: range
) -> Variation:
    """Draw a change for each picture of the batch's ``rows``, of every kind with probability ``strength``.

    A pure function of its arguments: a sample's change depends on seed, step and its row alone. Contrast
    turns about the mean of ``true_image`` [N,C,H,W], for both pictures alike; a grey one has no saturation.
    """
    channels, side = true_image.shape[1:3]
    colour, offset, contrast = [], [], []
    shifts: list[tuple[int, int]] = []
    seen = np.ones((len(rows), 1, side, side), np.float32)
    for place, row in enumerate(rows):
        rng = np.random.default_rng((seed, step, STREAM, row))
        chosen = rng.random(3) < strength
        made = {kind: chosen[i] and kind in config.augment_kinds for i, kind in enumerate(AUGMENTATIONS)}
        brightness, saturation, turn = (rng.random(3) - 0.5) * made["colour"]
        c, s = 1.0 + turn, 1.0 + 2.0 * saturation
        colour.append(c * (s * np.eye(channels) + (1.0 - s) / channels))
        offset.append(brightness * BRIGHTNESS)
        contrast.append(1.0 - c)
        down, right = np.rint((2.0 * rng.random(2) - 1.0) * SHIFT * side / 2 * made["translation"])
        shifts.append((int(down), int(right)))
        top, left = ((rng.random(2) * side) - side * HOLE / 2).astype(int)
        if made["cutout"]:
            hole = round(side * HOLE)
            seen[place, 0, max(0, top) : max(0, top + hole), max(0, left) : max(0, left + hole)] = 0.0

    def tensor(values: object) -> Tensor:
        return torch.as_tensor(np.asarray(values, np.float32)).to(true_image.device)

    mean = true_image.mean(dim=(1, 2, 3))
    return Variation(tensor(colour), tensor(offset) + tensor(contrast) * mean, shifts, tensor(seen))


def next_strength(config: DiscriminatorConfig, strength: float, judged_real: float, pictures: int) -> float:
    """The strength after ``pictures`` more: up while the discriminator is too sure of real ones, else down.

    ``judged_real`` is the share of real patches that it takes for real; 2 share - 1 is Karras' r_t, the mean
    sign of its verdict.
    """
    # r_t above the target, the other way round: without its rounding at the threshold.
    sure = judged_real > (1.0 + config.augment_target) / 2.0
    change = pictures / config.augment_pictures
    return min(1.0, max(0.0, strength + (change if sure else -change)))


def _shifted(pixels: Tensor, shifts: Sequence[tuple[int, int]], scale: int) -> Tensor:
    """Move each picture of [N,C,H,W] down and right by its own shift times ``scale``; zeros come in."""
    height, width = pixels.shape[2:]
    margin = scale * max((abs(way) for shift in shifts for way in shift), default=0)
    padded = F.pad(pixels, [margin] * 4)
    moved = []
    for one, (down, right) in zip(padded, shifts, strict=True):
        top, left = margin - scale * down, margin - scale * right
        moved.append(one[:, top : top + height, left : left + width])
    return torch.stack(moved)
