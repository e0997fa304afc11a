"""Decoded pictures come back as they were, and nothing else ever does."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.data import cache as cache_module
from training.data.cache import PictureCache

SHAPE = (8, 8, 3)
ROW = 8 * 8 * 3


def keys(*values: int) -> NDArray[np.uint64]:
    return np.array(values, np.uint64)


def pixels(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, SHAPE).astype(np.uint8)


def opened(folder: Path, *values: int, rows: int = 100, name: str = "8") -> PictureCache:
    return PictureCache(folder, name, keys(*values), SHAPE, rows * ROW)


def test_what_is_put_comes_back_also_in_the_next_process(tmp_path: Path) -> None:
    first = opened(tmp_path / "a", 11, 12, 13)
    assert first.get(1) is None
    first.put(1, pixels(1))
    found = first.get(1)
    assert found is not None
    assert np.array_equal(found, pixels(1))
    again = opened(tmp_path / "a", 11, 12, 13)
    assert again.filled == 1
    assert np.array_equal(again.get(1), pixels(1))  # type: ignore[arg-type]
    assert again.get(0) is None


def test_items_are_known_by_their_keys_when_others_come_and_go(tmp_path: Path) -> None:
    first = opened(tmp_path / "a", 1, 2, 3, 4)
    for i in range(4):
        first.put(i, pixels(i))
    second = opened(tmp_path / "a", 9, 4, 2, 8)
    assert np.array_equal(second.get(1), pixels(3))  # type: ignore[arg-type]
    assert np.array_equal(second.get(2), pixels(1))  # type: ignore[arg-type]
    assert second.get(0) is None
    second.put(0, pixels(7))
    second.put(3, pixels(8))
    assert np.array_equal(second.get(3), pixels(8))  # type: ignore[arg-type]
    # The first one's rows were given away: it must not take others' pictures for its own.
    assert first.get(0) is None or np.array_equal(first.get(0), pixels(0))  # type: ignore[arg-type]


def test_beyond_the_cap_there_is_no_room(tmp_path: Path) -> None:
    small = opened(tmp_path / "a", 1, 2, 3, 4, rows=2)
    for i in range(4):
        small.put(i, pixels(i))
    assert small.rows == 2
    assert [small.get(i) is not None for i in range(4)] == [True, True, False, False]
    assert opened(tmp_path / "b", 1, rows=0).get(0) is None


def test_a_row_that_was_half_written_is_a_gap(tmp_path: Path) -> None:
    first = opened(tmp_path / "a", 1, 2)
    first.put(0, pixels(0))
    path = tmp_path / "a" / "pictures-8.bin"
    data = bytearray(path.read_bytes())
    data[5] ^= 255
    path.write_bytes(data)
    assert opened(tmp_path / "a", 1, 2).get(0) is None


def test_a_full_disk_ends_the_filling_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = opened(tmp_path / "a", 1, 2)
    kept.put(0, pixels(0))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", refuse)
    kept.put(1, pixels(1))
    monkeypatch.undo()
    assert kept.get(1) is None
    assert kept.get(0) is not None


def test_a_place_that_cannot_be_written_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("in the way")
    nothing = opened(tmp_path / "a", 1)
    nothing.put(0, pixels(0))
    assert nothing.get(0) is None


def test_the_least_used_cache_gives_way_to_a_new_one(tmp_path: Path) -> None:
    big = 4096 * 4
    for number, name in enumerate(("old", "new")):
        other = PictureCache(tmp_path / name, "8", keys(1), (big,), 10 * big)
        other.put(0, np.full(big, 7, np.uint8))
        os.utime(tmp_path / name / "pictures-8.slots", (1000 + number, 1000 + number))
    PictureCache(tmp_path / "third", "8", keys(1), (big,), 2 * big)
    assert not (tmp_path / "old" / "pictures-8.bin").exists()
    assert (tmp_path / "new" / "pictures-8.bin").exists()


def test_free_disk_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 3 * ROW})
    monkeypatch.setattr(cache_module.shutil, "disk_usage", lambda path: usage)
    assert opened(tmp_path / "a", 1, 2, 3, 4).rows == 2


def test_pictures_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds uint8"):
        opened(tmp_path / "a", 1).put(0, np.zeros((4, 4, 3), np.uint8))
