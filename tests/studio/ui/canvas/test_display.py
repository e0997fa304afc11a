"""What the canvas shows: picture and drawing in their places, the view's commands, drops and scrolling."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPaintEvent, QRegion
from pytestqt.qtbot import QtBot

from studio.core.document import Document
from studio.core.live import LivePicture, Timings
from studio.core.tools import ToolId
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.panes import ViewMode
from studio.ui.canvas.rasters import pixels_of
from tests.studio.ui.canvas.hands import Hand, on_screen

SKY = (90, 160, 230)


def picture(revision: int, colour: tuple[int, int, int] = SKY, side: int = 512) -> LivePicture:
    flats = np.empty((side, side, 3), np.uint8)
    flats[:] = colour
    return LivePicture(revision, flats, flats, "model", Timings(0.0, 0.0, 0.0), "CPU")


def seen(canvas: CanvasWidget, at: QPointF) -> tuple[int, int, int]:
    """The colour the canvas shows at a widget point."""
    shot = canvas.grab().toImage()
    colour = shot.pixelColor((at * shot.devicePixelRatio()).toPoint())
    return colour.red(), colour.green(), colour.blue()


def test_side_by_side_shows_paper_left_and_picture_right(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    assert seen(canvas, hand.at((100, 100))) == (255, 255, 255)
    empty = seen(canvas, hand.at((100, 100), picture=True))
    canvas.set_picture(picture(document.revision))
    assert seen(canvas, hand.at((100, 100), picture=True)) == SKY
    assert seen(canvas, hand.at((100, 100))) == (255, 255, 255)
    canvas.set_picture(None)
    assert seen(canvas, hand.at((100, 100), picture=True)) == empty


@pytest.mark.parametrize("side", [512, 128, 300])
def test_the_newest_lines_lie_on_a_stale_picture_of_any_size(
    canvas: CanvasWidget, document: Document, hand: Hand, side: int
) -> None:
    canvas.set_picture(picture(document.revision, side=side))
    hand.drag([(100, 200), (300, 200)])
    assert canvas.picture_revision < document.revision
    assert seen(canvas, hand.at((200, 200), picture=True)) == (0, 0, 0)
    assert seen(canvas, hand.at((200, 300), picture=True)) == SKY
    canvas.set_mode(ViewMode.OVER)
    assert seen(canvas, hand.at((200, 200))) == (0, 0, 0)
    assert seen(canvas, hand.at((200, 300))) == SKY


def test_an_older_answer_does_not_replace_a_newer_one(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.set_picture(picture(7))
    canvas.set_picture(picture(6, (255, 0, 0)))
    assert canvas.picture_revision == 7
    assert seen(canvas, hand.at((100, 100), picture=True)) == SKY


def test_the_wipe_shows_the_drawing_left_of_the_line_and_the_picture_right(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.set_picture(picture(document.revision))
    canvas.set_mode(ViewMode.WIPE)
    assert seen(canvas, hand.at((200, 100))) == (255, 255, 255)
    assert seen(canvas, hand.at((312, 100))) == SKY
    line = canvas.arrangement.divider
    assert line is not None
    grip, target = QPointF(*line.middle), QPointF(line.middle.x - 100, line.middle.y)
    for kind, at in (
        (QEvent.Type.MouseButtonPress, grip),
        (QEvent.Type.MouseMove, target),
        (QEvent.Type.MouseButtonRelease, target),
    ):
        hand.mouse(kind, at)
    assert seen(canvas, hand.at((200, 100))) == SKY
    assert document.line.surface.is_blank


def test_the_pictures_opacity_lets_the_drawing_through(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.set_mode(ViewMode.OVER)
    canvas.set_picture(QImage(64, 64, QImage.Format.Format_RGB32), revision=0)
    black = QImage(64, 64, QImage.Format.Format_RGB32)
    black.fill(QColor("black"))
    canvas.set_picture(black, revision=1)
    canvas.set_picture_opacity(0.5)
    assert seen(canvas, hand.at((256, 256))) == pytest.approx((127, 127, 127), abs=2)


def test_hints_show_as_dabs_and_can_be_hidden(canvas: CanvasWidget, document: Document, hand: Hand) -> None:
    canvas.toolbox.choose(ToolId.HINT)
    hand.drag([(200, 200), (260, 200)])
    red, green, blue = seen(canvas, hand.at((230, 200)))
    assert red > 200
    assert max(green, blue) < 200
    canvas.set_hints_visible(False)
    assert seen(canvas, hand.at((230, 200))) == (255, 255, 255)


def test_a_white_hint_has_a_dark_edge_on_the_drawing_and_none_on_the_picture(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.toolbox.choose(ToolId.HINT)
    white = replace(canvas.toolbox.options.hint, colour=(255, 255, 255), size_px=40.0)
    canvas.toolbox.set_options(replace(canvas.toolbox.options, hint=white))
    sheet = QImage(512, 512, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    hand.drag([(200, 200), (260, 200)])
    canvas.set_picture(sheet, revision=document.revision)
    canvas.zoom_to(1.0)

    def darkest(*, picture: bool) -> int:
        spots = [seen(canvas, hand.at((230, y), picture=picture)) for y in np.arange(215.0, 224.0)]
        return min(min(spot) for spot in spots)

    assert darkest(picture=False) < 60
    assert seen(canvas, hand.at((230, 200))) == (255, 255, 255)
    assert darkest(picture=True) == 255
    pixels = document.hints.surface.read(document.rect)
    assert (pixels[..., :3] == pixels[..., 3:]).all(), "the mark is on the screen alone"


def test_erased_and_undone_ink_leaves_the_screen(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    hand.drag([(100, 200), (300, 200)])
    assert seen(canvas, hand.at((200, 200))) == (0, 0, 0)
    document.undo()
    assert seen(canvas, hand.at((200, 200))) == (255, 255, 255)


def test_pixels_are_sharp_squares_when_magnified(
    canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    pixels = np.zeros((512, 512, 4), np.uint8)
    pixels[256, 256] = (0, 0, 0, 255)
    document.load_pixels(document.line.id, document.rect, pixels)
    canvas.set_mode(ViewMode.OVER)
    canvas.zoom_to(32.0)
    for place, colour in (((256.1, 256.1), 0), ((256.9, 256.9), 0), ((257.1, 256.5), 255)):
        assert seen(canvas, hand.at(place)) == (colour,) * 3


def test_the_wheel_zooms_and_keeps_the_point_under_the_cursor(
    qtbot: QtBot, canvas: CanvasWidget, hand: Hand
) -> None:
    at = hand.at((150.0, 200.0), picture=True)
    with qtbot.waitSignal(canvas.view_changed) as changed:
        hand.wheel(at, 2)
    assert changed.args[0] == pytest.approx(canvas.view.zoom)
    after = hand.at((150.0, 200.0), picture=True)
    assert (after.x(), after.y()) == pytest.approx((at.x(), at.y()), abs=1e-6)
    assert not canvas.is_fitted


def test_two_fingers_pan_and_with_ctrl_they_zoom(canvas: CanvasWidget, hand: Hand) -> None:
    before, zoom = hand.at((256, 256)), canvas.view.zoom
    hand.two_fingers(before, QPoint(15, -20))
    after = hand.at((256, 256))
    assert (after - before).toTuple() == pytest.approx((15, -20))
    assert canvas.view.zoom == zoom
    hand.two_fingers(after, QPoint(0, 60), Qt.KeyboardModifier.ControlModifier)
    assert canvas.view.zoom > zoom


def test_a_trackpad_pinch_zooms_at_the_fingers_and_turns(canvas: CanvasWidget, hand: Hand) -> None:
    at, zoom = hand.at((150.0, 200.0)), canvas.view.zoom
    hand.native(Qt.NativeGestureType.ZoomNativeGesture, at, 0.25)
    assert canvas.view.zoom == pytest.approx(zoom * 1.25)
    hand.native(Qt.NativeGestureType.RotateNativeGesture, at, -20.0)
    assert canvas.view.rotation == pytest.approx(20.0)
    after = hand.at((150.0, 200.0))
    assert after.toTuple() == pytest.approx(at.toTuple(), abs=1e-6)
    hand.native(Qt.NativeGestureType.SmartZoomNativeGesture, at, 0.0)
    assert canvas.is_fitted


def test_no_pointer_event_is_merged_once_there_is_a_canvas(canvas: CanvasWidget) -> None:
    for attribute in (
        Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents,
        Qt.ApplicationAttribute.AA_CompressTabletEvents,
    ):
        assert not QCoreApplication.testAttribute(attribute)


def test_a_fitted_drawing_follows_the_widget_until_one_zooms(qtbot: QtBot, canvas: CanvasWidget) -> None:
    zoom = canvas.view.zoom
    canvas.resize(600, 400)
    qtbot.waitUntil(lambda: canvas.view.zoom != zoom)
    canvas.zoom_to(1.0)
    canvas.resize(900, 500)
    qtbot.waitUntil(lambda: canvas.arrangement.drawing.size.height == 500)
    assert canvas.view.zoom == 1.0
    canvas.fit()
    assert canvas.view.zoom == pytest.approx(zoom)


def test_both_panes_show_the_same_point_in_the_middle(canvas: CanvasWidget, hand: Hand) -> None:
    canvas.set_split(0.3)
    canvas.zoom_to(1.5)
    canvas.pan_by(40, -30)
    panes = canvas.arrangement
    view = canvas.view
    assert view.to_document(panes.drawing.middle, panes.drawing.middle) == view.to_document(
        panes.picture.middle, panes.picture.middle
    )


def test_a_double_click_brings_the_divider_to_the_middle_and_the_drawing_stays_fitted(
    canvas: CanvasWidget, hand: Hand
) -> None:
    fitted = canvas.view.zoom
    canvas.set_split(0.9)
    places = canvas.arrangement
    assert places.picture.width >= 0.24 * canvas.width(), "the picture stays in sight"
    assert canvas.is_fitted
    assert canvas.view.zoom > fitted, "the wider pane is filled"
    assert places.divider is not None
    hand.mouse(QEvent.Type.MouseButtonDblClick, QPointF(*places.divider.middle))
    hand.mouse(QEvent.Type.MouseButtonRelease, QPointF(*places.divider.middle))
    assert canvas.split == 0.5
    assert canvas.view.zoom == pytest.approx(fitted)


def test_moving_the_divider_is_told_though_the_zoom_stays(qtbot: QtBot, canvas: CanvasWidget) -> None:
    canvas.zoom_to(1.0)
    with qtbot.waitSignal(canvas.view_changed) as told:
        canvas.set_split(0.3)
    assert told.args[0] == 1.0
    assert canvas.view.zoom == 1.0


def test_each_mode_keeps_its_own_divider(canvas: CanvasWidget) -> None:
    canvas.set_split(0.3)
    canvas.set_mode(ViewMode.WIPE)
    assert canvas.split == 0.5
    canvas.set_split(0.99)
    assert canvas.split < 0.99
    canvas.set_mode(ViewMode.SIDE_BY_SIDE)
    assert canvas.split == 0.3


def test_picking_in_the_picture_pane_reads_the_picture(
    qtbot: QtBot, canvas: CanvasWidget, document: Document, hand: Hand
) -> None:
    canvas.set_picture(picture(document.revision, side=64))
    canvas.toolbox.choose(ToolId.PICK)
    with qtbot.waitSignal(canvas.colour_picked) as picked:
        hand.drag([(100, 100)], picture=True)
    assert tuple(picked.args) == SKY
    with qtbot.waitSignal(canvas.colour_picked) as picked:
        hand.drag([(100, 100)])
    assert picked.args == [255, 255, 255]


def test_files_and_images_are_handed_on(qtbot: QtBot, canvas: CanvasWidget, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "ä b.png")), QUrl("https://example.org/c.png")])
    with qtbot.waitSignal(canvas.files_dropped) as dropped:
        assert canvas.take_mime(mime)
    assert dropped.args == [[tmp_path / "ä b.png"]]
    image = QMimeData()
    image.setImageData(QImage(3, 2, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(canvas.image_pasted) as pasted:
        assert canvas.take_mime(image)
    assert pasted.args[0].size().toTuple() == (3, 2)
    assert not canvas.take_mime(QMimeData())


class Repaints(QObject):
    """Notes what a widget repaints."""

    def __init__(self, canvas: CanvasWidget) -> None:
        super().__init__(canvas)
        self.region = QRegion()
        canvas.installEventFilter(self)

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


@pytest.mark.parametrize("shift", [(0, 0), (40, 0)])
def test_the_pens_outline_is_repainted_where_it_was_and_where_it_is(
    canvas: CanvasWidget, hand: Hand, shift: tuple[int, int]
) -> None:
    hand.mouse(QEvent.Type.MouseMove, hand.at((100, 100)))
    canvas.pan_by(*shift)
    QCoreApplication.processEvents()
    repaints = Repaints(canvas)
    was, will_be = hand.at((100, 100)), hand.at((300, 300))
    hand.mouse(QEvent.Type.MouseMove, will_be)
    QCoreApplication.processEvents()
    for place in (was, will_be, hand.at((100, 100), picture=True), hand.at((300, 300), picture=True)):
        assert repaints.region.contains(place.toPoint())
    assert not repaints.region.contains(hand.at((200, 400)).toPoint())


def test_a_line_repaints_no_more_than_itself(canvas: CanvasWidget, document: Document, hand: Hand) -> None:
    canvas.toolbox.set_brush(replace(canvas.toolbox.options.pen, size_px=4.0))
    hand.press((100, 100))
    QCoreApplication.processEvents()
    repaints = Repaints(canvas)
    hand.move((140, 100))
    QCoreApplication.processEvents()
    box = repaints.region.intersected(QRect(0, 0, canvas.width() // 2, canvas.height())).boundingRect()
    assert box.height() <= 24 * canvas.view.scale + 8
    hand.release((140, 100))


@pytest.mark.parametrize("mode", ViewMode)
@pytest.mark.parametrize("has_picture", [False, True])
@pytest.mark.parametrize(("turn", "shift"), [(0, (7, 3)), (90, (-5, 12)), (33, (-20, -9)), (0, (0.5, 0.0))])
def test_a_pan_shows_what_painting_everything_shows(
    canvas: CanvasWidget,
    document: Document,
    hand: Hand,
    mode: ViewMode,
    has_picture: bool,
    turn: int,
    shift: tuple[float, float],
) -> None:
    with document.edit("Noise", document.line.id) as edit:
        noise = np.zeros((512, 512, 4), np.uint8)
        noise[..., 3] = (
            np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8).repeat(8, 0).repeat(8, 1)
        )
        edit.write(document.rect, noise)
    if has_picture:
        canvas.set_picture(picture(document.revision))
    canvas.set_mode(mode)
    canvas.zoom_to(1.5)
    canvas.rotate_by(turn)
    hand.mouse(QEvent.Type.MouseMove, hand.at((250, 250)))
    on_screen(canvas)
    for _ in range(3):
        canvas.pan_by(*shift)
        seen_now = pixels_of(on_screen(canvas)).astype(int)
    painted_anew = pixels_of(canvas.grab().toImage()).astype(int)
    # Where an edge falls between two pixels, the last bit of a place decides.
    assert (np.abs(seen_now - painted_anew).max(axis=2) > 8).mean() < 0.002


def test_a_pan_by_whole_pixels_paints_only_what_comes_into_sight(
    canvas: CanvasWidget, document: Document
) -> None:
    canvas.set_picture(picture(document.revision))
    canvas.zoom_to(3.0)
    canvas.rotate_by(33)
    QCoreApplication.processEvents()
    repaints = Repaints(canvas)
    canvas.pan_by(6, -4)
    QCoreApplication.processEvents()
    painted = sum(rect.width() * rect.height() for rect in repaints.region)
    assert 0 < painted < 0.1 * canvas.width() * canvas.height()
