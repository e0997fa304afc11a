"""The sketch factory: drawings made of pictures, for folders that have no drawings."""

from training.sketches import drawn, edges
from training.sketches.mixture import make_sketch, preview
from training.sketches.registry import draw, sketcher_names

__all__ = ["draw", "drawn", "edges", "make_sketch", "preview", "sketcher_names"]
