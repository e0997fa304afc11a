"""Where the keys go: to the canvas, also after a click on the controls around it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

TYPING = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
"""What keeps the keys after a click: one types in it."""


def keep_keys_on(canvas: QWidget, *areas: QWidget) -> None:
    """Let a click in an area leave or bring the keyboard to `canvas`, fields to type in excepted.

    The controls stay in the chain of the Tab key. Call it once the areas have been built; what comes later
    must itself take the focus by Tab alone.
    """
    for area in areas:
        for widget in (area, *area.findChildren(QWidget)):
            if widget.focusPolicy() & Qt.FocusPolicy.ClickFocus and not isinstance(widget, TYPING):
                widget.setFocusPolicy(
                    Qt.FocusPolicy.TabFocus
                    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
                    else Qt.FocusPolicy.NoFocus
                )
        # A click that no control wants goes up to the area, which hands the keys on.
        area.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        area.setFocusProxy(canvas)
