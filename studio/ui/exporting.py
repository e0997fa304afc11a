"""What an export contains, made from a snapshot and the picture; runs in a background thread."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.compose import composite, sketch_of, straight
from studio.core.cutout import PAPER_LEVEL, transparent_ground
from studio.core.layers import LayerKind
from studio.core.picture_files import save_picture
from studio.core.snapshot import DocumentSnapshot
from training.files import UserError

Pixels = NDArray[np.uint8]

DRAWING = (LayerKind.LINE, LayerKind.PAINT)


class ExportContent(StrEnum):
    """What goes into the file."""

    PICTURE = "picture"
    COLOURS = "colours"
    DRAWING = "drawing"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """`transparent`: paper the border can reach goes; gaps in lines up to `gap_px` are closed for that."""

    content: ExportContent = ExportContent.PICTURE
    transparent: bool = False
    gap_px: float = 16.0


@dataclass(frozen=True, slots=True)
class ExportJob:
    """One export: everything it needs, frozen. `image` and `flats` are the picture with and without lines."""

    snapshot: DocumentSnapshot
    image: Pixels | None
    flats: Pixels | None
    options: ExportOptions
    path: Path

    def run(self) -> Path:
        """Write the file at the drawing's size, in the format its ending says; UserError where that fails."""
        return save_picture(self.path, self.pixels())

    def pixels(self) -> Pixels:
        """The export as [H, W, 3], or straight [H, W, 4] with a transparent ground."""
        snapshot = self.snapshot
        if self.options.content is ExportContent.DRAWING:
            if self.options.transparent:
                return _drawing_without_ground(snapshot, self.options.gap_px)
            return _seen_drawing(snapshot)
        rgb = self.image if self.options.content is ExportContent.PICTURE else self.flats
        if rgb is None:
            raise UserError("There is no picture to export yet; switch live on and wait for it.")
        if not self.options.transparent:
            return rgb
        ink = np.bitwise_not(sketch_of(snapshot, snapshot.width, snapshot.height))
        if self.options.content is ExportContent.PICTURE:
            return transparent_ground(rgb, ink, self.options.gap_px)
        # Without lines the ground is found with them, or colours along a light edge would go too.
        return _without_ground(rgb, ink, self.options.gap_px)


def _seen_drawing(snapshot: DocumentSnapshot) -> Pixels:
    return np.ascontiguousarray(composite(snapshot, snapshot.rect, kinds=DRAWING)[..., :3])


def _drawing_without_ground(snapshot: DocumentSnapshot, gap_px: float) -> Pixels:
    """Nothing is where nothing was painted, nor where layers are paper that the border can reach."""
    rgb = _seen_drawing(snapshot)
    lines = composite(snapshot, snapshot.rect, paper=False, kinds=(LayerKind.LINE,))[..., 3]
    # A line under a layer that covers it is nowhere darker than what is seen there.
    ink = np.minimum(lines, 255 - rgb.min(axis=2))
    cut = transparent_ground(rgb, ink, gap_px)
    drawing = straight(composite(snapshot, snapshot.rect, paper=False, kinds=DRAWING))
    painted = composite(snapshot, snapshot.rect, paper=False, kinds=(LayerKind.PAINT,))[..., 3]
    # The soft edge of a brush is as pale as paper; it stays as it was painted.
    paper = (painted > 255 - PAPER_LEVEL) & (cut[..., 3] < drawing[..., 3])
    drawing[paper] = cut[paper]
    return drawing


def _without_ground(flats: Pixels, ink: Pixels, gap_px: float) -> Pixels:
    from studio.core.carry import multiply_ink
    from studio.core.cutout import ground_mask, ground_without_lines

    ground = ground_mask(multiply_ink(flats, np.bitwise_not(ink)), ink, gap_px)
    ground = ground_without_lines(flats, ink, ground)
    alpha = np.where(ground, 0, 255).astype(np.uint8)
    return np.dstack([flats, alpha])
