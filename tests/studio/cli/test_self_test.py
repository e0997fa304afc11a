import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio import resources
from studio.cli import self_test, store_answer
from studio.core import device
from studio.core.library import ModelLibrary
from tests.fixtures.models import TinyModel

CHECKS = ["imports", "providers", "models", "inference", "picture", "openraster", "window"]


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path) -> Path:
    """Assets as in the repository, but with one small model and its stored answer."""
    assets = tmp_path / "assets"
    TinyModel().save(assets / "models")
    for folder in (repository / "assets").iterdir():
        if folder.name not in ("models", "self_test"):
            (assets / folder.name).symlink_to(folder)
    monkeypatch.setattr(resources, "assets_dir", lambda: assets)
    assert store_answer.main([]) == 0
    return assets


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    capsys.readouterr()
    status = self_test.main(["--json", *arguments])
    return status, json.loads(capsys.readouterr().out)


def failed(found: dict) -> dict[str, str]:  # type: ignore[type-arg]
    return {check["name"]: check["detail"] for check in found["checks"] if not check["ok"]}


def test_a_good_installation_passes_and_shows_its_window(
    qapp: object, capsys: pytest.CaptureFixture[str], tmp_path: Path, home_of_its_own: Path
) -> None:
    before = sorted(home_of_its_own.rglob("*"))
    status, found = report(capsys, "--screenshot", str(tmp_path / "window.png"))
    assert failed(found) == {}
    assert status == 0
    assert found["ok"] is True
    assert [check["name"] for check in found["checks"]] == CHECKS
    assert all(check["detail"] and check["ms"] >= 0 for check in found["checks"])
    with Image.open(tmp_path / "window.png") as image:
        assert image.width >= 800
        assert len(image.convert("RGB").getcolors(1 << 24)) > 50
    assert sorted(home_of_its_own.rglob("*")) == before
    assert os.environ["SKETCH_STUDIO_HOME"] == str(home_of_its_own)


@pytest.fixture
def without_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the window out where another check is in question."""
    monkeypatch.setattr(self_test, "_window", lambda screenshot: "left out")


@pytest.mark.usefixtures("without_window")
def test_a_wrong_answer_fails_and_the_other_checks_still_run(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (entry,) = ModelLibrary([shipped / "models"]).refresh()
    answer = device.load_answer(shipped / "self_test" / "tiny.png", entry.sha256)
    assert answer is not None
    wrong = np.where(answer > 100, answer - 9, answer + 9).astype(np.uint8)
    device.save_answer(shipped / "self_test" / "tiny.png", entry.sha256, wrong)
    status, found = report(capsys)
    assert status == 1
    assert found["ok"] is False
    assert "off by 9/255" in failed(found)["inference"]
    assert list(failed(found)) == ["inference"]


@pytest.mark.usefixtures("without_window")
def test_a_model_newer_than_its_answer_fails_in_words(
    shipped: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    TinyModel(name="Newer").save(shipped / "models")
    status, found = report(capsys)
    assert status == 1
    assert failed(found)["inference"].startswith("no stored answer for tiny")
    assert not any(record.exc_info for record in caplog.records), "its words say it all"


@pytest.mark.usefixtures("without_window")
def test_a_broken_or_missing_model_fails(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shipped / "models" / "tiny.onnx").write_bytes(b"")
    assert "tiny.onnx is empty" in failed(report(capsys)[1])["models"]
    (shipped / "models" / "tiny.onnx").unlink()
    assert "no models" in failed(report(capsys)[1])["models"]


@pytest.mark.usefixtures("without_window")
def test_the_answer_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert self_test.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Everything works."
    assert sum(line.startswith("ok  ") for line in lines) == len(CHECKS)
