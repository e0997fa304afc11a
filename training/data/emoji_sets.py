"""Other artists' emoji, as Iconify packs them: more pictures to learn from of what things look like.

A pack is the unpacked npm package ``@iconify-json/NAME``: ``icons.json`` with the drawings, ``info.json``
with author and licence, and ``chars.json`` with the code points of some packs' names.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from training.files import UserError

MARGIN = 0.06
"""Room around a drawing, as a share of its side."""
PRESENTATION = {"FE0F", "FE0E"}


@dataclass(frozen=True)
class EmojiSet:
    """A pack: its name, whose it is and under which licence, and its drawings as SVG text by code points
    (``"1F468-200D-1F373"``).
    """

    prefix: str
    title: str
    author: str
    licence: str
    drawings: dict[str, str]


def read_sets(folders: Iterable[Path]) -> list[EmojiSet]:
    """Return the packs unpacked at ``folders``; UserError when one is none.

    Names without code points are looked up among those of the other packs and of Unicode.
    """
    packs = [_Pack.read(Path(folder)) for folder in folders]
    known = _unicode_names()
    for pack in packs:
        known = {_plain(name): points for points, name in pack.chars.items()} | known
    return [pack.told_by(known) for pack in packs]


@dataclass(frozen=True)
class _Pack:
    """What is read of a package: whose it is, its drawings as complete SVG, and its code points by name."""

    prefix: str
    title: str
    author: str
    licence: str
    drawings: dict[str, str]
    chars: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> "_Pack":
        try:
            icons, info = (
                json.loads((folder / name).read_text("utf-8")) for name in ("icons.json", "info.json")
            )
            chars_file = folder / "chars.json"
            return cls(
                prefix=str(icons["prefix"]),
                title=str(info.get("name", icons["prefix"])),
                author=str(info["author"]["name"]),
                licence=str(info["license"]["title"]),
                drawings={name: _svg(icons, icon) for name, icon in icons["icons"].items()},
                chars=dict(json.loads(chars_file.read_text("utf-8"))) if chars_file.is_file() else {},
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            raise UserError(
                f"{folder} is no emoji pack; give the folder of an unpacked npm package @iconify-json/NAME."
            ) from None

    def told_by(self, known: dict[str, str]) -> EmojiSet:
        by_name = {name: points for points, name in self.chars.items()}
        drawings: dict[str, str] = {}
        for name, drawing in sorted(self.drawings.items()):
            points = by_name.get(name) or known.get(_plain(name))
            if points:
                drawings.setdefault(_code_points(points), drawing)
        return EmojiSet(self.prefix, self.title, self.author, self.licence, drawings)


def _svg(icons: dict[str, Any], icon: dict[str, Any]) -> str:
    """Return one icon of a package as a drawing of its own, with a margin."""
    left, top, width, height = (
        icon.get(key, icons.get(key, missing))
        for key, missing in (("left", 0), ("top", 0), ("width", 16), ("height", 16))
    )
    side = max(width, height) * (1 + 2 * MARGIN)
    box = f"{left + (width - side) / 2} {top + (height - side) / 2} {side} {side}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}">{icon["body"]}</svg>'
    )


def _code_points(points: str) -> str:
    return "-".join(point for point in points.upper().split("-") if point not in PRESENTATION)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


@lru_cache(maxsize=1)
def _unicode_names() -> dict[str, str]:
    """Unicode's own names of single characters, in the emoji's blocks."""
    blocks = [*range(0x2190, 0x2BFF), *range(0x1F300, 0x1FAFF)]
    names = {_plain(unicodedata.name(chr(point), "")): f"{point:X}" for point in blocks}
    names.pop("", None)
    return names
