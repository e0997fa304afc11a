"""The README's commands and the gate are one thing; the links in the documents lead somewhere."""

import re
import runpy
import tomllib
from pathlib import Path

import pytest

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs")


def readme_command(repository: Path, name: str) -> str:
    tool = runpy.run_path(str(repository / ".ci" / "readme_command.py"))
    command: str = tool["readme_command"]((repository / "README.md").read_text(encoding="utf-8"), name)
    return command


def extras_in(command: str) -> set[str]:
    found = re.search(r"\[([a-z,]+)\]", command)
    assert found, command
    return set(found[1].split(","))


@pytest.mark.parametrize("name", ["start", "tests"])
def test_the_readme_has_one_line_that_asks_for_extras_that_exist(repository: Path, name: str) -> None:
    command = readme_command(repository, name)
    assert "\n" not in command
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    assert extras_in(command) <= set(project["project"]["optional-dependencies"])


def test_the_test_command_brings_what_tests_need_and_runs_all_of_them(repository: Path) -> None:
    command = readme_command(repository, "tests")
    assert extras_in(command) >= {"train", "samples", "test"}
    assert command.endswith("python -m pytest")


def test_the_gate_runs_the_readmes_own_command(repository: Path) -> None:
    gate = (repository / ".ci" / "run").read_text(encoding="utf-8")
    assert "readme_command.py README.md tests" in gate
    assert "pytest" not in gate.split("readme_command.py", 1)[1].replace("# ", "")


def test_a_missing_or_doubled_mark_is_refused(repository: Path) -> None:
    tool = runpy.run_path(str(repository / ".ci" / "readme_command.py"))
    with pytest.raises(ValueError, match="exactly one"):
        tool["readme_command"]("no command here", "tests")


def documents(repository: Path) -> list[Path]:
    places = [repository / name for name in DOCUMENTS]
    return [
        path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*.md")))
    ]


def test_every_link_and_picture_of_the_documents_is_there(repository: Path) -> None:
    targets = [
        (document, target)
        for document in documents(repository)
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not target.startswith(("http:", "https:", "mailto:"))
    ]
    assert targets
    assert [f"{document.name}: {t}" for document, t in targets if not (document.parent / t).exists()] == []
