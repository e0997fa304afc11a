"""A fitted drawing beside a divider far to one side: the narrow pane shows all of it, smaller."""

import numpy as np
import pytest

from studio.core.document import Document
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.rasters import pixels_of
from studio.ui.canvas.view import Point
from tests.studio.ui.canvas.hands import Hand, on_screen


def test_a_fitted_drawing_is_seen_whole_in_the_narrow_pane_too(canvas: CanvasWidget, hand: Hand) -> None:
    for split in (0.15, 0.75):
        canvas.set_split(split)
        document = canvas.document
        corners = [(0, 0), (document.width, 0), (0, document.height), (document.width, document.height)]
        for in_picture in (False, True):
            pane = canvas.arrangement.picture if in_picture else canvas.arrangement.drawing
            for corner in corners:
                at = hand.at(corner, picture=in_picture)
                assert pane.holds(Point(at.x(), at.y())), (split, in_picture, corner)


def test_one_draws_where_the_pen_is_in_a_pane_that_shows_the_drawing_smaller(
    canvas: CanvasWidget, hand: Hand
) -> None:
    canvas.set_split(0.15)
    assert canvas.arrangement.drawing.shrink < 1
    hand.press((40, 60))
    hand.move((80, 60))
    hand.release((80, 60))
    document = canvas.document
    ink = document.line.surface.alpha(document.rect)
    assert ink[60, 45:75].min() > 0
    assert ink[:40].max() == 0


def test_zooming_from_a_smaller_pane_holds_what_is_under_the_pointer_and_evens_the_panes(
    canvas: CanvasWidget, hand: Hand
) -> None:
    canvas.set_split(0.15)
    at = hand.at((100, 50))
    before = canvas.arrangement.drawing.lens(canvas.view)
    canvas.zoom_by(2.0, Point(at.x(), at.y()))
    assert canvas.view.zoom == pytest.approx(2 * before.zoom)
    assert [pane.shrink for pane in canvas.arrangement.panes] == [1.0, 1.0]
    after = hand.at((100, 50))
    assert (after.x(), after.y()) == pytest.approx((at.x(), at.y()))


def test_a_pan_of_panes_that_showed_two_sizes_shows_what_painting_everything_shows(
    canvas: CanvasWidget, document: Document
) -> None:
    with document.edit("Bar", document.line.id) as edit:
        edit.write(document.rect, np.full((512, 512, 4), (0, 0, 0, 255), np.uint8))
    canvas.set_split(0.15)
    on_screen(canvas)
    canvas.pan_by(30, 20)
    panned = pixels_of(on_screen(canvas))
    canvas.update()
    assert np.array_equal(panned, pixels_of(on_screen(canvas)))
