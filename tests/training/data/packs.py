"""Small packs of emoji, as Iconify lays them out."""

import json
from pathlib import Path


def pack(folder: Path, icons: dict[str, str], chars: dict[str, str] | None = None) -> Path:
    """Write a pack at ``folder``: ``icons`` are SVG bodies by name, ``chars`` names by code points."""
    folder.mkdir()
    bodies = {name: {"body": body} for name, body in icons.items()}
    texts = {
        "icons.json": {"prefix": folder.name, "icons": bodies, "width": 64, "height": 64},
        "info.json": {"name": "A set", "author": {"name": "An artist"}, "license": {"title": "CC BY 4.0"}},
    }
    if chars is not None:
        texts["chars.json"] = chars
    for name, content in texts.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
