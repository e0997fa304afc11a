import cv2
import numpy as np
from numpy.typing import NDArray

from studio.core.regions import GAP_RADIUS, GROUND, find_regions, grown

SIDE = 96


def boxes() -> NDArray[np.uint8]:
    """Two boxes side by side that share a wall, on open ground."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    for left in (10, 46):
        cv2.rectangle(sketch, (left, 20), (left + 36, 70), 0, 2)
    return sketch


def test_every_pixel_without_ink_has_a_region() -> None:
    rng = np.random.default_rng(3)
    sketch = np.where(rng.random((SIDE, SIDE)) < 0.4, 0, 255).astype(np.uint8)
    assert np.array_equal(find_regions(sketch) > 0, sketch == 255)
    assert (find_regions(np.full((SIDE, SIDE), 255, np.uint8)) == GROUND).all()


def test_lines_part_regions_and_a_small_gap_joins_none() -> None:
    sketch = boxes()
    sketch[40 : 40 + 2 * GAP_RADIUS, 40:52] = 255
    numbers = find_regions(sketch)
    assert len({int(numbers[y, x]) for y, x in ((5, 5), (45, 25), (45, 65))}) == 3
    assert numbers[5, 5] == numbers[90, 90] == GROUND


def test_a_wide_gap_lets_the_ground_in() -> None:
    sketch = boxes()
    sketch[40:55, 5:15] = 255
    assert find_regions(sketch)[45, 25] == GROUND


def test_growing_keeps_within_and_counts_its_steps() -> None:
    numbers = np.zeros((9, 9), np.int32)
    numbers[4, 4] = 7
    within = np.ones((9, 9), np.uint8)
    within[:, 6] = 0
    assert (grown(numbers, within) == 7).sum() == 9 * 6
    assert (grown(numbers, within, 1) == 7).sum() == 5
