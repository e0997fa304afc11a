"""The colours of the light and the dark theme, and the arithmetic that keeps them readable."""

from dataclasses import dataclass, fields
from enum import StrEnum


class ThemeChoice(StrEnum):
    """What the user asked for; SYSTEM follows the desktop and changes with it."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme: every colour the window uses, as "#rrggbb".

    `accent` marks the chosen thing and the main action, nothing else. `field` lies under text that is typed,
    `surround` is the neutral grey around the paper, the four state colours are dots and never text.
    """

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    field: str
    border: str
    control: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    link: str
    surround: str
    idle: str
    working: str
    live: str
    trouble: str

    @property
    def is_dark(self) -> bool:
        return luminance(self.window) < 0.2


LIGHT = Palette(
    name="light",
    window="#f3f3f4",
    panel="#fafafa",
    raised="#ffffff",
    hover="#e7e7ea",
    field="#ffffff",
    border="#dcdce0",
    control="#85858f",
    text="#1d1d21",
    muted="#5d5d66",
    faint="#a9a9b1",
    accent="#3d5bd9",
    accent_hover="#3350c4",
    on_accent="#ffffff",
    link="#2f4cc6",
    surround="#b4b4b6",
    idle="#85858f",
    working="#b97a00",
    live="#248a3d",
    trouble="#c8322b",
)

DARK = Palette(
    name="dark",
    window="#1f1f22",
    panel="#26262a",
    raised="#313136",
    hover="#3a3a40",
    field="#1b1b1e",
    border="#3a3a40",
    control="#85858f",
    text="#ececf0",
    muted="#a9a9b3",
    faint="#66666f",
    accent="#8ea2ff",
    accent_hover="#a3b3ff",
    on_accent="#14161f",
    link="#a3b3ff",
    surround="#4d4d50",
    idle="#8d8d97",
    working="#f0b03f",
    live="#4cc469",
    trouble="#ff6b62",
)


def channels(colour: str) -> tuple[int, int, int]:
    """The red, green and blue of "#rrggbb", 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour_names() -> tuple[str, ...]:
    """The names of a palette's colours, in the order of their declaration."""
    return tuple(field.name for field in fields(Palette) if field.name != "name")
