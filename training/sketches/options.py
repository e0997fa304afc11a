"""How sketches are made of pictures: the settings of the factory."""

from dataclasses import dataclass

from training.options import option


@dataclass(frozen=True)
class SketchConfig:
    """How sketches are made of folders that have only pictures: a mixture, drawn anew for each sample."""

    canny: float = option(
        1.0, low=0, high=10, help="Weight of Canny edges: thin lines where brightness jumps"
    )
    xdog: float = option(1.0, low=0, high=10, help="Weight of XDoG: ink lines that swell, with black areas")
    pencil: float = option(0.7, low=0, high=10, help="Weight of the soft pencil: grey shading along edges")
    threshold: float = option(0.5, low=0, high=10, help="Weight of the adaptive threshold: a scanned drawing")
    lines: float = option(
        1.0, low=0, high=10, help="Weight of clean lines: the drawing's own dark lines alone"
    )
    strength_low: float = option(0.3, low=0, high=1, help="Least detail in a sketch")
    strength_high: float = option(0.8, low=0, high=1, help="Most detail in a sketch")
    redraw: float = option(0.2, low=0, high=1, help="Share of sketches redrawn stroke by stroke")
