"""Relatives among pictures, and splits that never part them."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.measure import Records
from training.data.scan import NO_SPLIT

TRAIN, VAL, TEST = 0, 1, 2
# Of the 128 bits of a hash, so many may differ between relatives; copies in other sizes and qualities differ
# in none to four, and a 3 % crop in ten.
BITS = 10
# Mean difference of the 8 x 8 thumbnails in levels of 255 that relatives may have.
THUMB = 6.0
# How far apart in the sorted order two hashes are compared.
WINDOW = 10
TURNS = 8
# Below this many pictures nothing is kept back for testing: they are needed for training and validation.
ENOUGH_TO_TEST = 30
FEWEST_VAL = 2


@dataclass(frozen=True)
class Families:
    """family int64 [n]: the smallest index of each picture's relatives; copies int64 [n]: the smallest index
    of the pictures whose bytes are the same. near: pairs int64 [P,2] that were judged relatives.
    """

    family: NDArray[np.int64]
    copies: NDArray[np.int64]
    near: NDArray[np.int64]


def find_families(records: Records) -> Families:
    """Return the near-duplicates among ``records``.

    Hashes are sorted eight times, each time from another sixteen bits on, and compared with their next
    neighbours: two that differ in at most six bits agree in at least two of the eight groups. In crowded
    places (hundreds of pictures that look alike) a pair may be missed; copies never are. A family grows
    around its first member only, so that small differences in a row do not chain a whole class together.
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
    for start in range(0, len(pairs), 65536):
        part = pairs[start : start + 65536]
        alike = _thumb_distance(thumbs, part[:, 0], part[:, 1]) <= THUMB
        for one, other in part[alike].tolist():
            near.append((one, other))
            root, leaf = sorted((_root(parent, one), _root(parent, other)))
            if root != leaf and _thumb_distance(thumbs, np.array([root]), np.array([leaf]))[0] <= 1.5 * THUMB:
                parent[leaf] = root
    family = np.array([_root(parent, int(i)) for i in copies], np.int64)
    return Families(family, copies, np.array(near, np.int64).reshape(-1, 2))


def draw_splits(
    given: NDArray[np.int8], family: NDArray[np.int64], digest: NDArray[np.uint64], seed: int
) -> NDArray[np.int8]:
    """Return the split of each picture as int8 [n]: 0 train, 1 val, 2 test.

    ``given`` splits stay; where validation is missing it is drawn from the rest. Otherwise families go
    80/10/10 by a hash of ``seed`` and of the smallest ``digest`` among their members: the same picture has
    the same place in whatever folder, and new pictures do not move the old ones. There are at least two
    pictures to validate on wherever there are four.
    """
    free = np.flatnonzero(given == NO_SPLIT)
    split = given.copy()
    own = not len(free)
    if own:
        if (given == VAL).any():
            return split
        free = np.flatnonzero(given == TRAIN)
    share = _shares(family[free], digest[free], seed)
    many = len(free) >= ENOUGH_TO_TEST
    # A folder with parts of its own gets no other part to test on.
    val_from, test_from = (0.8, 0.9) if many and not own else (0.9 if many else 0.8, 2.0)
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
    found: list[NDArray[np.int64]] = []
    most = int(index.max(initial=0)) + 1
    high, low = hashes[:, 0], hashes[:, 1]
    for turn in range(TURNS):
        by = np.uint64(16 * (turn % 4))
        one, other = (high, low) if turn < 4 else (low, high)
        # The 128 bits, turned so that another group leads.
        back = np.uint64(64) - by
        lead = (one << by) | (other >> back) if by else one
        rest = (other << by) | (one >> back) if by else other
        order = np.lexsort((index, rest, lead))
        for step in range(1, min(WINDOW, len(order) - 1) + 1):
            left, right = order[:-step], order[step:]
            bits = _bit_count(high[left] ^ high[right]) + _bit_count(low[left] ^ low[right])
            close = bits <= BITS
            left, right = index[left[close]], index[right[close]]
            found.append(np.minimum(left, right) * most + np.maximum(left, right))
        # One number a pair, and no pair twice: crowded places give many.
        found = [np.unique(np.concatenate([np.zeros(0, np.int64), *found]))]
    return np.stack([found[0] // most, found[0] % most], axis=1)


def _bit_count(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    table = _BITS_OF_BYTE[values.view(np.uint8)]
    return table.reshape(-1, 8).sum(axis=1, dtype=np.int64)


_BITS_OF_BYTE = np.array([bin(byte).count("1") for byte in range(256)], np.uint8)


def _thumb_distance(
    thumbs: NDArray[np.uint8], one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.float32]:
    difference = np.abs(thumbs[one].astype(np.int16) - thumbs[other])
    return difference.reshape(len(one), -1).mean(axis=1, dtype=np.float32)


def _root(parent: NDArray[np.int64], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = int(parent[index])
    return index
