"""A network that chooses among swatches instead of painting."""

from typing import Any

import numpy as np
import pytest
import torch

from training.losses import swatch_loss
from training.networks.chance import CHANCE, region_chance
from training.networks.unet import Choice, UNetGenerator
from training.sections import LossConfig

TABLE = torch.eye(3)
SMALL = {"width": 8, "cap": 16, "tail": 8, "condition": 8}


def network(swatches: int = 3, **changes: Any) -> UNetGenerator:
    torch.manual_seed(3)
    made = UNetGenerator(labels=2, noise=4, swatches=swatches, **(SMALL | changes)).eval()
    if swatches:
        made.set_swatches(TABLE[:swatches])
    return made


def inputs(count: int = 2) -> tuple[torch.Tensor, ...]:
    sketch = (torch.rand(count, 1, 64, 128) > 0.1).float()
    return sketch, torch.zeros(count, 4, 64, 128), torch.eye(2)[:count], torch.zeros(count, 4)


def with_scores(made: UNetGenerator, scores: list[float]) -> None:
    """Let the last layer give these scores everywhere, and leave no ground white."""
    with torch.no_grad():
        made.colours.weight.zero_()
        made.colours.bias.copy_(torch.tensor([*scores, 0.0, -20.0]).repeat_interleave(4))


def test_what_it_is_sure_of_it_paints_in_that_swatch() -> None:
    made = network()
    with_scores(made, [0.0, 8.0, 0.0])
    torch.testing.assert_close(
        made(*inputs()), torch.tensor([0.0, 1.0, 0.0])[None, :, None, None].expand(2, 3, 64, 128)
    )


@pytest.mark.parametrize("grain", [1, 2])
def test_it_tells_how_it_came_to_its_colours(grain: int) -> None:
    made = network(grain=grain)
    sketch, hints, label, noise = inputs()
    sketch[:] = 1.0
    sketch[:, :, 16:48, 16] = sketch[:, :, 16:48, 80] = sketch[:, :, 16, 16:80] = sketch[:, :, 47, 16:80] = 0
    hints[0, :, 30:34, 40:44] = 1.0
    choice = made(sketch, hints, label, noise, explain=True)
    assert isinstance(choice, Choice)
    assert choice.scores.shape == (2, 3, 64 // grain, 128 // grain)
    assert choice.free.shape == (2, 1, 64 // grain, 128 // grain)
    assert float(choice.free[:, :, 0].max()) < 0.1  # the ground
    assert float(choice.free[1, 0, 32 // grain, 44 // grain]) > 0.9  # inside, and nothing told
    assert float(choice.free[0, 0, 32 // grain, 42 // grain]) < 0.1  # beneath the hint
    torch.testing.assert_close(choice.flats, made(sketch, hints, label, noise))


def test_the_right_swatch_costs_least_and_only_where_it_was_chosen() -> None:
    truth = torch.tensor([1.0, 0.0, 0.0])[None, :, None, None].expand(1, 3, 8, 8)
    free = torch.ones(1, 1, 4, 4)

    def cost(right: float, wrong: float, free: torch.Tensor = free) -> float:
        scores = torch.tensor([right, wrong, wrong])[None, :, None, None].expand(1, 3, 4, 4)
        return float(swatch_loss(LossConfig(), scores, free, truth, TABLE)["swatch"])

    assert cost(9.0, 0.0) < 0.01 < cost(0.0, 0.0) < cost(0.0, 9.0)
    assert cost(0.0, 0.0) == pytest.approx(np.log(3.0), rel=1e-5)
    assert cost(0.0, 9.0, 0 * free) == 0.0
    assert swatch_loss(LossConfig(swatch=0.0), TABLE, free, truth, TABLE) == {}


def test_a_network_with_other_swatches_keeps_what_it_knows_of_those_alike() -> None:
    theirs, mine = network(), network()
    mine.set_swatches(TABLE[[2, 0, 1]])
    with_scores(theirs, [0.0, 8.0, 0.0])
    mine.load_state_dict(mine.fitted(theirs.state_dict()))
    given = inputs()
    torch.testing.assert_close(mine(*given), theirs(*given))


@pytest.mark.parametrize(("mine", "theirs"), [(3, 0), (0, 3)])
def test_painting_and_choosing_networks_share_all_but_the_colours(mine: int, theirs: int) -> None:
    learner, model = network(mine), network(theirs)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    before = learner.colours.weight.detach().clone()
    learner.load_state_dict(learner.fitted(model.state_dict()))
    torch.testing.assert_close(learner.stem.weight, model.stem.weight)
    torch.testing.assert_close(learner.colours.weight[-8:], model.colours.weight[-8:])
    torch.testing.assert_close(learner.colours.weight[:-8], before[:-8])
    assert torch.isfinite(learner(*inputs())).all()


def test_by_chance_it_chooses_as_often_as_is_likely() -> None:
    made = network()
    with_scores(made, [0.6, 0.0, 0.0])
    sketch, hints, label, noise = inputs(1)
    sketch[:] = 1.0
    chance = torch.randn(400, made.chance_inputs, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        likeliest = made(sketch, hints, label[:1], noise)
        torch.testing.assert_close(
            made(sketch, hints, label[:1], noise, torch.zeros(1, made.chance_inputs)), likeliest
        )
        drawn = [made(sketch, hints, label[:1], noise, one[None]).mean(dim=(0, 2, 3)) for one in chance]
    shares = torch.stack(drawn).round().mean(dim=0)
    # Gumbel-max at this temperature: a softmax of the scores over it.
    wanted = torch.softmax(torch.tensor([0.6, 0.0, 0.0]) / CHANCE, dim=0)
    assert torch.allclose(shares, wanted, atol=0.06)


def test_a_region_has_one_noise_and_others_have_their_own() -> None:
    regions = torch.zeros(1, 1, 64, 64)
    regions[..., 4:20, 4:20] = 1
    regions[..., 40:60, 30:60] = 2
    regions[..., 41:59, 31:59] = 3
    added = region_chance(torch.randn(1, 8 * 5, generator=torch.Generator().manual_seed(1)), regions)[0]
    each = [added[:, regions[0, 0] == number] for number in range(4)]
    for one in each:
        torch.testing.assert_close(one, one[:, :1].expand_as(one))
    firsts = torch.stack([one[:, 0] for one in each])
    assert torch.pdist(firsts).min() > 0.05
    assert not region_chance(torch.zeros(1, 8 * 5), regions).any()


def test_regions_of_one_size_have_one_noise_wherever_they_lie() -> None:
    regions = torch.zeros(1, 1, 64, 64)
    regions[..., 4:20, 4:20] = 1
    regions[..., 40:56, 44:60] = 2
    added = region_chance(torch.randn(1, 8 * 5, generator=torch.Generator().manual_seed(1)), regions)[0]
    torch.testing.assert_close(added[:, 10, 10], added[:, 50, 50], atol=1e-3, rtol=0)
