"""Sheets to read: keyboard shortcuts, the device report, about."""

from html import escape
from importlib.metadata import PackageNotFoundError, distribution

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QTextBrowser,
    QWidget,
)

from studio import __version__
from studio.resources import PACKAGE
from studio.ui.actions import LABEL_IDS, ActionId, Actions
from studio.ui.dialogs.basis import new_dialog
from studio.ui.theme import muted_label

CANVAS_KEYS = (
    ("Space, held", "Pan"),
    ("Alt, held", "Pick a colour"),
    ("Shift + drag", "Straight line"),
    ("Shift + click", "Line from the last stroke's end"),
    ("Esc", "Take the stroke in hand back"),
    ("Tab", "Next arrangement"),
    ("Wheel", "Zoom at the cursor"),
    ("Middle button", "Pan"),
    ("Ctrl + click on a label", "Mix it with the chosen one"),
)


GENERATE_KEYS = (
    ("R", "New seeds"),
    ("L", "Lock the picture's column"),
    ("K", "Picture to canvas"),
    ("Ctrl+C", "Copy picture"),
    ("Ctrl+E", "Save picture"),
    ("Ctrl + click", "Second picture, to walk to"),
)


def show_shortcuts(
    parent: QWidget, actions: Actions, groups: list[tuple[str, tuple[ActionId, ...]]]
) -> QDialog:
    """All keys, group by group, in three columns."""
    dialog, column = new_dialog(parent, "Keyboard shortcuts")
    blocks: list[tuple[str, list[tuple[str, str]]]] = []
    for title, ids in groups:
        rows = [
            (actions.specs[one].shown_keys, actions.specs[one].plain_text)
            for one in ids
            if actions.specs[one].keys and one not in LABEL_IDS
        ]
        if LABEL_IDS[0] in ids:
            rows.append(("1 to 9", "Labels"))
        if rows:
            blocks.append((title, rows))
    blocks.append(("With the canvas", list(CANVAS_KEYS)))
    blocks.append(("In Generate", list(GENERATE_KEYS)))
    sheet = QGridLayout()
    sheet.setHorizontalSpacing(32)
    sheet.setVerticalSpacing(16)
    columns = [_key_column() for _ in range(3)]
    heights = [0, 0, 0]
    for title, rows in blocks:
        shortest = heights.index(min(heights))
        _add_block(columns[shortest], title, rows)
        heights[shortest] += len(rows) + 2
    for place, part in enumerate(columns):
        part.setRowStretch(part.rowCount(), 1)
        sheet.addLayout(part, 0, place)
    content = QWidget()
    content.setLayout(sheet)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    column.addWidget(area)
    column.addWidget(_close_box(dialog))
    dialog.resize(min(960, parent.width() - 64), min(620, parent.height() - 64))
    dialog.open()
    return dialog


def _key_column() -> QGridLayout:
    """Keys and what they do: one grid a column of the sheet, so that its groups stand in line."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    return grid


def _add_block(grid: QGridLayout, title: str, rows: list[tuple[str, str]]) -> None:
    """Put a group of keys below those in the column."""
    above = grid.rowCount()
    if grid.count():
        grid.setRowMinimumHeight(above, 12)
    heading = QLabel(title)
    heading.setProperty("role", "title")
    grid.addWidget(heading, above + 1, 0, 1, 2)
    for place, (key, name) in enumerate(rows, start=above + 2):
        grid.addWidget(QLabel(key), place, 0)
        grid.addWidget(muted_label(name), place, 1)


def show_device_report(parent: QWidget, line: str, report: str) -> QDialog:
    """What computes the pictures, with a report to copy into a message to the makers."""
    dialog, column = new_dialog(parent, "Device report")
    heading = QLabel(line)
    heading.setProperty("role", "title")
    heading.setWordWrap(True)
    heading.setTextFormat(Qt.TextFormat.PlainText)
    column.addWidget(heading)
    text = QPlainTextEdit(report)
    text.setReadOnly(True)
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    text.setAccessibleName("Report")
    column.addWidget(text)
    box = _close_box(dialog)
    copy = box.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{line}\n{report}"))
    column.addWidget(box)
    dialog.resize(620, 380)
    dialog.open()
    return dialog


def show_about(parent: QWidget, model_lines: list[str]) -> QDialog:
    """Version, licences and credits."""
    dialog, column = new_dialog(parent, "About Sketch Studio")
    heading = QLabel(f"Sketch Studio {__version__}")
    heading.setProperty("role", "title")
    column.addWidget(heading)
    text = QTextBrowser()
    text.setOpenExternalLinks(True)
    models = "".join(f"<li>{escape(line)}</li>" for line in model_lines) or "<li>none</li>"
    notice = _notice()
    notes = f"<h4>Notice</h4><pre style='white-space:pre-wrap'>{escape(notice)}</pre>" if notice else ""
    text.setHtml(
        "<p>Draw a sketch, pick a label, and watch it become a picture while the pen moves. "
        "Everything happens on this computer.</p>"
        "<p>Free software under the MIT licence.</p>"
        f"<h4>Models</h4><ul>{models}</ul>"
        "<h4>Built with</h4><ul>"
        "<li>Qt and PySide6, LGPL 3</li><li>ONNX Runtime, MIT</li><li>NumPy, BSD</li>"
        "<li>OpenCV, Apache 2.0</li>"
        "<li>Pillow, MIT-CMU</li><li>Material Design Icons by way of QtAwesome, Apache 2.0 and MIT</li></ul>"
        + notes
    )
    column.addWidget(text)
    column.addWidget(_close_box(dialog))
    dialog.resize(520, 420)
    dialog.open()
    return dialog


def _notice() -> str:
    """The credits for data and weights that are not ours: from the installed package or the source tree."""
    try:
        text = distribution("sketch-studio").read_text("licenses/NOTICE")
    except PackageNotFoundError:
        text = None
    source = PACKAGE.parent / "NOTICE"
    if text is None and source.is_file():
        text = source.read_text(encoding="utf-8")
    return text or ""


def _close_box(dialog: QDialog) -> QDialogButtonBox:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    box.rejected.connect(dialog.reject)
    return box
