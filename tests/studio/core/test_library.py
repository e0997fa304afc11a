import os
from pathlib import Path

import pytest

from studio import resources
from studio.core import library
from studio.core.library import ModelLibrary, default_folders, entry_of_file, is_for_sketches
from tests.fixtures.models import TinyModel
from training.files import UserError


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of shipped models, empty."""
    folder = tmp_path / "assets" / "models"
    folder.mkdir(parents=True)
    monkeypatch.setattr(resources, "assets_dir", lambda: tmp_path / "assets")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The user's folder of models, empty."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files tried in a child process; the trial takes a second and is stood in for."""
    names: list[str] = []
    monkeypatch.setattr("training.modelfile.probe_model_file", lambda path: names.append(path.name))
    return names


def test_models_of_all_folders_are_listed_shipped_ones_first(
    shipped: Path, own: Path, probed: list[str]
) -> None:
    TinyModel(name="Mine").save(own, "a.onnx")
    TinyModel(name="Theirs").save(shipped, "z.onnx")
    (own / "readme.txt").write_text("no model", encoding="utf-8")
    models = ModelLibrary([shipped, own, own / "missing"])
    found = models.refresh()
    assert [(entry.name, entry.shipped, entry.usable) for entry in found] == [
        ("Theirs", True, True),
        ("Mine", False, True),
    ]
    assert found == models.entries == models.pictures()
    assert all(len(entry.sha256) == 64 and entry.size_bytes > 0 for entry in found)


def test_only_strangers_are_tried_and_only_once(shipped: Path, own: Path, probed: list[str]) -> None:
    TinyModel().save(shipped, "shipped.onnx")
    path = TinyModel().save(own, "own.onnx")
    ModelLibrary([shipped, own]).refresh()
    ModelLibrary([shipped, own]).refresh()
    assert probed == ["own.onnx"]
    TinyModel(name="Newer").save(own, "own.onnx")
    os.utime(path, ns=(1, 1))
    (entry,) = ModelLibrary([own]).refresh()
    assert entry.name == "Newer"
    assert probed == ["own.onnx", "own.onnx"]


def test_a_second_look_checks_nothing(own: Path, probed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    TinyModel().save(own)
    (own / "broken.onnx").write_bytes(b"")
    first = ModelLibrary([own]).refresh()

    def never(path: Path, *, trusted: bool) -> None:
        raise AssertionError(f"{path} was checked again")

    monkeypatch.setattr(library, "check", never)
    assert ModelLibrary([own]).refresh() == first


def test_a_broken_file_is_listed_with_the_reason_and_is_no_choice(own: Path, probed: list[str]) -> None:
    (own / "empty.onnx").write_bytes(b"")
    (own / "noise.onnx").write_bytes(os.urandom(1000))
    good = TinyModel().save(own, "good.onnx").read_bytes()
    (own / "cut.onnx").write_bytes(good[: len(good) // 2])
    models = ModelLibrary([own])
    problems = {entry.id: entry.problem for entry in models.refresh()}
    assert problems.pop("good") is None
    assert len(problems) == 3
    assert all(problem and problem.endswith(".") and "\n" not in problem for problem in problems.values())
    assert [entry.id for entry in models.pictures()] == ["good"]
    assert models.default_entry("empty") == models.find("good")


def test_a_model_that_fails_its_trial_is_listed_with_the_reason(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(path: Path) -> None:
        raise UserError("It crashed when it was tried; choose another file.")

    monkeypatch.setattr("training.modelfile.probe_model_file", crash)
    TinyModel().save(own)
    (entry,) = ModelLibrary([own]).refresh()
    assert entry.problem == "It crashed when it was tried; choose another file."
    assert not entry.usable


@pytest.mark.slow
def test_the_real_trial_accepts_a_good_model(own: Path) -> None:
    TinyModel().save(own)
    (entry,) = ModelLibrary([own]).refresh()
    assert entry.problem is None


def test_files_of_the_same_name_get_different_ids(shipped: Path, own: Path, probed: list[str]) -> None:
    TinyModel(name="Theirs").save(shipped, "same.onnx")
    TinyModel(name="Mine").save(own, "same.onnx")
    first, second = ModelLibrary([shipped, own]).refresh()
    assert first.id == "same"
    assert second.id == f"same~{second.sha256[:8]}"


def test_models_are_found_by_weights_id_name_and_file(own: Path, probed: list[str]) -> None:
    TinyModel(name="First Model").save(own, "one.onnx")
    TinyModel(name="Second Model").save(own, "two.onnx")
    models = ModelLibrary([own])
    one, two = models.refresh()
    assert models.find("one") == one
    assert models.find("second model") == two
    assert models.find("two.onnx") == two
    assert models.find("one", two.sha256) == two
    assert models.find("three") is None


def test_the_default_is_the_preferred_else_a_shipped_one(shipped: Path, own: Path, probed: list[str]) -> None:
    models = ModelLibrary([own, shipped])
    assert models.default_entry() is None
    TinyModel(name="Mine").save(own, "mine.onnx")
    models.refresh()
    assert models.default_entry() == models.find("mine")
    TinyModel(name="Theirs").save(shipped, "theirs.onnx")
    models.refresh()
    assert models.default_entry() == models.find("theirs")
    assert models.default_entry("mine") == models.find("mine")
    assert models.default_entry("gone") == models.find("theirs")


@pytest.mark.parametrize("content", ["", "{", '{"format": 1}', '{"format": 1, "files": 3}', '{"format": 99}'])
def test_a_damaged_cache_is_made_anew(own: Path, tmp_path: Path, probed: list[str], content: str) -> None:
    TinyModel().save(own)
    cache = tmp_path / "cache.json"
    cache.write_text(content, encoding="utf-8")
    (entry,) = ModelLibrary([own], cache).refresh()
    assert entry.usable
    ModelLibrary([own], cache).refresh()
    assert probed == ["tiny.onnx"]


def test_a_cache_that_cannot_be_written_costs_only_time(own: Path, tmp_path: Path, probed: list[str]) -> None:
    TinyModel().save(own)
    (tmp_path / "file").write_text("", encoding="utf-8")
    (entry,) = ModelLibrary([own], tmp_path / "file" / "cache.json").refresh()
    assert entry.usable


def test_one_file_can_be_checked_by_itself(own: Path, probed: list[str]) -> None:
    entry = entry_of_file(TinyModel().save(own))
    assert is_for_sketches(entry)
    with pytest.raises(UserError, match="does not exist"):
        entry_of_file(own / "missing.onnx")
    (own / "empty.onnx").write_bytes(b"")
    with pytest.raises(UserError, match="empty"):
        entry_of_file(own / "empty.onnx")


def test_the_default_folders_are_the_shipped_and_the_users(shipped: Path, home_of_its_own: Path) -> None:
    first, second = default_folders()
    assert first == shipped
    assert second.is_relative_to(home_of_its_own)
