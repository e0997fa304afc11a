"""The wheel: built, unpacked into a folder with an awkward name, and asked to test itself from elsewhere."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "studio", "training", "assets")
AWKWARD = "Größe 速写 folder"


def run(command: list[str], cwd: Path, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{command} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the sources, with this environment's setuptools: needs no network."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILT_FROM:
        place = repository / name
        if place.is_dir():
            shutil.copytree(place, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(place, source / name)
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out), "."], cwd=source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone; its dependencies are those of this environment."""
    target = tmp_path_factory.mktemp("installed") / AWKWARD
    alone = ["--quiet", "--no-deps", "--no-index", "--target", str(target)]
    run([sys.executable, "-m", "pip", "install", *alone, str(wheel)], cwd=wheel.parent)
    return target


@pytest.fixture
def elsewhere(tmp_path: Path, installed: Path) -> tuple[Path, dict[str, str]]:
    """Return a folder far from the sources, and the environment in which only the installed copy is found."""
    folder = tmp_path / AWKWARD
    folder.mkdir()
    return folder, {"PYTHONPATH": str(installed), "SKETCH_STUDIO_HOME": str(tmp_path / "home")}


def test_the_wheel_carries_every_asset_module_and_table(wheel: Path, repository: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "studio/_assets/" + path.relative_to(repository / "assets").as_posix()
        for path in (repository / "assets").rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-2:])
    }
    for package in ("studio", "training"):
        for path in (repository / package).rglob("*"):
            if path.suffix in (".py", ".json"):
                wanted.add(path.relative_to(repository).as_posix())
    assert wanted - names == set()


def test_the_wheel_holds_nothing_but_the_program(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"studio", "training"}


def test_the_installed_copy_is_the_one_that_runs(
    elsewhere: tuple[Path, dict[str, str]], installed: Path
) -> None:
    folder, env = elsewhere
    code = "import studio, studio.resources as r; print(studio.__file__); print(r.assets_dir())"
    package, assets = run([sys.executable, "-c", code], folder, env).splitlines()
    assert Path(package).is_relative_to(installed)
    assert Path(assets).is_relative_to(installed)


def test_the_installed_studio_passes_its_self_test_from_another_folder(
    elsewhere: tuple[Path, dict[str, str]],
) -> None:
    folder, env = elsewhere
    report = json.loads(run([sys.executable, "-m", "studio", "--self-test", "--json"], folder, env))
    assert report["ok"] is True


def test_the_installed_command_line_lists_its_recipes(elsewhere: tuple[Path, dict[str, str]]) -> None:
    folder, env = elsewhere
    assert json.loads(run([sys.executable, "-m", "training", "recipes", "--json"], folder, env))


def test_the_commands_are_declared(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    text = archive.read(entry).decode()
    assert "[gui_scripts]\nsketch-studio = studio.__main__:main" in text
    assert "[console_scripts]\nsketch-train = training.__main__:main" in text
