import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.brush import Brush, BrushMode, StrokeRaster, coverage, measured
from studio.core.document import Document
from studio.core.geometry import Rect
from studio.core.stroke import PathPoint, PenSample, Piece, StrokePath
from studio.core.tiles import Pixels

coordinates = st.floats(-30, 230)
samples = st.lists(
    st.builds(PenSample, coordinates, coordinates, st.floats(0, 1), time_s=st.floats(0, 5)),
    min_size=2,
    max_size=12,
)
HARD = Brush(size_px=12.0, smoothing=0.0, pressure_size=False)


def pieces_of(stroke: list[PenSample], smoothing: float) -> list[Piece]:
    path = StrokePath(smoothing)
    pieces = path.start(stroke[0])
    for sample in stroke[1:-1]:
        pieces += path.add(sample)
    return pieces + path.finish(stroke[-1])


def drawn(pieces: list[Piece], brush: Brush, mode: BrushMode = BrushMode.PAINT, under: int = 0) -> Pixels:
    document = Document.new(200, 200)
    if under:
        with document.edit("Ground", document.line.id) as edit:
            edit.write(document.rect, np.full((200, 200, 4), under, np.uint8))
    with document.edit("Stroke", document.line.id) as edit:
        StrokeRaster(edit, brush, mode).stamp(pieces)
    return document.line.surface.read(document.rect)


def straight(x0: float, y0: float, x1: float, y1: float) -> list[Piece]:
    return [Piece(PathPoint(x0, y0, 1.0), PathPoint(x1, y1, 1.0))]


@given(samples, st.floats(0, 1))
def test_path_is_unbroken_from_press_to_release(stroke: list[PenSample], smoothing: float) -> None:
    pieces = pieces_of(stroke, smoothing)
    assert pieces[0].start[:2] == (stroke[0].x, stroke[0].y)
    assert pieces[-1].end[:2] == pytest.approx((stroke[-1].x, stroke[-1].y), abs=0.6)
    for before, after in itertools.pairwise(pieces):
        assert before.end[:2] == pytest.approx(after.start[:2], abs=1e-6)


@settings(max_examples=30)
@given(samples, st.floats(0, 1))
def test_pixels_do_not_depend_on_how_samples_were_batched(stroke: list[PenSample], smoothing: float) -> None:
    pieces = pieces_of(stroke, smoothing)
    document = Document.new(200, 200)
    with document.edit("Stroke", document.line.id) as edit:
        raster = StrokeRaster(edit, HARD)
        for piece in pieces:
            raster.stamp([piece])
    assert np.array_equal(document.line.surface.read(document.rect), drawn(pieces, HARD))


def test_fast_strokes_are_curves_without_corners() -> None:
    corners = [PenSample(100 + 80 * math.cos(a), 100 + 80 * math.sin(a)) for a in np.linspace(0, math.pi, 7)]
    pieces = pieces_of(corners, 0.0)[1:]
    headings = [math.atan2(b.y - a.y, b.x - a.x) for a, b in pieces if math.dist(a[:2], b[:2]) > 1e-6]
    turns = np.abs(np.diff(np.unwrap(headings)))
    assert turns.max() < math.radians(12)


def test_smoothing_calms_a_trembling_hand_and_still_ends_under_the_pen() -> None:
    rng = np.random.default_rng(1)
    shaky = [PenSample(20 + 3 * i, 100 + rng.normal(0, 2), time_s=0.008 * i) for i in range(50)]
    spread = {}
    for smoothing in (0.0, 0.6):
        pieces = pieces_of(shaky, smoothing)
        spread[smoothing] = np.std([piece.end.y for piece in pieces[:-10]])
        assert pieces[-1].end[:2] == pytest.approx((shaky[-1].x, shaky[-1].y), abs=0.01)
    assert spread[0.6] < spread[0.0] / 2


def corner_at(t: float) -> tuple[float, float]:
    return 100 + 2000 * min(t, 0.36), 100 + 2000 * max(0.0, t - 0.36)


