"""Emoji as Unicode groups them, and which of them are relatives."""

import hashlib
import json
from importlib import resources

# Unicode's group -> (the label people read, the folder's name), in the order of the label vector.
LABELS = {
    "Smileys & Emotion": ("Smileys", "smileys"),
    "People & Body": ("People", "people"),
    "Animals & Nature": ("Animals & nature", "animals-nature"),
    "Food & Drink": ("Food & drink", "food-drink"),
    "Travel & Places": ("Travel & places", "travel-places"),
    "Activities": ("Activities", "activities"),
    "Objects": ("Objects", "objects"),
    "Symbols": ("Symbols", "symbols"),
}
TONES = frozenset({"1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"})
HAIR = frozenset({"1F9B0", "1F9B1", "1F9B2", "1F9B3"})
# Presentation selector, joiner, gender signs, and the arrow of "facing right".
NOT_FAMILY = TONES | HAIR | {"FE0F", "200D", "2640", "2642", "27A1"}
# Man and woman are drawn as one person, boy and girl as one child, old man and old woman as one elder.
SAME_FAMILY = {
    "1F468": "1F9D1",
    "1F469": "1F9D1",
    "1F466": "1F9D2",
    "1F467": "1F9D2",
    "1F474": "1F9D3",
    "1F475": "1F9D3",
}
CLOCKS = range(0x1F550, 0x1F568)


def group_table() -> dict[str, str]:
    """Return Unicode's group by code points (``"1F468-200D-1F373"``: no skin tones, no U+FE0F)."""
    text = resources.files("training.data").joinpath("openmoji_groups.json").read_text(encoding="utf-8")
    return {key: group for group, keys in json.loads(text)["groups"].items() for key in keys}


def family_key(name: str) -> str:
    """Return what relatives share: the code points without skin tone, hair and gender.

    >>> family_key("1F469-1F3FD-200D-1F9B0") == family_key("1F9D1")
    True
    """
    points = [SAME_FAMILY.get(point, point) for point in name.split("-") if point not in NOT_FAMILY]
    if any(int(point, 16) in CLOCKS for point in points):
        return "clock"
    if "20E3" in points:
        return "keycap"
    # A couple drawn in each combination of genders is one family: one person twice.
    return "-".join(points) or name


def split_of(family: str) -> str:
    """Return the split of a family, by its sha256: 80 % train, 10 % val, 10 % test."""
    share = int.from_bytes(hashlib.sha256(family.encode()).digest()[:8], "big") / 2**64
    return "train" if share < 0.8 else "val" if share < 0.9 else "test"


def group_of(name: str, table: dict[str, str]) -> str | None:
    """Return the one of ``LABELS`` that the drawing ``name`` belongs to, by ``table``; None for none."""
    points = [point for point in name.split("-") if point not in TONES and point != "FE0F"]
    # A sequence newer than the table belongs where its beginning does.
    while points:
        group = table.get("-".join(points))
        if group is not None:
            return group if group in LABELS else None
        if "200D" not in points:
            return None
        points = points[: len(points) - 1 - points[::-1].index("200D")]
    return None
