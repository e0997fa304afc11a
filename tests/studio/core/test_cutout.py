import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.core.cutout import ground_mask, ground_without_lines, transparent_ground
from studio.core.tiles import Pixels

SIDE = 400


def ring(gap_degrees: float = 0) -> Pixels:
    """Return the ink of a ring, anti-aliased, open to the right by a gap."""
    image = Image.new("L", (SIDE * 4, SIDE * 4), 0)
    box = (300, 300, 1300, 1300)
    ImageDraw.Draw(image).arc(box, gap_degrees / 2, 360 - gap_degrees / 2, fill=255, width=48)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))


def coloured(
    ink: Pixels, inside: tuple[int, int, int], ground: tuple[int, int, int] = (255, 255, 255)
) -> Pixels:
    """Return a picture: one colour within the ring, another around it, black lines over both."""
    ys, xs = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    disc = np.hypot(xs - 200, ys - 200) < 119
    flats = np.where(disc[..., None], inside, ground)
    return np.rint(flats * (255 - ink[..., None].astype(int)) / 255).astype(np.uint8)


def over(rgba: Pixels, ground: tuple[int, int, int]) -> Pixels:
    alpha = rgba[..., 3:].astype(float) / 255
    return np.rint(rgba[..., :3] * alpha + np.array(ground) * (1 - alpha)).astype(np.uint8)


def test_paper_around_goes_and_everything_else_stays() -> None:
    ink = ring()
    picture = coloured(ink, (250, 200, 60))
    rgba = transparent_ground(picture, ink)
    assert rgba[5, 5].tolist() == [0, 0, 0, 0]
    assert rgba[200, 200].tolist() == [250, 200, 60, 255]
    assert (rgba[ink > 250][:, 3] == 255).all()


def test_on_white_it_looks_as_before_and_on_black_there_is_no_halo() -> None:
    ink = ring()
    picture = coloured(ink, (250, 200, 60))
    rgba = transparent_ground(picture, ink)
    assert np.abs(over(rgba, (255, 255, 255)).astype(int) - picture).max() <= 2
    ys, xs = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    outside = np.hypot(xs - 200, ys - 200) > 121
    assert over(rgba, (0, 0, 0))[outside].max() <= 8


def test_white_inside_a_closed_line_stays_white() -> None:
    ink = ring()
    rgba = transparent_ground(coloured(ink, (255, 255, 255)), ink)
    assert rgba[200, 200].tolist() == [255, 255, 255, 255]


@pytest.mark.parametrize(("gap_px", "kept"), [(0, False), (40, True)])
def test_gaps_are_closed_up_to_the_asked_width(gap_px: int, kept: bool) -> None:
    ink = ring(gap_degrees=12)
    rgba = transparent_ground(coloured(ink, (255, 255, 255)), ink, gap_px)
    assert (rgba[200, 200, 3] == 255) == kept
    assert rgba[5, 5, 3] == 0
    assert rgba[200, 395, 3] == 0


def test_coloured_sky_is_no_paper() -> None:
    ink = ring()
    rgba = transparent_ground(coloured(ink, (250, 200, 60), ground=(120, 190, 250)), ink)
    assert (rgba[..., 3] == 255).all()


def test_blank_paper_is_wholly_transparent() -> None:
    blank = np.zeros((30, 50), np.uint8)
    assert not transparent_ground(np.full((30, 50, 3), 255, np.uint8), blank, 10).any()


def test_without_lines_no_specks_stay_and_a_nearly_white_shape_keeps_its_edge() -> None:
    ink = ring()
    picture = coloured(ink, (236, 236, 234))
    ys, xs = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    disc = np.hypot(xs - 200, ys - 200) < 119
    flats = np.where(disc[..., None], (236, 236, 234), 255).astype(np.uint8)
    flats[40:42, 200:202] = (250, 230, 40)
    flats[200:204, 390:396] = (90, 160, 50)
    picture[40:42, 200:202] = flats[40:42, 200:202]
    picture[200:204, 390:396] = flats[200:204, 390:396]
    gone = ground_without_lines(flats, ink, ground_mask(picture, ink))
    assert gone[40:42, 200:202].all(), "a speck"
    assert not gone[200:204, 390:396].any(), "a dot of colour"
    assert gone[5, 5]
    assert not gone[disc & (ink > 200)].any(), "the shape goes on to the middle of its line"
