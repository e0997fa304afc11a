"""Relatives are found whatever was done to a copy, strangers are left alone, and splits never part them."""

import hashlib
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.training.data.trees import Pixels, photo
from training.data.families import TEST, TRAIN, VAL, draw_splits, find_families, relatives
from training.data.measure import FINE, RECORD, Measured, Records, record_of, rising
from training.data.pictures import Item
from training.data.scan import NO_SPLIT
from training.images import Facts


def records(pictures: list[Pixels]) -> Records:
    return np.array([record_of(item(pixels)) for pixels in pictures], RECORD)


def item(pixels: Pixels) -> Item:
    image = Image.fromarray(pixels)
    digest = int.from_bytes(hashlib.sha256(pixels.tobytes()).digest()[:8], "little")
    return Item(image, None, Facts(*image.size), None, digest)


def recompressed(pixels: Pixels) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=40)
    return np.array(Image.open(buffer))


def lighter(pixels: Pixels) -> Pixels:
    return np.clip(pixels.astype(np.int16) + 5, 0, 255).astype(np.uint8)


def smaller(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("change", [recompressed, lighter, smaller])
def test_a_changed_copy_is_a_relative_and_strangers_are_not(change) -> None:  # type: ignore[no-untyped-def]
    pictures = [photo(i) for i in range(40)]
    found = find_families(records([*pictures, *(change(pictures[i]) for i in range(0, 40, 4))]))
    assert found.family[:40].tolist() == list(range(40))
    assert found.family[40:].tolist() == list(range(0, 40, 4))
    assert found.copies.tolist() == list(range(50))


def test_exact_copies_are_found_among_any_number() -> None:
    made = records([photo(0), photo(1)])
    many = made[np.array([0, 1] * 300)]
    found = find_families(many)
    assert found.copies.tolist() == [0, 1] * 300
    assert found.family.tolist() == [0, 1] * 300
    assert not len(found.near)


def test_small_steps_do_not_chain_strangers_together() -> None:
    first, last = photo(1).astype(np.float32), photo(2).astype(np.float32)
    steps = [(first + (last - first) * i / 40).astype(np.uint8) for i in range(41)]
    family = find_families(records(steps)).family
    assert family[0] != family[-1]
    assert len(set(family.tolist())) < 41


def test_empty_pictures_of_other_colours_are_strangers() -> None:
    flat = [np.full((40, 40, 3), colour, np.uint8) for colour in ((0, 0, 0), (255, 0, 0), (0, 0, 255))]
    assert find_families(records(flat)).family.tolist() == [0, 1, 2]


def test_families_of_broken_pictures_stand_alone_and_are_remembered(tmp_path: Path) -> None:
    made = records([photo(0), photo(1), recompressed(photo(0))])
    measured = Measured(np.concatenate([made[:1], np.zeros(1, RECORD), made[1:]]), {1: "broken"})
    assert measured.records["state"].tolist() == [FINE, 0, FINE, FINE]
    for _ in range(2):
        found = relatives(measured, tmp_path)
        assert found.family.tolist() == [0, 1, 2, 0]
        assert found.near.tolist() == [[0, 3]]
    (tmp_path / "families.npz").write_bytes(b"damaged")
    assert relatives(measured, tmp_path).family.tolist() == [0, 1, 2, 0]


@given(st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_hashes_do_not_see_brightness_or_noise_below_the_dead_zone(seed: int, lift: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 240, (9, 9)).astype(np.uint8)
    assert np.array_equal(rising(grey), rising(grey + np.uint8(lift)))
    assert not rising(np.full((9, 9), 200, np.uint8) + (grey & 1).astype(np.uint8)).any()
    # Turned about its diagonal, what rises to the right rises downwards.
    assert sum(int(bits).bit_count() for bits in rising(np.ascontiguousarray(grey.T))) == sum(
        int(bits).bit_count() for bits in rising(grey)
    )


FAMILIES = st.lists(st.integers(0, 60), min_size=1, max_size=120)


def grouped(numbers: list[int]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    keys = np.array(numbers)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    digest = np.random.default_rng(5).integers(1, 2**63, len(keys)).astype(np.uint64)
    return first[which].astype(np.int64), digest


@given(FAMILIES, st.integers(0, 5))
def test_splits_are_whole_and_there_is_something_to_validate_on(numbers: list[int], seed: int) -> None:
    family, digest = grouped(numbers)
    given_splits = np.full(len(family), NO_SPLIT, np.int8)
    split = draw_splits(given_splits, family, digest, seed)
    assert set(split.tolist()) <= {TRAIN, VAL, TEST}
    assert (split == VAL).sum() >= min(2, len(family) // 2)
    assert (split == TRAIN).any()
    assert np.array_equal(split, draw_splits(given_splits, family, digest, seed))
    largest = np.bincount(family).max()
    if len(set(numbers)) >= 8 and largest <= len(family) // 4:
        for key in set(family.tolist()):
            assert len(set(split[family == key].tolist())) == 1


@given(st.permutations(range(40)))
def test_a_picture_keeps_its_split_in_whatever_order_and_company(order: list[int]) -> None:
    family, digest = grouped(list(range(400)))
    free = np.full(400, NO_SPLIT, np.int8)
    before = draw_splits(free, family, digest, 0)
    chosen = np.array([*order, *range(40, 300)])
    after = draw_splits(free[:300], np.arange(300), digest[chosen], 0)
    assert np.array_equal(after, before[chosen])


def test_shares_are_about_eighty_ten_ten() -> None:
    family, digest = grouped(list(range(3000)))
    split = draw_splits(np.full(3000, NO_SPLIT, np.int8), family, digest, 1)
    shares = np.bincount(split, minlength=3) / 3000
    assert np.abs(shares - (0.8, 0.1, 0.1)).max() < 0.03
    few = draw_splits(np.full(20, NO_SPLIT, np.int8), family[:20], digest[:20], 1)
    assert TEST not in few


def test_splits_of_ones_own_stay_and_relatives_of_test_pictures_are_not_learned() -> None:
    family, digest = grouped(list(range(50)))
    given_splits = np.array([TRAIN] * 40 + [TEST] * 10, np.int8)
    family[3] = family[45]
    split = draw_splits(given_splits, family, digest, 0)
    assert split[3] == NO_SPLIT
    assert (split[40:] == TEST).all()
    assert 2 <= (split == VAL).sum() <= 12
    all_three = np.array([TRAIN] * 30 + [VAL] * 10 + [TEST] * 10, np.int8)
    kept = draw_splits(all_three, np.arange(50), digest, 0)
    assert np.array_equal(kept, all_three)
