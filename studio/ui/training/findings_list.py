"""What the doctor found, kind by kind: how much of it, what it looks like, how it is treated, and a click to
leave it out.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, IconBook
from studio.ui.training.basis import clear_layout, link, small_pixmap, wrapped
from studio.ui.training.data_choice import DataChoice
from studio.ui.training.folder_pictures import read_pictures
from studio.ui.training.thumbnails import Thumbnails
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
    FindingKind.TRANSPARENT: ("transparent one", "transparent ones"),
    FindingKind.GREY: ("grey picture", "grey pictures"),
    FindingKind.EXIF: ("turned picture", "turned pictures"),
    FindingKind.CMYK: ("CMYK picture", "CMYK pictures"),
    FindingKind.DEEP: ("16-bit picture", "16-bit pictures"),
    FindingKind.ANIMATED: ("animation", "animations"),
}
NO_PICTURES = frozenset(
    {FindingKind.BROKEN, FindingKind.FOREIGN, FindingKind.SMALL_CLASS, FindingKind.UNBALANCED}
)
"""Kinds that name nothing which could be shown."""
PICTURES = frozenset(FindingKind) - NO_PICTURES - {FindingKind.UNLABELLED}
"""Kinds that name pictures which are used unless they are left out."""
LISTED = 40
PICTURE_PX = 32


class FindingsList(QWidget):
    """Follows the choice; a row folds out to the single files."""

    def __init__(self, choice: DataChoice, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._icons = icons
        self._open: FindingKind | None = None
        self._folder: Path | None = None
        self._shown: list[tuple[QLabel, str]] = []
        """The small pictures in sight, and which file each is of."""
        self.thumbnails = Thumbnails(2 * PICTURE_PX, self)
        self.thumbnails.ready.connect(self._fill)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        choice.changed.connect(self._show)

    def _show(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            # Else the focus would leave with the button that was clicked, and the column scroll after it.
            self.setFocus()
        clear_layout(self._rows)
        self._shown = []
        found, folder = self._choice.found, self._choice.folder
        if found is None or folder is None:
            self._folder = None
            return
        if folder != self._folder:
            self._folder = folder
            self.thumbnails.show_pictures(partial(read_pictures, folder, found.report, self._choice.source))
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
        self.thumbnails.want(file for _, file in self._shown)
        self._fill()

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
        if kind in PICTURES and self._can_leave_out(count):
            part = len(listed) < count
            button = link(
                f"Leave out {len(listed):,}" if part else "Leave out",
                f"Leave out {f'the first {len(listed):,}' if part else 'all'} {WORDS[kind][1]}; "
                "your folder stays as it is",
            )
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
            for file in dict.fromkeys((finding.path, finding.other)):
                if file and kind not in NO_PICTURES:
                    inside.addWidget(self._picture(file))
            name = ElidedLabel(cut=Qt.TextElideMode.ElideMiddle)
            name.set_text(
                finding.path if kind in NO_PICTURES else PurePosixPath(finding.path).stem, finding.text
            )
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

    def _picture(self, file: str) -> QLabel:
        picture = QLabel()
        picture.setFixedSize(PICTURE_PX, PICTURE_PX)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture.setToolTip(file)
        self._shown.append((picture, file))
        return picture

    def _fill(self) -> None:
        """Show the small pictures that have been read."""
        ratio = self.devicePixelRatioF()
        for picture, file in self._shown:
            image = self.thumbnails.get(file)
            if image is not None and picture.pixmap().isNull():
                picture.setPixmap(small_pixmap(image, PICTURE_PX, ratio))

    def _can_leave_out(self, count: int) -> bool:
        """Whether the ``count`` pictures of a kind may be left out, and there are others."""
        found = self._choice.found
        return self._choice.can_exclude and found is not None and 0 < count < found.report.usable

    def _toggle(self, kind: FindingKind) -> None:
        self._open = None if kind is self._open else kind
        self._show()


def _row_layout(row: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout
