"""What a judge sees beside the picture: the drawing and its hints, the drawing alone, or nothing."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

GUIDE_CHANNELS = {"hints": 1 + 4, "sketch": 1, "none": 0}
"""Channels of each kind of guide, at half the picture's side."""


def guide_of(kind: str, sketch: Tensor, spread: Tensor) -> Tensor:
    """Ink and, for ``hints``, the spread hints; ``sketch`` [N,1,H,W], ``spread`` [N,4,H/2,W/2] ->
    [N,G,H/2,W/2] with as many channels as GUIDE_CHANNELS says.
    """
    ink = 1.0 - F.avg_pool2d(sketch, 2)
    return torch.cat([ink, spread], dim=1)[:, : GUIDE_CHANNELS[kind]]


def no_guide(image: Tensor) -> Tensor:
    """The guide beside an ``image`` [N,C,H,W] that no drawing belongs to: [N,0,H/2,W/2]."""
    return image.new_zeros(len(image), 0, image.shape[2] // 2, image.shape[3] // 2)


def beside(features: Tensor, guide: Tensor) -> Tensor:
    """``features`` [N,C,h,w] with the ``guide`` [N,G,H/2,W/2], brought to their size, as further channels."""
    if not guide.shape[1]:
        return features
    if guide.shape[2:] != features.shape[2:]:
        guide = F.adaptive_avg_pool2d(guide, (features.shape[2], features.shape[3]))
    return torch.cat([features, guide], dim=1)
