"""What the three columns share: a heading, a scrolling column, wrapped text, small pictures."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, IconBook
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.picture_grid import image_of
from studio.ui.widgets.plain import as_side_panel

COLUMN_PX = 292
MARGIN_PX = 16


class ScrollColumn(QScrollArea):
    """A column of fixed width with a heading; its content scrolls when it does not fit."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content = QWidget()
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.rows = QVBoxLayout(content)
        self.rows.setContentsMargins(MARGIN_PX, 12, MARGIN_PX, MARGIN_PX)
        self.rows.setSpacing(GAP)
        self.heading = QLabel(title)
        self.heading.setProperty("role", "title")
        self.rows.addWidget(self.heading)
        as_side_panel(self, content)
        self.setFixedWidth(COLUMN_PX)


def wrapped(text: str = "", muted: bool = False) -> QLabel:
    """A label whose plain text wraps; names of strangers' files are never read as HTML."""
    label = muted_label(text) if muted else QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def subtitle(text: str) -> QLabel:
    """A heading inside a column; a long one wraps, and does not push the column's content out of sight."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "title")
    label.setContentsMargins(0, GAP, 0, 0)
    return label


def thin_bar() -> QProgressBar:
    """A bar without words."""
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setFixedHeight(4)
    return bar


def with_icon(words: str, icon: str, icons: IconBook, *, on_accent: bool = False) -> QPushButton:
    """A button with an icon at some distance from its words."""
    button = QPushButton(f" {words}")
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    icons.bind(button, icon, on_accent=on_accent)
    return button


def link(text: str, tip: str = "") -> QPushButton:
    """A button that looks like a link."""
    button = QPushButton(text)
    button.setProperty("role", "link")
    button.setToolTip(tip)
    return button


def small_picture(pixels: NDArray[np.uint8], side: int, ratio: float) -> QPixmap:
    """uint8 [H,W] or [H,W,3] as a pixmap that fits a square of ``side`` logical pixels."""
    colours = np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels
    return small_pixmap(image_of(colours), side, ratio)


def small_pixmap(image: QImage, side: int, ratio: float) -> QPixmap:
    """An image as a pixmap that fits a square of ``side`` logical pixels."""
    image = image.scaled(
        QSize(round(side * ratio), round(side * ratio)),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    image.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(image)


def clear_layout(layout: QVBoxLayout) -> None:
    """Take everything out of a column and free it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
