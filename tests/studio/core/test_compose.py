import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core import compose
from studio.core.compose import composite, hints_of, premultiplied, sketch_of, straight
from studio.core.document import Document
from studio.core.geometry import Rect
from studio.core.layers import LayerKind

RNG = np.random.default_rng(5)


def noise(height: int, width: int) -> compose.Pixels:
    return premultiplied(RNG.integers(0, 256, (height, width, 4), dtype=np.uint8))


def put(document: Document, layer_id: int, pixels: compose.Pixels, x: int = 0, y: int = 0) -> None:
    with document.edit("Put", layer_id) as edit:
        edit.write(Rect(x, y, pixels.shape[1], pixels.shape[0]), pixels)


@pytest.fixture
def layered(document: Document) -> Document:
    document.add_paint_layer("Low", noise(200, 300))
    top = document.add_paint_layer("High", noise(200, 300))
    document.set_layer_opacity(top.id, 0.4)
    put(document, document.line.id, noise(90, 150), 100, 60)
    put(document, document.hints.id, noise(30, 30), 10, 150)
    return document


def test_composite_is_the_over_operator(layered: Document) -> None:
    expected = np.full((200, 300, 4), 255.0)
    for layer in layered.layers:
        pixels = layer.surface.read(layered.rect) * layer.opacity
        expected = pixels + expected * (1 - pixels[..., 3:] / 255)
    shown = composite(layered.snapshot(), layered.rect)
    assert np.abs(shown - expected).max() <= 2.5


def test_part_of_the_composite_is_that_part(layered: Document) -> None:
    whole = composite(layered.layers, layered.rect)
    part = Rect(90, 50, 133, 101)
    assert np.array_equal(composite(layered.layers, part), whole[part.slices])


def test_composite_reaches_beyond_the_drawing_as_paper(layered: Document) -> None:
    shown = composite(layered.layers, Rect(-10, -10, 20, 20))
    assert (shown[:10] == 255).all()
    assert shown.shape == (20, 20, 4)


