"""``inspect`` as a user meets it."""

import json
from pathlib import Path

import pytest

from tests.training.data.trees import photo, save, write_photos
from training.cli.parser import main


def test_a_folder_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for i, name in enumerate(("猫", "dogs")):
        write_photos(tmp_path / name, 8, 20 * i)
    for i in range(7):
        save(tmp_path / "dogs" / f"small {i}.png", photo(90 + i, 30, 40))
    assert main(["inspect", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "a folder for each of 2 classes" in text
    assert "dogs 15, 猫 8" in text
    assert "Tiny: 7. Looks soft where it is enlarged" in text
    assert "dogs/small 0.png has only 40 x 30 pixels." in text
    assert "and 2 more" in text


def test_a_folder_is_told_as_json_with_another_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        write_photos(tmp_path / name, 3, 20 * ord(name))
    assert main(["inspect", str(tmp_path), "--layout", "images", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert (content["layout"], content["usable"]) == ("images", 6)


def test_a_folder_without_pictures_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "holds no pictures" in said.err
