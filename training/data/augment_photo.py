"""Photos and their sketches, varied: moved together with mirrored borders, the sketch then as people draw."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.data.augment_lineart import Pixels, draw_like_people, on_paper, random_geometry
from training.data.options import AugmentConfig
from training.data.strokes import trace

# What can be done to a photo without showing what lies beyond its border.
LARGEST_ROTATION_DEG = 10.0
LARGEST_SHIFT = 0.06
# Sketches with more ink than this are shaded or crowded: no strokes that a hand would draw again.
MOST_INK = 0.15
PEN_PX = 1.6


def vary_photo(
    image: Pixels,
    sketch: Pixels | None,
    make: Callable[[Pixels], Pixels],
    rng: np.random.Generator,
    augment: AugmentConfig,
    redraw: float,
) -> tuple[Pixels, Pixels]:
    """Return the sketch uint8 [S,S] and picture uint8 [S,S,3], varied; a function of its arguments alone.

    ``sketch`` moves along with the picture; where it is None, ``make`` draws it from the moved one.
    ``redraw`` is the share of sketches drawn again stroke by stroke.
    """
    if not augment.enabled:
        return (make(image) if sketch is None else sketch), image
    limited = replace(
        augment,
        rotate_deg=min(augment.rotate_deg, LARGEST_ROTATION_DEG),
        shift=min(augment.shift, LARGEST_SHIFT),
        scale_low=1.0,
    )
    geometry = random_geometry(image.shape[0], rng, limited)
    if geometry is not None:
        image = geometry.warp(image, mirrored=True)
        sketch = None if sketch is None else geometry.warp(sketch, mirrored=True)
    sketch = make(image) if sketch is None else sketch
    kind = rng.random()
    if kind < redraw and (sketch < 128).mean() < MOST_INK:
        still = replace(
            augment, clean=0.0, redraw=1.0, hollow=0.0, mirror=0.0, rotate_deg=0.0, shift=0.0, bend_px=0.0,
            scale_low=1.0, scale_high=1.0,
        )  # fmt: skip
        nothing = np.zeros_like(sketch)
        return draw_like_people(sketch, image, trace(sketch), rng, still, nothing).sketch, image
    if kind < redraw + augment.clean:
        return sketch, image
    ink = (255 - sketch).astype(np.float32) / np.float32(255)
    return on_paper(ink, PEN_PX * image.shape[0] / 256, rng, replace(augment, hard=0.0)), image
