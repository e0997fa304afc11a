"""The network that looks at a drawing as a whole, alone and within the U-Net."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from training.networks.recogniser import MAP, SIDE, Recogniser, box_of, cut_out, look_at
from training.networks.regions import lay_over, region_means
from training.networks.unet import Choice, UNetGenerator

SMALL = {"width": 8, "cap": 16, "tail": 8, "condition": 8, "swatches": 3}


def network(**changes: Any) -> UNetGenerator:
    torch.manual_seed(3)
    made = UNetGenerator(labels=2, noise=4, **(SMALL | {"recogniser": 8} | changes)).eval()
    made.set_swatches(torch.eye(3)[: made.options["swatches"]])
    return made


def frame(side: int, left: int, top: int, height: int = 128, width: int = 128) -> torch.Tensor:
    """A square's outline with a cross in it, 1 = ink, as [1,1,H,W]."""
    ink = torch.zeros(1, 1, height, width)
    square = ink[:, :, top : top + side, left : left + side]
    square[:, :, :2] = square[:, :, -2:] = square[:, :, :, :2] = square[:, :, :, -2:] = 1.0
    square[:, :, side // 2 - 1 : side // 2 + 1] = 1.0
    return ink


@given(left=st.integers(0, 60), top=st.integers(0, 60))
def test_wherever_it_is_drawn_it_looks_alike(left: int, top: int) -> None:
    here, there = frame(64, 10, 20), frame(64, left, top)
    torch.testing.assert_close(
        look_at(here, box_of(here)), look_at(there, box_of(there)), atol=1e-4, rtol=1e-4
    )


@given(
    left=st.integers(0, 90),
    top=st.integers(0, 50),
    wide=st.integers(2, 100),
    high=st.integers(2, 60),
)
def test_the_box_is_the_square_around_the_ink(left: int, top: int, wide: int, high: int) -> None:
    ink = torch.zeros(1, 1, 128, 192)
    ink[:, :, top : top + high, left : left + wide] = 1.0
    box = box_of(ink)
    assert float(box.x) == pytest.approx(left + wide / 2)
    assert float(box.y) == pytest.approx(top + high / 2)
    assert float(box.side) >= max(wide, high)
    assert float(box.side) <= 1.2 * max(wide, high, 8)


def test_however_large_it_is_drawn_its_map_shows_the_same_parts() -> None:
    small, large = frame(40, 10, 5), F.interpolate(frame(40, 10, 5), scale_factor=2.0)
    ours, theirs = look_at(small, box_of(small)), look_at(large, box_of(large))
    assert float((ours - theirs).abs().mean()) < 0.02


@pytest.mark.parametrize("ink", [torch.zeros(2, 1, 64, 96), torch.ones(2, 1, 64, 96)])
def test_paper_without_a_drawing_and_black_paper_are_looked_at_too(ink: torch.Tensor) -> None:
    seen = look_at(ink, box_of(ink))
    assert seen.shape == (2, 1, SIDE, SIDE)
    assert torch.isfinite(seen).all()
    scores, code = Recogniser(labels=0, swatches=3, width=8)(seen, torch.zeros(2, 0))
    assert scores.shape == (2, 3, MAP, MAP)
    assert torch.isfinite(code).all()


def test_a_pencils_line_looks_like_a_pens() -> None:
    pen = frame(64, 10, 20)
    torch.testing.assert_close(look_at(0.4 * pen, box_of(0.4 * pen)), look_at(pen, box_of(pen)))


def test_what_is_cut_out_are_the_pixels_in_the_box() -> None:
    values = torch.arange(64.0 * 64).reshape(1, 1, 64, 64)
    ink = torch.zeros(1, 1, 64, 64)
    ink[:, :, 16:48, 16:48] = 1.0
    box = box_of(ink)._replace(side=torch.tensor([32.0]))
    torch.testing.assert_close(cut_out(values, box, 32, "nearest"), values[:, :, 16:48, 16:48])


def test_means_of_one_map_are_laid_over_regions_of_another() -> None:
    rng = np.random.default_rng(0)
    values, numbers = rng.random((1, 2, 4, 4), np.float32), rng.integers(0, 4, (1, 1, 4, 4))
    regions, beside = rng.integers(0, 6, (1, 1, 8, 8)), torch.full((1, 2, 8, 8), 9.0)
    there = torch.from_numpy(regions.astype(np.float32))
    means = region_means(torch.from_numpy(values), torch.from_numpy(numbers.astype(np.float32)), there)
    laid = lay_over(means, there, beside)
    for number in range(6):
        inside = values[0, :, numbers[0, 0] == number]
        wanted = inside.mean(axis=0) if len(inside) else np.zeros(2)
        np.testing.assert_allclose(means[0, :, number].numpy(), wanted, atol=1e-6)
        got = laid[0][:, torch.from_numpy(regions[0, 0] == number)].numpy()
        over = wanted if number else np.full(2, 9.0)
        np.testing.assert_allclose(got, np.repeat(over[:, None], got.shape[1], 1), atol=1e-6)


def test_what_has_not_learnt_says_nothing() -> None:
    made = network()
    sketch = 1.0 - frame(90, 20, 20).repeat(2, 1, 1, 1)
    inputs = (sketch, torch.zeros(2, 4, 128, 128), torch.eye(2), torch.zeros(2, 4))
    with_it = made(*inputs)
    made.recogniser = None
    torch.testing.assert_close(with_it, made(*inputs))


def test_its_word_counts_within_regions_and_as_far_as_it_is_trusted() -> None:
    sketch = 1.0 - frame(90, 20, 20)
    inputs = (sketch, torch.zeros(1, 4, 128, 128), torch.zeros(1, 2), torch.zeros(1, 4))
    scores = dict[float, torch.Tensor]()
    for trust in (0.0, 0.5, 1.0):
        made = network(trust=trust)
        assert made.recogniser is not None
        with torch.no_grad():
            made.recogniser.usual.bias.copy_(torch.tensor([0.0, 4.0, 0.0]))
        choice = made(*inputs, explain=True)
        assert isinstance(choice, Choice)
        scores[trust] = choice.scores.detach()
    said = scores[1.0] - scores[0.0]
    inside = said[0, :, 40, 60]
    torch.testing.assert_close(inside, torch.tensor([0.0, 4.0, 0.0]))
    assert float(said[:, :, 5, 5].abs().max()) == 0.0  # the ground
    torch.testing.assert_close(scores[0.5] - scores[0.0], 0.5 * said)


def test_where_a_hint_tells_the_colour_it_has_no_say() -> None:
    made = network()
    assert made.recogniser is not None
    with torch.no_grad():
        made.recogniser.usual.bias.copy_(torch.tensor([0.0, 4.0, 0.0]))
    ink = frame(60, 2, 34) + frame(60, 66, 34)
    hints = torch.zeros(1, 4, 128, 128)
    hints[:, :, 45:55, 20:40] = 1.0
    inputs = (1.0 - ink, hints, torch.zeros(1, 2), torch.zeros(1, 4))
    choice = made(*inputs, explain=True)
    made.recogniser = None
    without = made(*inputs, explain=True)
    assert isinstance(choice, Choice)
    assert isinstance(without, Choice)
    said = (choice.scores - without.scores).detach()[0, 1]
    assert float(said[50, 30]) < 1.0
    assert float(said[50, 96]) == pytest.approx(4.0)


def test_weights_of_another_network_are_taken_over_swatch_by_swatch() -> None:
    theirs = network(swatches=2)
    theirs.set_swatches(torch.eye(3)[[2, 0]])
    assert theirs.recogniser is not None
    with torch.no_grad():
        theirs.recogniser.usual.bias.copy_(torch.tensor([1.0, 2.0]))
    ours = network()
    weights = ours.fitted(theirs.state_dict())
    ours.load_state_dict(weights)
    assert weights["recogniser.usual.bias"][2] == 1.0
    assert weights["recogniser.usual.bias"][0] == 2.0


@pytest.mark.parametrize(("ours", "theirs"), [(8, 0), (0, 8)])
def test_networks_with_and_without_one_start_from_each_other(ours: int, theirs: int) -> None:
    made = network(recogniser=ours)
    made.load_state_dict(made.fitted(network(recogniser=theirs).state_dict()))


def test_without_swatches_there_is_none() -> None:
    assert UNetGenerator(labels=2, noise=4, **(SMALL | {"swatches": 0, "recogniser": 8})).recogniser is None
