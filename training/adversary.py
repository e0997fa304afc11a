"""What discriminator and generator play for: the adversarial losses, by name, and what goes with them.

Each is a function of single logits; the mean over a head's logits, and then over heads, is the loss.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Term = Callable[[Tensor], Tensor]
Judge = Callable[[Tensor], list[Tensor]]
TINY = 1e-12


@dataclass(frozen=True)
class Adversary:
    """The loss of a logit of a ``real`` and of a ``fake`` picture for the discriminator, and of a fake one
    for the generator (``fool``). A logit above ``threshold`` says real; None where its size says nothing.
    """

    real: Term
    fake: Term
    fool: Term
    threshold: float | None = 0.0


def _log_sigmoid(logits: Tensor) -> Tensor:
    """log of a probability that is first computed as such, cut off at -100 as PyTorch's BCELoss does."""
    return torch.log(torch.sigmoid(logits)).clamp(min=-100.0)


ADVERSARIES: dict[str, Adversary] = {
    # Lim and Ye 2017, eq. 6
    "hinge": Adversary(lambda x: F.relu(1.0 - x), lambda x: F.relu(1.0 + x), lambda x: -x),
    # Goodfellow et al. 2014, eq. 1, the generator's side as in their section 3; sigmoid first, then the log
    "bce": Adversary(lambda x: -_log_sigmoid(x), lambda x: -_log_sigmoid(-x), lambda x: -_log_sigmoid(x)),
    # the same in one, which does not lose its slope where the discriminator is sure
    "bce-logits": Adversary(lambda x: F.softplus(-x), F.softplus, lambda x: F.softplus(-x)),
    # Mao et al. 2017, eq. 9
    "least-squares": Adversary(
        lambda x: 0.5 * (x - 1.0).square(),
        lambda x: 0.5 * x.square(),
        lambda x: 0.5 * (x - 1.0).square(),
        0.5,
    ),
    # Arjovsky et al. 2017; wants the gradient penalty
    "wasserstein": Adversary(lambda x: -x, lambda x: x, lambda x: -x, None),
}


def mean_over(heads: list[Tensor], term: Term) -> Tensor:
    """The mean over heads of the mean of ``term`` over each head's logits."""
    return torch.stack([term(logits.float()).mean() for logits in heads]).mean()


def gradient_penalty(judge: Judge, real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """How far the slope of ``judge`` is from 1 between ``real`` and ``fake`` [N,C,H,W], ``share`` [N] of the
    way (Gulrajani et al. 2017, eq. 3).
    """
    between = torch.lerp(fake, real, share[:, None, None, None]).detach().requires_grad_(True)
    verdict = torch.stack([logits.float().flatten(1).mean(dim=1).sum() for logits in judge(between)]).sum()
    (slope,) = torch.autograd.grad(verdict, between, create_graph=True)
    length = (slope.flatten(1).square().sum(dim=1) + TINY).sqrt()
    return (length - 1.0).square().mean()


def mixed_losses(
    adversary: Adversary, mixed: list[Tensor], real: list[Tensor], fake: list[Tensor], mask: Tensor
) -> tuple[Tensor, Tensor]:
    """Of pictures cut from both kinds: the discriminator's loss, and how unlike the parts' they are judged.

    ``mixed``, ``real``, ``fake`` are the verdicts on the whole [N,1,1,1] and on the pixels [N,1,H,W] of the
    mixed pictures and of their parts; ``mask`` [N,1,H,W] is 1 where they are real. The whole is a fake
    (Schoenfeld et al. 2020, eq. 5 and 6).
    """
    whole, pixels = mixed[0].float(), mixed[1].float()
    of_pixels = mask * adversary.real(pixels) + (1.0 - mask) * adversary.fake(pixels)
    loss = 0.5 * (adversary.fake(whole).mean() + of_pixels.mean())
    parts = mask * real[1].float() + (1.0 - mask) * fake[1].float()
    return loss, (pixels - parts).square().mean()
