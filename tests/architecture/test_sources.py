"""Properties that every source file of the program keeps, new ones included."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import REPOSITORY, Module, modules, syntax

LONGEST_LINES = 400
PLACE_OF_ONE_MACHINE = re.compile(r"(/(home|Users|work|root)/[A-Za-z_.]|[A-Z]:\\\\?Users\\)")
TEXT = {".py", ".md", ".toml", ".txt", ".json", ".cfg", ".ini", ".yml", ".yaml", ".spec", ".qss", ".svg", ""}


def tracked_files() -> list[Path]:
    """Return the repository's own text files; a source archive without git is walked instead."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        folders = ("studio", "training", "tests", "docs", "assets")
        listed = [
            str(path.relative_to(REPOSITORY))
            for folder in folders
            for path in (REPOSITORY / folder).rglob("*")
        ]
    found = [REPOSITORY / name for name in listed if name]
    return [path for path in found if path.suffix in TEXT and path.is_file()]


def source_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".py"]


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_file_stays_short_enough_to_know_what_lives_in_it(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_LINES


@pytest.mark.parametrize("module", modules(), ids=str)
def test_a_module_says_what_it_is_for(module: Module) -> None:
    docstring = ast.get_docstring(syntax(module.path)) or ""
    assert docstring.split("\n\n")[0].rstrip().endswith((".", ":", "?")), "begin with a sentence of purpose"


@pytest.mark.parametrize("module", [module for module in modules() if module.is_package], ids=str)
def test_a_package_is_listed_for_the_wheel_and_shown_in_the_architecture(module: Module) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert module.name in project["tool"]["setuptools"]["packages"]
    picture = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert f"`{module.name}`" in picture


def test_the_wheel_lists_no_package_that_is_gone() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"]) - {"studio._assets"}
    assert listed <= {module.name for module in modules() if module.is_package}


@pytest.mark.parametrize("path", tracked_files(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_file_names_no_place_on_one_persons_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    assert [line for line in text.splitlines() if PLACE_OF_ONE_MACHINE.search(line)] == []


@pytest.mark.parametrize("path", source_files(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_file_leaves_no_note_to_finish_it_later(path: Path) -> None:
    unfinished = re.compile(r"#.*\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|raise NotImplementedError\(?\)?\s*$")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if unfinished.search(line)] == []
