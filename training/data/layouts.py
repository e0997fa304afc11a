"""How a folder is arranged: found out by itself, with the reason for a person to read and to overrule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data import looks, readers
from training.data.dataset import Cancelled, Progress
from training.data.labels_file import read_labels
from training.data.listing import Listing, list_pictures, match_names
from training.data.places import (
    IMAGE,
    SKETCH,
    SPLITS,
    Place,
    find_labels,
    find_splits,
    named_roles,
    parts,
    shared_part,
    take_role,
    two_siblings,
    without_split,
)
from training.files import UserError, read_json
from training.images import load_image

T = TypeVar("T")
LOOKED_AT = 24
ENOUGH_PX = 256
# Two folders whose names say nothing are a pair when most of their files share names.
SAME_NAMES = 0.8
FEWEST_PAIRS = 3


class LayoutKind(StrEnum):
    """The arrangements that are known."""

    IMAGES = "images"
    CLASSES = "classes"
    PAIRED = "paired"
    SIDE_BY_SIDE = "side_by_side"
    PREPARED = "prepared"
    IDX = "idx"
    CIFAR = "cifar"


OF_FILES = (LayoutKind.IMAGES, LayoutKind.CLASSES, LayoutKind.PAIRED, LayoutKind.SIDE_BY_SIDE)


@dataclass(frozen=True)
class Layout:
    """One folder's arrangement.

    ``reason`` is a sentence for the person; ``labels`` the classes, () for none; ``splits`` those the folder
    has itself; ``direction`` the half that is the sketch in side-by-side pairs ("left" or "right");
    ``inverted``: the sketches are white lines on black; ``alternatives`` what else it could be read as.
    ``shared``, ``roles`` and ``split_folders`` tell how paths are read: see ``place``. With ``labels_file``
    the labels are those that this file gives to single pictures, whatever their folders are called.
    """

    kind: LayoutKind
    reason: str
    labels: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    direction: str = "left"
    inverted: bool = False
    alternatives: tuple[LayoutKind, ...] = ()
    shared: tuple[str, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    split_folders: tuple[tuple[str, str], ...] = ()
    labels_file: str = ""

    @cached_property
    def _splits_of(self) -> dict[str, str]:
        return dict(self.split_folders)

    def place(self, folder: str) -> Place | None:
        """Return what the folder of that path inside the root holds; None when it belongs to nothing."""
        rest = tuple(parts(folder)[len(self.shared) :])
        split = ""
        if self.split_folders:
            if folder not in self._splits_of:
                return None
            split, rest = self._splits_of[folder], without_split(rest)
        role, rest = take_role(rest, dict(self.roles))
        by_folder = self.labels and not self.labels_file
        if (self.roles and not role) or (by_folder and not (rest and rest[0] in self.labels)):
            return None
        return Place(split, role, rest)


def find_layout(
    folder: Path,
    override: LayoutKind | None = None,
    direction: str = "auto",
    listing: Listing | None = None,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Layout:
    """Return the arrangement of ``folder``, or how it reads as ``override``.

    ``listing`` saves the walk where it has been made. Reads a few pictures. Raises UserError when the folder
    holds no pictures, or not what ``override`` says.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; name a folder of pictures.")
    packaged = packaged_layout(folder, override)
    if packaged is not None:
        return packaged
    listing = listing or list_pictures(folder, on_progress, cancelled)
    if not len(listing):
        raise UserError(f"{folder} holds no pictures; choose a folder with PNG, JPEG, WebP or TIFF files.")
    return _Finder(listing).layout(override, direction)


def labelled_layout(layout: Layout, path: Path, listing: Listing) -> Layout:
    """Return ``layout`` with the labels that the file ``path`` gives to pictures of ``listing``.

    UserError when it cannot be read or names none of them.
    """
    given = read_labels(path)
    known = [given[name] for i in range(len(listing)) if (name := listing.path(i)) in given]
    if not known:
        raise UserError(
            f"{path.name} names no picture in {listing.root}; write paths as they are inside that folder."
        )
    kind = LayoutKind.IMAGES if layout.kind is LayoutKind.CLASSES else layout.kind
    labels = tuple(sorted(set(known), key=lambda name: (name.casefold(), name)))
    reason = f"{len(known)} of {len(listing)} pictures have one of {len(labels)} labels in {path.name}."
    if kind is not LayoutKind.IMAGES:
        reason = f"{layout.reason} {reason}"
    others = (layout.kind, *layout.alternatives) if layout.kind is not kind else layout.alternatives
    return replace(
        layout,
        kind=kind,
        labels=labels,
        labels_file=str(path),
        reason=reason,
        alternatives=tuple(other for other in others if other is not kind),
    )


def packaged_layout(folder: Path, override: LayoutKind | None = None) -> Layout | None:
    """Return the layout of a folder that holds a prepared data set or the files of MNIST or CIFAR; None for
    any other. UserError when ``override`` is one of these and the folder holds another thing.
    """
    if override in OF_FILES:
        return None
    for layout in _packaged(folder):
        if override in (None, layout.kind):
            return layout
    if override is not None:
        raise UserError(f"{folder} cannot be read as {override}; choose another layout or auto.")
    return None


def _packaged(folder: Path) -> Iterator[Layout]:
    about = folder / "dataset.json"
    if about.is_file() and (folder / "train" / "sketch").is_dir():
        content = read_json(about)
        if isinstance(content, dict) and content.get("format") == 1:
            labels = tuple(str(label) for label in content.get("labels", []))
            splits = tuple(split for split in SPLITS if (folder / split / "sketch").is_dir())
            yield Layout(LayoutKind.PREPARED, "A prepared data set: it has a dataset.json.", labels, splits)
    idx = readers.find_idx(folder)
    if idx:
        splits = tuple(split for split in SPLITS if (split, "images") in idx)
        yield Layout(LayoutKind.IDX, f"MNIST's file format: {idx['train', 'images'].name}.", (), splits)
    cifar = readers.find_cifar(folder)
    if cifar:
        names = ", ".join(path.name for path in (*cifar["train"], *cifar["test"]))
        reason = f"CIFAR's python batches: {names}."
        yield Layout(LayoutKind.CIFAR, reason, (), ("train", "test"))


