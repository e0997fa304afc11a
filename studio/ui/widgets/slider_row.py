"""A slider with its name and its value in figures."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from studio.ui.theme import muted_label, tabular
from studio.ui.widgets.calm_wheel import CalmWheel

STEPS = 1000


@dataclass(frozen=True, slots=True)
class Scale:
    """How the places of a slider become values, low to high.

    logarithmic: equal ways are equal ratios, for sizes; low must be above 0 then.
    step: values are rounded to it.
    """

    low: float
    high: float
    step: float = 1.0
    logarithmic: bool = False

    def value_at(self, place: int) -> float:
        """The value at a place 0..STEPS."""
        part = place / STEPS
        if self.logarithmic:
            value = self.low * (self.high / self.low) ** part
        else:
            value = self.low + (self.high - self.low) * part
        return min(max(round(value / self.step) * self.step, self.low), self.high)

    def place_of(self, value: float) -> int:
        """The place 0..STEPS of a value, clamped."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            return round(STEPS * math.log(value / self.low) / math.log(self.high / self.low))
        return round(STEPS * (value - self.low) / (self.high - self.low))


def percent(value: float) -> str:
    """0..1 as a whole percentage."""
    return f"{round(value * 100)} %"


def pixels(value: float) -> str:
    """A length in pixels."""
    return f"{value:.0f} px"


class SliderRow(QWidget):
    """Name, slider, figures in one line.

    *Signals*
    moved(float): the user chose a value; values set by program are not announced.
    settled(float): the user let go of it.
    """

    moved = Signal(float)
    settled = Signal(float)

    def __init__(
        self,
        name: str,
        scale: Scale,
        words: Callable[[float], str],
        *,
        name_px: int = 0,
        widest: str = "100 %",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scale = scale
        self._words = words
        self._value = scale.low
        self.name = muted_label(name)
        self.name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        if name_px:
            self.name.setFixedWidth(name_px)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setSingleStep(max(1, STEPS // 100))
        self.slider.setPageStep(STEPS // 10)
        self.slider.setAccessibleName(name)
        self.slider.setMinimumWidth(64)
        CalmWheel(self.slider)
        self.figures = QLabel()
        self.figures.setFont(tabular(self.figures.font()))
        self.figures.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.figures.setFixedWidth(self.figures.fontMetrics().horizontalAdvance(widest) + 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        self.name.setVisible(bool(name))
        row.addWidget(self.slider, 1)
        row.addWidget(self.figures)
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.sliderReleased.connect(self._on_released)
        self.set_value(scale.low)

    @property
    def value(self) -> float:
        """What the figures say: also a value between two places of the slider, once it was set."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show a value without announcing it."""
        self._value = value
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._scale.place_of(value))
        self.figures.setText(self._words(value))

    def _on_moved(self, place: int) -> None:
        value = self._value = self._scale.value_at(place)
        self.figures.setText(self._words(value))
        self.moved.emit(value)
        if not self.slider.isSliderDown():
            self.settled.emit(value)

    def _on_released(self) -> None:
        self.settled.emit(self.value)
