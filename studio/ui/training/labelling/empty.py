"""What the page that suggests labels is for, while it has none to show."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.ui.training.basis import wrapped
from studio.ui.widgets.plain import across

TITLE = "Labels for pictures that have none"
TEXTS = (
    "1.  Drop the folder of pictures without labels at the left, and below it a folder in which some are "
    "labelled: a folder for each label. A few dozen of each are enough. A model of labels can stand in.",
    "2.  Press Suggest labels. Each picture gets the label of those it resembles most, and a bar below it "
    "says how sure that is.",
    "3.  Go through them, the least sure first: drag a picture to another label, press the label's key, or "
    "leave it out. Then train with them.",
    "Your pictures stay where they are and as they are: the labels become a table, labels.csv.",
)
TEXT_PX = 520


class EmptyPage(QWidget):
    """What this page is for, step by step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(TITLE)
        title.setProperty("role", "figure")
        column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(title)
        for text in TEXTS:
            words = wrapped(text)
            words.setFixedWidth(TEXT_PX)
            column.addWidget(words)
        column.addStretch(2)
        row = across(self)
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)
