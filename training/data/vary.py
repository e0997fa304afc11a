"""Pictures that no drawing belongs to, varied: turned, shifted, zoomed and mirrored."""

import cv2
import numpy as np

from training.data.dataset import Pixels
from training.data.options import VaryConfig

MIDDLE = 0.5


def vary_picture(picture: Pixels, rng: np.random.Generator, vary: VaryConfig) -> Pixels:
    """Return ``picture`` uint8 [S,S,C], varied; a function of its arguments alone.

    What comes in at a border repeats its edge: black on digits, the ground on drawings.
    """
    mirrored = rng.random() < vary.mirror
    turn = rng.uniform(-vary.rotate_deg, vary.rotate_deg)
    zoom = 1.0 + rng.uniform(-vary.zoom, vary.zoom)
    down, right = rng.integers(-vary.shift_px, vary.shift_px + 1, 2)
    if mirrored:
        picture = picture[:, ::-1]
    if not turn and zoom == 1.0 and not down and not right:
        return np.ascontiguousarray(picture)
    middle = picture.shape[0] / 2 - MIDDLE
    matrix = cv2.getRotationMatrix2D((middle, middle), turn, zoom)
    matrix[:, 2] += (right, down)
    moved = cv2.warpAffine(
        np.ascontiguousarray(picture),
        matrix,
        picture.shape[1::-1],
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.uint8).reshape(picture.shape)


def in_channels(picture: Pixels, channels: int) -> Pixels:
    """Return the picture uint8 [S,S,3] with ``channels`` of them: 3, or 1 for its grey."""
    if channels == 3:
        return picture
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)[..., None]


def is_grey(picture: Pixels) -> bool:
    """Return whether the picture uint8 [S,S,3] has no colour at all."""
    return bool((picture[..., 0] == picture[..., 1]).all() and (picture[..., 1] == picture[..., 2]).all())
