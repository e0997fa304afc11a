"""The clean-up of a scan or photo, with a preview that follows the sliders."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.core.lineart import CleanUp, clean_up
from studio.ui.dialogs.basis import button_row, new_dialog
from studio.ui.line_art import Scan
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.picture_grid import image_of
from studio.ui.widgets.slider_row import Scale, SliderRow, percent

PREVIEW_PX = 360
FOLLOW_MS = 30


class CleanUpDialog(QObject):
    """Left the picture as it came, right the lines that will be taken; the sliders change the right one."""

    def __init__(self, parent: QWidget, scan: Scan, on_options: Callable[[CleanUp], None]) -> None:
        dialog, column = new_dialog(parent, f"Clean up {scan.name}")
        super().__init__(dialog)
        self.dialog: QDialog = dialog
        self._options = replace(scan.suggested)
        self._small = _reduced(scan.pixels, PREVIEW_PX)

        before, self.after = _preview_pane(), _preview_pane()
        before.setPixmap(QPixmap.fromImage(image_of(self._small)))
        previews = QHBoxLayout()
        previews.setSpacing(GAP)
        for name, pane in (("As it came", before), ("Lines", self.after)):
            part = QVBoxLayout()
            part.setSpacing(4)
            part.addWidget(muted_label(name))
            part.addWidget(pane)
            previews.addLayout(part)
        column.addLayout(previews)
        column.addSpacing(GAP)

        self.black = SliderRow("Full ink up to", Scale(0.0, 0.9, 0.01), percent, name_px=96)
        self.white = SliderRow("Paper from", Scale(0.1, 1.0, 0.01), percent, name_px=96)
        self.threshold = SliderRow("Threshold", Scale(0.0, 1.0, 0.01), _threshold_words, name_px=96)
        self.black.setToolTip("This dark and darker is full ink")
        self.white.setToolTip("This bright and brighter is paper")
        self.threshold.setToolTip("Above 0 a line is all or nothing; the greys of a pencil are lost")
        self.flatten = QCheckBox("Even out the light")
        self.flatten.setToolTip("Shadows and yellowed paper become white")
        self.specks = QCheckBox("Remove specks")
        self.black.set_value(self._options.black)
        self.white.set_value(self._options.white)
        self.threshold.set_value(self._options.threshold)
        self.flatten.setChecked(self._options.flatten)
        self.specks.setChecked(self._options.speck_px > 0)
        self._speck_px = self._options.speck_px or CleanUp().speck_px
        for row in (self.black, self.white, self.threshold):
            row.moved.connect(self._on_changed)
            column.addWidget(row)
        checks = QHBoxLayout()
        checks.setSpacing(16)
        for check in (self.flatten, self.specks):
            check.toggled.connect(self._on_changed)
            checks.addWidget(check)
        checks.addStretch(1)
        column.addLayout(checks)
        if scan.notes:
            column.addWidget(muted_label("Note: " + "; ".join(scan.notes) + "."))
        column.addSpacing(GAP)
        column.addWidget(button_row(dialog, "Open as drawing"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self._show)
        dialog.accepted.connect(lambda: on_options(self._options))
        self._show()
        dialog.open()

    @property
    def options(self) -> CleanUp:
        """What the sliders say."""
        return self._options

    def _on_changed(self) -> None:
        self._options = CleanUp(
            flatten=self.flatten.isChecked(),
            black=self.black.value,
            white=max(self.white.value, self.black.value + 0.02),
            threshold=self.threshold.value,
            speck_px=self._speck_px if self.specks.isChecked() else 0,
        )
        self._timer.start()

    def _show(self) -> None:
        # Specks are measured at the drawing's own size, so fewer preview pixels make one.
        ink = clean_up(self._small, self._options)
        self.after.setPixmap(QPixmap.fromImage(image_of(np.repeat(255 - ink[..., None], 3, axis=2))))


def _threshold_words(value: float) -> str:
    return percent(value) if value > 0 else "off"


def _preview_pane() -> QLabel:
    pane = QLabel()
    pane.setFixedSize(PREVIEW_PX + 2, PREVIEW_PX + 2)
    pane.setAlignment(Qt.AlignmentFlag.AlignCenter)
    pane.setFrameShape(QFrame.Shape.Box)
    pane.setProperty("role", "card")
    return pane


def _reduced(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(image)
