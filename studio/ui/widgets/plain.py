"""Layouts without margins, thin lines between the parts of a window, and the areas at its sides."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

Box = TypeVar("Box", QHBoxLayout, QVBoxLayout)


def across(parent: QWidget | None = None, gap: int = 0) -> QHBoxLayout:
    """A row without margins."""
    return _bare(QHBoxLayout(parent) if parent is not None else QHBoxLayout(), gap)


def down(parent: QWidget | None = None, gap: int = 0) -> QVBoxLayout:
    """A column without margins."""
    return _bare(QVBoxLayout(parent) if parent is not None else QVBoxLayout(), gap)


def no_wider(content: QWidget, width_px: int) -> QWidget:
    """Keep ``content`` at the left and at most so wide.

    A column alone asks for its height at the column's own width, and cuts what then needs more lines.
    """
    content.setMaximumWidth(width_px)
    holder = QWidget()
    row = across(holder)
    row.addWidget(content, 1)
    row.addStretch()
    return holder


def standing_line() -> QFrame:
    """A line one pixel wide."""
    line = _line()
    line.setFixedWidth(1)
    return line


def lying_line() -> QFrame:
    """A line one pixel high."""
    line = _line()
    line.setFixedHeight(1)
    return line


def as_side_panel(area: QScrollArea, content: QWidget) -> None:
    """Let ``area`` scroll ``content`` up and down, in the colours of a panel and without a frame."""
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setProperty("role", "panel")
    area.viewport().setProperty("role", "panel")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _bare(layout: Box, gap: int) -> Box:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    return layout


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line
