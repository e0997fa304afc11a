"""Every factory draws lines where a picture has edges; the mixture obeys its config."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.data.trees import photo
from training.data.options import SketchConfig
from training.files import UserError
from training.options import check_options
from training.sketches import draw, make_sketch, preview, sketcher_names
from training.sketches.registry import register_sketcher

NONE = SketchConfig(canny=0, xdog=0, pencil=0, threshold=0, lines=0)


def scene(size: int = 128) -> np.ndarray:
    """A dark disc with a lighter one inside on light ground, blurred like a photo."""
    image = np.full((size, size, 3), 215, np.uint8)
    cv2.circle(image, (size // 2, size // 2), size // 3, (60, 90, 50), -1)
    cv2.circle(image, (size // 2, size // 2), size // 6, (190, 160, 40), -1)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0))


@pytest.mark.parametrize("name", sketcher_names())
def test_ink_lies_where_the_edges_are(name: str) -> None:
    sketch = draw(name, scene(), 0.6)
    assert sketch.dtype == np.uint8
    assert sketch.shape == (128, 128)
    ink = 255 - sketch.astype(float)
    y, x = np.mgrid[:128, :128]
    distance = np.hypot(x - 64, y - 64)
    near = (np.abs(distance - 128 // 3) < 8) | (np.abs(distance - 128 // 6) < 8)
    assert ink[near].mean() > 15
    assert ink[distance > 60].mean() < 5
    # Black areas are XDoG's own; the others draw lines alone.
    if name != "xdog":
        assert ink[near].sum() > 0.8 * ink.sum()


@pytest.mark.parametrize("name", sketcher_names())
def test_more_strength_is_more_ink_on_the_whole(name: str) -> None:
    images = [photo(seed, 96, 96) for seed in range(6)]
    weak, strong = (np.mean([255 - draw(name, image, s).mean() for image in images]) for s in (0.15, 0.95))
    assert strong > weak


@pytest.mark.parametrize("name", sketcher_names())
def test_without_chance_a_sketch_is_always_the_same_and_with_chance_it_varies(name: str) -> None:
    image = scene()
    assert np.array_equal(draw(name, image, 0.5), draw(name, image, 0.5))
    one, other, again = (draw(name, image, 0.5, np.random.default_rng(seed)) for seed in (1, 2, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", sketcher_names())
@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_any_picture_gives_a_sketch_of_its_size(
    name: str, height: int, width: int, seed: int, strength: float
) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    sketch = draw(name, image, strength, rng)
    assert sketch.shape == (height, width)
    assert sketch.dtype == np.uint8


@pytest.mark.parametrize("name", sketcher_names())
@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_has_no_lines(name: str, level: int) -> None:
    # XDoG keeps black black.
    if name == "xdog" and level == 0:
        return
    assert draw(name, np.full((64, 64, 3), level, np.uint8), 0.7).min() > 200


def test_each_factory_has_a_weight_and_each_weight_a_factory() -> None:
    names = {field.name for field in fields(SketchConfig)}
    assert set(sketcher_names()) == names - {"strength_low", "strength_high", "redraw"}
    check_options(SketchConfig())


@pytest.mark.parametrize("name", sketcher_names())
def test_the_mixture_draws_what_has_weight(name: str) -> None:
    still = replace(NONE, strength_low=0.5, strength_high=0.5)
    only = replace(still, **{name: 0.1})
    assert (make_sketch(scene(), only, np.random.default_rng(8)) < 200).any()
    inked = preview(scene(), replace(still, xdog=1), 3)
    assert np.array_equal(preview(scene(), only, 3), inked) == (name == "xdog")


def test_all_factories_of_the_mixture_come_up() -> None:
    image = scene(64)
    seen = {
        preview(image, SketchConfig(strength_low=0.5, strength_high=0.5), seed).tobytes()
        for seed in range(30)
    }
    assert len(seen) > 20


def test_a_sheet_left_empty_is_drawn_again_with_all_detail() -> None:
    faint = np.full((96, 96, 3), 150, np.uint8)
    cv2.circle(faint, (48, 48), 25, (146, 146, 146), -1)
    config = replace(NONE, threshold=1, strength_low=0, strength_high=0)
    assert (draw("threshold", faint, 0.0) == 255).all()
    again = make_sketch(faint, config, np.random.default_rng(0))
    assert again.shape == (96, 96)


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="weight above 0"):
        make_sketch(scene(), NONE, np.random.default_rng(0))
    with pytest.raises(UserError, match="no sketch factory named 'oil'"):
        draw("oil", scene())
    with pytest.raises(ValueError, match="already"):
        register_sketcher("canny")(lambda image, strength, rng: image[..., 0])
