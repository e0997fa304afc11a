"""The cached raster: halves are true means, only what changed is rendered again."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from studio.core.geometry import Rect
from studio.ui.canvas.pyramid import LEVELS, Pyramid

RGB32 = QImage.Format.Format_RGB32


def pixels(image: QImage) -> np.ndarray:
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[..., :3].copy()


def noise(width: int, height: int, seed: int = 1) -> QImage:
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    return QImage(values.data, width, height, width * 4, RGB32).copy()


class Source:
    """Renders from an image and notes what was asked for."""

    def __init__(self, image: QImage) -> None:
        self.image = image
        self.asked: list[QRect] = []

    def __call__(self, painter: QPainter, rect: QRect) -> None:
        self.asked.append(QRect(rect))
        painter.drawImage(rect, self.image, rect)


def test_each_level_is_the_mean_of_four_pixels_of_the_one_before() -> None:
    pyramid = Pyramid(96, 64, RGB32, Source(noise(96, 64)))
    for index in range(1, LEVELS):
        finer = pixels(pyramid.level(index - 1)).astype(float)
        mean = (finer[0::2, 0::2] + finer[1::2, 0::2] + finer[0::2, 1::2] + finer[1::2, 1::2]) / 4
        assert np.abs(pixels(pyramid.level(index)) - mean).max() <= 3  # Qt rounds down, twice


def test_a_change_is_rendered_alone_and_reaches_every_level() -> None:
    source = Source(noise(256, 256))
    pyramid = Pyramid(256, 256, RGB32, source)
    pyramid.level(LEVELS - 1)
    source.asked.clear()
    source.image.fill(QColor(10, 200, 30))
    changed = QRect(33, 65, 50, 21)
    pyramid.invalidate(Rect(33, 65, 50, 21))
    assert not source.asked
    levels = [pixels(pyramid.level(index)) for index in range(LEVELS)]
    assert source.asked == [changed]
    fresh = Pyramid(256, 256, RGB32, Source(pyramid.level(0).copy()))
    for index, level in enumerate(levels):
        assert np.abs(level.astype(int) - pixels(fresh.level(index)).astype(int)).max() <= 2


def test_many_small_changes_are_all_rendered() -> None:
    source = Source(noise(512, 512))
    pyramid = Pyramid(512, 512, RGB32, source)
    pyramid.level(0)
    source.image = noise(512, 512, seed=2)
    for place in range(0, 512, 8):
        pyramid.invalidate(Rect(place, (place * 37) % 512, 4, 4))
    level = pixels(pyramid.level(0))
    expected = pixels(source.image)
    for place in range(0, 512, 8):
        row = (place * 37) % 512
        assert (level[row, place] == expected[row, place]).all()


def test_odd_sizes_are_rendered_inside_the_document_only() -> None:
    source = Source(noise(101, 67))
    pyramid = Pyramid(101, 67, RGB32, source)
    pyramid.level(0)
    pyramid.invalidate(Rect(90, 60, 500, 500))
    assert (pixels(pyramid.level(0))[:67, :101] == pixels(source.image)).all()
    assert all(QRect(0, 0, 101, 67).contains(rect) for rect in source.asked)


def test_white_paper_stays_white_at_every_level() -> None:
    paper = QImage(64, 64, RGB32)
    paper.fill(QColor("white"))
    pyramid = Pyramid(64, 64, RGB32, Source(paper))
    assert all((pixels(pyramid.level(index)) == 255).all() for index in range(LEVELS))


def turned(degrees: int, *, mirror: bool, zoom: float) -> QTransform:
    """A turn about the middle of 96 x 64 with exact zeros, as the view makes it."""
    down = 1.0 if degrees == 90 else -1.0
    flip = -1.0 if mirror else 1.0
    about = QTransform(0, down * zoom * flip, -down * zoom, 0, 0, 0)
    middle = about.map(QPointF(48, 32))
    return about * QTransform.fromTranslate(100.3 - middle.x(), 100.4 - middle.y())


@pytest.mark.parametrize("degrees", [90, -90])
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(
    ("zoom", "crisp"), [(0.4, False), (0.8, False), (1.0, True), (1.7, False), (3.0, True)]
)
def test_a_quarter_turn_shows_the_same_as_qts_own(
    degrees: int, mirror: bool, zoom: float, crisp: bool
) -> None:
    image = noise(12, 8).scaled(96, 64)
    pyramid = Pyramid(96, 64, RGB32, Source(image))
    transform, seen = turned(degrees, mirror=mirror, zoom=zoom), QRect(10, 5, 80, 50)
    shown = []
    for by_pyramid in (True, False):
        canvas = QImage(200, 200, RGB32)
        canvas.fill(QColor("grey"))
        painter = QPainter(canvas)
        painter.setTransform(transform)
        if by_pyramid:
            pyramid.paint(painter, zoom, seen, crisp=crisp)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
            half = 1 if zoom <= 0.5 and not crisp else 0
            parts = QTransform.fromScale(1 / (1 << half), 1 / (1 << half))
            painter.drawImage(QRectF(seen), pyramid.level(half), parts.mapRect(QRectF(seen)))
        painter.end()
        shown.append(pixels(canvas).astype(int))
    # Where the outline falls between two pixels either may be painted; inside it all is painted.
    inside = transform.mapRect(QRectF(seen)).adjusted(1.5, 1.5, -1.5, -1.5).toAlignedRect()
    ours, theirs = (
        image[inside.top() : inside.bottom() + 1, inside.left() : inside.right() + 1] for image in shown
    )
    assert (np.abs(ours - theirs).max(axis=2) > 24).mean() < 0.03
    assert np.abs(ours - theirs).mean() < 2.0
    assert (ours != 128).any(axis=2).all()
