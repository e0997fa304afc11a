"""What to measure: the parts of an evaluation, each with a sentence, and what they cost."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from studio.ui.theme import GAP, muted_label
from studio.ui.training.basis import wrapped
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.ui.widgets.plain import across, down
from studio.ui.widgets.slider_row import Scale, SliderRow
from training.evaluation_options import MOST, ClassifierConfig, EvaluationOptions

PICTURES = 2048
"""Held-out pictures at the beginning: from so many on a Frechet distance can be read."""
CLASSIFIER_WORDS = {
    "softmax": ("Softmax", "Softmax regression on the pixels: seconds"),
    "resnet18": ("ResNet-18", "ResNet-18 from a random start: minutes to hours without a GPU"),
}
SPLITS = (("test", "Test pictures"), ("val", "Validation pictures"))
INDENT_PX = 22
NAME_PX = 56


@dataclass(frozen=True)
class Measured:
    """What is to be measured: its task, and the number of its labels."""

    task: str
    labels: int


class EvaluationForm(QWidget):
    """Owns what is chosen.

    *Signals*
    changed(): another choice.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "softmax"
        self._labels = 0
        self.split = QComboBox()
        self.split.setAccessibleName("Pictures to judge by")
        self.split.setToolTip("Neither kind was learnt from; validation pictures chose the best state")
        CalmWheel(self.split)
        for value, words in SPLITS:
            self.split.addItem(words, value)
        self.pictures = _slider("At most", 100, MOST, PICTURES)
        self.figures = QCheckBox("Figures")
        self.figures.setChecked(True)
        self.baselines = QCheckBox("Baselines beside them")
        self.baselines.setToolTip(
            "What learns nothing: the drawing itself, and the colours of the nearest training drawing"
        )
        self.discriminator = QCheckBox("The discriminator's accuracy")
        self.discriminator.setChecked(True)
        self.nearest = QCheckBox("Nearest training pictures")
        self.nearest.setChecked(True)
        self.classifier = QCheckBox("Classifier protocol")
        self.kinds = QButtonGroup(self)
        kind_row = across(gap=4)
        for kind, (words, tip) in CLASSIFIER_WORDS.items():
            button = QToolButton()
            button.setText(words)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(kind == self._kind)
            button.setProperty("role", "choice")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self._on_kind, kind))
            self.kinds.addButton(button)
            kind_row.addWidget(button, 1)
        defaults = ClassifierConfig()
        self.images = _slider("Pictures", 100, 50_000, defaults.images)
        self.epochs = _slider("Epochs", 1, 200, defaults.epochs, step=1)
        self._options = QWidget()
        options = down(self._options, 4)
        options.addLayout(kind_row)
        options.addWidget(self.images)
        options.addWidget(self.epochs)
        self.why_no_classifier = wrapped(
            "Its pictures have no labels that a classifier could learn.", muted=True
        )
        rows = down(self, 4)
        rows.addWidget(muted_label("Judge by"))
        rows.addWidget(self.split)
        rows.addWidget(self.pictures)
        rows.addSpacing(GAP)
        rows.addWidget(self.figures)
        rows.addWidget(_about("How real and how varied the pictures are, compared with those held out."))
        rows.addLayout(_indented(self.baselines))
        rows.addSpacing(GAP)
        rows.addWidget(self.discriminator)
        rows.addWidget(_about("On held-out, on training and on generated pictures."))
        rows.addSpacing(GAP)
        rows.addWidget(self.nearest)
        rows.addWidget(_about("Does it repeat what it was shown? With a picture of the closest ones."))
        rows.addSpacing(GAP)
        rows.addWidget(self.classifier)
        rows.addWidget(_about("What a classifier learns from real, from generated and from mixed pictures."))
        rows.addLayout(_indented(self.why_no_classifier))
        rows.addLayout(_indented(self._options))
        for box in (self.figures, self.baselines, self.discriminator, self.nearest, self.classifier):
            box.toggled.connect(self._show)
        self.show_run(Measured("label-to-image", 0))

    @property
    def chooses(self) -> bool:
        """Whether there is anything to measure."""
        return any(
            box.isChecked() for box in (self.figures, self.discriminator, self.nearest, self.classifier)
        )

    def options(self) -> EvaluationOptions:
        """What is chosen."""
        classifier = None
        if self.classifier.isChecked():
            classifier = ClassifierConfig(
                self._kind, images=round(self.images.value), epochs=round(self.epochs.value)
            )
        return EvaluationOptions(
            split=self.split.currentData(),
            figures=self.figures.isChecked(),
            discriminator=self.discriminator.isChecked(),
            pictures=round(self.pictures.value),
            nearest=MOST if self.nearest.isChecked() else 0,
            baselines=not self.baselines.isHidden()
            and self.baselines.isChecked()
            and self.figures.isChecked(),
            classifier=classifier,
        )

    def show_run(self, run: Measured) -> None:
        """Offer what can be measured of ``run``."""
        self._labels = run.labels
        self.baselines.setVisible(run.task == "sketch-to-image")
        if run.labels < 2:
            self.classifier.setChecked(False)
        self._show()

    def _on_kind(self, kind: str) -> None:
        self._kind = kind

    def _show(self) -> None:
        labelled = self._labels >= 2
        self.baselines.setEnabled(self.figures.isChecked())
        self.classifier.setEnabled(labelled)
        self.why_no_classifier.setVisible(not labelled)
        self._options.setVisible(self.classifier.isChecked())
        self.changed.emit()


def _slider(name: str, low: int, high: int, value: int, step: int = 50) -> SliderRow:
    row = SliderRow(
        name,
        Scale(low, high, step, logarithmic=True),
        lambda n: f"{n:,.0f}",
        name_px=NAME_PX,
        widest="50,000",
    )
    row.set_value(value)
    return row


def _about(text: str) -> QWidget:
    label = wrapped(text, muted=True)
    label.setContentsMargins(INDENT_PX, 0, 0, 0)
    return label


def _indented(part: QWidget) -> QHBoxLayout:
    row = across()
    row.addSpacing(INDENT_PX)
    row.addWidget(part, 1)
    return row
