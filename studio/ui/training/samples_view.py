"""The grid of samples: the canvas's drawing first, a slider over time, and two steps beside each other."""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from studio.core.run_history import SampleGrid
from studio.ui.theme import tabular
from studio.ui.widgets.picture_grid import image_of

log = logging.getLogger(__name__)

GAP_PX = 4
NAME_PX = 74
LABEL_PX = 18
LARGE_PX = 256
OWN = "Yours"
KEPT = 4
"""Decoded grids that are remembered."""

Cells = list[list[NDArray[np.uint8]]]


class SamplesView(QWidget):
    """Follows the list of grids; stays at the newest one until the person moves the slider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grids: list[SampleGrid] = []
        self._cells: dict[str, Cells] = {}
        self._follows = True
        self.sheet = SampleSheet()
        self.slider = _time_slider("Step of the samples")
        self.step = _step_label()
        self.compare = QCheckBox("Side by side")
        self.compare.setToolTip("Show the samples of two steps beside each other")
        self.whose = QComboBox()
        self.whose.setAccessibleName("Run to compare with")
        self.whose.setToolTip("The run that stands beside this one; tick more in the list of runs")
        self.whose.activated.connect(self._on_whose)
        self._others: dict[str, list[SampleGrid]] = {}
        self.other = _time_slider("The step to compare with")
        self.other_step = _step_label()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.step)
        row.addWidget(self.compare)
        row.addWidget(self.whose)
        row.addWidget(self.other, 1)
        row.addWidget(self.other_step)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.sheet, 1)
        column.addLayout(row)
        self.slider.valueChanged.connect(self._on_slider)
        self.other.valueChanged.connect(self._show)
        self.compare.toggled.connect(self._show)
        self._show()

    @property
    def grid(self) -> SampleGrid | None:
        """The grid on show."""
        return self._grids[self.slider.value()] if self._grids else None

    def set_grids(self, grids: Sequence[SampleGrid]) -> None:
        """Show these grids, oldest first."""
        known = [grid for grid in grids if grid.rows and grid.columns]
        if known == self._grids:
            return
        self._grids = known
        last = max(len(known) - 1, 0)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, last)
            if self._follows:
                self.slider.setValue(last)
        self._fit_other()
        self._show()

    def set_others(self, others: Mapping[str, Sequence[SampleGrid]]) -> None:
        """Let the grids of these runs stand beside those on show."""
        self._others = {name: [grid for grid in grids if grid.rows] for name, grids in others.items()}
        chosen = self.whose.currentData()
        with QSignalBlocker(self.whose):
            self.whose.clear()
            self.whose.addItem("This run", "")
            for name in self._others:
                self.whose.addItem(name, name)
            self.whose.setCurrentIndex(max(0, self.whose.findData(chosen)))
        self._fit_other()
        self._show()

    def _beside(self) -> list[SampleGrid]:
        """The grids that can stand beside the one on show."""
        return self._others.get(self.whose.currentData() or "", self._grids)

    def _fit_other(self) -> None:
        with QSignalBlocker(self.other):
            self.other.setRange(0, max(len(self._beside()) - 1, 0))

    def _on_whose(self) -> None:
        self._fit_other()
        with QSignalBlocker(self.other):
            # Another run's last samples, but the first ones of this run.
            self.other.setValue(self.other.maximum() if self.whose.currentData() else 0)
        self._show()

    def _on_slider(self, place: int) -> None:
        self._follows = place == self.slider.maximum()
        self._show()

    def _show(self) -> None:
        several = len(self._grids) > 1
        beside = self._beside()
        can_compare = several or any(self._others.values())
        comparing = can_compare and self.compare.isChecked() and bool(beside)
        self.slider.setVisible(several)
        self.compare.setVisible(can_compare and bool(self._grids))
        self.whose.setVisible(comparing and bool(self._others))
        self.step.setVisible(bool(self._grids))
        self.other.setVisible(comparing)
        self.other_step.setVisible(comparing)
        if not self._grids:
            self.sheet.show_nothing()
            return
        grid = self._grids[self.slider.value()]
        earlier = beside[self.other.value()] if comparing else None
        if earlier is not None and earlier.names != grid.names:
            earlier = None  # pictures of another kind
        self.step.setText(f"Step {grid.step:,}")
        if earlier is not None:
            self.other_step.setText(f"Step {earlier.step:,}")
        cells = self._read(grid)
        before = self._read(earlier) if earlier is not None else None
        if cells is None:
            self.sheet.show_nothing("The picture of these samples is gone.")
            return
        self.sheet.show_samples(grid, cells, earlier, before)

    def _read(self, grid: SampleGrid) -> Cells | None:
        key = str(grid.path)
        if key not in self._cells:
            try:
                with Image.open(grid.path) as image:
                    pixels = np.asarray(image.convert("RGB"))
            except (OSError, ValueError) as error:
                log.info("samples %s cannot be shown: %s", grid.path, error)
                return None
            while len(self._cells) >= KEPT:
                del self._cells[next(iter(self._cells))]
            self._cells[key] = grid.cells(pixels)
        return self._cells[key]


class SampleSheet(QWidget):
    """Paints drawings side by side, what was made of them below; the pointer shows a picture large."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, list[NDArray[np.uint8]]]] = []
        self._tops: list[str] = []
        self._hover: tuple[int, int] | None = None
        self._nothing = ""
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(320, 220))
        self.show_nothing()

    @property
    def row_names(self) -> list[str]:
        return [name for name, _ in self._rows]

    @property
    def top_names(self) -> list[str]:
        """What stands above each drawing."""
        return self._tops

    def show_nothing(self, text: str = "") -> None:
        """Say why there is nothing to see."""
        self._rows, self._tops, self._hover = [], [], None
        self._nothing = (
            text
            or "Pictures appear here while the model learns; if it learns from drawings, yours comes first."
        )
        self.update()

    def show_samples(
        self, grid: SampleGrid, cells: Cells, earlier: SampleGrid | None, before: Cells | None
    ) -> None:
        """Show one grid, with the pictures of an ``earlier`` one below its own where there is one."""
        self._tops = [
            OWN if grid.preview and i == 0 else label
            for i, label in enumerate([*grid.labels, *[""] * grid.rows][: grid.rows])
        ]
        rows = []
        for column, name in enumerate(grid.names):
            if before is not None and earlier is not None and column in grid.made:
                # The canvas's drawing may have joined later: rows are matched from the end.
                shift = len(before) - len(cells)
                pictures = [
                    before[i + shift][column] if i + shift >= 0 else _blank(cells) for i in range(len(cells))
                ]
                rows.append((f"{name}\n{grid.step:,}", [row[column] for row in cells]))
                rows.append((f"{name}\n{earlier.step:,}", pictures))
            else:
                rows.append((name, [row[column] for row in cells]))
        self._rows = rows
        self.update()

    def cell_rect(self, row: int, column: int) -> QRect:
        """Where a picture lies."""
        side, left, top = self._measure()
        return QRect(left + column * (side + GAP_PX), top + row * (side + GAP_PX), side, side)

    def _measure(self) -> tuple[int, int, int]:
        """The pictures' side, and where the first begins."""
        columns, rows = max(len(self._tops), 1), max(len(self._rows), 1)
        wide = (self.width() - NAME_PX - (columns - 1) * GAP_PX) // columns
        high = (self.height() - LABEL_PX - (rows - 1) * GAP_PX) // rows
        side = max(8, min(wide, high))
        across = NAME_PX + columns * (side + GAP_PX) - GAP_PX
        return side, NAME_PX + max(0, (self.width() - across) // 2), LABEL_PX

    def _cell_at(self, point: QPoint) -> tuple[int, int] | None:
        for row in range(len(self._rows)):
            for column in range(len(self._tops)):
                if self.cell_rect(row, column).contains(point):
                    return row, column
        return None

    # Qt

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._cell_at(event.position().toPoint())
        if found != self._hover:
            self._hover = found
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        QToolTip.hideText()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = self.palette()
        muted = colours.color(colours.ColorRole.PlaceholderText)
        painter.setPen(muted)
        if not self._rows:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 0, -24, 0), flags, self._nothing)
            return
        side, left, _ = self._measure()
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        for column, name in enumerate(self._tops):
            box = QRect(left + column * (side + GAP_PX), 0, side, LABEL_PX - 2)
            own = column == 0 and name == OWN
            painter.setPen(colours.color(colours.ColorRole.WindowText) if own else muted)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, side)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text)
        painter.setPen(muted)
        for row, (name, pictures) in enumerate(self._rows):
            first = self.cell_rect(row, 0)
            place = QRect(left - NAME_PX, first.top(), NAME_PX - 8, side)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            for column, picture in enumerate(pictures):
                painter.drawImage(self.cell_rect(row, column), image_of(picture))
        if self._tops and self._tops[0] == OWN:
            frame = self.cell_rect(0, 0).united(self.cell_rect(len(self._rows) - 1, 0))
            painter.setPen(QPen(colours.accent().color(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(frame).adjusted(-2, -2, 2, 2), 4, 4)
        if self._hover is not None:
            self._paint_large(painter, *self._hover)

    def _paint_large(self, painter: QPainter, row: int, column: int) -> None:
        """The picture under the pointer, large, beside where the pointer is."""
        pictures = self._rows[row][1]
        cell, side = self.cell_rect(row, column), min(LARGE_PX, self.height())
        left = cell.right() + 8 if cell.right() + 8 + side <= self.width() else cell.left() - 8 - side
        top = min(max(0, cell.center().y() - side // 2), self.height() - side)
        box = QRect(max(0, left), top, side, side)
        painter.setPen(QPen(QColor(self.palette().color(self.palette().ColorRole.Dark)), 1))
        painter.drawImage(box, image_of(pictures[column]))
        painter.drawRect(box)


def _blank(cells: Cells) -> NDArray[np.uint8]:
    return np.full_like(cells[0][0], 255)


def _time_slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setAccessibleName(name)
    slider.setToolTip(f"{name}: drag to see how the pictures have changed")
    slider.setRange(0, 0)
    return slider


def _step_label() -> QLabel:
    label = QLabel()
    label.setFont(tabular(label.font()))
    return label
