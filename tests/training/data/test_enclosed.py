"""What lines enclose is found, and the colour that most of a drawing has."""

import cv2
import numpy as np
import torch

from training.data.dataset import Clean
from training.data.enclosed import PAPER, closed_regions, main_colour
from training.networks.papers import free_of_ink


def test_what_is_a_line_here_is_one_for_the_networks() -> None:
    greys = np.arange(256, dtype=np.uint8)
    for_networks = free_of_ink(torch.from_numpy(greys)[None, None, None].float() / 255)[0, 0, 0] > 0
    np.testing.assert_array_equal(for_networks.numpy(), greys > PAPER)


def test_closed_regions_are_numbered_and_the_ground_is_none() -> None:
    sketch = np.full((64, 64), 255, np.uint8)
    cv2.circle(sketch, (20, 30), 10, 0, 2)
    cv2.rectangle(sketch, (40, 5), (63, 25), 0, 2)  # open to the border on no side
    regions = closed_regions(sketch)
    assert regions[0, 0] == regions[50, 50] == 0
    assert regions[30, 20] != regions[15, 50]
    assert set(np.unique(regions)) == {0, 1, 2}
    assert regions[30, 10] == 0  # a line


def test_what_is_of_several_colours_has_no_main_one() -> None:
    sketch = np.full((32, 32), 255, np.uint8)
    sketch[4:28, [4, 16, 27]] = sketch[[4, 27], 4:28] = 0
    flats = np.full((32, 32, 3), 255, np.uint8)
    flats[4:28, 4:16], flats[4:28, 16:28] = (200, 30, 30), (30, 30, 200)
    assert main_colour(Clean(sketch, flats)) is None
    flats[4:28, 4:24] = (200, 30, 30)
    flats[10:14, 4:24] = (190, 60, 40)  # a shade of it
    np.testing.assert_array_equal(main_colour(Clean(sketch, flats)), [200, 30, 30])
    np.testing.assert_array_equal(main_colour(Clean(sketch, np.full_like(flats, 255))), [255, 255, 255])
    assert main_colour(Clean(np.full_like(sketch, 255), np.full_like(flats, 255))) is None
