"""The paper around and inside a drawing: gaps in outlines are closed, wide mouths are not."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from training.networks.papers import BALL, cells_of, free_of_ink, number_parts, without_gaps
from training.networks.regions import find_regions
from training.networks.spread import spread_hints

SIDE = 128
Sketch = NDArray[np.uint8]


def paper_of(sketch: Sketch) -> Tensor:
    return free_of_ink(torch.from_numpy(sketch.astype(np.float32) / 255)[None, None])


def parts_of(paper: Tensor) -> NDArray[np.intp]:
    """What OpenCV finds."""
    binary = paper[0, 0].numpy().astype(np.uint8)
    return np.asarray(cv2.connectedComponents(binary, connectivity=4)[1], np.intp)


def box(gap: int) -> Sketch:
    """A box with an opening of ``gap`` pixels in its right side, and a closed one within."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.rectangle(sketch, (24, 24), (104, 104), 0, 2)
    cv2.rectangle(sketch, (40, 40), (60, 60), 0, 2)
    sketch[60 : 60 + gap, 100:110] = 255
    return sketch


@pytest.mark.parametrize("gap", [1, 3, 2 * BALL])
def test_a_shape_with_a_gap_is_a_region(gap: int) -> None:
    regions = find_regions(without_gaps(paper_of(box(gap))))[0, 0]
    inside = regions[80:100, 30:100]
    assert inside.min() == inside.max() > 0
    assert regions[50, 50] not in (0, inside.max())
    assert not regions[:, :20].any()
    assert not regions[:, 108:].any()


def test_a_wide_mouth_stays_open() -> None:
    assert find_regions(without_gaps(paper_of(box(gap=4 * BALL))))[0, 0, 90, 80] == 0


def test_a_hint_stays_behind_a_gap() -> None:
    hints = torch.zeros(1, 4, SIDE, SIDE)
    hints[:, :, 70:74, 90:94] = 1
    reach = spread_hints(cells_of(without_gaps(paper_of(box(gap=4)))), hints)[0, 3]
    assert reach[40:50, 15:50].min() == 1
    assert reach[:, 56:].max() == 0


def test_closed_drawings_stay_as_they_are() -> None:
    paper = paper_of(box(gap=0))
    assert torch.equal(without_gaps(paper), paper)


def test_cells_hold_no_ink() -> None:
    cells = cells_of(paper_of(box(gap=0)))
    for fine, coarse in pairwise(cells):
        blocks = fine[0, 0].reshape(coarse.shape[2], 2, coarse.shape[3], 2).numpy()
        assert np.array_equal(coarse[0, 0].numpy(), blocks.min(axis=(1, 3)))


def spiral() -> Sketch:
    sketch, at, length = np.full((SIDE, SIDE), 255, np.uint8), np.array([64, 64]), 4
    for turn in range(60):
        to = at + length * np.array([(1, 0), (0, 1), (-1, 0), (0, -1)][turn % 4])
        cv2.line(sketch, at.tolist(), to.tolist(), 0, 1)
        at, length = to, length + 4 * (turn % 2)
    return sketch


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, SIDE - 1)] * 4, st.integers(1, 4)), max_size=40))
def test_parts_are_the_connected_components_and_walls_join_none(
    lines: list[tuple[int, int, int, int, int]],
) -> None:
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    for x0, y0, x1, y1, width in lines:
        cv2.line(sketch, (x0, y0), (x1, y1), 0, width)
    paper = paper_of(sketch)
    assert_alike(number_parts(paper), parts_of(paper))
    closed = without_gaps(paper)
    assert bool((closed <= paper).all())
    assert_alike(number_parts(closed), parts_of(closed))


def test_a_spiral_is_one_part() -> None:
    paper = paper_of(spiral())
    assert parts_of(paper).max() == 1
    assert_alike(number_parts(paper), parts_of(paper))


def assert_alike(numbers: Tensor, parts: NDArray[np.intp]) -> None:
    pairs = set(zip(numbers[0, 0].long().flatten().tolist(), parts.flatten().tolist(), strict=True))
    assert len(pairs) == len({number for number, _ in pairs}) == len({part for _, part in pairs})
    assert all((number == 0) == (part == 0) for number, part in pairs)
