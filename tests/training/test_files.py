"""Files appear whole or not at all, whatever fails in between."""

import errno
import os
from pathlib import Path

import pytest

from training import files
from training.files import UserError, read_json, write_atomically, write_bytes, write_json, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_appears_with_its_folders(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "c.txt", "zwölf\n")
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == "zwölf\n".encode()
    assert names(tmp_path / "a" / "b") == ["c.txt"]


def test_json_comes_back(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"名": [1, 2.5, None]})
    assert read_json(tmp_path / "x.json") == {"名": [1, 2.5, None]}
    assert "名" in (tmp_path / "x.json").read_text(encoding="utf-8")


def test_the_previous_version_is_kept_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for text in ("one", "two", "three"):
        write_text(path, text, keep_previous=True)
    assert path.read_text() == "three"
    assert (tmp_path / "x~").read_text() == "two"
    assert names(tmp_path) == ["x", "x~"]


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_text(path, "old")

    def half(temp: Path) -> None:
        temp.write_text("ne")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, half, keep_previous=True)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["x"]


def test_a_writer_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "old")
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "x", lambda temp: None)
    assert (tmp_path / "x").read_text() == "old"


@pytest.mark.parametrize("fault", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = tmp_path / "x"
    write_text(path, "old")

    def refuse(*args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, fault, refuse)
    with pytest.raises(OSError, match="Input/output"):
        write_bytes(path, b"new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["x"]


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path) -> None:
    def stop(temp: Path) -> None:
        temp.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "x", stop)
    assert names(tmp_path) == []


def held(monkeypatch: pytest.MonkeyPatch, times: int) -> list[float]:
    """Let os.replace be refused so many times, as by a virus scanner; return the waits asked for."""
    waits: list[float] = []
    real = os.replace
    left = [times]

    def replace(source: Path, target: Path) -> None:
        if left[0]:
            left[0] -= 1
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(files.time, "sleep", waits.append)
    return waits


def test_a_target_held_for_a_moment_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = held(monkeypatch, 3)
    write_text(tmp_path / "x", "new")
    assert (tmp_path / "x").read_text() == "new"
    assert len(waits) == 3
    assert waits == sorted(waits)


def test_a_target_held_for_good_is_an_error_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "x", "old")
    held(monkeypatch, 1000)
    with pytest.raises(PermissionError):
        write_text(tmp_path / "x", "new")
    assert (tmp_path / "x").read_text() == "old"
    assert names(tmp_path) == ["x"]


def test_json_that_is_missing_or_broken_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        read_json(tmp_path / "gone.json")
    for content in (b"{", b"\xff\xfe\x00", b""):
        (tmp_path / "x.json").write_bytes(content)
        with pytest.raises(UserError, match="cannot be read as JSON"):
            read_json(tmp_path / "x.json")
    with pytest.raises(UserError, match="cannot be read as JSON"):
        read_json(tmp_path)
