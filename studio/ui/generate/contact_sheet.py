"""The grid as one picture for a page: labels at the left, seeds above."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from studio.core.compose import pixels_of
from studio.core.generate import Pixels
from studio.ui.widgets.picture_grid import image_of

GAP_PX = 4
MARGIN_PX = 12
TEXT_PX = 13
SMALLEST_PX = 64
INK, PAPER = QColor("#1d1d21"), QColor("#ffffff")


def contact_sheet(rows: Sequence[Sequence[Pixels]], labels: Sequence[str], seeds: Sequence[int]) -> Pixels:
    """Return rows of pictures [S,S,3] with their names on white, uint8 [H,W,3].

    Pictures below `SMALLEST_PX` are repeated pixel by pixel until they are that large; none is resampled.
    ``labels`` without any text leave the names out.
    """
    times = max(1, -(-SMALLEST_PX // rows[0][0].shape[0]))
    side = rows[0][0].shape[0] * times
    font = QFont()
    font.setPixelSize(TEXT_PX)
    metrics = QFontMetrics(font)
    named = any(labels)
    left = MARGIN_PX + (max(metrics.horizontalAdvance(label) for label in labels) + 8 if named else 0)
    top = MARGIN_PX + metrics.height() + 4
    step = side + GAP_PX
    sheet = QImage(
        left + len(seeds) * step - GAP_PX + MARGIN_PX,
        top + len(rows) * step - GAP_PX + MARGIN_PX,
        QImage.Format.Format_RGBA8888_Premultiplied,
    )
    sheet.fill(PAPER)
    painter = QPainter(sheet)
    painter.setFont(font)
    painter.setPen(INK)
    for column, seed in enumerate(seeds):
        box = QRect(left + column * step, MARGIN_PX, side, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, str(seed))
    for row, (pictures, label) in enumerate(zip(rows, labels, strict=True)):
        box = QRect(0, top + row * step, left - 8, side)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        for column, pixels in enumerate(pictures):
            larger = np.repeat(np.repeat(pixels, times, axis=0), times, axis=1)
            painter.drawImage(left + column * step, top + row * step, image_of(larger))
    painter.end()
    return pixels_of(sheet)[..., :3]
