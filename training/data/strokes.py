"""Line art as strokes: thinned to centre lines, traced into polylines, and joined where they run straight
on.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

SPACING_PX = 3.0
# Ink thicker than this many times the drawing's usual half width is an area, not a line.
AREA = 1.7
# Two branches are one stroke when their directions at a junction differ by less than about 37 degrees.
STRAIGHT = -0.8

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Strokes:
    """The strokes of one drawing.

    points float32 [P,2] (x, y in pixels), ends int [K+1] (stroke k is points[ends[k]:ends[k+1]]), radius
    float32 [K] (half width as drawn), area bool [K] (the outline of a black area instead of a stroke).
    """

    points: Points
    ends: NDArray[np.int32]
    radius: NDArray[np.float32]
    area: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.radius)

    def resized(self, factor: float) -> "Strokes":
        """Return the strokes of the drawing at ``factor`` times the size."""
        return Strokes(
            self.points * np.float32(factor), self.ends, self.radius * np.float32(factor), self.area
        )


def trace(sketch: NDArray[np.uint8]) -> Strokes:
    """Return the strokes of the line art uint8 [H,W] (255 paper, 0 ink)."""
    ink = np.pad((sketch < 128).astype(np.uint8), 2)
    if not ink.any():
        return _pack([])
    depth = np.asarray(cv2.distanceTransform(ink, cv2.DIST_L2, 5), np.float32)
    ridge = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8))) & (ink > 0)
    half = max(float(np.median(depth[ridge])), 0.7)
    areas = _areas(ink, depth, AREA * half + 0.7)
    found: list[tuple[Points, float, bool]] = []
    contours, _ = cv2.findContours(areas, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    for contour in contours:
        outline = contour[:, 0, :].astype(np.float32)
        if len(outline) >= 6:
            found.append((_smoothed(np.concatenate([outline, outline[:1]])), half, True))
    for line in _lines(thin(ink & (1 - areas)), half):
        steps = np.rint(line).astype(int)
        radius = float(np.median(depth[steps[:, 1], steps[:, 0]]))
        found.append((_smoothed(line), max(radius, 0.5), False))
    return _pack([(line - 2, radius, area) for line, radius, area in found])


def thin(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the one pixel wide centre lines of ``ink`` uint8 [H,W] of 0 and 1 (Zhang and Suen, 1984)."""
    ink = ink.copy()
    ink[0] = ink[-1] = 0
    ink[:, 0] = ink[:, -1] = 0
    while True:
        before = cv2.countNonZero(ink)
        for table in _THINNING:
            code = cv2.filter2D(ink, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
            ink &= np.asarray(cv2.LUT(code, table), np.uint8)
        if cv2.countNonZero(ink) == before:
            return ink


def _neighbour_tables() -> tuple[NDArray[np.float32], list[NDArray[np.uint8]], NDArray[np.uint8]]:
    # Neighbours P2..P9 of the paper, clockwise from north, are bits 0..7 of a code.
    kernel = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)
    keep = [np.ones(256, np.uint8), np.ones(256, np.uint8)]
    crossings = np.zeros(256, np.uint8)
    for code in range(256):
        p = [code >> bit & 1 for bit in range(8)]
        turns = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
        crossings[code] = turns
        if 2 <= sum(p) <= 6 and turns == 1:
            n, e, s, w = p[0], p[2], p[4], p[6]
            keep[0][code] = 0 if n * e * s == 0 and e * s * w == 0 else 1
            keep[1][code] = 0 if n * e * w == 0 and n * s * w == 0 else 1
    return kernel, keep, crossings


_NEIGHBOURS, _THINNING, _CROSSINGS = _neighbour_tables()


def _areas(ink: NDArray[np.uint8], depth: NDArray[np.float32], radius: float) -> NDArray[np.uint8]:
    core = (depth > radius).astype(np.uint8)
    if not core.any():
        return np.zeros_like(ink)
    near = cv2.distanceTransform(1 - core, cv2.DIST_L2, 5) <= radius
    return (near & (ink > 0)).astype(np.uint8)


