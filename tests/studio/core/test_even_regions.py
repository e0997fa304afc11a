import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.core.even_regions import even_regions

SIDE = 128
YELLOW, GREY, WHITE = (252, 234, 43), (208, 207, 206), (255, 255, 255)
NOWHERE = np.zeros((SIDE, SIDE), np.bool_)


def head() -> np.ndarray:
    """The regions of a ring: 0 for ink, 1 for the ground, 2 for what it encloses."""
    regions = np.ones((SIDE, SIDE), np.int32)
    cv2.circle(regions, (64, 64), 45, 2, -1)
    cv2.circle(regions, (64, 64), 45, 0, 3)
    return regions


def wavering() -> np.ndarray:
    """Yellow with a grey patch inside the head, and something on the ground."""
    colours = np.full((SIDE, SIDE, 3), YELLOW, np.uint8)
    cv2.circle(colours, (64, 30), 14, GREY, -1)
    colours[:6] = GREY
    return colours


def test_a_region_takes_its_most_frequent_colour() -> None:
    regions = head()
    even = even_regions(wavering(), regions, NOWHERE)
    face = regions == 2
    assert (even[face] == YELLOW).all()
    assert (even[~face] == wavering()[~face]).all(), "the ground keeps what it has"


def test_what_was_hinted_stays_as_the_network_made_it() -> None:
    hinted = NOWHERE.copy()
    hinted[90, 64] = True
    assert np.array_equal(even_regions(wavering(), head(), hinted), wavering())


def test_nearly_equal_colours_are_one() -> None:
    colours = wavering()
    colours[..., 2] += np.tile(np.array([0, 2], np.uint8), SIDE // 2)
    even = even_regions(colours, head(), NOWHERE)
    assert abs(int(even[30, 64, 2]) - 44) <= 1


def test_a_drawing_without_regions_keeps_its_colours() -> None:
    paper = np.ones((SIDE, SIDE), np.int32)
    assert even_regions(wavering(), paper, NOWHERE) is not None
    assert np.array_equal(even_regions(wavering(), paper, NOWHERE), wavering())


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 9))
def test_every_region_becomes_of_one_colour_it_had(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    regions = rng.integers(0, count, (24, 24)).astype(np.int32)
    palette = np.array([YELLOW, GREY, WHITE, (10, 20, 30)], np.uint8)
    colours = palette[rng.integers(0, 4, (24, 24))]
    even = even_regions(colours, regions, np.zeros((24, 24), np.bool_))
    for region in range(2, count):
        inside = regions == region
        if inside.sum() > 12:
            found = np.unique(even[inside], axis=0)
            assert len(found) == 1
            most = max(palette, key=lambda colour: (colours[inside] == colour).all(axis=1).sum())
            shares = [(colours[inside] == colour).all(axis=1).sum() for colour in palette]
            if sorted(shares)[-1] > sorted(shares)[-2]:
                assert np.array_equal(found[0], most)
