"""A shown canvas and a hand over it."""

import pytest
from pytestqt.qtbot import QtBot

from studio.core.document import Document
from studio.ui.canvas.canvas import CanvasWidget
from tests.studio.ui.canvas.hands import Hand


@pytest.fixture
def document(qtbot: QtBot) -> Document:
    return Document.new(512, 512)


@pytest.fixture
def canvas(qtbot: QtBot, document: Document) -> CanvasWidget:
    """A shown canvas of 900 x 500 with a document of 512 x 512."""
    widget = CanvasWidget(document)
    qtbot.addWidget(widget)
    widget.resize(900, 500)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def hand(canvas: CanvasWidget) -> Hand:
    return Hand(canvas)
