"""Loss values that can be worked out by hand, and the moving average."""

import pytest
import torch
from torch import nn

from training import losses
from training.ema import averaged_copy, update_average
from training.sections import LossConfig

TOLD = torch.tensor([True])


def test_the_hinge_punishes_only_what_is_not_sure_enough() -> None:
    made = losses.discriminator_losses(LossConfig(), [torch.tensor([2.0, 0.5])], [torch.tensor([-3.0, 0.0])])
    assert losses.read(made) == {"d_real": pytest.approx(0.25), "d_fake": pytest.approx(0.5)}
    assert float(losses.total(made)) == pytest.approx(0.75)


def test_the_generator_wants_high_logits() -> None:
    config = LossConfig(adversarial=2.0)
    assert losses.read(losses.adversarial_loss(config, [torch.ones(2), torch.zeros(3)])) == {
        "adversarial": -1.0
    }


def test_errors_under_lines_count_for_the_flats_and_not_for_the_picture() -> None:
    config = LossConfig(l1=10, flats=1, hint=0)
    truth = torch.zeros(1, 3, 4, 4)
    sketch = torch.ones(1, 1, 4, 4)
    sketch[..., :2, :] = 0
    made = losses.read(
        losses.picture_losses(config, truth + 0.5, truth, sketch, torch.zeros(1, 4, 2, 2), TOLD)
    )
    assert made == {"l1": pytest.approx(2.5), "flats": pytest.approx(0.5)}


def test_the_hint_loss_is_the_mean_error_in_hinted_places() -> None:
    config = LossConfig(l1=0, flats=0, hint=1)
    truth, spread = torch.zeros(1, 3, 4, 4), torch.zeros(1, 4, 2, 2)
    flats = truth.clone()
    flats[..., :2, :2] = 0.5
    spread[..., 0, 0] = 1
    one = losses.picture_losses(config, flats, truth, torch.ones(1, 1, 4, 4), spread, TOLD)
    none = losses.picture_losses(config, flats, truth, torch.ones(1, 1, 4, 4), 0 * spread, TOLD)
    assert losses.read(one)["hint"] == pytest.approx(0.5, rel=1e-4)
    assert losses.read(none)["hint"] == 0


def test_errors_count_less_where_nothing_tells_the_colours() -> None:
    config = LossConfig(l1=10, flats=1, hint=0, untold=0.25)
    truth, hints, noise = torch.zeros(3, 3, 4, 4), torch.zeros(3, 4, 4, 4), torch.zeros(3, 2)
    hints[1, 3, 2, 2] = 0.5
    noise[2, 1] = -1.0
    told = losses.colours_told(hints, noise)
    assert told.tolist() == [False, True, True]
    made = losses.picture_losses(config, truth + 0.5, truth, truth[:, :1] + 1, torch.zeros(3, 4, 2, 2), told)
    assert losses.read(made) == {"l1": pytest.approx(3.75), "flats": pytest.approx(0.375)}


def test_the_feature_loss_is_relative() -> None:
    maps = [torch.full((1, 2, 3, 3), 4.0), torch.full((1, 2, 2, 2), 0.1)]
    made = losses.feature_loss(LossConfig(features=1), [1.5 * one for one in maps], maps)
    assert losses.read(made)["features"] == pytest.approx(0.5, rel=1e-4)
    assert losses.feature_loss(LossConfig(features=0), maps, maps) == {}


def test_the_average_follows_and_forgets_its_start() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = averaged_copy(network)
    nn.init.ones_(network.weight)
    update_average(average, network, 0.995, 0)
    assert float(average.weight.detach()) == pytest.approx(0.9)
    update_average(average, network, 0.5, 10_000)
    assert float(average.weight.detach()) == pytest.approx(0.95)
    assert not average.weight.requires_grad
