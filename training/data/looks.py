"""How pictures look at a glance: is this a drawing, and which of two is it? Judged on small copies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
# A drawing is mostly one ground, has no colour to speak of, and some but not much ink.
GROUND_SHARE = 0.55
GROUND_FROM = 200
COLOUR = 14.0
INK = (0.002, 0.45)


@dataclass(frozen=True)
class Look:
    """``drawing``: black lines on white; ``inverted``: white lines on black, a drawing turned round."""

    drawing: bool
    inverted: bool

    @property
    def lines(self) -> bool:
        """Whether it is line art of either kind."""
        return self.drawing or self.inverted


def look(image: Image.Image) -> Look:
    """Return what kind of picture ``image`` (RGB, RGBA or L) is."""
    small = np.asarray(on_white(image).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)
    chroma = float((small.max(axis=2) - small.min(axis=2)).mean())
    grey = small.mean(axis=2)
    return Look(_is_drawing(grey, chroma), _is_drawing(255 - grey, chroma))


def which_is_drawn(pairs: Sequence[tuple[Look, Look]]) -> tuple[str, bool] | None:
    """Return which side of the pairs holds the drawings ("left" or "right") and whether those are white on
    black; None when neither side, or both alike, look like drawings.
    """
    if not pairs:
        return None
    shares = [sum(pair[side].lines for pair in pairs) / len(pairs) for side in (0, 1)]
    # Flat pictures on white pass for drawings now and then: the clearer side wins.
    if max(shares) < 0.6 or abs(shares[0] - shares[1]) < 0.3:
        return None
    side = int(shares[1] > shares[0])
    inverted = sum(pair[side].inverted for pair in pairs) > sum(pair[side].drawing for pair in pairs)
    return ("left", "right")[side], inverted


def on_white(image: Image.Image) -> Image.Image:
    """Return the picture without transparency, white showing through."""
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def _is_drawing(grey: NDArray[np.float32], chroma: float) -> bool:
    ink = float(((255 - grey) / 255).mean())
    ground = float((grey >= GROUND_FROM).mean())
    return chroma < COLOUR and ground >= GROUND_SHARE and INK[0] <= ink <= INK[1]
