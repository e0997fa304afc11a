"""How a generated picture is painted, in the grid and on the walk alike."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPalette, QPen

from studio.core.generate import ANY, Between, Pixels, Place, Sample
from studio.ui.generate.controller import GenerateController
from studio.ui.widgets.picture_grid import image_of

CORNER_PX = 4
RING_PX = 2


class Images:
    """The controller's pictures as QImages, each converted once."""

    def __init__(self, controller: GenerateController) -> None:
        self._controller = controller
        self._known: dict[Place, tuple[Pixels, QImage]] = {}

    def of(self, place: Place) -> QImage | None:
        """The picture of a place; None while there is none."""
        pixels = self._controller.picture(place)
        if pixels is None:
            self._known.pop(place, None)
            return None
        known = self._known.get(place)
        if known is None or known[0] is not pixels:
            known = self._known[place] = pixels, image_of(pixels)
        return known[1]

    def keep_only(self, places: set[Place]) -> None:
        """Forget all others."""
        self._known = {place: known for place, known in self._known.items() if place in places}


def paint_picture(painter: QPainter, box: QRectF, image: QImage | None, palette: QPalette) -> None:
    """Paint a picture with round corners; an empty tile where there is none yet."""
    outline = QPainterPath()
    outline.addRoundedRect(box, CORNER_PX, CORNER_PX)
    if image is None:
        painter.fillPath(outline, palette.color(QPalette.ColorRole.Midlight))
        return
    painter.save()
    painter.setClipPath(outline)
    painter.drawImage(box, image)
    painter.restore()


def paint_ring(painter: QPainter, box: QRectF, colour: QColor, width: int = RING_PX) -> None:
    """Paint a ring around a picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width))
    away = width / 2 + 1
    painter.drawRoundedRect(box.adjusted(-away, -away, away, away), CORNER_PX + 1, CORNER_PX + 1)


def name_of(place: Place) -> str:
    """A picture in words: "7, seed 12", "7 to 9, 25 %"."""
    if isinstance(place, Between):
        first, second = (label_name(sample.label) for sample in (place.first, place.second))
        if place.first.label == place.second.label:
            first, second = (f"seed {sample.seed}" for sample in (place.first, place.second))
        return f"{first} to {second}, {place.share * 100:.0f} %"
    return f"{label_name(place.label)}, seed {place.seed}"


def short_name(sample: Sample) -> str:
    """A picture of the grid in as few words as possible: "7 · 12"."""
    return f"{label_name(sample.label)} · {sample.seed}"


def label_name(label: str) -> str:
    """A row's name."""
    return label if label != ANY else "Any"
