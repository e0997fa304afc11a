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

from training.networks.papers import BALL, papers_of
from training.networks.regions import find_regions
from training.networks.spread import find_ground, spread_hints

SIDE = 128
Sketch = NDArray[np.uint8]


def as_tensor(sketch: Sketch) -> Tensor:
    return torch.from_numpy(sketch.astype(np.float32) / 255)[None, None]


def box(gap: int) -> Sketch:
    """A box with an opening of ``gap`` pixels in its right side, and a closed one within."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.rectangle(sketch, (24, 24), (104, 104), 0, 2)
    cv2.rectangle(sketch, (40, 40), (60, 60), 0, 2)
    sketch[60 : 60 + gap, 100:110] = 255
    return sketch


@pytest.mark.parametrize("gap", [1, 3, 2 * BALL])
def test_a_shape_with_a_gap_is_a_region_and_no_ground(gap: int) -> None:
    papers = papers_of(as_tensor(box(gap)))
    regions, ground = find_regions(papers)[0, 0], find_ground(papers)[0, 0]
    inside = regions[80:100, 30:100]
    assert inside.min() == inside.max() > 0
    assert regions[50, 50] not in (0, inside.max())
    assert not ground[40:50, 15:50].any()
    assert not regions[:, :20].any()
    assert not regions[:, 108:].any()
    assert ground[:, :10].all()


def test_a_wide_mouth_stays_open() -> None:
    papers = papers_of(as_tensor(box(gap=4 * BALL)))
    assert find_regions(papers)[0, 0, 90, 80] == 0
    assert find_ground(papers)[0, 0, 45, 40] == 1


def test_a_hint_stays_behind_a_gap() -> None:
    hints = torch.zeros(1, 4, SIDE, SIDE)
    hints[:, :, 70:74, 90:94] = 1
    reach = spread_hints(papers_of(as_tensor(box(gap=4))), hints)[0, 3]
    assert reach[40:50, 15:50].min() == 1
    assert reach[:, 56:].max() == 0


def test_closed_drawings_stay_as_they_are() -> None:
    sketch = box(gap=0)
    assert torch.equal(papers_of(as_tensor(sketch))[0], as_tensor(sketch))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, SIDE - 1)] * 4, st.integers(1, 4)),
        max_size=12,
    )
)
def test_walls_are_set_on_paper_alone_and_join_nothing(
    lines: list[tuple[int, int, int, int, int]],
) -> None:
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    for x0, y0, x1, y1, width in lines:
        cv2.line(sketch, (x0, y0), (x1, y1), 0, width)
    free = as_tensor(sketch)
    papers = papers_of(free)
    assert bool((papers[0] <= free).all())
    for fine, coarse in pairwise(papers):
        assert torch.equal(coarse, 1.0 - torch.nn.functional.max_pool2d(1.0 - fine, 2))
    # What was parted by ink before is parted still.
    before = cv2.connectedComponents((sketch > 128).astype(np.uint8), connectivity=4)[1]
    after = cv2.connectedComponents(papers[0][0, 0].numpy().astype(np.uint8), connectivity=4)[1]
    for part in range(1, after.max() + 1):
        assert len(set(before[after == part].tolist())) == 1
