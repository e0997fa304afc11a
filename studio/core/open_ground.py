"""The open ground around a drawing: white but for what was painted on it.

Between a tree and a house a network may take the ground for a shape that is open, and colours it in patches.
Where a ball rolls in from the border there is no shape (trapped-ball segmentation, Zhang et al. 2009). A hint
there is taken as it was painted, and means no shape: a sky would make the houses blue.
"""

import numpy as np
from numpy.typing import NDArray

from studio.core.regions import GROUND, Labels
from studio.core.tiles import Pixels

BALL_SHARE = 1 / 32
"""Radius of the ball as a share of the picture's shorter side. On OpenMoji's validation drawings the pictures
without hints are as near to the truth as before from here on (mean absolute error 0.0483, twice); with a
smaller ball, shapes that open widely lose their colours (0.0492 at 1/51)."""
SPECK_SHARE = 0.006
"""Share of a picture up to which a spot of colour on the white ground is a speck."""
WHITE_FROM = 245
OPAQUE = 255


def without_ground(hints: Pixels, regions: Labels) -> Pixels:
    """Return ``hints`` [h,w,4], straight RGBA, without spots on the ground that are half in the open."""
    import cv2

    # With the lines around it, beneath which a filled ground goes on.
    painted = (regions <= GROUND) & (hints[..., 3] > 0)
    on_ground = painted & (regions == GROUND)
    if not on_ground.any():
        return hints
    count, parts = cv2.connectedComponents(painted.view(np.uint8), connectivity=8)
    spot = np.asarray(parts)
    sizes = np.bincount(spot[on_ground], minlength=count)
    in_the_open = np.bincount(spot[on_ground & _reached(regions)], minlength=count)
    taken = 2 * in_the_open >= np.maximum(sizes, 1)
    shown = hints.copy()
    shown[painted & taken[spot]] = 0
    return shown


def settle_ground(colours: Pixels, regions: Labels, hints: Pixels) -> Pixels:
    """Return a network's ``colours`` [h,w,3] with the hints [h,w,4] laid on the ground as they are, and the
    ground white wherever else the ball gets to.

    ``regions`` [h,w] are those of `find_regions`. A ground that is coloured for its most part stays.
    """
    ground = regions == GROUND
    hinted = ground & (hints[..., 3] > 0)
    if hinted.any():
        alpha = hints[hinted, 3:].astype(np.float32) / OPAQUE
        colours = colours.copy()
        colours[hinted] = np.rint(hints[hinted, :3] * alpha + colours[hinted] * (1 - alpha))
    tinted = _tinted(colours, ground & ~hinted)
    if tinted is None:
        return colours
    out = colours.copy()
    out[tinted & _reached(regions)] = 255
    return out


def without_specks(colours: Pixels, regions: Labels, hinted: NDArray[np.bool_]) -> Pixels:
    """Return ``colours`` [h,w,3] without small spots of colour on the white ground.

    Between a tail and a back a network may take the ground for a shape that is open. Spots with any pixel
    ``hinted`` [h,w] stay, and so does a ground that is not white.
    """
    import cv2

    tinted = _tinted(colours, regions == GROUND)
    if tinted is None:
        return colours
    count, spots = cv2.connectedComponents(tinted.view(np.uint8), connectivity=8)
    number = np.asarray(spots, np.intp)
    speck = np.bincount(number.reshape(-1), minlength=count) <= SPECK_SHARE * number.size
    speck[0] = False
    speck[number[hinted]] = False
    out = colours.copy()
    out[speck.take(number)] = 255
    return out


def _tinted(colours: Pixels, ground: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return where ``ground`` is not white; None where that is nowhere, or half of it."""
    import cv2

    white = np.asarray(cv2.inRange(colours, (WHITE_FROM,) * 3, (255,) * 3)) > 0
    tinted = ground & ~white
    return tinted if 0 < 2 * np.count_nonzero(tinted) < np.count_nonzero(ground) else None


def _reached(regions: Labels) -> NDArray[np.bool_]:
    """Return where a ball gets to that rolls over the ground of ``regions`` from beyond the border."""
    import cv2

    radius = max(1.0, min(regions.shape) * BALL_SHARE)
    margin = int(radius) + 2
    free = np.pad(regions == GROUND, margin, constant_values=True).astype(np.uint8)
    room = np.asarray(cv2.distanceTransform(free, cv2.DIST_L2, 5)) > radius
    room[[0, -1]] = room[:, [0, -1]] = True
    _, rooms = cv2.connectedComponents(room.view(np.uint8), connectivity=4)
    outside = np.asarray(rooms) == rooms[0, 0]
    away = np.asarray(cv2.distanceTransform((~outside).view(np.uint8), cv2.DIST_L2, 5))
    return away[margin:-margin, margin:-margin] <= radius
