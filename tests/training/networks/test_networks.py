"""What every registered network promises."""

from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from tests.training.networks import test_published
from training.files import UserError
from training.networks import build_network, compose, network_names, register_network
from training.networks.unet import coarser

OPTIONS: dict[str, dict[str, Any]] = {
    "unet": {"labels": 3, "noise": 4, "width": 8, "cap": 16, "tail": 8, "condition": 8},
    "patchgan": {"labels": 3, "channels": 8},
    "projected": {"labels": 3, "channels": 8},
}
FEATURES = (24, 40, 112, 320)


def generator(**changes: Any) -> nn.Module:
    torch.manual_seed(3)
    network = build_network("unet", OPTIONS["unet"] | changes).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    return network


def inputs(height: int = 64, width: int = 96, count: int = 2) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    sketch = (torch.rand(count, 1, height, width) > 0.1).float()
    return sketch, torch.rand(count, 4, height, width), torch.eye(3)[:count], torch.randn(count, 4)


def test_every_network_is_tried_here_or_among_the_published() -> None:
    published = {*test_published.LABEL_GENERATORS, *test_published.JUDGES, "strided-unet"}
    assert set(network_names()) == set(OPTIONS) | published


def test_a_second_network_of_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="unet"):
        register_network("unet")(nn.Identity)


def test_an_unknown_network_or_option_is_told() -> None:
    with pytest.raises(UserError, match="unet"):
        build_network("unett", {})
    with pytest.raises(UserError, match="breadth"):
        build_network("unet", OPTIONS["unet"] | {"breadth": 3})


@pytest.mark.parametrize("size", [(64, 64), (96, 160), (32, 64)])
def test_the_generator_keeps_the_size_and_is_finite(size: tuple[int, int]) -> None:
    flats = generator()(*inputs(*size))
    assert flats.shape == (2, 3, *size)
    assert torch.isfinite(flats).all()


def test_coarse_colours_keep_the_size_and_see_thin_lines_and_small_hints() -> None:
    network = generator(grain=2)
    assert (network.stride, network.smallest) == (64, 64)
    sketch, hints, label, noise = inputs(128, 192)
    flats = network(sketch, hints, label, noise)
    assert flats.shape == (2, 3, 128, 192)
    coarse_sketch, coarse_hints = coarser(sketch, hints, 2)
    own = generator(grain=1)(coarse_sketch, coarse_hints, label, noise)
    torch.testing.assert_close(nn.functional.interpolate(own, scale_factor=2.0, mode="bilinear"), flats)


def test_a_hint_of_one_pixel_keeps_its_colour_and_strength_when_it_is_made_coarser() -> None:
    hints = torch.zeros(1, 4, 4, 4)
    hints[0, :, 1, 2] = torch.tensor([0.2, 0.4, 0.6, 0.8])
    _, coarse = coarser(torch.ones(1, 1, 4, 4), hints, 2)
    torch.testing.assert_close(coarse[0, :, 0, 1], torch.tensor([0.2, 0.4, 0.6, 0.8]), atol=1e-4, rtol=0)
    assert coarse[0, 3].sum() == pytest.approx(0.8)


@pytest.mark.parametrize("changes", [{"labels": 0}, {"noise": 0}, {"attention": False}, {"depth": 2}])
def test_the_generator_works_without_and_with_more(changes: dict[str, Any]) -> None:
    sketch, hints, label, noise = inputs()
    label = label[:, : changes.get("labels", 3)]
    noise = noise[:, : changes.get("noise", 4)]
    assert torch.isfinite(generator(**changes)(sketch, hints, label, noise)).all()


def test_each_picture_of_a_batch_is_made_as_if_alone() -> None:
    network, batch = generator(), inputs(count=3)
    together = network(*batch)
    alone = torch.cat([network(*(value[i : i + 1] for value in batch)) for i in range(3)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_training_and_eval_mode_make_the_same_picture() -> None:
    network, batch = generator(), inputs()
    torch.testing.assert_close(network.train()(*batch), network.eval()(*batch), atol=0, rtol=0)


def test_labels_and_noise_change_the_picture() -> None:
    network, (sketch, hints, label, noise) = generator(), inputs()
    first = network(sketch, hints, label, noise)
    assert (first - network(sketch, hints, label.roll(1, dims=0), noise)).abs().max() > 1e-4
    assert (first - network(sketch, hints, label, -noise)).abs().max() > 1e-4


def test_an_untrained_generator_obeys_a_hint() -> None:
    torch.manual_seed(0)
    network = build_network("unet", OPTIONS["unet"]).eval()
    sketch, hints = torch.ones(1, 1, 64, 64), torch.zeros(1, 4, 64, 64)
    hints[..., 30:36, 30:36] = torch.tensor([0.1, 0.3, 0.9, 1.0])[:, None, None]
    with torch.no_grad():
        colour = network(sketch, hints, torch.zeros(1, 3), torch.zeros(1, 4)).mean(dim=(2, 3))[0]
    assert cast(float, colour[2]) > 0.7 > 0.5 > cast(float, colour[0])


@pytest.mark.parametrize("name", ["patchgan", "projected"])
def test_a_discriminator_gives_finite_logits_and_gradients(name: str) -> None:
    torch.manual_seed(1)
    network = build_network(name, OPTIONS[name])
    image = torch.rand(2, 3, 64, 64, requires_grad=True)
    maps = [
        torch.rand(2, channels, 16 >> i, 16 >> i, requires_grad=True) for i, channels in enumerate(FEATURES)
    ]
    logits = network(image, maps, torch.rand(2, 5, 32, 32), torch.eye(3)[:2])
    assert all(head.shape[:2] == (2, 1) for head in logits)
    torch.stack([head.mean() for head in logits]).sum().backward()
    judged = maps[0] if cast(Any, network).needs_features else image
    assert judged.grad is not None
    assert torch.isfinite(judged.grad).all()
    assert judged.grad.abs().max() > 0


@pytest.mark.parametrize("name", ["patchgan", "projected"])
def test_a_discriminator_looks_at_guide_and_label(name: str) -> None:
    torch.manual_seed(1)
    network = build_network(name, OPTIONS[name]).eval()
    image = torch.rand(1, 3, 64, 64)
    maps = [torch.rand(1, channels, 16 >> i, 16 >> i) for i, channels in enumerate(FEATURES)]
    guide, label = torch.rand(1, 5, 32, 32), torch.eye(3)[:1]
    first = network(image, maps, guide, label)
    other_guide = network(image, maps, 1 - guide, label)
    other_label = network(image, maps, guide, label.roll(1, dims=1))
    for ours, guided, labelled in zip(first, other_guide, other_label, strict=True):
        assert (ours - guided).abs().max() > 0
        assert (ours - labelled).abs().max() > 0


def test_lines_lie_over_the_colours() -> None:
    flats = torch.full((1, 3, 1, 2), 0.5)
    sketch = torch.tensor([[[[0.0, 1.0]]]])
    torch.testing.assert_close(compose(flats, sketch)[0, 0, 0], torch.tensor([0.0, 0.5]))
