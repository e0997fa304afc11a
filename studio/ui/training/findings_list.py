"""What the doctor found, kind by kind: how much of it, how it is treated, and a click to leave it out."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, IconBook
from studio.ui.training.basis import clear_layout, link, wrapped
from studio.ui.training.data_choice import DataChoice
from studio.ui.widgets.elided import ElidedLabel
from training.data.findings import TREATMENT, Finding, FindingKind

WORDS = {
    FindingKind.BROKEN: ("broken file", "broken files"),
    FindingKind.FOREIGN: ("kind of other file", "kinds of other files"),
    FindingKind.WRONG_PAIR: ("doubtful pair", "doubtful pairs"),
    FindingKind.UNLABELLED: ("unlabelled picture", "unlabelled pictures"),
    FindingKind.TINY: ("tiny picture", "tiny pictures"),
    FindingKind.NEARLY_EMPTY: ("nearly empty one", "nearly empty ones"),
    FindingKind.DUPLICATE: ("exact copy", "exact copies"),
    FindingKind.NEAR_DUPLICATE: ("near-duplicate", "near-duplicates"),
    FindingKind.SMALL_CLASS: ("small class", "small classes"),
    FindingKind.UNBALANCED: ("unbalanced class", "unbalanced classes"),
    FindingKind.ODD_SIZE: ("very long picture", "very long pictures"),
    FindingKind.TRANSPARENT: ("transparent picture", "transparent pictures"),
    FindingKind.GREY: ("grey picture", "grey pictures"),
    FindingKind.EXIF: ("turned picture", "turned pictures"),
    FindingKind.CMYK: ("CMYK picture", "CMYK pictures"),
    FindingKind.DEEP: ("16-bit picture", "16-bit pictures"),
    FindingKind.ANIMATED: ("animation", "animations"),
}
PICTURES = frozenset(
    {
        FindingKind.WRONG_PAIR,
        FindingKind.TINY,
        FindingKind.NEARLY_EMPTY,
        FindingKind.DUPLICATE,
        FindingKind.NEAR_DUPLICATE,
        FindingKind.ODD_SIZE,
        FindingKind.TRANSPARENT,
        FindingKind.GREY,
    }
)
"""Kinds that name pictures which are used unless they are left out."""
LISTED = 40


class FindingsList(QWidget):
    """Follows the choice; a row folds out to the single files."""

    def __init__(self, choice: DataChoice, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._icons = icons
        self._open: FindingKind | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        choice.changed.connect(self._show)

    def _show(self) -> None:
        clear_layout(self._rows)
        found = self._choice.found
        if found is None:
            return
        for name, count in found.report.found.items():
            kind = FindingKind(name)
            listed = [finding for finding in found.report.findings if finding.kind is kind]
            self._rows.addWidget(self._row(kind, count, listed))
            if kind is self._open:
                self._rows.addWidget(self._details(kind, count, listed))
        if not found.report.found:
            self._rows.addWidget(wrapped("Nothing remarkable: every picture can be used.", muted=True))
        left_out = len(self._choice.source.excluded)
        if left_out:
            row = QWidget()
            inside = _row_layout(row)
            inside.addWidget(QLabel(f"{left_out:,} left out"), 1)
            back = link("Use them again")
            back.clicked.connect(self._choice.include_all)
            inside.addWidget(back)
            self._rows.addWidget(row)

    def _row(self, kind: FindingKind, count: int, listed: Sequence[Finding]) -> QWidget:
        row = QWidget()
        inside = _row_layout(row)
        fold = QToolButton()
        fold.setIconSize(QSize(ICON_PX, ICON_PX))
        is_open = kind is self._open
        self._icons.bind(fold, "chevron-down" if is_open else "chevron-right", muted=True)
        words = f"{count:,} {WORDS[kind][count != 1]}"
        fold.setAccessibleName(f"{'Hide' if is_open else 'Show'} {words}")
        fold.setToolTip("Hide the files" if is_open else "Show the files")
        fold.clicked.connect(partial(self._toggle, kind))
        label = ElidedLabel()
        label.set_text(words, TREATMENT[kind])
        inside.addWidget(fold)
        inside.addWidget(label, 1)
        if kind in PICTURES and listed and self._choice.can_exclude:
            button = link("Leave out", f"Leave out all {WORDS[kind][1]}; your folder stays as it is")
            button.clicked.connect(partial(self._choice.exclude, tuple(one.path for one in listed)))
            inside.addWidget(button)
        return row

    def _details(self, kind: FindingKind, count: int, listed: Sequence[Finding]) -> QWidget:
        details = QWidget()
        rows = QVBoxLayout(details)
        rows.setContentsMargins(28, 0, 0, 4)
        rows.setSpacing(2)
        rows.addWidget(wrapped(TREATMENT[kind], muted=True))
        for finding in listed[:LISTED]:
            row = QWidget()
            inside = _row_layout(row)
            name = ElidedLabel()
            name.set_text(finding.path, finding.text)
            inside.addWidget(name, 1)
            if kind in PICTURES and self._choice.can_exclude:
                button = link("Leave out")
                button.setAccessibleName(f"Leave out {finding.path}")
                button.clicked.connect(partial(self._choice.exclude, (finding.path,)))
                inside.addWidget(button)
            rows.addWidget(row)
        if count > LISTED:
            rows.addWidget(wrapped(f"and {count - LISTED:,} more", muted=True))
        return details

    def _toggle(self, kind: FindingKind) -> None:
        self._open = None if kind is self._open else kind
        self._show()


def _row_layout(row: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout
