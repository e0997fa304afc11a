"""What the names of folders say: a split, sketches or pictures, a class."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SPLITS = ("train", "val", "test")
_SPLIT_NAMES = {
    "train": "train", "training": "train", "trainset": "train", "trainingset": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test", "testset": "test",
}  # fmt: skip
_SKETCH_NAMES = frozenset(
    {
        "sketch", "sketches", "line", "lines", "lineart", "linearts", "drawing", "drawings", "edge", "edges",
        "outline", "outlines", "contour", "contours", "input", "inputs", "source", "sources", "ink",
    }
)  # fmt: skip
_IMAGE_NAMES = frozenset(
    {
        "image", "images", "img", "imgs", "photo", "photos", "picture", "pictures", "color", "colors",
        "colour", "colours", "colored", "coloured", "flat", "flats", "target", "targets", "output", "outputs",
        "real", "truth", "gt", "groundtruth", "rgb", "painting", "paintings",
    }
)  # fmt: skip
SKETCH, IMAGE = "sketch", "image"


@dataclass(frozen=True)
class Place:
    """What one folder holds: its split, "" for none; its role, "sketch", "image" or ""; the rest of its
    path.
    """

    split: str
    role: str
    rest: tuple[str, ...]


def plain(name: str) -> str:
    """Return a folder's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())


def split_of(name: str) -> str:
    """Return the split that a folder's name stands for, "" for none."""
    return _SPLIT_NAMES.get(plain(name), "")


def shared_part(folders: Sequence[str]) -> tuple[str, ...]:
    """Return the folders that the paths of all have in common."""
    shared: list[str] = []
    for names in zip(*(parts(folder) for folder in folders), strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return tuple(shared)


def parts(folder: str) -> list[str]:
    """Return the names along the path of a folder inside the root."""
    return folder.split("/") if folder else []


def find_splits(rests: Mapping[str, tuple[str, ...]], counts: Mapping[str, int]) -> dict[str, str]:
    """Return the split of each folder, where the first or second name along the paths tells it; else nothing.

    There must be a training part and another one, with at least half of the files.
    """
    for depth in (0, 1):
        found = {
            folder: split
            for folder, rest in rests.items()
            if len(rest) > depth and (split := split_of(rest[depth]))
        }
        held = sum(counts[folder] for folder in found)
        if {"train"} < set(found.values()) and 2 * held >= sum(counts.values()):
            return found
    return {}


def without_split(rest: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path without the name of its split, which is the first or second one."""
    for depth, name in enumerate(rest[:2]):
        if split_of(name):
            return rest[:depth] + rest[depth + 1 :]
    return rest


def named_roles(rests: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Return the names of sibling folders that say "sketches" and "pictures", and which is which."""
    siblings: dict[tuple[str, ...], set[str]] = {}
    for rest in rests:
        for depth, name in enumerate(rest):
            siblings.setdefault(rest[:depth], set()).add(name)
    roles: dict[str, str] = {}
    for names in siblings.values():
        sketches = {name for name in names if plain(name) in _SKETCH_NAMES}
        images = {name for name in names if plain(name) in _IMAGE_NAMES}
        # Two folders of sketches beside one of pictures are classes rather than pairs.
        if len(sketches) == 1 and len(images) == 1:
            roles |= dict.fromkeys(sketches, SKETCH) | dict.fromkeys(images, IMAGE)
    return roles


def two_siblings(rests: Sequence[tuple[str, ...]]) -> tuple[str, str] | None:
    """Return the two names that the paths begin with, None when there are more or fewer."""
    names = sorted({rest[0] for rest in rests if rest})
    return (names[0], names[1]) if len(names) == 2 and all(rests) else None


def take_role(rest: tuple[str, ...], roles: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the role that the first telling name along the path has, and the path without that name."""
    for depth, name in enumerate(rest):
        if name in roles:
            return roles[name], rest[:depth] + rest[depth + 1 :]
    return "", rest


def find_labels(rests: Mapping[str, tuple[str, ...]], counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the classes that the first names of the paths make, in order; () where they make none.

    A class has two pictures on average, and nine in ten pictures have a class.
    """
    held: Counter[str] = Counter()
    for folder, rest in rests.items():
        held[rest[0] if rest else ""] += counts[folder]
    total = sum(held.values())
    loose = held.pop("", 0)
    if len(held) < 2 or loose > 0.1 * total or total - loose < 2 * len(held):
        return ()
    return tuple(sorted(held, key=lambda name: (name.casefold(), name)))