def _lines(centre: NDArray[np.uint8], half: float) -> list[Points]:
    """Trace centre lines into polylines [n,2] (x, y), spurs dropped, straight runs joined."""
    code = cv2.filter2D(centre, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    crossings = cv2.LUT(code, _CROSSINGS) * centre
    knots = cv2.dilate((crossings >= 3).astype(np.uint8), np.ones((3, 3), np.uint8))
    _, found, _, knot_centre = cv2.connectedComponentsWithStats(knots, connectivity=8)
    knot_label = np.asarray(found, np.int32)
    count, label = cv2.connectedComponents(centre * (1 - knots), connectivity=8)
    ys, xs = np.nonzero(label)
    order = np.argsort(label[ys, xs], kind="stable")
    ys, xs = ys[order], xs[order]
    cuts = np.searchsorted(label[ys, xs], np.arange(1, count + 1))
    branches: list[Points] = []
    at_knot: list[list[int]] = []
    for start, stop in pairwise(cuts):
        line = _walk(list(zip(xs[start:stop].tolist(), ys[start:stop].tolist(), strict=True)))
        touched = [int(_knot_beside(knot_label, line[0])), int(_knot_beside(knot_label, line[-1]))]
        if len(line) == 1 and touched[0]:
            touched[1] = 0
        if len(line) <= 1.6 * half and (touched[0] > 0) != (touched[1] > 0):
            continue
        points = [np.array(line, np.float32)]
        if touched[0]:
            points.insert(0, knot_centre[touched[0]][None].astype(np.float32))
        if touched[1]:
            points.append(knot_centre[touched[1]][None].astype(np.float32))
        branches.append(np.concatenate(points))
        at_knot.append(touched)
    return _joined(branches, at_knot)


def _walk(pixels: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Order the pixels of a simple curve from one end to the other."""
    left = set(pixels)

    def next_to(pixel: tuple[int, int]) -> list[tuple[int, int]]:
        x, y = pixel
        around = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
        return [(x + dx, y + dy) for dx, dy in around if (x + dx, y + dy) in left]

    start = min(pixels, key=lambda pixel: len(next_to(pixel)))
    loop = len(next_to(start)) > 1
    line = [start]
    left.discard(start)
    while beside := next_to(line[-1]):
        line.append(beside[0])
        left.discard(beside[0])
    if loop and len(line) > 4 and max(abs(line[-1][0] - start[0]), abs(line[-1][1] - start[1])) <= 2:
        line.append(start)
    return line


def _knot_beside(knots: NDArray[np.int32], pixel: tuple[int, int]) -> int:
    x, y = pixel
    return int(knots[y - 1 : y + 2, x - 1 : x + 2].max())


def _joined(branches: list[Points], at_knot: list[list[int]]) -> list[Points]:
    """Join branches that run straight on through a junction."""
    meeting: dict[int, list[tuple[int, int, NDArray[np.float32]]]] = {}
    for index, (line, touched) in enumerate(zip(branches, at_knot, strict=True)):
        for side in (0, 1):
            if touched[side]:
                inner = line[min(7, len(line) - 1)] if side == 0 else line[-min(8, len(line))]
                way = inner - (line[0] if side == 0 else line[-1])
                meeting.setdefault(touched[side], []).append((index, side, way / (np.hypot(*way) + 1e-6)))
    link: dict[tuple[int, int], tuple[int, int]] = {}
    for ends in meeting.values():
        pairs = sorted(
            (float(ends[i][2] @ ends[j][2]), i, j) for i in range(len(ends)) for j in range(i + 1, len(ends))
        )
        for cosine, i, j in pairs:
            one, other = ends[i][:2], ends[j][:2]
            if cosine < STRAIGHT and one not in link and other not in link and one[0] != other[0]:
                link[one], link[other] = other, one
    lines = []
    used: set[int] = set()
    for first in range(len(branches)):
        if first in used:
            continue
        index, side = first, 0
        seen = {first}
        while (index, side) in link:  # back to where the stroke begins
            index, side = link[index, side]
            side = 1 - side
            if index in seen:
                break
            seen.add(index)
        parts: list[Points] = []
        while index not in used:
            used.add(index)
            line = branches[index] if side == 0 else branches[index][::-1]
            parts.append(line if not parts else line[1:])
            if (index, 1 - side) not in link:
                break
            index, side = link[index, 1 - side]
        lines.append(np.concatenate(parts))
    return lines


def _smoothed(line: Points) -> Points:
    """Take the staircase out of a pixel curve and leave a point every few pixels; ends stay."""
    if len(line) < 3:
        return line
    closed = bool(np.abs(line[0] - line[-1]).max() < 1.5) and len(line) > 8
    if closed:
        around = np.concatenate([line[-5:-1], line, line[1:5]])
        soft = cv2.GaussianBlur(around, (1, 9), 1.6)[4:-4]
    else:
        soft = cv2.GaussianBlur(line, (1, 9), 1.6, borderType=cv2.BORDER_REPLICATE)
        soft[0], soft[-1] = line[0], line[-1]
    count = max(2, round(len(line) / SPACING_PX) + 1)
    return soft[np.linspace(0, len(line) - 1, count).round().astype(int)]


def _pack(strokes: list[tuple[Points, float, bool]]) -> Strokes:
    ends = np.cumsum([0, *(len(line) for line, _, _ in strokes)]).astype(np.int32)
    points = np.concatenate([line for line, _, _ in strokes]) if strokes else np.zeros((0, 2), np.float32)
    return Strokes(
        points.astype(np.float32),
        ends,
        np.array([radius for _, radius, _ in strokes], np.float32),
        np.array([area for _, _, area in strokes], bool),
    )
