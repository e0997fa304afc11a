"""Relatives among pictures, and splits that never part them."""

import hashlib
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.measure import Measured, Records
from training.data.scan import NO_SPLIT
from training.files import write_atomically

log = logging.getLogger(__name__)

# Raise it when other pictures become relatives.
VERSION = 1
REMEMBERED = "families.npz"
TRAIN, VAL, TEST = 0, 1, 2
# Relatives differ in at most so many of the 128 bits of their hashes, and in this share of the bits that are
# set, as simple drawings have few; and in so many levels of 255 on average over 8 x 8 thumbnails, but no more
# than this share of what is on the ground: thin lines on white change few levels. Tuned by eye on CIFAR-10,
# where nearly all of these are one picture and beyond them hardly any, and on the digits of MNIST.
BITS = 18
BITS_SHARE = 0.35
THUMB = 8.0
THUMB_SHARE = 0.24
THUMB_NOISE = 1.5
# How far a family's members may be from its first one, against what two relatives may.
LOOSER = 1.5
# Hashes are sorted so often, each time by other bits, and each compared with so many that follow it: two that
# differ in ten bits are missed in one of 1,000 cases among 100,000 pictures, in 18 bits in one of ten.
SORTS = 24
WINDOW = 8
CHUNK = 16384
# Below this many pictures nothing is kept back for testing: they are needed for training and validation.
ENOUGH_TO_TEST = 30
FEWEST_VAL = 2
# Larger families, as a share of all pictures, are trained on; so is what was drawn below TRAINED.
MOST_AWAY = 0.2
TRAINED = 0.8


@dataclass(frozen=True)
class Families:
    """family int64 [n]: the smallest index of each picture's relatives; copies int64 [n]: the smallest index
    of the pictures whose bytes are the same. near: pairs int64 [P,2] that were judged relatives.
    """

    family: NDArray[np.int64]
    copies: NDArray[np.int64]
    near: NDArray[np.int64]


def relatives(measured: Measured, memory: Path) -> Families:
    """Return the families among the usable pictures, in numbers of the whole scan; all others stand alone.

    They are remembered in the folder ``memory`` as long as the pictures are the same.
    """
    usable = measured.usable
    records = measured.records[usable] if len(usable) < len(measured.records) else measured.records
    state = hashlib.blake2b(f"{VERSION} {np.__version__}".encode(), digest_size=8)
    for column in ("digest", "hash"):
        state.update(np.ascontiguousarray(records[column]).tobytes())
    key = np.frombuffer(state.digest(), np.uint64)
    found = _remembered(memory / REMEMBERED, key, len(records))
    if found is None:
        found = find_families(records)
        _remember(memory / REMEMBERED, key, found)
    alone = np.arange(len(measured.records), dtype=np.int64)
    family, copies = alone.copy(), alone.copy()
    family[usable], copies[usable] = usable[found.family], usable[found.copies]
    return Families(family, copies, usable[found.near])


def _remembered(path: Path, key: NDArray[np.uint64], count: int) -> Families | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            found = Families(kept["family"], kept["copies"], kept["near"])
            same = np.array_equal(kept["key"], key) and len(found.family) == len(found.copies) == count
            return found if same else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _remember(path: Path, key: NDArray[np.uint64], found: Families) -> None:
    def write(temp: Path) -> None:
        with temp.open("wb") as file:
            np.savez(file, key=key, family=found.family, copies=found.copies, near=found.near)

    try:
        write_atomically(path, write)
    except OSError as error:
        log.info("families cannot be kept: %s", error)


def find_families(records: Records) -> Families:
    """Return the near-duplicates among ``records``.

    Candidates come from sorting the hashes again and again by other random bits and comparing neighbours
    (locality-sensitive hashing, Indyk and Motwani 1998), so the time grows with n log n. In crowded places
    (hundreds of pictures that look alike) a pair may be missed; copies never are. A family grows around its
    first member only, so that small differences in a row do not chain a whole class together.
    """
    count = len(records)
    digest, hashes = np.array(records["digest"]), np.array(records["hash"])
    _, first, which = np.unique(digest, return_index=True, return_inverse=True)
    copies = first[which].astype(np.int64)
    single = np.unique(copies)
    pairs = _candidates(hashes[single], single)
    thumbs = records["thumb"]
    parent = np.arange(count, dtype=np.int64)
    near: list[tuple[int, int]] = []
    for start in range(0, len(pairs), CHUNK):
        part = pairs[start : start + CHUNK]
        alike = _look_alike(thumbs, part[:, 0], part[:, 1])
        for one, other in part[alike].tolist():
            near.append((one, other))
            root, leaf = sorted((_root(parent, one), _root(parent, other)))
            if root != leaf and _look_alike(thumbs, np.array([root]), np.array([leaf]), LOOSER)[0]:
                parent[leaf] = root
    family = np.array([_root(parent, int(i)) for i in copies], np.int64)
    return Families(family, copies, np.array(near, np.int64).reshape(-1, 2))


