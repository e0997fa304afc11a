import cv2
import numpy as np
from numpy.typing import NDArray

from studio.core.regions import GAP_RADIUS, GROUND, find_regions, nearest

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


def test_the_nearest_marked_pixel_is_found() -> None:
    marked = np.zeros((9, 9), np.bool_)
    marked[2, 1] = marked[6, 8] = True
    places = nearest(marked)
    assert places[2, 1] == places[0, 0] == places[4, 2] == 2 * 9 + 1
    assert places[8, 8] == places[5, 6] == 6 * 9 + 8
    assert not nearest(np.zeros((4, 4), np.bool_)).any()
