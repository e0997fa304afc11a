import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.core.lineart import NO_CLEAN_UP, CleanUp, clean_up, ink_from_image, suggest
from studio.core.tiles import Pixels

SIDE = 600


def drawing() -> Image.Image:
    """Return black line art, anti-aliased."""
    image = Image.new("L", (SIDE * 4, SIDE * 4), 255)
    pen = ImageDraw.Draw(image)
    pen.ellipse((400, 400, 2000, 2000), outline=0, width=28)
    pen.line((300, 2200, 2100, 2100), fill=0, width=24)
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


def photo(dark: float = 0.25, seed: int = 0) -> tuple[Pixels, Pixels]:
    """Return a photo of that drawing under uneven, warm light with noise, and the true ink."""
    ink = 1 - np.asarray(drawing(), np.float64) / 255
    ys, xs = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    light = 230 - 110 * xs - 40 * ys
    grey = light * (1 - (1 - dark) * ink)
    noise = np.random.default_rng(seed).normal(0, 4, (SIDE, SIDE))
    rgb = np.stack([grey + noise, grey * 0.97 + noise, grey * 0.9 + noise], axis=2)
    return rgb.clip(0, 255).astype(np.uint8), np.rint(ink * 255).astype(np.uint8)


def overlap(a: Pixels, b: Pixels) -> float:
    """Return intersection over union of what is mostly ink."""
    return float(((a > 127) & (b > 127)).sum() / ((a > 127) | (b > 127)).sum())


def test_photo_under_uneven_light_becomes_clean_ink() -> None:
    image, truth = photo()
    ink = clean_up(image)
    assert overlap(ink, truth) > 0.9
    assert (ink[truth == 0] > 0).mean() < 0.002


def test_pencil_is_found_by_the_suggested_levels() -> None:
    image, truth = photo(dark=0.62)
    assert overlap(clean_up(image, suggest(image)), truth) > 0.85


def test_clean_line_art_is_left_as_it_is() -> None:
    image = np.repeat(np.asarray(drawing())[..., None], 3, axis=2)
    assert suggest(image) == NO_CLEAN_UP
    assert np.array_equal(clean_up(image, NO_CLEAN_UP), 255 - image[..., 0])


def test_specks_go_and_thin_lines_stay() -> None:
    image = np.full((500, 500, 3), 255, np.uint8)
    image[100:102, 50:450] = 0
    rng = np.random.default_rng(0)
    for y, x in rng.integers(150, 480, (60, 2)):
        image[y : y + 2, x : x + 1] = 0
    ink = clean_up(image, CleanUp(speck_px=24))
    assert not ink[150:].any()
    assert (ink[100:102, 50:450] == 255).all()


def test_threshold_leaves_only_full_ink() -> None:
    ink = clean_up(photo()[0], CleanUp(threshold=0.5))
    assert np.unique(ink).tolist() == [0, 255]


def test_levels_darken_and_lighten() -> None:
    image = np.full((64, 64, 3), 128, np.uint8)
    options = {"flatten": False, "speck_px": 0}
    values = [
        int(clean_up(image, CleanUp(black=b, white=w, **options))[0, 0])
        for b, w in ((0.6, 0.9), (0.2, 0.9), (0.1, 0.4))
    ]
    assert values[0] == 255
    assert 0 < values[1] < 255
    assert values[2] == 0


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1"])
def test_every_mode_gives_the_same_ink(mode: str) -> None:
    ink = ink_from_image(drawing().convert(mode), NO_CLEAN_UP)
    truth = 255 - np.asarray(drawing())
    assert ink.shape == (SIDE, SIDE)
    assert overlap(ink, truth) > 0.95


def test_black_on_nothing_is_ink_too() -> None:
    truth = 255 - np.asarray(drawing())
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[..., 3] = truth
    assert np.array_equal(ink_from_image(Image.fromarray(pixels)), truth)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (5000, 3)])
@pytest.mark.parametrize("level", [0, 90, 255])
def test_odd_sizes_and_plain_greys_are_survived(shape: tuple[int, int], level: int) -> None:
    image = np.full((*shape, 3), level, np.uint8)
    assert clean_up(image, suggest(image)).shape == shape


def test_blank_paper_in_bad_light_stays_blank() -> None:
    ys, xs = np.mgrid[0:400, 0:400]
    light = (220 - xs / 5 - ys / 8).astype(np.uint8)
    assert not clean_up(np.repeat(light[..., None], 3, axis=2)).any()
