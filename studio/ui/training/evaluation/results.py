"""What was measured of a run: tables with their N, the protocols in words, and the nearest pictures."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.icons import IconBook
from studio.ui.theme import GAP, set_role
from studio.ui.training.basis import clear_layout, subtitle, wrapped
from studio.ui.training.evaluation.form import CLASSIFIER_WORDS
from studio.ui.widgets.figure_table import FigureRow, FigureTable
from studio.ui.widgets.plain import no_wider
from studio.ui.widgets.section import Section
from training.record import Kept
from training.report.figures import (
    VERDICTS,
    classifier_sentence,
    metric_rows,
    nearest_sentence,
    number_text,
)

MARGIN_PX = 24
WIDEST_PX = 860
READ_PX = 560
EMPTY_TITLE = "What is this model worth?"
EMPTY = (
    "Measure it on pictures that it has never seen. Choose at the left what you want to know and press "
    "Measure; you can go on drawing meanwhile. Each figure comes with the number of pictures it is of and "
    "with how it was measured, so that it can be compared with another run's, or with a paper's.",
    "The figures are kept in the run's folder. A report puts them on one page, with the curves and the "
    "samples along the run, that can be sent to somebody as it is.",
)
NOTES = ("note", "inception")
"""Of a protocol: what must be read beside the figures."""


class Picture(QWidget):
    """A picture as wide as it is or as there is room, never enlarged."""

    def __init__(self, pixmap: QPixmap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixmap = pixmap
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # Qt

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        size = self.pixmap.size()
        return round(min(width, size.width()) * size.height() / max(size.width(), 1))

    def sizeHint(self) -> QSize:
        return self.pixmap.size()

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        width = min(self.width(), self.pixmap.width())
        painter.drawPixmap(QRect(0, 0, width, self.heightForWidth(self.width())), self.pixmap)


class ResultsView(QScrollArea):
    """Shows what it is told; a page that teaches where nothing was measured yet."""

    def __init__(self, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.tables: list[FigureTable] = []
        content = QWidget()
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GAP)
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN_PX, 16, MARGIN_PX, MARGIN_PX)
        column.addWidget(no_wider(inside, WIDEST_PX))
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setProperty("role", "panel")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_kept(self, kept: Kept, nearest: QPixmap | None) -> None:
        """Show what was measured; ``nearest`` is the picture of the nearest training pictures."""
        clear_layout(self._rows)
        self.tables = []
        evaluation = kept.evaluation or {}
        if not evaluation and not kept.classifiers:
            self._show_empty()
            return
        if "metrics" in evaluation:
            self._show_figures(evaluation)
        if "discriminator" in evaluation:
            self._show_discriminator(evaluation["discriminator"])
        for found in kept.classifiers:
            self._show_classifier(found)
        if "nearest" in evaluation:
            self._show_nearest(evaluation, nearest)

    def _show_empty(self) -> None:
        title = wrapped(EMPTY_TITLE)
        set_role(title, "figure")
        self._rows.addWidget(title)
        for text in EMPTY:
            self._rows.addWidget(no_wider(wrapped(text), READ_PX))

    def _show_figures(self, found: Mapping[str, Any]) -> None:
        protocol = found["protocol"]
        self._head(
            "Figures",
            f"On {found['n']:,} pictures of the {found['split']} split; {protocol.get('state', '')}.",
        )
        rows = [
            FigureRow(
                one.title,
                tuple("" if value is None else number_text(value) for value in values),
                one.meaning,
                one.better,
            )
            for one, values in metric_rows(found)
        ]
        self._table(("This run", *(_plain(name) for name in found.get("baselines", {}))), rows)
        for name in NOTES:
            if name in protocol and (name == "note" or protocol[name].startswith("no ")):
                self._rows.addWidget(wrapped(f"{_sentence(protocol[name])}", muted=True))
        self._protocol(protocol)

    def _show_discriminator(self, found: Mapping[str, Any]) -> None:
        self._head("Discriminator's accuracy", f"N = {found['n']:,} pictures each; a half is chance.")
        rows = [FigureRow(text.capitalize(), (f"{found[key]:.1%}",)) for key, text in VERDICTS.items()]
        self._table(("Judged rightly",), rows)
        self._protocol({"verdicts": found["protocol"]})

    def _show_classifier(self, found: Mapping[str, Any]) -> None:
        words, _ = CLASSIFIER_WORDS[found["classifier"]]
        self._head(f"Classifier protocol: {words}", classifier_sentence(found))
        rows = [
            FigureRow(f"Learnt from {name} pictures", (f"{tested['real']:.2%}", f"{tested['generated']:.2%}"))
            for name, tested in found["accuracy"].items()
        ]
        self._table(("Tested on real", "On generated"), rows)
        self._protocol({"classifier": found["protocol"]})

    def _show_nearest(self, evaluation: Mapping[str, Any], picture: QPixmap | None) -> None:
        found = evaluation["nearest"]
        self._head("Learnt by heart?", nearest_sentence(found))
        if picture is not None:
            self._rows.addWidget(Picture(picture))
        state = evaluation.get("nearest_state", "")
        self._protocol({"nearest": found["protocol"] + (f"; {state}" if state else "")})

    def _head(self, title: str, text: str) -> None:
        self._rows.addWidget(subtitle(title))
        self._rows.addWidget(wrapped(text))

    def _table(self, heads: tuple[str, ...], rows: list[FigureRow]) -> None:
        table = FigureTable(heads, rows)
        self.tables.append(table)
        self._rows.addWidget(table)

    def _protocol(self, texts: Mapping[str, Any]) -> None:
        inside = QWidget()
        lines = QVBoxLayout(inside)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        for name, text in texts.items():
            line = wrapped(f"{name}: {text}" if len(texts) > 1 else _sentence(str(text)), muted=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            lines.addWidget(line)
        section = Section("How this was measured", inside, self._icons, flush=True)
        section.set_open(False)
        self._rows.addWidget(section)


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
