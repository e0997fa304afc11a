"""Curves as SVG: well-formed, within the frame, with round ticks and the reader's own names escaped."""

import itertools
import xml.etree.ElementTree as ElementTree

import pytest

from training.report.figures import number_text
from training.report.journal import thinned
from training.report.plots import HEIGHT, LEFT, TOP, WIDTH, nice_ticks, plot, running


def points_of(svg: str, tag: str) -> list[tuple[float, float]]:
    found = []
    for element in ElementTree.fromstring(svg).iter(tag):
        found += [tuple(map(float, pair.split(","))) for pair in element.attrib["points"].split()]
    return found  # type: ignore[return-value]


def test_a_falling_curve_falls_from_left_to_right() -> None:
    curve = thinned([(step, 10.0 - step / 100) for step in range(0, 1000, 10)])
    line = points_of(plot("loss", {"loss": curve}), "polyline")[-100:]
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(line))
    assert LEFT <= line[0][0] <= line[-1][0] <= WIDTH
    assert TOP - 40 <= line[0][1] <= line[-1][1] <= HEIGHT


def test_names_are_text_and_nothing_else() -> None:
    hostile = '<script>alert("1")</script>&'
    curve = thinned([(1, 2.0), (2, 3.0)])
    svg = plot(hostile, {hostile: curve, "other": curve})
    assert "<script" not in svg
    texts = [element.text for element in ElementTree.fromstring(svg).iter("text")]
    assert hostile in texts
    assert f"{hostile} 3" in texts


def test_a_point_an_even_curve_and_no_curve_at_all() -> None:
    assert "<circle" in plot("one", {"one": thinned([(5, 1.0)])})
    assert points_of(plot("even", {"even": thinned([(1, 4.0), (9, 4.0)])}), "polyline")
    assert plot("none", {}) == ""
    assert plot("lost", {"lost": thinned([(1, float("nan"))])}) == ""


def test_an_outlier_does_not_flatten_the_rest() -> None:
    curve = thinned([(step, 1.0 + step % 2) for step in range(200)] + [(200, 1e9)])
    heights = {round(y) for _, y in points_of(plot("loss", {"loss": curve}), "polyline")[:190]}
    assert max(heights) - min(heights) > 50


def test_the_line_is_a_running_mean() -> None:
    assert running([3.0] * 200) == [3.0] * 200
    ends = running([float(value % 2) for value in range(200)])
    assert all(0.3 < value < 0.7 for value in ends)
    assert running([1.0, 2.0]) == [1.0, 2.0]


def test_a_long_curve_keeps_its_means_and_extremes() -> None:
    curve = thinned([(step, float(step % 10)) for step in range(5000)], most=50)
    assert len(curve["step"]) == 50
    assert (curve["low"][0], curve["mean"][0], curve["high"][0]) == (0, 4.5, 9)
    assert curve["step"][-1] == 4999


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.5, 1]), (0, 3602, [0, 1000, 2000, 3000]), (-3, 5, [-2, 0, 2, 4]), (7, 7, [8, 10])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    ticks = nice_ticks(low, high)
    assert ticks == sorted(ticks)
    if high > low:
        assert ticks == pytest.approx(expected)
    assert len(ticks) >= 2


def test_the_ends_of_an_upright_axis_hold_all_values() -> None:
    ticks = nice_ticks(-0.3, 7.1, outward=True)
    assert ticks[0] <= -0.3
    assert ticks[-1] >= 7.1


def test_numbers_are_short() -> None:
    assert [number_text(value) for value in (0, 0.25, 12345.6, 1.5e7, 0.00012)] == [
        "0",
        "0.25",
        "12,346",
        "1.5e+07",
        "0.00012",
    ]
