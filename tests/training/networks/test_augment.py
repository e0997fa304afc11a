"""Varied pictures for the discriminator: differentiable, the same for both, and a function of the sample."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training.networks.augment import Variation, draw_variation, next_strength
from training.sections import AUGMENTATIONS, DiscriminatorConfig

ROWS = range(6)


def draw(
    image: torch.Tensor, strength: float = 1.0, *kinds: str, rows: range = ROWS, step: int = 3
) -> Variation:
    config = DiscriminatorConfig(augment_kinds=kinds or AUGMENTATIONS)
    return draw_variation(config, strength, image, 7, step, rows)


@pytest.fixture
def image() -> torch.Tensor:
    return torch.rand(6, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def test_no_strength_changes_nothing(image: torch.Tensor) -> None:
    guide = image[:, :1].repeat(1, 5, 1, 1)[:, :, ::2, ::2]
    kept = draw(image, 0.0)
    torch.testing.assert_close(kept.picture(image), image)
    torch.testing.assert_close(kept.guide(guide), guide)


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_each_kind_changes_pictures_and_passes_gradients(kind: str, image: torch.Tensor) -> None:
    image.requires_grad_(True)
    varied = draw(image, 1.0, kind).picture(image)
    assert all(not torch.equal(one, other) for one, other in zip(varied, image, strict=True))
    varied.sum().backward()
    assert image.grad is not None
    assert bool((image.grad.abs().sum(dim=(1, 2, 3)) > 0).all())


def test_a_sample_is_varied_by_its_row_whoever_computes_it(image: torch.Tensor) -> None:
    whole = draw(image).picture(image)
    half = draw(image[3:], rows=range(3, 6)).picture(image[3:])
    torch.testing.assert_close(whole[3:], half, rtol=0, atol=0)
    assert not torch.equal(whole, draw(image, step=4).picture(image))


def test_guide_and_picture_move_together(image: torch.Tensor) -> None:
    dot = torch.ones_like(image)
    dot[:, :, 30:32, 20:22] = 0.0
    ink = torch.zeros(6, 5, 32, 32)
    ink[:, 0, 15, 10] = 1.0
    moved = draw(image, 1.0, "translation")
    pictures, guides = moved.picture(dot), moved.guide(ink)
    for picture, guide in zip(pictures, guides, strict=True):
        y, x = divmod(int(guide[0].argmax()), 32)
        assert float(picture[:, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2].sum()) == 0.0


def test_a_hint_keeps_the_colour_of_what_it_colours(image: torch.Tensor) -> None:
    colour = torch.tensor([0.8, 0.3, 0.1])[None, :, None, None]
    flat = colour.expand(6, 3, 64, 64)
    alpha = torch.full((6, 1, 32, 32), 0.5)
    guide = torch.cat([torch.zeros(6, 1, 32, 32), colour * alpha, alpha], dim=1)
    varied = draw(image, 1.0, "colour")
    straight = varied.guide(guide)[:, 1:4] / alpha
    torch.testing.assert_close(straight, varied.picture(flat)[:, :, ::2, ::2])


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 10_000))
def test_the_strength_stays_in_its_range_and_follows_the_verdict(
    strength: float, real: float, pictures: int
) -> None:
    after = next_strength(DiscriminatorConfig(), strength, real, pictures)
    assert 0.0 <= after <= 1.0
    assert after >= strength if real > 0.8 else after <= strength
