"""Pictures without their ground: the paper that can be reached from the border becomes transparent."""

import numpy as np
from numpy.typing import NDArray

from studio.core.tiles import Pixels

PAPER_LEVEL = 232
"""A colour whose darkest channel is at least this is paper; a coloured sky is not."""
GROUND_LEVEL = 248
"""The same beneath a line along the ground, where a nearly white shape may begin."""
SPECK = 1 / 20_000
"""Islands smaller than this part of the picture, left where lines meet, go with the lines."""
INK_LEVEL = 128


def transparent_ground(rgb: Pixels, ink: Pixels, gap_px: float = 0.0) -> Pixels:
    """Return straight RGBA uint8 [H, W, 4]: ``rgb`` [H, W, 3] without the paper around the drawing.

    Ground is what is white and can be reached from the border without crossing the lines (``ink`` coverage
    [H, W]) or an opening in them of up to about ``gap_px``. Lines along the ground keep soft edges: there
    alpha is the ink's coverage and the white is taken out of the colour.
    """
    ground = ground_mask(rgb, ink, gap_px)
    out = np.empty((*ink.shape, 4), np.uint8)
    out[..., :3] = rgb
    out[..., 3] = 255
    out[ground] = 0
    edge = ground & (ink > 0)
    alpha = ink[edge].astype(np.float32)[:, None]
    # rgb = colour * alpha + white * (1 - alpha), solved for colour.
    colour = 255.0 - (255.0 - rgb[edge].astype(np.float32)) * 255.0 / alpha
    out[edge, :3] = np.rint(np.clip(colour, 0, 255)).astype(np.uint8)
    out[edge, 3] = ink[edge]
    return out


def ground_mask(rgb: Pixels, ink: Pixels, gap_px: float = 0.0) -> NDArray[np.bool_]:
    """Return where the ground is, bool [H, W], the outer half of the lines around it included."""
    import cv2

    paper = _darkest_under_ink(rgb, ink) >= PAPER_LEVEL
    free = (paper & (ink < INK_LEVEL)).astype(np.uint8)
    # A frame of paper around the picture joins everything the border touches.
    framed = np.pad(free, 1, constant_values=1)
    radius = round(gap_px / 2)
    reached = _reached(framed)
    if radius > 0:
        depth = cv2.distanceTransform(np.pad(framed, radius, constant_values=1), cv2.DIST_L2, 5)
        core = (depth > radius).astype(np.uint8)
        wide = np.asarray(_reached(core))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 3, 2 * radius + 3))
        grown = np.asarray(cv2.dilate(wide, kernel), np.uint8)[radius:-radius, radius:-radius]
        reached = _reached(framed & grown)
    inside = reached[1:-1, 1:-1]
    # Where ink meets the ground its soft edge is ground too, up to the middle of the line.
    edge = np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8)))
    soft = (edge > 0) & (ink > 0) & paper
    return (inside > 0) | soft


def ground_without_lines(flats: Pixels, ink: Pixels, ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ``ground`` grown under the lines it touches, where the colours there are paper too.

    For pictures without lines: else a stroke on bare paper would stay behind as a white one, and specks
    where strokes meet.
    """
    import cv2

    open_to = ground | ((ink > 0) & (flats.min(axis=2) >= GROUND_LEVEL))
    count, parts = cv2.connectedComponents(open_to.astype(np.uint8), connectivity=4)
    reached = np.zeros(count, bool)
    reached[np.unique(parts[ground])] = True
    grown = reached[parts] & open_to
    _, islands, stats, _ = cv2.connectedComponentsWithStats((~grown).astype(np.uint8), connectivity=8)
    return grown | (stats[:, cv2.CC_STAT_AREA] < SPECK * ink.size)[islands]


def _darkest_under_ink(rgb: Pixels, ink: Pixels) -> Pixels:
    """Return the darkest channel of the colour under the lines; white where the ink hides it.

    rgb = colour * (1 - ink), solved for colour; that keeps the order of the channels, so one is enough.
    """
    share = np.maximum(255 - ink, 1).astype(np.uint16)
    darkest = np.minimum(np.minimum(rgb[..., 0], rgb[..., 1]), rgb[..., 2]).astype(np.uint16)
    colour = np.minimum((darkest * np.uint16(255) + share // 2) // share, 255).astype(np.uint8)
    colour[ink > 200] = 255
    return colour


def _reached(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the 4-connected part of a 0/1 mask that holds its top left corner."""
    import cv2

    flooded = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.uint8)
    cv2.floodFill(
        np.ascontiguousarray(mask), flooded, (0, 0), 0, flags=4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    )
    return np.ascontiguousarray(flooded[1:-1, 1:-1])
