"""What a person does in the workspace of generated pictures."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.ui.generate.workspace import GenerateWorkspace
from studio.ui.workspaces import Space

WAIT_MS = 60_000  # for machines that are busy with other things; nothing waits that long otherwise
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def visit(qtbot: QtBot, studio: Studio) -> GenerateWorkspace:
    studio.window.open_space(Space.GENERATE)
    qtbot.waitUntil(lambda: studio.window.spaces.page(Space.GENERATE) is not None, timeout=WAIT_MS)
    page = studio.window.spaces.page(Space.GENERATE)
    assert isinstance(page, GenerateWorkspace)
    return page


def wait_for_pictures(qtbot: QtBot, page: GenerateWorkspace) -> None:
    qtbot.waitUntil(lambda: page.controller.is_complete, timeout=WAIT_MS)


def click(qtbot: QtBot, page: GenerateWorkspace, row: int, column: int, *, ctrl: bool = False) -> None:
    middle = page.sheet.cell_rect(row, column).center()
    held = CTRL if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(page.sheet, LEFT, held, middle)


def choose_file(page: GenerateWorkspace, path: Path) -> None:
    """Answer the open file dialog."""
    dialog = page.window().findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
