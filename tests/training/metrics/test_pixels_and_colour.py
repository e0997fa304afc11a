import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics.colour import ciede2000, srgb_to_lab
from training.metrics.pixels import l1, ssim

# Sharma, Wu and Dalal 2005, table 1: L a b of two colours and their difference.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
PAIRS = np.array([[float(number) for number in line.split()] for line in SHARMA.split("\n") if line])


def test_ciede2000_gives_the_published_differences_in_both_directions() -> None:
    np.testing.assert_allclose(ciede2000(PAIRS[:, :3], PAIRS[:, 3:6]), PAIRS[:, 6], atol=5e-5)
    np.testing.assert_allclose(ciede2000(PAIRS[:, 3:6], PAIRS[:, :3]), PAIRS[:, 6], atol=5e-5)


def test_lab_of_known_colours() -> None:
    lab = srgb_to_lab([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0, 255], [119, 119, 119]])
    expected = [[0, 0, 0], [100, 0, 0], [53.24, 80.09, 67.20], [32.30, 79.19, -107.86], [50.03, 0, 0]]
    np.testing.assert_allclose(lab, expected, atol=0.02)


@given(st.tuples(*[st.integers(0, 255)] * 6))
def test_ciede2000_is_a_symmetric_finite_distance(values: tuple[int, ...]) -> None:
    a, b = srgb_to_lab(values[:3]), srgb_to_lab(values[3:])
    assert 0 <= ciede2000(a, b) < 130
    assert ciede2000(a, b) == pytest.approx(ciede2000(b, a), abs=1e-9)
    assert ciede2000(a, a) == 0


def test_l1_is_a_share_of_the_full_range() -> None:
    black, white = np.zeros((2, 12, 12, 3), np.uint8), np.full((2, 12, 12, 3), 255, np.uint8)
    assert l1(black, white).tolist() == [1, 1]
    assert l1(white, white).tolist() == [0, 0]
    half = white.copy()
    half[1, :6] = 0
    assert l1(half, white).tolist() == [0, 0.5]


def test_ssim_of_constant_pictures_is_the_luminance_term() -> None:
    a, b = np.full((1, 16, 16, 3), 50, np.uint8), np.full((1, 16, 16, 3), 100, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim(a, b)[0] == pytest.approx((2 * 50 * 100 + c1) / (50**2 + 100**2 + c1))


def test_ssim_follows_the_definition_on_one_window() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 1, 11, 11, 1), dtype=np.uint8)
    offset = np.arange(11) - 5
    window = np.exp(-(offset[:, None] ** 2 + offset[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    x, y = a[0, ..., 0].astype(float), b[0, ..., 0].astype(float)
    mx, my = (window * x).sum(), (window * y).sum()
    vx, vy = (window * (x - mx) ** 2).sum(), (window * (y - my) ** 2).sum()
    cov = (window * (x - mx) * (y - my)).sum()
    c1, c2 = 2.55**2, 7.65**2
    expected = (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert ssim(a, b)[0] == pytest.approx(expected)


def test_ssim_is_one_on_itself_falls_with_noise_and_needs_a_window() -> None:
    rng = np.random.default_rng(0)
    truth = np.full((1, 32, 32, 3), 128, np.uint8)
    truth[:, 8:24, 8:24] = 30
    little = np.clip(truth + rng.normal(0, 5, truth.shape), 0, 255).astype(np.uint8)
    much = np.clip(truth + rng.normal(0, 40, truth.shape), 0, 255).astype(np.uint8)
    assert ssim(truth, truth)[0] == pytest.approx(1)
    assert 1 > ssim(little, truth)[0] > ssim(much, truth)[0]
    with pytest.raises(ValueError, match="similarity"):
        ssim(truth[:, :10], truth[:, :10])
