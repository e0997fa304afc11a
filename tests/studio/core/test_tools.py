from collections.abc import Callable

import numpy as np
import pytest

from studio.core.document import Change, Document
from studio.core.geometry import Rect
from studio.core.stroke import PenSample
from studio.core.tools import PickTool, ToolId, ToolOptions, make_tool
from tests.fixtures.paths import circle
from training.files import UserError

Draw = Callable[..., None]
LINE = [(20.0 + 4 * i, 100.0) for i in range(40)]


def test_pen_stroke_is_one_step_on_the_line_layer(document: Document, draw: Draw) -> None:
    draw(make_tool(ToolId.PEN, document, ToolOptions()), LINE)
    assert document.undo_text == "Pen"
    assert len(document.history) == 1
    assert document.line.surface.alpha(Rect(22, 100, 150, 1)).min() == 255
    document.undo()
    assert document.line.surface.is_blank


def test_picture_can_follow_mid_stroke(document: Document) -> None:
    changes: list[Change] = []
    document.changed.connect(changes.append)
    tool = make_tool(ToolId.PEN, document, ToolOptions())
    tool.press(PenSample(20, 100))
    revisions = [document.revision]
    for i in range(1, 6):
        rect = tool.move(
            [
                PenSample(20 + 15 * i, 100, time_s=0.016 * i),
                PenSample(28 + 15 * i, 100, time_s=0.016 * i + 0.008),
            ]
        )
        assert rect == changes[-1].rect
        revisions.append(document.revision)
    assert np.diff(revisions).tolist() == [1] * 5
    assert not document.can_redo
    assert len(document.history) == 0
    tool.release(PenSample(120, 100, time_s=0.1))
    assert len(document.history) == 1