class _Finder:
    """Reads a listing's folders; ``layout`` makes one Layout of it."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        counts = np.bincount(listing.folder, minlength=len(listing.folders))
        self._counts = {folder: int(counts[i]) for i, folder in enumerate(listing.folders)}
        self._number = {folder: i for i, folder in enumerate(listing.folders)}
        self._shared = shared_part(listing.folders)
        rests = {folder: tuple(parts(folder)[len(self._shared) :]) for folder in listing.folders}
        self._splits = find_splits(rests, self._counts)
        if self._splits:
            rests = {folder: without_split(rests[folder]) for folder in self._splits}
        self._rests = rests

    def layout(self, override: LayoutKind | None, direction: str) -> Layout:
        paired = self._paired(forced=override is LayoutKind.PAIRED)
        classes = self._with_labels(
            Layout(LayoutKind.CLASSES, "", shared=self._shared, split_folders=tuple(self._splits.items()))
        )
        plain = replace(classes, kind=LayoutKind.IMAGES, labels=())
        beside = self._side_by_side(forced=override is LayoutKind.SIDE_BY_SIDE)
        possible = {LayoutKind.IMAGES: plain, LayoutKind.SIDE_BY_SIDE: beside or replace(plain)}
        if classes.labels:
            possible[LayoutKind.CLASSES] = classes
        if paired:
            possible[LayoutKind.PAIRED] = paired
        if override is not None:
            if override not in possible:
                needs = "two folders of pictures with the same names"
                if override is LayoutKind.CLASSES:
                    needs = "a folder for each class, at least two"
                raise UserError(
                    f"{self._listing.root} cannot be read as {override}: that needs {needs}; choose auto."
                )
            kind = override
        elif paired:
            kind = LayoutKind.PAIRED
        elif beside:
            kind = LayoutKind.SIDE_BY_SIDE
        else:
            kind = LayoutKind.CLASSES if classes.labels else LayoutKind.IMAGES
        layout = possible[kind]
        splits = tuple(split for split in SPLITS if split in self._splits.values())
        if kind is LayoutKind.SIDE_BY_SIDE and direction != "auto":
            layout = replace(layout, direction=direction)
        return replace(
            layout,
            kind=kind,
            splits=splits,
            reason=self._reason(replace(layout, kind=kind), override is not None, splits),
            alternatives=tuple(other for other in OF_FILES if other in possible and other is not kind),
        )

    def _with_labels(self, layout: Layout) -> Layout:
        """Return the layout with the classes that are left in the paths once its roles are taken out."""
        roles = dict(layout.roles)
        rests, counts = {}, {}
        for folder, rest in self._rests.items():
            role, left = take_role(rest, roles)
            if role or not roles:
                rests[folder], counts[folder] = left, self._counts[folder]
        return replace(layout, labels=find_labels(rests, counts))

    def _paired(self, forced: bool) -> Layout | None:
        base = Layout(LayoutKind.PAIRED, "", shared=self._shared, split_folders=tuple(self._splits.items()))
        roles = named_roles(list(self._rests.values()))
        if roles:
            pairs, smaller = self._matches(roles)
            if len(pairs) and (forced or 2 * len(pairs) >= smaller):
                seen = looks.which_is_drawn(self._looks(pairs))
                layout = replace(base, roles=tuple(sorted(roles.items())))
                return self._with_labels(replace(layout, inverted=bool(seen and seen[1])))
        siblings = two_siblings(list(self._rests.values()))
        if siblings is None:
            return None
        roles = {siblings[0]: SKETCH, siblings[1]: IMAGE}
        pairs, smaller = self._matches(roles)
        if len(pairs) < (1 if forced else FEWEST_PAIRS) or (len(pairs) < SAME_NAMES * smaller and not forced):
            return None
        # Classes may number their files alike: only what the pictures show makes them pairs.
        seen = looks.which_is_drawn(self._looks(pairs))
        if seen is None:
            if not forced:
                return None
            seen = ("left", False)
        if seen[0] == "right":
            roles = {siblings[0]: IMAGE, siblings[1]: SKETCH}
        layout = replace(base, roles=tuple(sorted(roles.items())), inverted=seen[1])
        return self._with_labels(layout)

    def _matches(self, roles: dict[str, str]) -> tuple[NDArray[np.int64], int]:
        """Return the files (sketch, picture) int64 [M,2] whose names agree, and the smaller side's number."""
        sides: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}
        totals = {SKETCH: 0, IMAGE: 0}
        for folder, rest in self._rests.items():
            role, left = take_role(rest, roles)
            if role:
                totals[role] += self._counts[folder]
                sides.setdefault((self._splits.get(folder, ""), left), {})[role] = self._number[folder]
        pairs = [
            match_names(self._listing, folders[SKETCH], folders[IMAGE])
            for folders in sides.values()
            if len(folders) == 2
        ]
        return np.concatenate([np.zeros((0, 2), np.int64), *pairs]), min(totals.values())

    def _looks(self, pairs: NDArray[np.int64]) -> list[tuple[looks.Look, looks.Look]]:
        found = []
        for row in spread(range(len(pairs)), LOOKED_AT):
            images = [self._opened(self._listing.path(int(index))) for index in pairs[row]]
            if images[0] is not None and images[1] is not None:
                found.append((looks.look(images[0]), looks.look(images[1])))
        return found

    def _side_by_side(self, forced: bool) -> Layout | None:
        """Return the layout when the pictures are twice as wide as high and one half is drawn."""
        wide, seen = 0, []
        chosen = spread(range(len(self._listing)), LOOKED_AT)
        for index in chosen:
            image = self._opened(self._listing.path(index))
            if image is None:
                continue
            half = image.width // 2
            wide += abs(image.width - 2 * image.height) <= max(2, 0.02 * image.width)
            if half:
                left, right = (image.crop((x, 0, x + half, image.height)) for x in (0, half))
                seen.append((looks.look(left), looks.look(right)))
        if not forced and (not seen or wide < 0.9 * len(seen)):
            return None
        side = looks.which_is_drawn(seen)
        if side is None and not forced:
            return None
        found = side or ("left", False)
        layout = Layout(
            LayoutKind.SIDE_BY_SIDE,
            "",
            direction=found[0],
            inverted=found[1],
            shared=self._shared,
            split_folders=tuple(self._splits.items()),
        )
        return self._with_labels(layout)

    def _opened(self, path: str) -> Image.Image | None:
        try:
            return load_image(self._listing.root / path, at_least=ENOUGH_PX)
        except UserError:
            return None

    def _reason(self, layout: Layout, chosen: bool, splits: Sequence[str]) -> str:
        count = f"{len(self._listing):,} picture{'s' if len(self._listing) != 1 else ''}"
        roles = {role: name for name, role in layout.roles}
        texts = {
            LayoutKind.IMAGES: f"{count} without classes",
            LayoutKind.CLASSES: f"{count}, a folder for each of {len(layout.labels)} classes",
            LayoutKind.SIDE_BY_SIDE: f"{count} with the sketch in the {layout.direction} half",
            LayoutKind.PAIRED: f"sketches in {roles.get(SKETCH)!r} and pictures of the same names in"
            f" {roles.get(IMAGE)!r}",
        }
        text = texts[layout.kind]
        if layout.kind in (LayoutKind.PAIRED, LayoutKind.SIDE_BY_SIDE):
            text += f", in {len(layout.labels)} classes" if layout.labels else ""
            text += ", white lines on black" if layout.inverted else ""
        text += f", with {', '.join(splits)} folders" if splits else ""
        text += " (as you chose)" if chosen else ""
        return f"{text[0].upper()}{text[1:]}."


def spread(items: Sequence[T], count: int) -> list[T]:
    """Return up to ``count`` of the items, evenly spread over them."""
    chosen = np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int))
    return [items[int(i)] for i in chosen] if len(items) else []
