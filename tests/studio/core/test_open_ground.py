"""The ground around a drawing: white but for what was painted on it, and no word about the shapes."""

import cv2
import numpy as np
import pytest

from studio.cli.common import model_for_sketches
from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.open_ground import settle_ground, without_ground, without_specks
from studio.core.picture import Painter
from studio.core.regions import GROUND, find_regions
from studio.core.tiles import Pixels
from studio.core.tools import ToolId, ToolOptions, make_tool
from tests.fixtures.drawings import draw_fixture, draw_stroke
from tests.fixtures.paths import PenSample
from tests.fixtures.samples import paint
from tests.studio.core.test_even_regions import NOWHERE, YELLOW, head
from tests.studio.core.test_even_regions import SIDE as SMALL_SIDE

SIDE = 256
GREY, SKY, WHITE = (208, 207, 206), (146, 211, 245), (255, 255, 255)
NO_HINTS = np.zeros((SIDE, SIDE, 4), np.uint8)


def jars() -> Pixels:
    """A closed circle, and two jars that open upwards: one as wide as it is, one by a mouth of ten pixels."""
    sketch = np.full((SIDE, SIDE), 255, np.uint8)
    cv2.circle(sketch, (60, 60), 30, 0, 3)
    cv2.polylines(sketch, [np.array([(30, 140), (30, 230), (110, 230), (110, 140)])], False, 0, 3)
    cv2.polylines(
        sketch,
        [np.array([(182, 140), (150, 140), (150, 230), (230, 230), (230, 140), (195, 140)])],
        False,
        0,
        3,
    )
    return sketch


def painted(*spots: tuple[int, int, int], colour: tuple[int, int, int] = SKY) -> Pixels:
    """Opaque dots at (x, y) with a radius."""
    hints = NO_HINTS.copy()
    for x, y, radius in spots:
        cv2.circle(hints, (x, y), radius, (*colour, 255), -1)
    return hints


def test_the_open_ground_is_white_and_a_bay_keeps_its_colour() -> None:
    colours = np.full((SIDE, SIDE, 3), WHITE, np.uint8)
    colours[40:80, 120:200] = colours[150:220, 40:100] = colours[150:220, 160:220] = colours[50:70, 50:70] = (
        GREY
    )
    settled = settle_ground(colours, find_regions(jars()), NO_HINTS)
    assert (settled[40:80, 120:200] == WHITE).all(), "in the open"
    assert (settled[150:200, 50:90] == WHITE).all(), "a jar that opens widely is ground"
    assert (settled[150:220, 160:220] == GREY).all(), "behind a mouth no ball gets through"
    assert (settled[50:70, 50:70] == GREY).all(), "within lines"


def test_a_ground_of_another_colour_stays() -> None:
    colours = np.full((SIDE, SIDE, 3), GREY, np.uint8)
    assert np.array_equal(settle_ground(colours, find_regions(jars()), NO_HINTS), colours)


@pytest.mark.parametrize(("alpha", "expected"), [(255, SKY), (51, (233, 246, 253))])
def test_a_hint_on_the_ground_is_laid_on_as_strong_as_it_is(
    alpha: int, expected: tuple[int, int, int]
) -> None:
    colours = np.full((SIDE, SIDE, 3), WHITE, np.uint8)
    hints = painted((200, 60, 20), (60, 60, 10))
    hints[hints[..., 3] > 0, 3] = alpha
    settled = settle_ground(colours, find_regions(jars()), hints)
    assert (settled[60, 200] == expected).all()
    assert (settled[60, 60] == WHITE).all(), "what a hint means for a shape is the network's"
    assert (colours == WHITE).all(), "the colours given are not touched"


def test_only_hints_in_the_open_are_kept_from_the_network() -> None:
    regions = find_regions(jars())
    inside = painted((60, 60, 10), (190, 190, 10))
    assert regions[190, 190] == GROUND, "the jar with a mouth is a matter for the network"
    assert np.array_equal(without_ground(inside | painted((200, 60, 20)), regions), inside)
    assert np.array_equal(without_ground(inside, regions), inside)


def on_the_ground() -> np.ndarray:
    """White, with a speck and a large patch on the ground, and a yellow dot inside the head."""
    colours = np.full((SMALL_SIDE, SMALL_SIDE, 3), WHITE, np.uint8)
    colours[4:10, 4:10] = GREY
    colours[100:, :20] = GREY
    colours[60:64, 60:64] = YELLOW
    return colours


def test_small_spots_on_a_white_ground_are_taken_away() -> None:
    cleaned = without_specks(on_the_ground(), head(), NOWHERE)
    assert (cleaned[:20, :20] == 255).all()
    assert np.array_equal(cleaned[20:], on_the_ground()[20:]), "large ones and shapes stay"


def test_a_hint_on_the_ground_is_no_speck() -> None:
    hinted = NOWHERE.copy()
    hinted[6, 6] = True
    assert np.array_equal(without_specks(on_the_ground(), head(), hinted), on_the_ground())


def test_a_ground_of_another_colour_has_no_specks() -> None:
    dark = np.full((SMALL_SIDE, SMALL_SIDE, 3), GREY, np.uint8)
    assert np.array_equal(without_specks(dark, head(), NOWHERE), dark)


def fill(document: Document, x: float, y: float) -> None:
    options = ToolOptions()
    tool = make_tool(ToolId.FILL, document, options)
    draw_stroke(tool, [PenSample(x, y), PenSample(x, y)])


def test_a_filled_ground_is_filled_to_the_border_and_changes_no_shape() -> None:
    painter = Painter(Engine.load(model_for_sketches(""), "cpu"))
    document = draw_fixture("fish", 512)
    plain = paint(document, painter)
    fill(document, 10.0, 10.0)
    colour = np.array(ToolOptions().hint.colour)
    filled = paint(document, painter)
    edges = np.concatenate([filled[0], filled[-1], filled[:, 0], filled[:, -1]])
    assert (np.abs(edges.astype(int) - colour) <= 2).all()
    differing = (plain != filled).any(axis=2)
    # But for corners that lines cut off, which take the colours around them.
    shapes = cv2.erode((plain < 250).any(axis=2).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert shapes.any()
    assert differing[shapes].mean() < 0.005
