"""How training pictures are varied: the settings of the drawing-like augmentation and of the simulated
hints.
"""

from dataclasses import dataclass

from training.options import option
from training.sketches.options import SketchConfig as SketchConfig


@dataclass(frozen=True)
class AugmentConfig:
    """Line art as people draw it. Lengths are in pixels at 256 x 256 and grow with the picture."""

    enabled: bool = option(True, help="Vary the drawings; off shows each as it is in the data set")
    clean: float = option(0.22, low=0, high=1, help="Share of drawings whose lines stay as they are")
    redraw: float = option(0.48, low=0, high=1, help="Share redrawn stroke by stroke with a simulated pen")
    mirror: float = option(0.5, low=0, high=1, help="Share mirrored left to right")
    rotate_deg: float = option(18.0, low=0, high=180, help="Largest usual rotation")
    scale_low: float = option(0.6, low=0.2, high=1, help="Smallest scale")
    scale_high: float = option(1.15, low=1, high=3, help="Largest scale")
    shift: float = option(0.14, low=0, high=0.5, help="Largest shift as a share of the side")
    bend_px: float = option(
        4.0, low=0, high=20, help="Bending of the whole drawing, lines and colours together"
    )
    pen_low_px: float = option(1.3, low=0.5, high=10, help="Thinnest pen")
    pen_high_px: float = option(9.0, low=1, high=40, help="Thickest pen")
    wobble_px: float = option(1.6, low=0, high=8, help="Unsteadiness of the pen against the colours")
    gaps: float = option(0.25, low=0, high=1, help="Share of varied drawings with gaps in the lines")
    overshoot: float = option(
        0.35, low=0, high=1, help="Share of redrawn drawings whose strokes run past their ends"
    )
    double: float = option(0.15, low=0, high=1, help="Share of redrawn drawings with doubled strokes")
    missing: float = option(
        0.2, low=0, high=1, help="Share of varied drawings with strokes or parts left out"
    )
    hollow: float = option(
        0.25, low=0, high=1, help="Share of redrawn drawings with black areas only outlined"
    )
    grey: float = option(0.35, low=0, high=1, help="Share of varied drawings in pencil or pen greys")
    paper: float = option(0.15, low=0, high=1, help="Share of varied drawings on scanned paper")
    hard: float = option(0.2, low=0, high=1, help="Share of varied drawings with hard, not antialiased lines")


@dataclass(frozen=True)
class HintConfig:
    """Simulated colour hints. Lengths are in pixels at 256 x 256 and grow with the picture."""

    enabled: bool = option(True, help="Give colour hints in training")
    none: float = option(0.6, low=0, high=1, help="Share of pictures without hints")
    most: int = option(6, low=1, high=32, help="Largest number of hints in a picture")
    faint: float = option(
        0.2, low=0, high=1, help="Share of hinted pictures whose hints are less than fully strong"
    )
    sloppy: float = option(0.25, low=0, high=1, help="Share of hint strokes that cross a line a little")
    shift_all: float = option(0.25, low=0, high=1, help="Share of hinted pictures in other hues throughout")
    recolour: float = option(
        0.6, low=0, high=1, help="Share of hinted pictures with single regions in free colours"
    )
    recolour_most: int = option(4, low=1, high=16, help="Largest number of regions in free colours")
    ground: float = option(0.04, low=0, high=1, help="Share of hinted pictures whose paper gets a colour")


@dataclass(frozen=True)
class VaryConfig:
    """How pictures that no drawing belongs to are varied. What comes in at a border repeats its edge."""

    mirror: float = option(0.0, low=0, high=1, help="Share mirrored left to right")
    rotate_deg: float = option(0.0, low=0, high=180, help="Largest rotation either way")
    shift_px: int = option(
        0, low=0, high=256, help="Largest shift in pixels, as of a random crop with so much padding"
    )
    zoom: float = option(0.0, low=0, high=0.5, help="Largest change of size as a share, either way")


@dataclass(frozen=True)
class SourceConfig:
    """Where pictures come from and how a folder is read. A prepared data set needs none of it."""

    layout: str = option(
        "auto",
        choices=("auto", "images", "classes", "paired", "side_by_side", "prepared", "idx", "cifar"),
        help="How the folder is arranged; auto finds out",
    )
    direction: str = option(
        "auto", choices=("auto", "left", "right"), help="Which half of a side-by-side pair is the sketch"
    )
    lines: str = option(
        "auto",
        choices=("auto", "over", "none"),
        help="Whether the sketch's lines are part of the picture (over) or not, as in photos (none)",
    )
    fit: str = option(
        "auto",
        choices=("auto", "crop", "pad", "stretch"),
        help="How pictures become square; auto cuts photos and pads drawings with white",
    )
    labels: str = option(
        "",
        help="Table (CSV) with the columns file and label that says what each picture shows, instead of its "
        "folder's name; a labels.csv among the pictures is found by itself",
    )
    excluded: tuple[str, ...] = option((), help="Pictures to leave out, as paths inside the folder")
    excluded_list: str = option("", help="JSON file with a list of further paths to leave out")
    cache_gb: float = option(
        8.0, low=0, high=10_000, help="Largest cache of decoded pictures in gigabytes; the rest is read anew"
    )
