from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.document import Change, Document
from studio.core.geometry import Rect
from studio.core.history import History
from studio.core.layers import LayerKind
from studio.core.tiles import Pixels
from training.files import UserError

WIDTH, HEIGHT = 300, 200
rects = st.builds(
    Rect, st.integers(-20, 310), st.integers(-20, 210), st.integers(1, 200), st.integers(1, 200)
)


def paint(document: Document, rect: Rect, value: int, layer_id: int | None = None) -> None:
    with document.edit("Paint", document.line.id if layer_id is None else layer_id) as edit:
        edit.write(rect, np.full((rect.h, rect.w, 4), value, np.uint8))


def content(document: Document) -> list[tuple[str, bool, float, bytes]]:
    return [
        (layer.name, layer.visible, layer.opacity, layer.surface.read(document.rect).tobytes())
        for layer in document.layers
    ]


def test_new_document_has_a_line_layer_over_a_hints_layer() -> None:
    document = Document.new()
    assert (document.width, document.height) == (1024, 1024)
    assert [layer.kind for layer in document.layers] == [LayerKind.HINTS, LayerKind.LINE]
    assert document.active_layer_id == document.line.id
    assert not document.modified


@pytest.mark.parametrize(("width", "height"), [(0, 10), (10, 4097), (-5, 5)])
def test_sizes_out_of_range_are_refused_in_words(width: int, height: int) -> None:
    with pytest.raises(UserError, match="choose 1 to 4096"):
        Document.new(width, height)


def test_line_art_becomes_black_ink() -> None:
    ink = np.random.default_rng(0).integers(0, 256, (40, 60), dtype=np.uint8)
    document = Document.from_line_art(ink)
    pixels = document.line.surface.read(document.rect)
    assert np.array_equal(pixels[..., 3], ink)
    assert not pixels[..., :3].any()
    assert not document.can_undo


operations = st.lists(
    st.one_of(
        st.tuples(st.just("paint"), rects, st.integers(0, 255)),
        st.tuples(st.just("clear")),
        st.tuples(st.just("add"), st.integers(0, 255)),
        st.tuples(st.just("remove")),
        st.tuples(st.just("hide")),
        st.tuples(st.just("move"), st.integers(0, 4)),
    ),
    max_size=8,
)


def perform(document: Document, operation: tuple[object, ...]) -> None:
    paint_layers = [layer for layer in document.layers if layer.kind is LayerKind.PAINT]
    match operation:
        case ("paint", Rect() as rect, int(value)):
            paint(document, rect, value)
        case ("clear",):
            document.clear(document.line.id)
        case ("add", int(value)):
            document.add_paint_layer("Kept", np.full((HEIGHT, WIDTH, 4), value, np.uint8))
        case ("remove",) if paint_layers:
            document.remove_layer(paint_layers[0].id)
        case ("hide",):
            document.set_layer_visible(document.layers[0].id, not document.layers[0].visible)
        case ("move", int(position)):
            document.move_layer(document.layers[-1].id, position)


@given(operations)
def test_undo_and_redo_retrace_every_state(done: list[tuple[object, ...]]) -> None:
    document = Document.new(WIDTH, HEIGHT)
    states = [content(document)]
    for operation in done:
        steps = len(document.history)
        perform(document, operation)
        if len(document.history) > steps:
            states.append(content(document))
        assert content(document) == states[-1]
    for state in states[-2::-1]:
        assert document.undo()
        assert content(document) == state
    assert not document.undo()
    assert not document.modified
    for state in states[1:]:
        assert document.redo()
        assert content(document) == state
    assert not document.can_redo


@given(rects, st.integers(1, 255))
def test_cancelled_edit_leaves_no_trace(rect: Rect, value: int) -> None:
    document = Document.new(WIDTH, HEIGHT)
    paint(document, Rect(10, 10, 150, 150), 200)
    before, steps = content(document), len(document.history)
    edit = document.edit("Stroke", document.line.id).begin()
    edit.write(rect, np.full((rect.h, rect.w, 4), value, np.uint8))
    edit.publish()
    edit.cancel()
    assert content(document) == before
    assert len(document.history) == steps