def test_dirty_boxes_hold_every_changed_pixel(document: Document) -> None:
    tool = make_tool(ToolId.PEN, document, ToolOptions())
    seen = document.line.surface.read(document.rect)
    points = [PenSample(10 + 25 * i, 20 + 60 * (i % 3), time_s=0.008 * i) for i in range(10)]
    for step in [
        lambda: tool.press(points[0]),
        *(lambda p=p: tool.move([p]) for p in points[1:-1]),
        lambda: tool.release(points[-1]),
    ]:
        rect = step()
        now = document.line.surface.read(document.rect)
        ys, xs = np.nonzero((now != seen).any(axis=2))
        if xs.size:
            assert rect is not None
            assert rect.contains(
                Rect.from_edges(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
            )
        seen = now


def test_cancel_takes_the_stroke_back(document: Document) -> None:
    tool = make_tool(ToolId.PEN, document, ToolOptions())
    tool.press(PenSample(20, 100))
    tool.move([PenSample(120, 100)])
    tool.cancel()
    assert document.line.surface.is_blank
    assert not document.can_undo
    assert tool.move([PenSample(150, 100)]) is None
    assert tool.release(PenSample(150, 100)) is None


def test_command_in_mid_stroke_ends_the_stroke_quietly(document: Document) -> None:
    tool = make_tool(ToolId.PEN, document, ToolOptions())
    tool.press(PenSample(20, 100))
    tool.move([PenSample(120, 100)])
    document.clear(document.line.id)
    assert tool.move([PenSample(150, 100)]) is None
    assert tool.release(PenSample(150, 100)) is None
    assert document.line.surface.is_blank
    assert len(document.history) == 2


def test_stroke_outside_the_drawing_is_no_step(document: Document, draw: Draw) -> None:
    draw(
        make_tool(ToolId.PEN, document, ToolOptions()), [(-500.0, -500.0), (-400.0, -300.0), (-450.0, -100.0)]
    )
    assert not document.can_undo


def test_pen_never_writes_on_the_hints_layer(document: Document, draw: Draw) -> None:
    document.active_layer_id = document.hints.id
    draw(make_tool(ToolId.PEN, document, ToolOptions()), LINE)
    assert document.hints.surface.is_blank
    assert document.active_layer_id == document.line.id


def test_pen_paints_on_a_kept_layer_that_is_active(document: Document, draw: Draw) -> None:
    kept = document.add_paint_layer("Picture", np.full((200, 300, 4), 255, np.uint8))
    document.active_layer_id = kept.id
    draw(make_tool(ToolId.PEN, document, ToolOptions()), LINE)
    assert document.line.surface.is_blank
    assert kept.surface.read(Rect(100, 100, 1, 1)).tolist() == [[[0, 0, 0, 255]]]


def test_eraser_erases_what_was_last_drawn_on(document: Document, draw: Draw) -> None:
    options = ToolOptions()
    draw(make_tool(ToolId.PEN, document, options), LINE)
    draw(make_tool(ToolId.HINT, document, options), [(60.0, 100.0), (60.0, 100.0)])
    draw(make_tool(ToolId.ERASER, document, options), [(40.0, 100.0), (80.0, 100.0)])
    assert document.hints.surface.is_blank
    assert document.line.surface.alpha(Rect(22, 100, 150, 1)).min() == 255
    document.active_layer_id = document.line.id
    draw(make_tool(ToolId.ERASER, document, options), [(40.0, 100.0), (80.0, 100.0)])
    assert document.line.surface.alpha(Rect(45, 85, 30, 30)).max() == 0


@pytest.mark.parametrize("unseen", [{"visible": False}, {"opacity": 0.0}])
@pytest.mark.parametrize("tool_id", [ToolId.PEN, ToolId.ERASER, ToolId.HINT, ToolId.FILL])
def test_no_tool_draws_where_nobody_sees_it(
    document: Document, draw: Draw, tool_id: ToolId, unseen: dict[str, float]
) -> None:
    ring(document, draw)
    layer = document.hints if tool_id in (ToolId.HINT, ToolId.FILL) else document.line
    if "visible" in unseen:
        document.set_layer_visible(layer.id, False)
    else:
        document.set_layer_opacity(layer.id, unseen["opacity"])
    steps, active = len(document.history), document.active_layer_id
    tool = make_tool(tool_id, document, ToolOptions())
    with pytest.raises(UserError, match=f"“{layer.name}” is (hidden|wholly)"):
        tool.press(PenSample(100, 100))
    tool.move([PenSample(120, 100)])
    tool.release(PenSample(120, 100))
    assert len(document.history) == steps
    assert document.active_layer_id == active
    document.set_layer_opacity(layer.id, 1.0)
    document.set_layer_visible(layer.id, True)
    tool.press(PenSample(100, 100))


def test_hint_is_a_hard_spot_of_the_chosen_colour(document: Document, draw: Draw) -> None:
    draw(make_tool(ToolId.HINT, document, ToolOptions()), [(60.0, 100.0), (60.0, 100.0)])
    pixels = document.hints.surface.read(document.rect)
    assert np.unique(pixels[..., 3]).tolist() == [0, 255]
    assert pixels[100, 60].tolist() == [235, 87, 87, 255]


def ring(document: Document, draw: Draw, gap_degrees: float = 0) -> None:
    points = circle(60, 60, 40, sweep=360 - gap_degrees)
    draw(make_tool(ToolId.PEN, document, ToolOptions()), [(float(x), float(y)) for x, y in points])


def filled(document: Document) -> np.ndarray:
    return document.hints.surface.alpha(document.rect) > 0


def test_fill_stays_inside_a_closed_shape_in_one_step(document: Document, draw: Draw) -> None:
    ring(document, draw)
    rect = make_tool(ToolId.FILL, document, ToolOptions()).press(PenSample(60, 60))
    ys, xs = np.nonzero(filled(document))
    assert np.hypot(xs + 0.5 - 60, ys + 0.5 - 60).max() < 40
    assert filled(document).sum() > np.pi * 33**2
    assert rect == document.hints.surface.bounds()
    assert document.undo_text == "Fill"
    document.undo()
    assert not filled(document).any()


def test_fill_closes_a_gap_up_to_its_width(document: Document, draw: Draw) -> None:
    ring(document, draw, gap_degrees=26)
    make_tool(ToolId.FILL, document, ToolOptions(gap_px=16)).press(PenSample(60, 60))
    assert filled(document).sum() < np.pi * 45**2
    assert not filled(document)[150, 250]
    document.undo()
    make_tool(ToolId.FILL, document, ToolOptions(gap_px=0)).press(PenSample(60, 60))
    assert filled(document)[150, 250]


def test_fill_works_in_a_shape_narrower_than_the_gap(document: Document, draw: Draw) -> None:
    for y in (60.0, 74.0):
        draw(make_tool(ToolId.PEN, document, ToolOptions()), [(0.0, y), (150.0, y), (299.0, y)])
    make_tool(ToolId.FILL, document, ToolOptions(gap_px=40)).press(PenSample(150, 67))
    assert filled(document)[67, 150]
    assert not filled(document)[20, 150]


def test_fill_on_a_line_takes_the_nearest_paper(document: Document, draw: Draw) -> None:
    ring(document, draw)
    make_tool(ToolId.FILL, document, ToolOptions()).press(PenSample(60, 22))
    assert filled(document)[60, 60]


@pytest.mark.parametrize("spot", [(-3, 5), (300, 5), (5, 200)])
def test_fill_outside_the_drawing_does_nothing(document: Document, spot: tuple[float, float]) -> None:
    assert make_tool(ToolId.FILL, document, ToolOptions()).press(PenSample(*spot)) is None
    assert not document.can_undo


def test_fill_on_a_large_drawing_keeps_thin_lines_closed() -> None:
    document = Document.new(2600, 2600)
    ink = np.zeros((2600, 2600), np.uint8)
    ink[500:2000, 500:2000] = 255
    ink[501:1999, 501:1999] = 0
    large = Document.from_line_art(ink)
    make_tool(ToolId.FILL, large, ToolOptions()).press(PenSample(1200, 1200))
    area = int((large.hints.surface.alpha(document.rect) > 0).sum())
    assert 0.98 * 1498**2 < area <= 1498**2


def test_pick_reads_the_picture_first_then_the_drawing(document: Document) -> None:
    picked: list[tuple[int, int, int]] = []
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[50, 70] = (1, 2, 3)
    shown: list[np.ndarray | None] = [picture]
    tool = make_tool(ToolId.PICK, document, ToolOptions(), on_pick=picked.append, picture=lambda: shown[0])
    tool.press(PenSample(70.5, 50.5))
    shown[0] = None
    tool.move([PenSample(70.5, 50.5)])
    tool.move([PenSample(-5, 0)])
    assert picked == [(1, 2, 3), (255, 255, 255)]
    assert isinstance(tool, PickTool)


@pytest.mark.parametrize("tool_id", list(ToolId))
def test_every_tool_takes_a_whole_drag_and_a_cancel(document: Document, draw: Draw, tool_id: ToolId) -> None:
    tool = make_tool(tool_id, document, ToolOptions())
    draw(tool, LINE)
    tool.press(PenSample(5, 5))
    tool.cancel()
    assert not document.modified or document.can_undo
