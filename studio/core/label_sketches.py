"""The small drawings that label pictures are made from: one that suits the label, else one for all."""

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from studio import resources

ANY_LABEL = ""
"""Stands for no label, and for the drawing of all labels without one of their own."""

Sketch = NDArray[np.uint8]


def label_sketches(size: int, labels: Iterable[str]) -> dict[str, Sketch]:
    """Return drawings uint8 [size, size], 255 paper, by label: the one for all, and those that suit a label.

    A ring stands in for the one for all where its file is missing.
    """
    suited = {label: _loaded(f"{_slug(label)}.png", size) for label in labels if _slug(label)}
    one = _loaded("any.png", size)
    found = {label: sketch for label, sketch in suited.items() if sketch is not None}
    return {**found, ANY_LABEL: _ring(size) if one is None else one}


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def _loaded(name: str, size: int) -> Sketch | None:
    image = QImage(str(resources.asset("label_sketches", name)))
    if image.isNull():
        return None
    image = image.convertToFormat(QImage.Format.Format_Grayscale8).scaled(
        size, size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(size, image.bytesPerLine())
    return rows[:, :size].copy()  # the image is gone when this returns


def _ring(size: int) -> Sketch:
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    ring = np.abs(np.hypot(x, y) - 0.35) < 0.02
    return np.where(ring, 0, 255).astype(np.uint8)