def test_exception_inside_an_edit_cancels_it(document: Document) -> None:
    before = content(document)

    def fail() -> None:
        with document.edit("Fill", document.hints.id) as edit:
            edit.write(Rect(0, 0, 9, 9), np.full((9, 9, 4), 255, np.uint8))
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    assert content(document) == before
    assert not document.can_undo


def test_pixels_can_only_be_written_inside_an_edit(document: Document) -> None:
    edit = document.edit("Pen", document.line.id)
    with pytest.raises(RuntimeError, match="not open"):
        edit.write(Rect(0, 0, 1, 1), np.zeros((1, 1, 4), np.uint8))


def test_edit_that_changes_nothing_is_no_step(document: Document) -> None:
    paint(document, Rect(5, 5, 20, 20), 90)
    paint(document, Rect(5, 5, 20, 20), 90)
    paint(document, Rect(100, 100, 20, 20), 0)
    assert len(document.history) == 1


def test_clear_is_one_step_and_frees_the_tiles(document: Document) -> None:
    paint(document, document.rect, 255)
    document.clear(document.line.id)
    assert document.line.surface.is_blank
    assert document.undo_text == "Clear"
    document.undo()
    assert document.line.surface.alpha(document.rect).min() == 255


def test_changes_are_announced_with_their_box(document: Document) -> None:
    seen: list[Change] = []
    document.changed.connect(seen.append)
    revision = document.revision
    edit = document.edit("Pen", document.line.id).begin()
    edit.write(Rect(10, 20, 5, 5), np.full((5, 5, 4), 255, np.uint8))
    edit.publish()
    edit.write(Rect(40, 20, 5, 5), np.full((5, 5, 4), 255, np.uint8))
    edit.commit()
    document.undo()
    assert [change.rect for change in seen] == [Rect(10, 20, 5, 5), Rect(40, 20, 5, 5), Rect(10, 20, 35, 5)]
    assert {change.layer_id for change in seen} == {document.line.id}
    assert document.revision == revision + 3


def test_snapshot_mid_stroke_shows_the_stroke_so_far_and_stays(document: Document) -> None:
    edit = document.edit("Pen", document.line.id).begin()
    edit.write(Rect(10, 10, 5, 5), np.full((5, 5, 4), 255, np.uint8))
    edit.publish()
    snapshot = document.snapshot()
    edit.write(Rect(12, 12, 5, 5), np.zeros((5, 5, 4), np.uint8))
    edit.commit()
    assert snapshot.revision < document.revision
    assert snapshot.line.tiles.alpha(Rect(10, 10, 5, 5)).min() == 255


def test_undo_mid_stroke_takes_the_stroke_back(document: Document) -> None:
    before = content(document)
    edit = document.edit("Pen", document.line.id).begin()
    edit.write(Rect(10, 10, 5, 5), np.full((5, 5, 4), 255, np.uint8))
    assert document.undo()
    assert content(document) == before
    assert not edit.is_open


def test_modified_follows_the_saved_state_through_undo(document: Document, tmp_path: Path) -> None:
    told: list[bool] = []
    document.saved_changed.connect(lambda: told.append(document.modified))
    paint(document, Rect(0, 0, 9, 9), 255)
    document.mark_saved(tmp_path / "a.ora")
    paint(document, Rect(50, 0, 9, 9), 255)
    document.undo()
    document.undo()
    document.redo()
    assert told == [True, False, True, False, True, False]
    assert document.path == tmp_path / "a.ora"


def test_save_of_an_older_snapshot_leaves_later_work_modified(document: Document) -> None:
    paint(document, Rect(0, 0, 9, 9), 255)
    state = document.snapshot().state
    paint(document, Rect(50, 0, 9, 9), 255)
    document.mark_saved(None, state)
    assert document.modified
    document.undo()
    assert not document.modified


