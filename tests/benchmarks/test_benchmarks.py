"""Every benchmark runs, at a size that takes no time; no figure is judged here."""

import math

import pytest

from tests.benchmarks.__main__ import table
from tests.benchmarks.measure import Effort, NotReadyError, Row, percentile, scribble
from tests.benchmarks.registry import BENCHMARKS


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_runs_and_reports_figures(name: str) -> None:
    try:
        rows = BENCHMARKS[name](Effort(tiny=True))
    except NotReadyError as error:
        pytest.skip(str(error))
    assert rows
    assert all(math.isfinite(row.measured) and math.isfinite(row.ratio) for row in rows)
    assert table(rows).count("\n") == len(rows)


def test_a_row_is_over_only_beyond_its_budget() -> None:
    assert Row("a", 2.0, 1.0, 2.0, "ms", "").verdict == "ok"
    assert Row("a", 2.1, 1.0, 2.0, "ms", "").verdict == "OVER"
    assert Row("a", 2.1, 1.0, None, "ms", "").verdict == "-"
    assert Row("a", 3.0, 2.0, None, "ms", "").ratio == 1.5


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.99) == 4.0
    assert percentile([7.0], 0.01) == 7.0


def test_the_scripted_pen_stays_on_the_sheet_and_repeats_itself() -> None:
    for index in range(50):
        points = list(scribble(256, index, 30))
        assert points == list(scribble(256, index, 30))
        assert all(0 <= point.x < 256 and 0 <= point.y < 256 and 0 <= point.pressure <= 1 for point in points)