def wave_at(t: float) -> tuple[float, float]:
    return 100 + 1500 * t, 500 + 120 * math.sin(14 * t)


@pytest.mark.parametrize("hand", [corner_at, wave_at])
def test_a_fast_stroke_ends_along_the_way_the_hand_took(hand: Callable[[float], tuple[float, float]]) -> None:
    way = np.array([hand(t) for t in np.arange(0, 0.4001, 0.001)])
    stroke = [PenSample(*hand(t), time_s=t) for t in np.arange(0, 0.4001, 0.008)]
    path = StrokePath(1.0)
    path.start(stroke[0])
    for sample in stroke[1:-1]:
        path.add(sample)
    tail = path.finish(stroke[-1])
    off = [np.hypot(*(way - piece.end[:2]).T).min() for piece in tail]
    chord = np.linspace(tail[0].start[:2], tail[-1].end[:2], 50)
    assert max(off) < 0.5 * max(np.hypot(*(way - point).T).min() for point in chord)
    assert tail[-1].end[:2] == pytest.approx(hand(0.4), abs=0.01)
    headings = [math.atan2(b.y - a.y, b.x - a.x) for a, b in tail if math.dist(a[:2], b[:2]) > 1e-3]
    assert np.abs(np.diff(np.unwrap(headings))).max() < math.radians(15)


def test_a_stroke_that_rests_before_the_pen_is_lifted_has_no_tail() -> None:
    stroke = [PenSample(20 + 2 * min(i, 40), 100, time_s=0.008 * i) for i in range(400)]
    path = StrokePath(1.0)
    path.start(stroke[0])
    for sample in stroke[1:]:
        path.add(sample)
    assert sum(math.dist(a[:2], b[:2]) for a, b in path.finish()) < 1.5


def test_wild_reports_are_survived() -> None:
    stroke = [PenSample(10, 10), PenSample(math.inf, math.nan), PenSample(1e12, -1e12), PenSample(20, 20)]
    pixels = drawn(pieces_of(stroke, 0.3), HARD)
    assert pixels[..., 3].any()


def test_lifting_without_pressure_keeps_the_width() -> None:
    stroke = [PenSample(20, 100, 0.8), PenSample(90, 100, 0.8), PenSample(180, 100, 0.0)]
    alpha = drawn(pieces_of(stroke, 0.0), Brush(size_px=20))[..., 3]
    assert abs(int((alpha[:, 150] > 127).sum()) - int((alpha[:, 60] > 127).sum())) <= 1


@settings(max_examples=30)
@given(coordinates, coordinates, coordinates, coordinates, st.floats(1, 20))
def test_coverage_is_the_capsule_around_the_piece(
    x0: float, y0: float, x1: float, y1: float, r: float
) -> None:
    box = Rect(0, 0, 200, 200)
    brush = Brush(size_px=2 * r, pressure_size=False)
    cover = coverage(box, measured(straight(x0, y0, x1, y1), brush), brush)
    ys, xs = np.mgrid[0:200, 0:200] + 0.5
    length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2
    t = np.clip(((xs - x0) * (x1 - x0) + (ys - y0) * (y1 - y0)) / max(length2, 1e-9), 0, 1)
    distance = np.hypot(xs - x0 - t * (x1 - x0), ys - y0 - t * (y1 - y0))
    assert (cover[distance < r - 0.6] == 255).all()
    assert (cover[distance > r + 0.6] == 0).all()


@settings(max_examples=30)
@given(samples, st.floats(1, 60), st.floats(0, 1))
def test_coverage_depends_neither_on_the_box_nor_on_the_company(
    stroke: list[PenSample], size: float, hardness: float
) -> None:
    brush = Brush(size_px=size, hardness=hardness)
    pieces = pieces_of(stroke, 0.2)
    whole = coverage(Rect(0, 0, 200, 200), measured(pieces, brush), brush)
    alone = [coverage(Rect(0, 0, 200, 200), measured([piece], brush), brush) for piece in pieces]
    assert np.array_equal(whole, np.max(alone, axis=0))
    assert np.array_equal(
        whole[37:91, 13:150], coverage(Rect(13, 37, 137, 54), measured(pieces, brush), brush)
    )


