import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from studio.core.contours import enlarge

RED, BLUE = (220, 40, 30, 255), (30, 60, 200, 255)


def plain(small: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def blurred(truth: NDArray[np.uint8], side: int, blur: float) -> NDArray[np.uint8]:
    small = cv2.resize(truth, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), blur), np.uint8)


def scene(size: int = 512) -> NDArray[np.uint8]:
    """A blue disc and a blue bar on red."""
    truth = np.full((size, size, 4), RED, np.uint8)
    cv2.circle(truth, (size // 3, size // 3), size // 5, BLUE, -1, cv2.LINE_AA)
    cv2.line(truth, (size // 2, size - 60), (size - 60, size // 2), BLUE, size // 20, cv2.LINE_AA)
    return truth


@pytest.mark.parametrize("blur", [0.5, 0.8, 1.2])
def test_an_edge_without_a_line_is_crisp_where_it_was(blur: float) -> None:
    truth = scene()
    small = blurred(truth, 128, blur)
    ours = np.abs(enlarge(small, 512, 512).astype(int) - truth).max(axis=2)
    theirs = np.abs(plain(small, 512, 512).astype(int) - truth).max(axis=2)
    assert ours.mean() < 0.5 * theirs.mean()
    assert (ours > 40).mean() < 0.5 * (theirs > 40).mean()


def test_an_edge_is_about_a_pixel_wide_at_any_enlargement() -> None:
    small = np.full((32, 32, 4), RED, np.uint8)
    small[:, 16:] = BLUE
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.uint8)
    for scale in (2, 4, 8):
        row = enlarge(small, 32 * scale, 32 * scale)[16 * scale, :, 0].astype(int)
        between = np.flatnonzero((row > 40) & (row < 210))
        assert between.size <= 3
        assert abs(np.flatnonzero(row < 125)[0] - 16 * scale) <= 1


def test_an_edge_enlarged_once_more_stays_crisp() -> None:
    truth = scene(1024)
    once = enlarge(blurred(truth, 128, 0.8), 512, 512)
    twice = np.abs(enlarge(once, 1024, 1024, crisp=True).astype(int) - truth).max(axis=2)
    plainly = np.abs(plain(once, 1024, 1024).astype(int) - truth).max(axis=2)
    assert twice.mean() < plainly.mean()


def test_soft_shading_stays_as_it_is() -> None:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    small = np.repeat(np.tile(ramp, (64, 1))[..., None], 4, axis=2)
    assert np.array_equal(enlarge(small, 256, 256), plain(small, 256, 256))
    assert np.array_equal(enlarge(small, 256, 256, crisp=True), plain(small, 256, 256))


def test_faint_texture_stays_as_it_is() -> None:
    small = np.random.default_rng(0).integers(100, 135, (64, 64, 4), np.uint8)
    assert np.array_equal(enlarge(small, 256, 256), plain(small, 256, 256))


@pytest.mark.parametrize("size", [(40, 40), (20, 33), (40, 17)])
def test_without_enlargement_nothing_is_sharpened(size: tuple[int, int]) -> None:
    small = np.asarray(cv2.resize(scene(), (40, 40), interpolation=cv2.INTER_AREA), np.uint8)
    assert np.array_equal(enlarge(small, *size), plain(small, *size))


@given(
    small=arrays.arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(4))),
    width=st.integers(1, 120),
    height=st.integers(1, 120),
)
def test_no_value_comes_up_that_is_not_around(small: NDArray[np.uint8], width: int, height: int) -> None:
    large = enlarge(small, width, height)
    assert large.shape == (height, width, 4)
    kernel = np.ones((7, 7), np.uint8)
    low = cv2.resize(cv2.erode(small, kernel), (width, height), interpolation=cv2.INTER_NEAREST)
    high = cv2.resize(cv2.dilate(small, kernel), (width, height), interpolation=cv2.INTER_NEAREST)
    before = plain(small, width, height)
    changed = large != before
    assert (large >= low)[changed].all()
    assert (large <= high)[changed].all()
