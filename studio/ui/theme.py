"""The look of the window: palette, stylesheet and icons, following the system's light or dark."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QStyleFactory, QWidget

from studio.ui.icons import IconBook
from studio.ui.palette import DARK, LIGHT, Palette, ThemeChoice
from studio.ui.stylesheet import stylesheet

TEXT_PX = 13
SMALL_PX = 12
GAP = 8
"""Between controls; groups stand two gaps apart, parts of one control half a gap."""
RADIUS = 6
COLUMN_PX = 280


def qt_palette(colours: Palette) -> QPalette:
    """The same colours for what Qt draws without the stylesheet."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.field,
        QPalette.ColorRole.AlternateBase: colours.panel,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.raised,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.BrightText: colours.trouble,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.Link: colours.link,
        QPalette.ColorRole.LinkVisited: colours.link,
        QPalette.ColorRole.Light: colours.raised,
        QPalette.ColorRole.Midlight: colours.hover,
        QPalette.ColorRole.Mid: colours.border,
        QPalette.ColorRole.Dark: colours.control,
        QPalette.ColorRole.Shadow: colours.border,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    return palette


def tabular(font: QFont) -> QFont:
    """`font` with figures of one width, so that changing numbers do not shake."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


class Theme(QObject):
    """Owns the look of the application.

    Signals: `changed(object)` with the new Palette, after everything has been restyled.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, images: Path, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__()
        self._app = app
        self._images = images
        self._choice = choice
        self._sheet = ""
        app.setStyle(QStyleFactory.create("Fusion"))
        font = app.font()
        if QFontInfo(font).pixelSize() != TEXT_PX:
            font.setPixelSize(TEXT_PX)
            app.setFont(font)
        self.palette = self._wanted()
        self.icons = IconBook(self.palette)
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Switch to what the user asked for."""
        self._choice = choice
        self._refresh()

    def _wanted(self) -> Palette:
        if self._choice is ThemeChoice.SYSTEM:
            dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._choice is ThemeChoice.DARK
        return DARK if dark else LIGHT

    def _follow_system(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._refresh()

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted == self.palette:
            return
        self.palette = wanted
        self._apply()
        self.icons.recolour(wanted)
        self.changed.emit(wanted)

    def _apply(self) -> None:
        self._app.setPalette(qt_palette(self.palette))
        self._app.setStyleSheet(stylesheet(self.palette, self._images / self.palette.name, RADIUS))


def set_role(widget: QWidget, role: str) -> None:
    """Give `widget` a place in the stylesheet ("muted", "title", "primary", "quiet", ...)."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def muted_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A label that names a control, in the quiet text colour."""
    label = QLabel(text, parent)
    label.setProperty("role", "muted")
    return label