def test_line_has_the_brush_s_width_everywhere() -> None:
    alpha = drawn(straight(20, 100, 180, 100), HARD)[..., 3].astype(float) / 255
    assert alpha[:, 30:170].sum(axis=0) == pytest.approx(12, abs=0.1)


def test_diagonal_line_has_the_same_width() -> None:
    alpha = drawn(straight(20, 20, 180, 180), HARD)[..., 3].astype(float) / 255
    area = 160 * math.sqrt(2) * 12 + math.pi * 36
    assert alpha.sum() == pytest.approx(area, rel=0.005)


def test_pressure_widens_the_line_evenly() -> None:
    piece = Piece(PathPoint(20, 100, 0.0), PathPoint(180, 100, 1.0))
    alpha = drawn([piece], Brush(size_px=40))[..., 3].astype(float) / 255
    widths = alpha[:, 30:175].sum(axis=0)
    assert widths[0] < 13
    assert widths[-1] > 36
    assert np.diff(widths).min() > -0.3


@settings(max_examples=30)
@given(samples, st.integers(0, 255))
def test_a_stroke_that_crosses_itself_is_no_darker_there(stroke: list[PenSample], under: int) -> None:
    brush = Brush(size_px=14, opacity=0.5, smoothing=0.0, pressure_size=False)
    alpha = drawn(pieces_of(stroke, 0.0), brush, under=under)[..., 3].astype(int)
    assert alpha.max() <= 128 + under * 127 / 255 + 1


def test_soft_brush_fades_to_its_edge() -> None:
    row = drawn(straight(100, 100, 100, 100), Brush(size_px=80, hardness=0.0, pressure_size=False))[
        100, 100:145, 3
    ]
    assert (np.diff(row.astype(int)) <= 0).all()
    assert row[0] >= 250
    assert 60 < row[20] < 200
    assert row[41] == 0


@settings(max_examples=30)
@given(samples)
def test_erasing_a_stroke_s_own_path_leaves_nothing_of_its_core(stroke: list[PenSample]) -> None:
    document = Document.new(200, 200)
    pieces = pieces_of(stroke, 0.0)
    for size, mode in ((8.0, BrushMode.PAINT), (12.0, BrushMode.ERASE)):
        with document.edit("Stroke", document.line.id) as edit:
            StrokeRaster(edit, Brush(size_px=size, pressure_size=False), mode).stamp(pieces)
    assert document.line.surface.is_blank


@settings(max_examples=30)
@given(samples, st.integers(0, 255))
def test_pixels_stay_premultiplied(stroke: list[PenSample], under: int) -> None:
    brush = Brush(size_px=9, opacity=0.7, hardness=0.5, colour=(250, 120, 3))
    pixels = drawn(pieces_of(stroke, 0.2), brush, under=under)
    assert (pixels[..., :3] <= pixels[..., 3:]).all()


def test_replacing_brush_has_one_alpha_and_does_not_mix() -> None:
    document = Document.new(200, 200)
    for colour, y in (((255, 0, 0), 100), ((0, 0, 255), 108)):
        with document.edit("Hint", document.hints.id) as edit:
            brush = Brush(size_px=20, opacity=0.6, colour=colour, pressure_size=False)
            StrokeRaster(edit, brush, BrushMode.REPLACE).stamp(straight(40, y, 160, y))
    pixels = document.hints.surface.read(document.rect).reshape(-1, 4)
    assert {tuple(map(int, pixel)) for pixel in np.unique(pixels, axis=0)} == {
        (0, 0, 0, 0),
        (153, 0, 0, 153),
        (0, 0, 153, 153),
    }
