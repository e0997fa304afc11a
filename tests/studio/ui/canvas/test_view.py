"""The view's promises: mapping inverts, zoom and rotation hold the cursor's point, nothing gets lost."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ui.canvas.view import ZOOM_MAX, ZOOM_MIN, Point, Size, ViewTransform

coordinates = st.floats(-4096, 8192)
points = st.builds(Point, coordinates, coordinates)
spots = st.builds(Point, st.floats(0, 1600), st.floats(0, 1200))
views = st.builds(
    ViewTransform,
    zoom=st.floats(ZOOM_MIN, ZOOM_MAX),
    rotation=st.floats(-179.9, 180.0),
    mirror=st.booleans(),
    centre=points,
    pixel_ratio=st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]),
)
sizes = st.builds(Size, st.floats(1, 4096), st.floats(1, 4096))
panes = st.builds(Size, st.floats(60, 2000), st.floats(60, 2000))
MIDDLE = Point(400.0, 300.0)


def near(first: Point, second: Point, tolerance: float = 1e-6) -> bool:
    return math.dist(first, second) <= tolerance * (1 + math.hypot(*first))


@given(views, points)
def test_widget_and_document_points_map_back(view: ViewTransform, point: Point) -> None:
    assert near(view.to_document(view.to_widget(point, MIDDLE), MIDDLE), point)


@given(views, points)
def test_coefficients_say_the_same_as_the_mapping(view: ViewTransform, point: Point) -> None:
    m11, m12, m21, m22, dx, dy = view.coefficients(MIDDLE)
    mapped = Point(m11 * point.x + m21 * point.y + dx, m12 * point.x + m22 * point.y + dy)
    assert near(mapped, view.to_widget(point, MIDDLE), 1e-5)


@given(views, spots, st.floats(0.01, 100))
def test_zoom_keeps_the_point_under_the_cursor(view: ViewTransform, cursor: Point, factor: float) -> None:
    zoomed = view.zoomed_by(factor, cursor, MIDDLE)
    assert ZOOM_MIN <= zoomed.zoom <= ZOOM_MAX
    assert near(zoomed.to_widget(view.to_document(cursor, MIDDLE), MIDDLE), cursor, 1e-4)


@given(views, spots, st.floats(-720, 720))
def test_rotation_keeps_the_point_under_the_cursor(
    view: ViewTransform, cursor: Point, degrees: float
) -> None:
    turned = view.rotated_by(degrees, cursor, MIDDLE)
    assert -180 < turned.rotation <= 180
    assert near(turned.to_widget(view.to_document(cursor, MIDDLE), MIDDLE), cursor, 1e-4)


@given(views, st.floats(-500, 500), st.floats(-500, 500))
def test_pan_moves_the_document_with_the_hand(view: ViewTransform, dx: float, dy: float) -> None:
    before = view.to_widget(view.centre, MIDDLE)
    after = view.panned(dx, dy).to_widget(view.centre, MIDDLE)
    assert near(Point(after.x - before.x, after.y - before.y), Point(dx, dy), 1e-5)


@given(views, points)
def test_mirror_flips_the_screen_and_twice_is_nothing(view: ViewTransform, point: Point) -> None:
    seen = view.to_widget(point, MIDDLE)
    flipped = view.mirrored().to_widget(point, MIDDLE)
    assert near(flipped, Point(2 * MIDDLE.x - seen.x, seen.y), 1e-5)
    assert near(view.mirrored().mirrored().to_widget(point, MIDDLE), seen, 1e-5)


@given(views, sizes, panes)
def test_fit_shows_every_corner_in_the_pane(view: ViewTransform, document: Size, pane: Size) -> None:
    margin = 10.0
    fitted = view.fitted(document, pane, margin)
    middle = Point(pane.width / 2, pane.height / 2)
    corners = [Point(x, y) for x in (0.0, document.width) for y in (0.0, document.height)]
    if ZOOM_MIN < fitted.zoom < ZOOM_MAX:
        for corner in (fitted.to_widget(corner, middle) for corner in corners):
            assert margin - 1e-6 <= corner.x <= pane.width - margin + 1e-6
            assert margin - 1e-6 <= corner.y <= pane.height - margin + 1e-6


@given(views, sizes, panes)
def test_a_lost_document_comes_back_into_sight(view: ViewTransform, document: Size, pane: Size) -> None:
    kept = view.kept_in_sight(document, pane, 20.0)
    assert kept.zoom == view.zoom
    assert kept.kept_in_sight(document, pane, 20.0).centre == pytest.approx(kept.centre, abs=1e-3)
    middle = kept.to_widget(Point(document.width / 2, document.height / 2), Point(0, 0))
    radius = math.hypot(*document) * kept.scale / 2
    assert abs(middle.x) <= radius + pane.width / 2 + 1e-3
    assert abs(middle.y) <= radius + pane.height / 2 + 1e-3


@given(views, spots)
def test_zoom_over_the_document_needs_no_correction(view: ViewTransform, cursor: Point) -> None:
    pane = Size(800, 600)
    over = view.to_document(Point(min(cursor.x, 800), min(cursor.y, 600)), MIDDLE)
    document = Size(max(over.x, 0) + 100, max(over.y, 0) + 100)
    if over.x >= 0 and over.y >= 0:
        zoomed = view.zoomed_by(0.5, Point(min(cursor.x, 800), min(cursor.y, 600)), MIDDLE)
        kept = zoomed.kept_in_sight(document, pane)
        assert kept.centre == pytest.approx(zoomed.centre, abs=1e-3)


def test_rotation_steps_land_on_multiples_of_fifteen_degrees() -> None:
    view = ViewTransform(rotation=7.0)
    assert view.rotated_a_step(1, MIDDLE, MIDDLE).rotation == 15.0
    assert view.rotated_a_step(-1, MIDDLE, MIDDLE).rotation == 0.0
    for _ in range(24):
        view = view.rotated_a_step(1, MIDDLE, MIDDLE)
    assert view.rotation == 0.0
    assert view.rotated_a_step(-1, MIDDLE, MIDDLE).rotation == -15.0


def test_zoom_steps_climb_the_ladder_and_stop_at_its_ends() -> None:
    view = ViewTransform(zoom=0.9)
    assert view.zoomed_a_step(1, MIDDLE, MIDDLE).zoom == 1.0
    assert view.zoomed_a_step(-1, MIDDLE, MIDDLE).zoom == 0.67
    assert ViewTransform(zoom=ZOOM_MAX).zoomed_a_step(1, MIDDLE, MIDDLE).zoom == ZOOM_MAX
    assert ViewTransform(zoom=ZOOM_MIN).zoomed_a_step(-1, MIDDLE, MIDDLE).zoom == ZOOM_MIN


def test_hundred_percent_is_one_screen_pixel_a_document_pixel() -> None:
    view = ViewTransform(zoom=1.0, pixel_ratio=2.0)
    assert view.to_widget(Point(10, 0), Point(0, 0)) == Point(5.0, 0.0)


def test_moving_to_another_screen_keeps_the_size_seen() -> None:
    view = ViewTransform(zoom=0.5, pixel_ratio=1.0)
    moved = view.on_screen(2.0)
    assert moved.zoom == 1.0
    assert moved.to_widget(Point(30, 40), MIDDLE) == view.to_widget(Point(30, 40), MIDDLE)
