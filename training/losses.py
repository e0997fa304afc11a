"""The losses of both networks, as named dicts: weighted here, summed by ``total``, read only when logged."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.adversary import ADVERSARIES, mean_over
from training.sections import LossConfig

TINY = 1e-6
SWATCH_WIDTH = 0.06
"""How far, in RGB from 0 to 1, a colour may be from a swatch to be about that one."""
EVERY = 3
"""One pixel in so many, each way, is looked at for its swatch: regions are larger, and an odd number meets
all four sub-pixels of the network's last step."""

Losses = dict[str, Tensor]
# The mean of a value over all processes that share a batch: below a fraction bar it has to be of all of them.
Mean = Callable[[Tensor], Tensor]


def own(value: Tensor) -> Tensor:
    """The mean over the one process there is."""
    return value


def total(losses: Losses) -> Tensor:
    """The sum that is differentiated."""
    return torch.stack(list(losses.values())).sum()


def read(losses: Losses, mean: Mean = own) -> dict[str, float]:
    """The values as plain numbers; waits for the device, so only for what is logged."""
    return dict(zip(losses, mean(torch.stack(list(losses.values())).float()).tolist(), strict=True))


def discriminator_losses(config: LossConfig, real: list[Tensor], fake: list[Tensor]) -> Losses:
    """The discriminator's side of the game over all heads' logits, each head counting alike."""
    adversary = ADVERSARIES[config.kind]
    return {"d_real": mean_over(real, adversary.real), "d_fake": mean_over(fake, adversary.fake)}


def judged_rightly(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """The shares [2] of real and of generated patches, over all heads, that the logits take for such."""
    return torch.stack(
        [
            torch.cat([(logits > 0).flatten() for logits in real]).float().mean(),
            torch.cat([(logits < 0).flatten() for logits in fake]).float().mean(),
        ]
    )


def picture_losses(
    config: LossConfig,
    flats: Tensor,
    truth: Tensor,
    cover: Tensor,
    spread: Tensor,
    told: Tensor,
    mean: Mean = own,
) -> Losses:
    """Mean absolute errors of ``flats`` [N,3,H,W] to ``truth``; ``cover`` [N,1,H,W] weighs the picture's
    pixels by what the lines leave of them, ``spread`` [N,4,H/2,W/2] are the spread hints, ``told`` [N] says
    which pictures' colours were given away.
    """
    losses: Losses = {}
    error = (flats - truth).abs()
    counted = error * torch.where(told, 1.0, config.untold)[:, None, None, None]
    if config.l1:
        losses["l1"] = config.l1 * (counted * cover).mean()
    if config.flats:
        losses["flats"] = config.flats * counted.mean()
    if config.hint:
        hinted = F.interpolate(spread[:, 3:], scale_factor=2.0, mode="nearest")
        area = mean(3.0 * hinted.sum() + TINY * error.numel())
        losses["hint"] = config.hint * (error * hinted).sum() / area
    return losses


def swatch_loss(
    config: LossConfig, scores: Tensor, free: Tensor, truth: Tensor, table: Tensor, mean: Mean = own
) -> Losses:
    """Cross-entropy of the swatches' ``scores`` [N,K,h,w] with those nearest to ``truth`` [N,3,H,W].

    ``table`` [K,3] holds the swatches' colours, ``free`` [N,1,h,w] tells what was the network's to choose.
    """
    if not config.swatch:
        return {}
    apart = EVERY * (truth.shape[2] // scores.shape[2])
    near = 2.0 * SWATCH_WIDTH**2
    pixels = truth[:, :, ::apart, ::apart]
    scores, free = scores[:, :, ::EVERY, ::EVERY], free[:, :, ::EVERY, ::EVERY]
    # -|t - c|^2 but for |t|^2, which is the same for all swatches.
    alike = 2.0 * F.conv2d(pixels, table[:, :, None, None]) - table.square().sum(dim=1)[:, None, None]
    wanted = torch.softmax(alike / near, dim=1)
    error = -(wanted * torch.log_softmax(scores, dim=1)).sum(dim=1, keepdim=True)
    return {"swatch": config.swatch * (error * free).sum() / mean(free.sum() + TINY * free.numel())}


def colours_told(hints: Tensor, noise: Tensor) -> Tensor:
    """Which pictures [N] come with a hint [N,4,H,W] or a palette code [N,Z] of their true colours."""
    return (hints[:, 3] > 0).flatten(1).any(dim=1) | (noise != 0).any(dim=1)


def feature_loss(config: LossConfig, fake: list[Tensor], real: list[Tensor], mean: Mean = own) -> Losses:
    """Relative L1 of feature maps: each level's error over the mean size of the truth's features."""
    if not config.features:
        return {}
    levels = [
        (ours - true).abs().mean() / mean(true.abs().mean() + TINY)
        for ours, true in zip(fake, real, strict=True)
    ]
    return {"features": config.features * torch.stack(levels).mean()}


def adversarial_loss(config: LossConfig, fake: list[Tensor]) -> Losses:
    """The generator's side of the game, over all heads."""
    return {"adversarial": config.adversarial * mean_over(fake, ADVERSARIES[config.kind].fool)}


def plain_losses(config: LossConfig, image: Tensor, truth: Tensor) -> Losses:
    """Mean absolute error of an ``image`` that no drawing belongs to: to the picture [N,C,H,W] whose label it
    was made from.
    """
    return {"l1": config.l1 * (image - truth).abs().mean()} if config.l1 else {}
