"""A titled section that folds."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, IconBook


class Section(QWidget):
    """A header with a small arrow and, under it, the content; clicking the header folds the content away.

    ``flush``: without margins of its own, for a column that has them.

    *Signals*
    folded(bool): the user folded or unfolded it.
    """

    folded = Signal(bool)

    def __init__(
        self,
        title: str,
        content: QWidget,
        icons: IconBook,
        parent: QWidget | None = None,
        *,
        flush: bool = False,
    ) -> None:
        super().__init__(parent)
        self._side_px = 0 if flush else 16
        self._icons = icons
        self._content = content
        self.header = QToolButton()
        self.header.setText(title)
        self.header.setProperty("role", "section")
        self.header.setProperty("flush", flush)
        self.header.setCheckable(True)
        self.header.setChecked(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setIconSize(QSize(ICON_PX, ICON_PX))
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.header.clicked.connect(self._on_clicked)
        self._header_row = QHBoxLayout()
        self._header_row.setContentsMargins(0 if flush else 8, 4, 0 if flush else 8, 0)
        self._header_row.setSpacing(0)
        self._header_row.addWidget(self.header, 1)
        inner = QVBoxLayout()
        inner.addWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._header_row)
        column.addLayout(inner)
        self._inner = inner
        self._show_state(True)

    def add_header_button(self, button: QToolButton) -> None:
        """Put a small button at the right end of the header."""
        self._header_row.addWidget(button)

    @property
    def is_open(self) -> bool:
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Fold or unfold without telling anybody."""
        self.header.setChecked(is_open)
        self._show_state(is_open)

    def _on_clicked(self, is_open: bool) -> None:
        self._show_state(is_open)
        self.folded.emit(not is_open)

    def _show_state(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        side = self._side_px
        self._inner.setContentsMargins(side, 4 if is_open else 0, side, 8 if is_open else 0)
        self._icons.bind(self.header, "chevron-down" if is_open else "chevron-right", muted=True)
        self.header.setToolTip(f"{'Fold' if is_open else 'Unfold'} this section")
