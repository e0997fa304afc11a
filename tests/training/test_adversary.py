"""The games of discriminator and generator, worked out by hand, and pictures cut from both kinds."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.adversary import ADVERSARIES, gradient_penalty, mean_over, mixed_losses
from training.sections import LOSSES
from training.step import _box

LOGITS = torch.tensor([-3.0, -0.5, 0.0, 0.5, 3.0])


def test_every_loss_that_can_be_chosen_is_there() -> None:
    assert tuple(ADVERSARIES) == LOSSES


def test_binary_cross_entropy_is_pytorchs_with_and_without_logits() -> None:
    ones, zeros = torch.ones_like(LOGITS), torch.zeros_like(LOGITS)
    for name in ("bce", "bce-logits"):
        game = ADVERSARIES[name]
        for term, target in ((game.real, ones), (game.fake, zeros), (game.fool, ones)):
            want = F.binary_cross_entropy_with_logits(LOGITS, target)
            torch.testing.assert_close(term(LOGITS).mean(), want)
    sure = torch.tensor([500.0])
    assert float(ADVERSARIES["bce"].fake(sure)) == pytest.approx(100)  # cut off, as BCELoss does
    assert float(ADVERSARIES["bce-logits"].fake(sure)) == pytest.approx(500)


@pytest.mark.parametrize(
    ("name", "real", "fake", "fool"),
    [
        ("hinge", 0.5, 1.5, -0.5),
        ("least-squares", 0.125, 0.125, 0.125),
        ("wasserstein", -0.5, 0.5, -0.5),
        ("bce", math.log1p(math.exp(-0.5)), math.log1p(math.exp(0.5)), math.log1p(math.exp(-0.5))),
    ],
)
def test_a_logit_of_one_half_costs(name: str, real: float, fake: float, fool: float) -> None:
    game, logit = ADVERSARIES[name], torch.tensor(0.5)
    assert [float(term(logit)) for term in (game.real, game.fake, game.fool)] == pytest.approx(
        [real, fake, fool]
    )


@pytest.mark.parametrize("name", LOSSES)
def test_each_side_is_pushed_its_own_way(name: str) -> None:
    game = ADVERSARIES[name]
    for term, up in ((game.real, True), (game.fake, False), (game.fool, True)):
        logits = torch.tensor([0.3, -0.2], requires_grad=True)
        mean_over([logits], term).backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        # Down the slope: logits rise where they should say real.
        assert bool((logits.grad < 0).all()) == up or name == "least-squares"
    assert (game.threshold is None) == (name == "wasserstein")


def test_heads_count_alike_whatever_their_size() -> None:
    assert float(mean_over([torch.ones(100), torch.zeros(1)], lambda x: x)) == 0.5


def test_the_slope_penalty_of_a_linear_judge_is_known() -> None:
    class Linear(nn.Module):
        def forward(self, image: Tensor) -> list[Tensor]:
            return [3.0 * image.flatten(1)[:, :1]]

    real, fake = torch.rand(4, 1, 2, 2), torch.rand(4, 1, 2, 2)
    penalty = gradient_penalty(Linear(), real, fake, torch.rand(4))
    assert float(penalty) == pytest.approx(4.0)  # (3 - 1)^2


def test_mixed_pictures_are_judged_by_the_part_they_come_from() -> None:
    game = ADVERSARIES["hinge"]
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., :2] = 1.0
    right = torch.where(mask.bool(), 5.0, -5.0)
    whole, fooled = torch.full((1, 1, 1, 1), -5.0), torch.full((1, 1, 1, 1), 5.0)
    real, fake = [fooled, torch.full_like(mask, 5.0)], [whole, torch.full_like(mask, -5.0)]
    loss, unlike = mixed_losses(game, [whole, right], real, fake, mask)
    assert (float(loss), float(unlike)) == (0.0, 0.0)
    loss, _ = mixed_losses(game, [fooled, right], real, fake, mask)
    assert float(loss) == pytest.approx(3.0)  # the whole of a mixture is a fake
    loss, unlike = mixed_losses(game, [whole, -right], real, fake, mask)
    assert float(loss) == pytest.approx(3.0)
    assert float(unlike) == pytest.approx(100.0)


def test_boxes_cover_all_shares_of_a_picture_from_both_sides() -> None:
    like = torch.zeros(1, 1, 32, 48)
    shares = [float(_box(np.random.default_rng(seed), like).mean()) for seed in range(300)]
    assert min(shares) < 0.05
    assert max(shares) > 0.95
    assert np.mean(shares) == pytest.approx(0.5, abs=0.06)
