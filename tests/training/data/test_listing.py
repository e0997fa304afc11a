"""Every picture below a folder, once, whatever its name and wherever links lead."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.data.trees import photo, save, write_photos
from training.data.dataset import CancelledError
from training.data.listing import TextList, list_pictures, match_names
from training.files import UserError


def paths(folder: Path) -> list[str]:
    listing = list_pictures(folder)
    return [listing.path(i) for i in range(len(listing))]


@given(st.lists(st.text(max_size=20)))
def test_texts_come_back(texts: list[str]) -> None:
    kept = TextList(texts)
    assert list(kept) == texts
    assert kept[: len(texts) // 2] == texts[: len(texts) // 2]
    assert len(texts) == 0 or kept[-1] == texts[-1]
    with pytest.raises(IndexError):
        kept[len(texts)]


def test_a_name_that_is_no_unicode_comes_back() -> None:
    name = os.fsdecode(b"caf\xe9.png")
    assert TextList([name])[0] == name


def test_a_path_takes_few_bytes() -> None:
    assert TextList(f"class-{i % 10}/{i:08d}.jpg" for i in range(1000)).nbytes < 40_000


def test_pictures_are_found_in_any_depth_script_and_case_in_a_fixed_order(tmp_path: Path) -> None:
    names = ["b.PNG", "a.jpg", "猫/いぬ.png", "Собаки/щенок.webp", "x/y/z/é è.bmp", "قطط/قطة.gif"]
    for name in names:
        save(tmp_path / name, photo(1, 8, 8))
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden").mkdir()
    save(tmp_path / ".hidden" / "c.png", photo(1, 8, 8))
    found = paths(tmp_path)
    assert sorted(found) == sorted(names)
    assert found[:2] == ["a.jpg", "b.PNG"]
    assert list_pictures(tmp_path).others == {".txt": 1}


def test_links_in_circles_end_and_linked_folders_count_once(tmp_path: Path) -> None:
    write_photos(tmp_path / "set" / "cats", 2)
    write_photos(tmp_path / "elsewhere", 3)
    try:
        (tmp_path / "set" / "cats" / "again").symlink_to(tmp_path / "set", target_is_directory=True)
        (tmp_path / "set" / "dogs").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (tmp_path / "set" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        (tmp_path / "set" / "gone.png").symlink_to(tmp_path / "nothing.png")
    except OSError:
        pytest.skip("links cannot be made here")
    found = paths(tmp_path / "set")
    assert [path for path in found if path.startswith("cats/")] == ["cats/000.png", "cats/001.png"]
    assert len(found) == 5
    assert any("gone.png" in path for path, _ in list_pictures(tmp_path / "set").problems)


def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos(tmp_path / "open", 2)
    write_photos(tmp_path / "shut", 2)
    scandir = os.scandir

    def guarded(path: Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    listing = list_pictures(tmp_path)
    assert len(listing) == 2
    assert listing.problems[0][0] == "shut"
    with pytest.raises(UserError, match="permissions"):
        list_pictures(tmp_path / "shut")


def test_what_is_no_folder_is_refused_and_a_walk_can_be_cancelled(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        list_pictures(tmp_path / "nothing")
    with pytest.raises(CancelledError):
        list_pictures(tmp_path, cancelled=lambda: True)


def test_files_are_matched_by_name_without_suffix(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "a/2.jpg", "a/線.png", "b/2.webp", "b/線.jpg", "b/4.png"):
        save(tmp_path / name, photo(1, 8, 8))
    listing = list_pictures(tmp_path)
    pairs = match_names(listing, 0, 1)
    told = [tuple(listing.path(int(i)) for i in pair) for pair in pairs]
    assert told == [("a/2.jpg", "b/2.webp"), ("a/線.png", "b/線.jpg")]
    assert pairs.dtype == np.int64
