"""Regions between lines, found in the graph: against OpenCV's connected components."""

import cv2
import numpy as np
import pytest
import torch

from training.networks.papers import free_of_ink, without_gaps
from training.networks.regions import average_by_region, find_regions

SIDE = 128


def regions_of(sketch: np.ndarray) -> np.ndarray:
    values = torch.from_numpy(sketch.astype(np.float32) / 255)[None, None]
    return find_regions(without_gaps(free_of_ink(values)))[0, 0].numpy().astype(int)


def face() -> np.ndarray:
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.circle(sketch, (64, 64), 50, 0, 2)
    for x in (45, 83):
        cv2.circle(sketch, (x, 50), 10, 0, 2)
    cv2.line(sketch, (20, 80), (55, 76), 0, 2)
    cv2.line(sketch, (72, 76), (108, 80), 0, 2)
    return sketch


def wall() -> np.ndarray:
    """A diagonal one pixel wide, from edge to edge of a frame."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.rectangle(sketch, (10, 10), (117, 117), 0, 2)
    cv2.line(sketch, (10, 10), (117, 117), 0, 1, cv2.LINE_4)
    return sketch


@pytest.mark.parametrize("drawing", [face, wall])
def test_they_are_the_connected_components_but_for_the_ground(drawing) -> None:  # type: ignore[no-untyped-def]
    sketch = drawing()
    found = regions_of(sketch)
    paper = sketch == 255
    _, truth = cv2.connectedComponents(paper.astype(np.uint8), connectivity=4)
    pairs = {(int(a), int(b)) for a, b in zip(truth[paper], found[paper], strict=True)}
    ground = truth[0, 0]
    assert {b for a, b in pairs if a == ground} == {0}
    inside = [(a, b) for a, b in pairs if a != ground]
    assert all(b > 0 for _, b in inside)
    assert len(inside) == len({a for a, _ in inside}) == len({b for _, b in inside})


def test_a_region_goes_on_beneath_its_line_and_not_beyond() -> None:
    found = regions_of(face())
    across = found[64, :64]
    assert across[16] > 0
    assert not across[:12].any()


def test_what_is_open_to_the_ground_is_no_region() -> None:
    sketch = face()
    sketch[100:, 60:70] = 255
    found = regions_of(sketch)
    assert found[64, 64] == 0
    assert found[50, 45] > 0, "an eye is closed"


def test_averages_are_each_regions_own_and_gradients_pass() -> None:
    regions = torch.zeros(2, 1, 4, 4)
    regions[:, :, :, :2] = 3
    regions[1, :, :2, 2:] = 7
    values = torch.arange(96.0).reshape(2, 3, 4, 4).requires_grad_()
    out = average_by_region(values, regions)
    for picture, channel in np.ndindex(2, 3):
        for number in (3, 7):
            inside = regions[picture, 0] == number
            if inside.any():
                mine = values[picture, channel][inside]
                assert torch.allclose(out[picture, channel][inside], mine.mean())
        outside = regions[picture, 0] == 0
        assert torch.equal(out[picture, channel][outside], values[picture, channel][outside])
    out[:, :, 0, 0].sum().backward()
    assert values.grad is not None
    assert torch.allclose(values.grad[:, :, :, :2], torch.tensor(1 / 8))
