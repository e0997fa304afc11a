"""The user's folders: the system's own, or below one place."""

from pathlib import Path

import pytest

from training import folders


def test_one_variable_moves_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    places = (
        folders.user_config_dir(),
        folders.user_data_dir(),
        folders.user_cache_dir(),
        folders.user_log_dir(),
        folders.datasets_dir(),
    )
    assert all(place.is_relative_to(tmp_path) for place in places)
    assert len(set(places)) == 5


def test_without_it_they_are_where_the_system_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(folders.HOME_VARIABLE)
    assert folders.user_home() is None
    assert folders.APP_NAME in str(folders.datasets_dir())
    assert folders.APP_NAME in str(folders.user_log_dir())
