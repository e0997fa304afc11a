import json
from pathlib import Path

import pytest

from studio.core import settings as keys
from studio.core.settings import Setting, Settings

SIZE = Setting("size", 8, "A size.", low=1, high=64)
RATIO = Setting("ratio", 0.5, "A ratio.", low=0.0, high=1.0)
COLOUR = Setting("colour", "red", "A colour.", choices=("red", "green"))
FILES: Setting[tuple[str, ...]] = Setting("files", (), "Files.")


def test_a_value_survives_in_the_file_with_its_type(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(path)
    settings.set(SIZE, 12)
    settings.set(RATIO, 1)
    settings.set(COLOUR, "green")
    settings.set(FILES, ("a", "b"))
    again = Settings(path)
    assert [again.get(one) for one in (SIZE, RATIO, COLOUR, FILES)] == [12, 1.0, "green", ("a", "b")]
    assert isinstance(again.get(RATIO), float)


def test_an_unset_value_is_its_default() -> None:
    assert Settings(None).get(SIZE) == 8


def test_numbers_are_kept_within_their_limits() -> None:
    settings = Settings(None)
    settings.set(SIZE, 1000)
    settings.set(RATIO, -3.0)
    assert (settings.get(SIZE), settings.get(RATIO)) == (64, 0.0)


@pytest.mark.parametrize(
    ("setting", "value"), [(SIZE, "big"), (SIZE, True), (SIZE, 2.5), (COLOUR, "blue"), (FILES, (1, 2))]
)
def test_a_value_of_another_kind_is_refused(setting: Setting, value: object) -> None:
    with pytest.raises(ValueError, match=setting.key):
        Settings(None).set(setting, value)


def test_only_a_real_change_is_told_and_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.set(SIZE, 8)
    assert not path.exists()
    settings.set(SIZE, 9)
    settings.set(SIZE, 9)
    settings.reset(SIZE)
    settings.reset(SIZE)
    assert told == ["size", "size"]
    assert settings.get(SIZE) == 8


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"values": 3}', "\x00"])
def test_a_damaged_file_gives_the_defaults_and_can_be_written_again(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    assert settings.get(SIZE) == 8
    settings.set(SIZE, 3)
    assert Settings(path).get(SIZE) == 3


def test_one_impossible_value_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 1, "values": {"size": "x", "colour": "green"}}), encoding="utf-8")
    settings = Settings(path)
    assert (settings.get(SIZE), settings.get(COLOUR)) == (8, "green")


def test_values_of_a_newer_program_survive(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 1, "values": {"from_the_future": {"a": 1}}}), encoding="utf-8")
    Settings(path).set(SIZE, 5)
    assert json.loads(path.read_text(encoding="utf-8"))["values"]["from_the_future"] == {"a": 1}


def test_a_file_that_cannot_be_written_keeps_the_value_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    settings = Settings(tmp_path / "file" / "settings.json")
    settings.set(SIZE, 5)
    assert settings.get(SIZE) == 5


def test_recent_files_are_newest_first_without_doubles_and_limited(tmp_path: Path) -> None:
    settings = Settings(None)
    for number in range(keys.RECENT_FILES_KEPT + 3):
        settings.add_recent_file(tmp_path / f"{number}.ora")
    settings.add_recent_file(tmp_path / "5.ora")
    recent = settings.get(keys.RECENT_FILES)
    assert recent[0] == str(tmp_path / "5.ora")
    assert len(recent) == len(set(recent)) == keys.RECENT_FILES_KEPT


def test_every_declared_default_fits_its_own_declaration() -> None:
    declared = [one for one in vars(keys).values() if isinstance(one, Setting)]
    assert len(declared) > 10
    assert len({one.key for one in declared}) == len(declared)
    for one in declared:
        assert one.checked(one.default) == one.default
        assert one.help.endswith(".")


def test_one_variable_moves_every_folder_of_the_user(home_of_its_own: Path) -> None:
    folders = [
        keys.user_config_dir(),
        keys.user_data_dir(),
        keys.user_cache_dir(),
        keys.user_models_dir(),
        keys.recovery_dir(),
        keys.runs_dir(),
        keys.settings_file(),
        keys.log_file(),
    ]
    assert all(folder.is_relative_to(home_of_its_own) for folder in folders)
    assert len(set(folders)) == len(folders)


def test_without_the_variable_the_folders_are_the_systems_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keys.HOME_VARIABLE)
    assert keys.APP_NAME in str(keys.user_models_dir())
    assert keys.APP_NAME in str(keys.log_file())
