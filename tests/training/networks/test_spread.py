"""Hint spreading: a dot colours its closed region, and nothing beyond a closed line."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from training.networks.papers import cells_of, free_of_ink
from training.networks.spread import convolved_cross, find_ground, shifted_cross, spread_hints

RED, BLUE = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)
SIZE = 256


def paper(size: int = SIZE) -> Tensor:
    return torch.ones(1, 1, size, size)


def no_hints(size: int = SIZE) -> Tensor:
    return torch.zeros(1, 4, size, size)


def dot(hints: Tensor, row: int, column: int, colour: tuple[float, ...], radius: int = 3) -> None:
    spot = hints[0, :, row - radius : row + radius, column - radius : column + radius]
    spot[:] = torch.tensor(colour)[:, None, None]


def box(sketch: Tensor, top: int, left: int, bottom: int, right: int, line: int = 2) -> None:
    """Close a rectangle with lines ``line`` px wide; ``bottom`` and ``right`` are outside of it."""
    sketch[..., top:bottom, left:right][..., :line, :] = 0
    sketch[..., top:bottom, left:right][..., -line:, :] = 0
    sketch[..., top:bottom, left:right][..., :, :line] = 0
    sketch[..., top:bottom, left:right][..., :, -line:] = 0


def ring(radius: float, width: float) -> Tensor:
    rows, columns = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
    distance = ((rows - 128.0) ** 2 + (columns - 128.0) ** 2).sqrt()
    return (((distance - radius).abs() - width / 2) + 0.5).clamp(0, 1)[None, None]


def test_no_hints_stay_none() -> None:
    sketch = paper()
    box(sketch, 40, 40, 200, 200)
    assert spread_hints(cells_of(free_of_ink(sketch)), no_hints()).abs().max() == 0


def test_a_dot_colours_its_box_and_nothing_outside() -> None:
    sketch, hints = paper(), no_hints()
    box(sketch, 40, 50, 200, 210)
    dot(hints, 60, 190, RED)
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)
    inside = spread[0, :, 48 // 2 : 192 // 2, 58 // 2 : 202 // 2]
    torch.testing.assert_close(inside, torch.tensor(RED)[:, None, None].expand_as(inside))
    outside = spread.clone()
    outside[..., 20:100, 25:105] = 0
    assert outside.abs().max() == 0


@pytest.mark.parametrize("width", [2.0, 3.5, 7.0])
def test_a_ring_holds_its_colour_on_either_side(width: float) -> None:
    sketch, hints = ring(80, width), no_hints()
    dot(hints, 128, 128, RED)
    dot(hints, 10, 10, BLUE)
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)
    assert spread[0, 0, 64, 64] == 1
    assert spread[0, 0, 5, 5] == 0
    red_where_blue = (spread[0, 0] > 0) & (spread[0, 2] > 0)
    assert not red_where_blue.any()
    covered = (spread[0, 3] > 0.999).float().mean()
    assert covered > 0.8


def test_a_one_pixel_diagonal_line_holds() -> None:
    sketch, hints = paper(), no_hints()
    index = torch.arange(SIZE)
    sketch[..., index, index] = 0
    dot(hints, 40, 200, RED)
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)[0, 3]
    below = torch.tril(torch.ones_like(spread), diagonal=-1)
    assert (spread * below).max() == 0
    assert spread[20, 100] == 1


def test_two_hints_share_their_region_by_nearness() -> None:
    sketch, hints = paper(), no_hints()
    dot(hints, 128, 20, RED)
    dot(hints, 128, 236, BLUE)
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)[0]
    assert spread[0, 64, 10] > 0.9
    assert spread[2, 64, 117] > 0.9
    torch.testing.assert_close(spread[0] + spread[2], torch.ones(128, 128))


def test_a_faint_hint_stays_faint_all_over_its_region() -> None:
    sketch, hints = paper(), no_hints()
    dot(hints, 100, 100, (0.5, 1.0, 0.25, 0.4))
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)[0, :, 80, 20]
    torch.testing.assert_close(spread, torch.tensor([0.2, 0.4, 0.1, 0.4]))


def test_a_dot_in_a_narrow_region_works_where_it_is_and_does_not_cross() -> None:
    sketch, hints = paper(), no_hints()
    box(sketch, 100, 20, 112, 236, line=3)  # six pixels of paper inside: every larger cell holds ink
    dot(hints, 106, 128, RED, radius=2)
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)[0, 0]
    assert spread[53, 64] == 1
    assert spread[53, 66] == 1
    assert spread[:50].max() == 0
    assert spread[56:].max() == 0


def test_a_hint_on_a_line_alone_is_left_out() -> None:
    sketch, hints = paper(), no_hints()
    sketch[..., 100:108, :] = 0
    dot(hints, 104, 128, RED)
    assert spread_hints(cells_of(free_of_ink(sketch)), hints).abs().max() == 0


@settings(max_examples=25)
@given(
    top=st.integers(8, 100),
    left=st.integers(8, 100),
    height=st.integers(24, 120),
    width=st.integers(24, 120),
    where=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_box_leaks(top: int, left: int, height: int, width: int, where: tuple[float, float]) -> None:
    sketch, hints = paper(), no_hints()
    box(sketch, top, left, top + height, left + width)
    row = top + 5 + round(where[0] * (height - 10))
    column = left + 5 + round(where[1] * (width - 10))
    dot(hints, row, column, RED, radius=3)
    outside = torch.ones(SIZE, SIZE)
    outside[top : top + height, left : left + width] = 0
    hints *= 1 - outside
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)
    reach = torch.nn.functional.interpolate(spread[:, 3:], scale_factor=2.0)[0, 0]
    cells_outside = -torch.nn.functional.max_pool2d(-outside[None], 2)[0]
    assert (reach[::2, ::2] * cells_outside).max() == 0
    assert np.isclose(float(reach[row // 2 * 2, column // 2 * 2]), 1.0)


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_small_antialiased_dot_spreads_as_strongly_as_its_core(strength: float) -> None:
    sketch, hints = paper(), no_hints()
    box(sketch, 30, 30, 92, 92)
    hints[0, 0] = 1.0
    rim = torch.tensor([[0.3, 0.6, 0.3], [0.6, 1.0, 0.6], [0.3, 0.6, 0.3]])
    hints[0, 3, 50:53, 50:53] = strength * rim
    spread = spread_hints(cells_of(free_of_ink(sketch)), hints)
    inside = spread[0, :, 20:42, 20:42]
    torch.testing.assert_close(inside[0], torch.full_like(inside[0], strength))
    torch.testing.assert_close(inside[3], torch.full_like(inside[3], strength))


def test_both_ways_to_sum_neighbours_agree() -> None:
    state = torch.rand(2, 5, 9, 12)
    torch.testing.assert_close(shifted_cross(state), convolved_cross(state.shape[1])(state))


@pytest.mark.parametrize(("walls", "least"), [(1, 0.95), (2, 0.65)])
def test_a_dot_reaches_through_narrow_gaps(walls: int, least: float) -> None:
    sketch, hints = paper(), no_hints()
    box(sketch, 20, 20, 236, 236)
    for wall in range(walls):
        column = 20 + 216 * (wall + 1) // (walls + 1)
        gap = 40 if wall % 2 else 180
        sketch[..., 20:236, column : column + 3] = 0
        sketch[..., gap : gap + 12, column : column + 3] = 1
    dot(hints, 63, 33, RED)
    reach = spread_hints(cells_of(free_of_ink(sketch)), hints)[0, 3, 12:117, 12:117]
    free = -torch.nn.functional.max_pool2d(-sketch, 2)[0, 0, 12:117, 12:117] > 0.5
    assert reach[free].mean() > least


def test_the_ground_is_the_paper_around_the_drawing() -> None:
    sketch = ring(80, 3.0)
    ground = find_ground(cells_of(free_of_ink(sketch)))[0, 0]
    assert ground[0, 0] == ground[64, 3] == 1
    assert ground[64, 64] == 0
    assert ground[64 - 40, 64] == 0  # on the line
    assert set(ground.unique().tolist()) == {0.0, 1.0}
    outside = ((torch.arange(128.0)[:, None] - 63.5) ** 2 + (torch.arange(128.0) - 63.5) ** 2).sqrt() > 43
    assert ground[outside].mean() > 0.99
    assert find_ground(cells_of(free_of_ink(paper()))).min() == 1
    assert find_ground(cells_of(free_of_ink(0 * paper()))).max() == 0
