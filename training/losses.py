"""The losses of both networks, as named dicts: weighted here, summed by ``total``, read only when logged."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.config import LossConfig

TINY = 1e-6

Losses = dict[str, Tensor]


def total(losses: Losses) -> Tensor:
    """The sum that is differentiated."""
    return torch.stack(list(losses.values())).sum()


def read(losses: Losses) -> dict[str, float]:
    """The values as plain numbers; waits for the device, so only for what is logged."""
    return dict(zip(losses, torch.stack(list(losses.values())).detach().float().tolist(), strict=True))


def discriminator_losses(real: list[Tensor], fake: list[Tensor]) -> Losses:
    """Hinge loss (Lim and Ye 2017, eq. 6) over all heads' logits."""
    return {
        "d_real": torch.stack([F.relu(1.0 - logits.float()).mean() for logits in real]).mean(),
        "d_fake": torch.stack([F.relu(1.0 + logits.float()).mean() for logits in fake]).mean(),
    }


def picture_losses(
    config: LossConfig, flats: Tensor, truth: Tensor, sketch: Tensor, spread: Tensor
) -> Losses:
    """Mean absolute errors of ``flats`` [N,3,H,W] to ``truth``, given ``sketch`` and ``spread`` hints."""
    losses: Losses = {}
    error = (flats - truth).abs()
    if config.l1:
        losses["l1"] = config.l1 * (error * sketch).mean()
    if config.flats:
        losses["flats"] = config.flats * error.mean()
    if config.hint:
        hinted = F.interpolate(spread[:, 3:], scale_factor=2.0, mode="nearest")
        losses["hint"] = config.hint * (error * hinted).sum() / (3.0 * hinted.sum() + TINY * error.numel())
    return losses


def feature_loss(config: LossConfig, fake: list[Tensor], real: list[Tensor]) -> Losses:
    """Relative L1 of feature maps: each level's error over the mean size of the truth's features."""
    if not config.features:
        return {}
    levels = [
        (ours - true).abs().mean() / (true.abs().mean() + TINY) for ours, true in zip(fake, real, strict=True)
    ]
    return {"features": config.features * torch.stack(levels).mean()}


def adversarial_loss(config: LossConfig, fake: list[Tensor]) -> Losses:
    """The generator's side of the hinge loss: mean logit over all heads, negated."""
    return {
        "adversarial": -config.adversarial * torch.stack([logits.float().mean() for logits in fake]).mean()
    }