def draw_splits(
    given: NDArray[np.int8], family: NDArray[np.int64], digest: NDArray[np.uint64], seed: int
) -> NDArray[np.int8]:
    """Return the split of each picture as int8 [n]: 0 train, 1 val, 2 test, -1 left out.

    ``given`` splits stay, but relatives of what is tested on are left out of training (unless that would be
    half of it); where validation is missing it is drawn from the rest. Otherwise families go 80/10/10 by a
    hash of ``seed`` and of the smallest ``digest`` among their members: the same picture has the same place
    in whatever folder, and new pictures do not move the old ones. There are at least two pictures to validate
    on wherever there are four.
    """
    free = np.flatnonzero(given == NO_SPLIT)
    split = given.copy()
    own = not len(free)
    if own:
        learned = given == TRAIN
        related = learned & np.isin(family, family[~learned])
        if 2 * related.sum() < learned.sum():
            split[related] = NO_SPLIT
        if (given == VAL).any():
            return split
        free = np.flatnonzero(split == TRAIN)
    share = _shares(family[free], digest[free], seed)
    _, which, size = np.unique(family[free], return_inverse=True, return_counts=True)
    # A family as large as this would leave too little to learn from, or nothing.
    share[size[which] > MOST_AWAY * len(free)] *= TRAINED
    many = len(free) >= ENOUGH_TO_TEST
    # A folder with parts of its own gets no other part to test on.
    val_from, test_from = (TRAINED, 0.9) if many and not own else (0.9 if many else TRAINED, 2.0)
    split[free] = np.where(share < val_from, TRAIN, np.where(share < test_from, VAL, TEST))
    _at_least(split, free, share, min(FEWEST_VAL, len(free) // 2))
    return split


def _at_least(
    split: NDArray[np.int8], free: NDArray[np.int64], share: NDArray[np.float64], wanted: int
) -> None:
    """Move families, those next in line first, from training to validation until it has ``wanted`` pictures;
    single pictures where families are too large to move.
    """
    for value in np.unique(share)[::-1]:
        if (split == VAL).sum() >= wanted:
            return
        members = free[share == value]
        if split[members[0]] == TRAIN and 2 * ((split[free] == TRAIN).sum() - len(members)) >= len(free):
            split[members] = VAL
    for index in free[np.argsort(-share, kind="stable")]:
        if (split == VAL).sum() >= wanted:
            return
        if split[index] == TRAIN:
            split[index] = VAL


def _shares(family: NDArray[np.int64], digest: NDArray[np.uint64], seed: int) -> NDArray[np.float64]:
    """Return a number 0..1 for each picture, the same for all of a family, drawn by hashing."""
    roots, which = np.unique(family, return_inverse=True)
    smallest = np.full(len(roots), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(smallest, which, digest)
    drawn = np.empty(len(roots), np.float64)
    for i, key in enumerate(smallest.tolist()):
        hashed = hashlib.blake2b(f"{seed}:{key:016x}".encode(), digest_size=8).digest()
        drawn[i] = int.from_bytes(hashed, "little") / 2**64
    return drawn[which]


def _candidates(hashes: NDArray[np.uint64], index: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return pairs int64 [P,2] of ``index`` whose hashes uint64 [n,2] differ in few bits."""
    rng = np.random.default_rng(0)
    found = np.zeros(0, np.int64)
    most = int(index.max(initial=0)) + 1
    set_bits = _bit_count(hashes)
    for _ in range(SORTS):
        order = np.argsort(_some_bits(hashes, rng.permutation(128)[:64]), kind="stable")
        sorted_hashes, sorted_bits, sorted_index = hashes[order], set_bits[order], index[order]
        parts = [found]
        for step in range(1, min(WINDOW, len(order) - 1) + 1):
            bits = _bit_count(sorted_hashes[:-step] ^ sorted_hashes[step:])
            usual = (sorted_bits[:-step] + sorted_bits[step:]) * (BITS_SHARE / 2)
            close = np.flatnonzero(bits <= np.minimum(usual, BITS))
            left, right = sorted_index[close], sorted_index[close + step]
            # One number a pair.
            parts.append(np.minimum(left, right) * most + np.maximum(left, right))
        # No pair twice: crowded places give the same ones again and again.
        found = np.unique(np.concatenate(parts))
    return np.stack([found // most, found % most], axis=1)


def _some_bits(hashes: NDArray[np.uint64], chosen: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return 64 of the 128 bits of each hash in another order, as numbers to sort by."""
    keys = np.empty(len(hashes), np.uint64)
    for start in range(0, len(hashes), CHUNK):
        part = np.ascontiguousarray(hashes[start : start + CHUNK]).view(np.uint8)
        bits = np.unpackbits(part, axis=1)[:, chosen]
        packed = np.ascontiguousarray(np.packbits(bits, axis=1))
        keys[start : start + CHUNK] = packed.view(">u8")[:, 0]
    return keys


def _bit_count(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the number of set bits in each row of uint64 [n,2]."""
    table = _BITS_OF_WORD[np.ascontiguousarray(values).view(np.uint16)]
    return np.asarray(table.sum(axis=1, dtype=np.int64))


_BITS_OF_WORD = (
    np.unpackbits(np.arange(65536, dtype=np.uint16).view(np.uint8))
    .reshape(-1, 16)
    .sum(axis=1, dtype=np.uint8)
)


def _look_alike(
    thumbs: NDArray[np.uint8], one: NDArray[np.int64], other: NDArray[np.int64], factor: float = 1.0
) -> NDArray[np.bool_]:
    """Return which pairs of thumbnails [n,8,8,3] differ by at most ``factor`` times what relatives may."""
    first, second = (thumbs[index].reshape(len(index), 64, 3).astype(np.float32) for index in (one, other))
    difference = np.abs(first - second).mean(axis=(1, 2))
    shown = np.abs(first - np.median(first, axis=1, keepdims=True)).mean(axis=(1, 2))
    return np.asarray(difference <= factor * np.clip(THUMB_SHARE * shown, THUMB_NOISE, THUMB))


def _root(parent: NDArray[np.int64], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = int(parent[index])
    return index