def test_choices_change_the_revision_but_are_no_undo_step(document: Document) -> None:
    told: list[tuple[tuple[str, float], ...]] = []
    document.choices_changed.connect(lambda: told.append(document.choices.labels))
    revision = document.revision
    document.set_choices(labels=[("Food", 1)], seed=4)
    document.set_choices(labels=(("Food", 1.0),))
    assert told == [(("Food", 1.0),)]
    assert document.revision == revision + 1
    assert not document.modified, "nothing to be asked about: a click brings them back"
    assert not document.can_undo
    document.set_choices(hint_strength=0.5)
    assert document.modified, "how strongly one's hints count is part of the hints"


def test_unknown_choice_is_an_error(document: Document) -> None:
    with pytest.raises(TypeError):
        document.set_choices(colour="red")


def test_kept_picture_goes_below_hints_and_lines(document: Document) -> None:
    kept = document.add_paint_layer("Picture", np.full((200, 300, 4), 9, np.uint8))
    again = document.add_paint_layer("Second", np.full((200, 300, 4), 9, np.uint8))
    top = document.add_paint_layer("Top", np.full((200, 300, 4), 9, np.uint8), below_line=False)
    assert document.layers == (kept, again, document.hints, document.line, top)


def test_line_and_hints_layers_stay(document: Document) -> None:
    for layer in (document.line, document.hints):
        with pytest.raises(ValueError, match="cannot be removed"):
            document.remove_layer(layer.id)


def test_removing_the_active_layer_makes_the_line_layer_active(document: Document) -> None:
    kept = document.add_paint_layer("Picture", np.full((200, 300, 4), 9, np.uint8))
    document.active_layer_id = kept.id
    document.remove_layer(kept.id)
    assert document.active_layer_id == document.line.id


def test_opacity_slider_is_one_step(document: Document) -> None:
    for opacity in (0.9, 0.7, 0.5):
        document.set_layer_opacity(document.line.id, opacity)
    document.set_layer_visible(document.line.id, False)
    document.set_layer_opacity(document.line.id, 0.2)
    assert len(document.history) == 3
    document.undo()
    document.undo()
    assert (document.line.opacity, document.line.visible) == (0.5, True)
    document.undo()
    assert document.line.opacity == 1


def test_layer_properties_do_not_ask_for_a_new_picture(document: Document) -> None:
    revision, count = document.revision, document.change_count
    document.set_layer_visible(document.line.id, False)
    document.set_layer_visible(document.hints.id, False)
    assert document.revision == revision, "there are no hints to lose"
    assert document.change_count == count + 2


def test_hiding_hints_asks_for_a_new_picture(document: Document) -> None:
    with document.edit("Hint", document.hints.id) as edit:
        edit.write(Rect(0, 0, 5, 5), np.full((5, 5, 4), 255, np.uint8))
    revision = document.revision
    document.set_layer_visible(document.hints.id, False)
    assert document.revision == revision + 1
    document.undo()
    assert document.revision == revision + 2


def test_a_hundred_steps_and_more_can_be_undone(document: Document) -> None:
    for i in range(150):
        paint(document, Rect(i, 0, 1, 1), 255)
    undone = 0
    while document.undo():
        undone += 1
    assert undone == 150
    assert document.line.surface.is_blank


def test_history_forgets_the_oldest_beyond_its_memory() -> None:
    history = History(max_bytes=20 * 128 * 128 * 4)
    document = Document(256, 256, history=history)
    for i in range(30):
        paint(document, Rect(0, 0, 256, 256), i + 1)
    # Each step keeps four tiles before and four after, the latter shared with the next step.
    assert history.nbytes <= 20 * 128 * 128 * 4
    assert len(history) == 4
    while document.undo():
        pass
    assert int(document.line.surface.read(Rect(0, 0, 1, 1))[0, 0, 0]) == 26


def test_history_counts_no_memory_once_everything_is_dropped() -> None:
    document = Document.new(256, 256)
    paint(document, Rect(0, 0, 200, 200), 5)
    layer = document.add_paint_layer("Picture", np.full((256, 256, 4), 9, np.uint8))
    paint(document, Rect(0, 0, 200, 200), 50, layer.id)
    document.remove_layer(layer.id)
    while document.undo():
        pass
    paint(document, Rect(0, 0, 1, 1), 5)
    tile: Pixels | None = document.line.surface.tile((0, 0))
    assert tile is not None
    assert document.history.nbytes == tile.nbytes
