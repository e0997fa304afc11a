"""What the studio's tests share: a small document and a pen."""

from collections.abc import Callable, Sequence

import pytest

from studio.core.document import Document
from studio.core.stroke import PenSample
from studio.core.tools import Tool
from tests.studio.running import make_studio, models_folder, studio

__all__ = ["Draw", "document", "draw", "make_studio", "models_folder", "studio"]

Draw = Callable[[Tool, Sequence[tuple[float, float]]], None]


@pytest.fixture
def document() -> Document:
    """Return a blank document that is wider than high, its sides no multiples of a tile."""
    return Document.new(300, 200)


@pytest.fixture
def draw() -> Draw:
    """Return a function that leads a tool through points, one sample an event, 8 ms apart."""

    def lead(tool: Tool, points: Sequence[tuple[float, float]]) -> None:
        samples = [PenSample(x, y, time_s=0.008 * i) for i, (x, y) in enumerate(points)]
        tool.press(samples[0])
        for sample in samples[1:-1]:
            tool.move([sample])
        tool.release(samples[-1])

    return lead
