"""Three dots that open what has no room in the line beside them."""

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from studio.ui.icons import ICON_PX, IconBook

DOTS_PX = 22
HEIGHT_PX = 34
MARGIN_PX = 12


class MoreButton(QToolButton):
    """Its box, filled through `column`, opens below it, to the left; a click elsewhere or Esc closes it."""

    def __init__(self, name: str, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icons.bind(self, "dots-horizontal")
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setFixedSize(DOTS_PX, HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.box = QFrame(self, Qt.WindowType.Popup)
        self.box.setProperty("role", "popup")
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Else the click on the dots that closes the box would open it again.
        self.box.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        self.column = QVBoxLayout(self.box)
        self.column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        self.column.setSpacing(MARGIN_PX)
        self.clicked.connect(self._open)

    def _open(self) -> None:
        self.box.adjustSize()
        self.box.move(self.mapToGlobal(QPoint(self.width() - self.box.width(), self.height())))
        # The keys come with it, or Esc would act on what had them before.
        self.box.setFocus()
        self.box.show()
