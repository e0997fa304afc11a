from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.geometry import Rect
from studio.core.live import WORKING_SIDE, LivePicture, make_request
from studio.core.picture import Painter, fit, working_size
from tests.fixtures.models import TinyModel, flat_colour


def drawing(width: int, height: int) -> Document:
    """A document with a vertical line in the middle, a fiftieth of its width thick."""
    ink = np.zeros((height, width), np.uint8)
    thick = max(1, width // 50)
    ink[:, width // 2 : width // 2 + thick] = 255
    return Document.from_line_art(ink)


def painter(folder: Path, model: TinyModel | None = None) -> Painter:
    return Painter(Engine.load((model or TinyModel()).entry(folder), "cpu"))


def paint(one: Painter, document: Document, *, full_size: bool = True) -> LivePicture:
    return one.paint(make_request(document.snapshot(), one.engine.model, full_size=full_size, epoch=3))


def close(pixel: np.ndarray, colour: np.ndarray | tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= 2)


class TestFit:
    @given(
        width=st.integers(1, 4096),
        height=st.integers(1, 4096),
        size=st.sampled_from([28, 64, 256]),
        stride=st.sampled_from([0, 1, 4, 16]),
    )
    def test_the_model_takes_it_and_the_drawing_lies_inside_undistorted(
        self, width: int, height: int, size: int, stride: int
    ) -> None:
        stride = stride if stride == 0 or size % stride == 0 else 0
        manifest = TinyModel(size=size, stride=stride).manifest()
        place = fit(width, height, manifest)
        assert manifest.takes(place.height, place.width)
        box = place.box
        assert max(box.w, box.h) == size
        assert Rect(0, 0, place.width, place.height).contains(box)
        exact = min(width, height) / max(width, height) * size
        assert abs(min(box.w, box.h) - exact) <= 0.5 or min(box.w, box.h) == 1
        assert place.width * place.height <= size * size

    def test_a_flat_drawing_costs_less_where_the_network_takes_other_sizes(self) -> None:
        assert fit(1000, 250, TinyModel(stride=16).manifest()).height == 16
        assert fit(1000, 250, TinyModel(stride=0).manifest()).height == 64

    def test_the_drawing_is_laid_on_the_fill(self) -> None:
        place = fit(100, 50, TinyModel(stride=0).manifest())
        whole = place.place(np.zeros((32, 64), np.uint8), 255)
        assert (whole[16:48] == 0).all()
        assert (whole[:16] == 255).all()
        assert (whole[48:] == 255).all()


class TestPainter:
    @pytest.mark.parametrize(
        ("width", "height"), [(300, 300), (301, 97), (40, 200), (64, 64), (1, 1), (30, 20)]
    )
    @pytest.mark.parametrize("stride", [0, 16])
    def test_the_picture_is_as_large_as_the_drawing(
        self, tmp_path: Path, width: int, height: int, stride: int
    ) -> None:
        picture = paint(painter(tmp_path, TinyModel(stride=stride)), drawing(width, height))
        assert picture.image.shape == picture.flats_full.shape == (height, width, 3)
        assert picture.full_size

    def test_lines_are_the_drawings_own_and_colours_the_networks(self, tmp_path: Path) -> None:
        document = drawing(500, 400)
        picture = paint(painter(tmp_path), document)
        assert (picture.image[:, 250:260] == 0).all()
        assert close(picture.image[200, 100], flat_colour())
        assert close(picture.flats_full[200, 255], flat_colour())
        assert np.array_equal(np.flatnonzero((picture.image[200] == 0).all(axis=1)), np.arange(250, 260))

    def test_choices_of_the_document_arrive(self, tmp_path: Path) -> None:
        document = drawing(256, 256)
        document.set_choices(labels=(("Food & Drink", 1.0),))
        spot = np.zeros((20, 20, 4), np.uint8)
        spot[...] = (0, 0, 255, 255)
        document.load_pixels(document.hints.id, Rect(40, 40, 20, 20), spot)
        picture = paint(painter(tmp_path), document)
        assert close(picture.image[200, 200], flat_colour(1))
        assert close(picture.image[50, 50], (0, 0, 255))
        document.set_choices(hint_strength=0.0)
        assert close(paint(painter(tmp_path), document).image[50, 50], flat_colour(1))

    def test_it_is_stamped_and_read_only(self, tmp_path: Path) -> None:
        document = drawing(100, 100)
        picture = paint(painter(tmp_path), document)
        assert (picture.revision, picture.epoch, picture.model_id) == (document.revision, 3, "tiny")
        assert picture.device_text.startswith("CPU · ")
        assert not picture.image.flags.writeable
        assert not picture.flats_full.flags.writeable
        timings = picture.timings
        assert min(timings.prepare_ms, timings.run_ms, timings.carry_ms) >= 0
        assert timings.total_ms >= timings.run_ms

    def test_a_model_without_flats_gives_clean_colours_beneath_the_lines(self, tmp_path: Path) -> None:
        picture = paint(painter(tmp_path, TinyModel(flats=False)), drawing(512, 512))
        assert close(picture.image[100, 100], flat_colour())
        beside = picture.image[100, [252, 255, 266, 269]]
        assert all(close(pixel, flat_colour()) for pixel in beside)
        assert close(picture.flats_full[100, 260], flat_colour())

    def test_a_large_drawing_is_painted_smaller_while_the_pen_moves(self, tmp_path: Path) -> None:
        document = drawing(1600, 800)
        one = painter(tmp_path)
        quick = paint(one, document, full_size=False)
        assert quick.image.shape == (512, 1024, 3)
        assert not quick.full_size
        full = paint(one, document)
        assert full.image.shape == (800, 1600, 3)
        assert full.full_size

    def test_a_drawing_within_the_working_size_is_always_painted_full(self, tmp_path: Path) -> None:
        picture = paint(painter(tmp_path), drawing(100, WORKING_SIDE), full_size=False)
        assert picture.full_size

    @pytest.mark.parametrize("size", [(300, 200), (1500, 900)])
    def test_strokes_undo_and_another_document_give_what_a_fresh_painter_gives(
        self, tmp_path: Path, size: tuple[int, int]
    ) -> None:
        one = painter(tmp_path)
        document = drawing(*size)

        def same() -> bool:
            fresh = paint(painter(tmp_path), document)
            mine = paint(one, document)
            return bool(np.array_equal(mine.image, fresh.image))

        assert same()
        with document.edit("Stroke", document.line.id) as edit:
            edit.write(Rect(20, 30, 60, 4), np.full((4, 60, 4), (0, 0, 0, 255), np.uint8))
        assert same()
        document.undo()
        assert same()
        document = drawing(size[0], size[1] + 10)
        assert same()


@given(width=st.integers(1, 4096), height=st.integers(1, 4096))
def test_the_working_size_keeps_the_shape_and_the_limit(width: int, height: int) -> None:
    small_width, small_height = working_size(width, height)
    assert max(small_width, small_height) <= WORKING_SIDE
    if max(width, height) <= WORKING_SIDE:
        assert (small_width, small_height) == (width, height)
    assert abs(small_width * height - small_height * width) <= max(width, height)


def test_one_dot_colours_the_whole_region_it_lies_in(tmp_path: Path) -> None:
    ink = np.zeros((256, 256), np.uint8)
    ink[20:240, [*range(20, 28), *range(232, 240)]] = 255
    ink[[*range(20, 28), *range(232, 240)], 20:240] = 255
    document = Document.from_line_art(ink)
    spot = np.full((12, 12, 4), (0, 0, 255, 255), np.uint8)
    document.load_pixels(document.hints.id, Rect(60, 60, 12, 12), spot)
    picture = paint(painter(tmp_path), document)
    assert close(picture.image[200, 200], (0, 0, 255))
    assert close(picture.image[5, 5], flat_colour())
