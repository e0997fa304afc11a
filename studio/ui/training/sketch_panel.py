"""The sketch factory with its sliders, and how the person's own pictures look through it."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.ui.theme import GAP
from studio.ui.training.basis import link, small_picture, wrapped
from studio.ui.training.data_choice import PREVIEWS, DataChoice
from studio.ui.widgets.slider_row import Scale, SliderRow, percent
from training.options import settings_of

KINDS = {
    "lines": "Clean lines",
    "xdog": "Ink",
    "canny": "Edges",
    "pencil": "Pencil",
    "threshold": "Scan",
}
PICTURE_PX = 76
NAME_PX = 80


class SketchPanel(QWidget):
    """Pictures above, the sketches made of them below; or the pairs as the folder has them."""

    def __init__(self, choice: DataChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._sketches: list[NDArray[np.uint8]] = []
        self._pictures = [[QLabel() for _ in range(PREVIEWS)] for _ in range(2)]
        grid = QGridLayout()
        grid.setSpacing(6)
        for row, labels in enumerate(self._pictures):
            for column, label in enumerate(labels):
                label.setFixedSize(PICTURE_PX, PICTURE_PX)
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
                grid.addWidget(label, row, column)
        self.about = wrapped(muted=True)
        self.again = link("Draw them again", "Every sketch is drawn anew in training; see other draws")
        self.again.clicked.connect(choice.draw_again)
        self.sliders: dict[str, SliderRow] = {}
        helps = {setting.name: setting.help for setting in settings_of(choice.sketch)}
        self.controls = QWidget()
        rows = QVBoxLayout(self.controls)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for name, words in KINDS.items():
            slider = SliderRow(words, Scale(0, 2, 0.05), percent, name_px=NAME_PX, widest="200 %")
            slider.setToolTip(helps[name])
            slider.moved.connect(partial(self._set_weight, name))
            self.sliders[name] = slider
            rows.addWidget(slider)
        for name, words in (("strength_low", "Least detail"), ("strength_high", "Most detail")):
            slider = SliderRow(words, Scale(0, 1, 0.05), percent, name_px=NAME_PX, widest="200 %")
            slider.setToolTip(helps[name])
            slider.moved.connect(partial(self._set_strength, name))
            self.sliders[name] = slider
            rows.addWidget(slider)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(GAP)
        whole.addWidget(self.about)
        whole.addLayout(grid)
        whole.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self.controls)
        choice.changed.connect(self._show)
        choice.sketches_ready.connect(self._on_sketches)
        self._show()

    def _set_weight(self, name: str, value: float) -> None:
        self._choice.set_sketch(replace(self._choice.sketch, **{name: value}))

    def _set_strength(self, name: str, value: float) -> None:
        sketch = replace(self._choice.sketch, **{name: value})
        if sketch.strength_low > sketch.strength_high:
            sketch = replace(sketch, strength_low=value, strength_high=value)
        self._choice.set_sketch(sketch)
        self._show_sliders()

    def _on_sketches(self, sketches: list[NDArray[np.uint8]]) -> None:
        self._sketches = sketches
        self._show_pictures()

    def _show(self) -> None:
        found = self._choice.found
        has_sketches = found is not None and found.report.has_sketches
        if has_sketches or self._choice.busy:
            self._sketches = []
        self.about.setText(
            "The folder brings its own sketches."
            if has_sketches
            else "The folder has pictures only. Sketches are made of them, a mixture of kinds:"
        )
        self.again.setVisible(not has_sketches)
        self.controls.setVisible(not has_sketches)
        self._show_sliders()
        self._show_pictures()

    def _show_sliders(self) -> None:
        for name, slider in self.sliders.items():
            slider.set_value(getattr(self._choice.sketch, name))

    def _show_pictures(self) -> None:
        found = self._choice.found
        examples = found.examples if found is not None else ()
        ratio = self.devicePixelRatioF()
        for place in range(PREVIEWS):
            upper, lower = self._pictures[0][place], self._pictures[1][place]
            upper.clear()
            lower.clear()
            if place >= len(examples):
                continue
            example = examples[place]
            upper.setPixmap(small_picture(example.picture, PICTURE_PX, ratio))
            sketch = example.sketch
            if sketch is None and place < len(self._sketches):
                sketch = self._sketches[place]
            if sketch is not None:
                lower.setPixmap(small_picture(sketch, PICTURE_PX, ratio))
