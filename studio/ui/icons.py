"""Icons of one family (Material Design Icons 6, carried by qtawesome), drawn in the theme's colours.

The font is read straight from qtawesome's folder: importing that package pulls in all its fonts and qtpy,
0.3 s that would stand between the start of the program and its first paint.
"""

import json
import logging
import weakref
from collections.abc import Callable
from enum import Enum, auto
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from studio.ui.palette import Palette

log = logging.getLogger(__name__)

ICON_PX = 18
"""The one icon size, in logical pixels."""


@cache
def _glyph_font() -> tuple[str, dict[str, str]]:
    """The family name of the icon font and the code point of each icon; empty when the font is missing."""
    spec = find_spec("qtawesome")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        fonts = Path(folder) / "fonts"
        font = next(iter(sorted(fonts.glob("materialdesignicons6-webfont-*.ttf"))), None)
        charmap = next(iter(sorted(fonts.glob("materialdesignicons6-webfont-charmap-*.json"))), None)
        if font is None or charmap is None:
            continue
        families = QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFontFromData(font.read_bytes())
        )
        if families:
            return families[0], json.loads(charmap.read_text(encoding="utf-8"))
    log.warning("the icon font of qtawesome was not found; buttons show no icons")
    return "", {}


def has_icon(name: str) -> bool:
    """Whether the icon font knows this name (needs a QGuiApplication)."""
    return name in _glyph_font()[1]


class _GlyphEngine(QIconEngine):
    """Draws one glyph at any size and scale factor, in a colour for each mode."""

    def __init__(self, glyph: str, normal: QColor, disabled: QColor, checked: QColor) -> None:
        super().__init__()
        self._glyph = glyph
        self._normal = normal
        self._disabled = disabled
        self._checked = checked

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        colour = self._checked if state == QIcon.State.On else self._normal
        if mode == QIcon.Mode.Disabled:
            colour = self._disabled
        font = QFont(_glyph_font()[0])
        font.setPixelSize(max(1, min(rect.width(), rect.height())))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._glyph, self._normal, self._disabled, self._checked)


def make_icon(name: str, palette: Palette, *, colour: str | None = None, checked: str | None = None) -> QIcon:
    """The icon `name` ("pencil"); an unknown name gives an empty icon.

    `colour` replaces the text colour; `checked` is the colour of a button that is on (the accent's own text).
    """
    code = _glyph_font()[1].get(name)
    if code is None:
        return QIcon()
    normal = QColor(colour or palette.text)
    return QIcon(
        _GlyphEngine(
            chr(int(code, 16)), normal, QColor(palette.faint), QColor(checked) if checked else normal
        )
    )


class Checked(Enum):
    """The colour of an icon while its button is on: the same, fit for a ground of the accent, the accent."""

    SAME = auto()
    ON_ACCENT = auto()
    ACCENT = auto()


class IconBook:
    """Remembers which object shows which icon and draws all of them anew when the theme changes."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._entries: list[tuple[weakref.ReferenceType[object], Callable[[Palette], QIcon]]] = []

    def bind(
        self,
        target: object,
        name: str,
        *,
        muted: bool = False,
        on_accent: bool = False,
        checked: Checked = Checked.SAME,
    ) -> None:
        """Give `target` (anything with setIcon) the icon, now and after each change of theme.

        `muted` draws quietly, `on_accent` for a button filled with the accent; `checked` says how the icon
        looks while the button is on.
        """

        def draw(palette: Palette) -> QIcon:
            colour = palette.on_accent if on_accent else palette.muted if muted else palette.text
            on = {Checked.SAME: None, Checked.ON_ACCENT: palette.on_accent, Checked.ACCENT: palette.accent}
            return make_icon(name, palette, colour=colour, checked=on[checked])

        self._entries = [entry for entry in self._entries if entry[0]() not in (None, target)]
        self._entries.append((weakref.ref(target), draw))
        target.setIcon(draw(self._palette))  # type: ignore[attr-defined]

    def recolour(self, palette: Palette) -> None:
        """Draw every icon in the colours of `palette`."""
        self._palette = palette
        living = [(ref, draw) for ref, draw in self._entries if ref() is not None]
        self._entries = living
        for ref, draw in living:
            target = ref()
            if target is not None:
                target.setIcon(draw(palette))  # type: ignore[attr-defined]