def test_hidden_layers_and_other_kinds_are_left_out(layered: Document) -> None:
    only = composite(layered.layers, layered.rect, paper=False, kinds={LayerKind.LINE})
    assert np.array_equal(only, layered.line.surface.read(layered.rect))
    layered.set_layer_visible(layered.line.id, False)
    assert not composite(layered.layers, layered.rect, paper=False, kinds={LayerKind.LINE}).any()


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
def test_sketch_is_the_exact_area_mean(factor: int) -> None:
    document = Document.new(384, 256)
    ink = np.zeros((256, 384, 4), np.uint8)
    ink[..., 3] = RNG.integers(0, 256, (256, 384))
    put(document, document.line.id, ink)
    sketch = sketch_of(document.snapshot(), 384 // factor, 256 // factor)
    mean = (255.0 - ink[..., 3]).reshape(256 // factor, factor, 384 // factor, factor).mean(axis=(1, 3))
    assert np.abs(sketch - mean).max() <= 0.5


@pytest.mark.parametrize(("width", "height"), [(96, 64), (100, 67), (299, 199), (600, 400), (1, 1)])
def test_sketch_of_any_size_keeps_the_mean(document: Document, width: int, height: int) -> None:
    put(
        document,
        document.line.id,
        np.full((100, 150, 4), 255, np.uint8) * np.array([0, 0, 0, 1], np.uint8),
        75,
        50,
    )
    sketch = sketch_of(document.snapshot(), width, height)
    assert sketch.shape == (height, width)
    assert sketch.mean() == pytest.approx(255 * 0.75, abs=3)


def test_coloured_ink_counts_by_its_luminance(document: Document) -> None:
    put(document, document.line.id, np.full((200, 300, 4), (255, 255, 0, 255), np.uint8))
    assert sketch_of(document.snapshot(), 300, 200)[0, 0] == 226
    put(document, document.line.id, np.full((200, 300, 4), (0, 0, 255, 255), np.uint8))
    assert sketch_of(document.snapshot(), 150, 100)[0, 0] == 29


def test_blank_drawing_is_white_paper_without_hints(document: Document) -> None:
    assert (sketch_of(document.snapshot(), 64, 64) == 255).all()
    assert not hints_of(document.snapshot(), 64, 64, 1.0).any()


def test_sketch_follows_every_change(document: Document) -> None:
    for value in (255, 100, 7):
        put(document, document.line.id, np.full((9, 9, 4), (0, 0, 0, value), np.uint8))
        assert sketch_of(document.snapshot(), 300, 200)[0, 0] == 255 - value
    document.undo()
    assert sketch_of(document.snapshot(), 300, 200)[0, 0] == 155


def test_what_is_remembered_of_tiles_goes_with_them() -> None:
    gc.collect()
    known = len(compose._SKETCHES)
    document = Document.new(256, 256)
    put(document, document.line.id, np.full((256, 256, 4), 255, np.uint8))
    sketch_of(document.snapshot(), 64, 64)
    assert len(compose._SKETCHES) == known + 4
    del document
    gc.collect()
    assert len(compose._SKETCHES) == known


def test_hint_colours_stay_pure_and_alpha_is_strength(document: Document) -> None:
    put(document, document.hints.id, np.full((40, 40, 4), (200, 30, 10, 255), np.uint8), 20, 20)
    hints = hints_of(document.snapshot(), 75, 50, 0.5)
    assert hints[7, 7].tolist() == [200, 30, 10, 128]
    assert {tuple(map(int, c)) for c in hints[hints[..., 3] > 0][:, :3]} == {(200, 30, 10)}
    assert not hints_of(document.snapshot(), 75, 50, 0.0).any()


@pytest.mark.parametrize(("side", "size"), [(1024, 256), (4096, 256), (1000, 256)])
def test_small_dots_survive_shrinking(side: int, size: int) -> None:
    document = Document.new(side, side)
    put(
        document,
        document.hints.id,
        np.full((4, 4, 4), (0, 90, 200, 255), np.uint8),
        side // 2 + 1,
        side // 2 + 1,
    )
    hints = hints_of(document.snapshot(), size, size, 1.0)
    assert int(hints[..., 3].max()) > 200
    y, x = np.unravel_index(int(hints[..., 3].argmax()), hints.shape[:2])
    assert np.abs(hints[y, x, :3].astype(int) - (0, 90, 200)).max() <= 3


def test_hidden_lines_still_make_the_picture_and_hidden_hints_do_not(document: Document) -> None:
    put(document, document.line.id, np.full((200, 300, 4), (0, 0, 0, 255), np.uint8))
    put(document, document.hints.id, np.full((200, 300, 4), 255, np.uint8))
    document.set_layer_visible(document.line.id, False)
    document.set_layer_opacity(document.hints.id, 0.5)
    assert not sketch_of(document.snapshot(), 150, 100).any()
    assert (hints_of(document.snapshot(), 150, 100, 1.0) == 255).all()
    document.set_layer_visible(document.hints.id, False)
    assert not hints_of(document.snapshot(), 150, 100, 1.0).any()
    document.undo()
    document.set_layer_opacity(document.hints.id, 0.0)
    assert not hints_of(document.snapshot(), 150, 100, 1.0).any()


@given(st.integers(0, 255), st.integers(0, 255))
def test_premultiplied_pixels_survive_being_made_straight(alpha: int, colour: int) -> None:
    pixel = np.array([[[min(colour, alpha)] * 3 + [alpha]]], np.uint8)
    assert np.array_equal(premultiplied(straight(pixel)), pixel)


def test_every_premultiplied_value_survives_the_way_through_a_straight_file() -> None:
    value, alpha = np.mgrid[0:256, 0:256].astype(np.uint8)
    pixels = np.stack([np.minimum(value, alpha)] * 3 + [alpha], axis=-1)
    assert np.array_equal(premultiplied(straight(pixels)), pixels)
