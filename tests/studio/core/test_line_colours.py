import cv2
import numpy as np
from numpy.typing import NDArray

from studio.core.line_colours import settle_colours
from studio.core.regions import GROUND, find_regions

SIDE = 96
RED, GREEN = (220, 30, 30), (30, 200, 60)
NONE = np.zeros((SIDE, SIDE, 4), np.uint8)


def boxes() -> NDArray[np.uint8]:
    """Two boxes side by side that share a wall, on open ground."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    for left in (10, 46):
        cv2.rectangle(sketch, (left, 20), (left + 36, 70), 0, 2)
    return sketch


def network_answer(sketch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each box in its colour on white, with mud along the lines and within a sliver."""
    numbers = find_regions(sketch)
    colours = np.full((*sketch.shape, 3), 255, np.uint8)
    colours[numbers == numbers[45, 25]] = RED
    colours[numbers == numbers[45, 65]] = GREEN
    blurred = cv2.blur(colours, (5, 5))
    mud = cv2.dilate((sketch < 128).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    colours[mud] = blurred[mud]
    return colours


def test_colours_along_lines_are_those_of_their_region() -> None:
    sketch = boxes()
    regions = find_regions(sketch)
    settled = settle_colours(network_answer(sketch), regions, NONE)
    assert (settled[regions == regions[45, 25]] == RED).all()
    assert (settled[regions == regions[45, 65]] == GREEN).all()
    assert (settled[regions == GROUND] == 255).all()
    near_line = settled[45, 44:50].tolist()
    assert {tuple(pixel) for pixel in near_line} <= {RED, GREEN}


def test_soft_colours_deep_in_a_region_stay() -> None:
    ramp = np.linspace(0, 255, SIDE).astype(np.uint8)
    colours = np.repeat(np.tile(ramp, (SIDE, 1))[..., None], 3, axis=2)
    regions = find_regions(boxes())
    settled = settle_colours(colours, regions, NONE)
    deep = cv2.erode((regions > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert np.array_equal(settled[deep], colours[deep])
    assert np.array_equal(settle_colours(colours, find_regions(np.full_like(boxes(), 255)), NONE), colours)


def test_a_filled_region_takes_its_hint_where_the_network_hesitates_near_lines() -> None:
    sketch = boxes()
    regions = find_regions(sketch)
    colours = network_answer(sketch)
    colours[24:28, 14:18] = (90, 90, 0)
    number = int(regions[45, 25])
    hints = NONE.copy()
    hints[45:50, 20:25] = (*RED, 255)
    settled = settle_colours(colours, regions, hints)
    assert (settled[regions == number] == RED).all()
    hints[45:50, 20:25] = (0, 0, 255, 60)
    tinted = settle_colours(colours, regions, hints)
    assert np.array_equal(tinted, settle_colours(colours, regions, NONE)), "the network did not follow"


def test_a_region_too_narrow_for_the_network_takes_its_hint_itself() -> None:
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.rectangle(sketch, (30, 30), (60, 37), 0, 2)
    regions = find_regions(sketch)
    inside = regions == regions[33, 45]
    assert inside.sum() > 20
    colours = np.full((SIDE, SIDE, 3), 100, np.uint8)
    hints = NONE.copy()
    hints[33:35, 40:44] = (*RED, 255)
    assert (settle_colours(colours, regions, hints)[inside] == RED).all()
    hints[33:35, 40:44] = (200, 100, 0, 51)
    assert (settle_colours(colours, regions, hints)[inside] == (120, 100, 80)).all()
    assert (settle_colours(colours, regions, hints)[50:] == 100).all()
