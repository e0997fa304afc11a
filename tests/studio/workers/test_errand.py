"""Work in a process of its own: done, refused, cancelled, and impossible."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.core.settings import Settings
from studio.workers import training
from studio.workers.errand import Errand
from studio.workers.training import PYTHON
from tests.training.recipes.tiny import GREY, tiny_recipe, write_classes
from tests.training.runs import never
from training.files import UserError
from training.listeners import JournalWriter
from training.loop import train

WAIT_MS = 120_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("errand")
    train(
        tiny_recipe("cgan", write_classes(folder) / GREY, folder / "run"),
        JournalWriter(folder / "run"),
        never,
    )
    return folder / "run"


@pytest.fixture
def errand(qtbot: QtBot) -> Errand:
    return Errand()


def test_the_result_is_told_with_its_path(qtbot: QtBot, errand: Errand, run: Path) -> None:
    busy: list[bool] = []
    texts: list[str] = []
    errand.busy_changed.connect(busy.append)
    errand.told.connect(lambda done, total, text: texts.append(text))
    with qtbot.waitSignal(errand.done, timeout=WAIT_MS) as done:
        errand.start("report", {"run": str(run)})
        with pytest.raises(UserError, match="already"):
            errand.start("report", {"run": str(run)})
    assert done.args == [run / "report" / "report.html"]
    assert done.args[0].is_file()
    assert busy == [True, False]
    assert texts == ["The report is written"]


def test_a_refusal_is_told_as_it_was_said(qtbot: QtBot, errand: Errand, tmp_path: Path) -> None:
    with qtbot.waitSignal(errand.failed, timeout=WAIT_MS) as failed:
        errand.start("report", {"run": str(tmp_path)})
    assert "config.toml" in failed.args[0]
    assert failed.args[0].endswith(".")
    assert not errand.busy


def test_cancelled_work_says_nothing_more_and_other_work_can_begin(
    qtbot: QtBot, errand: Errand, run: Path
) -> None:
    told: list[object] = []
    errand.done.connect(told.append)
    errand.failed.connect(told.append)
    errand.start("suggest", {"folder": str(run), "like": None, "model": None, "out": str(run / "out.json")})
    errand.cancel()
    assert not errand.busy
    with qtbot.waitSignal(errand.done, timeout=WAIT_MS):
        errand.start("report", {"run": str(run)})
    assert told == [run / "report" / "report.html"]
    errand.close()
    assert not (run / "out.json").exists()


def test_what_cannot_be_started_is_said(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(None)
    settings.set(PYTHON, str(tmp_path / "no-python"))
    errand = Errand(settings)
    with qtbot.waitSignal(errand.failed, timeout=WAIT_MS) as failed:
        errand.start("report", {"run": str(tmp_path)})
    assert "Settings" in failed.args[0]
    assert not errand.busy
    monkeypatch.setattr(training, "has_pytorch", lambda: False)
    with pytest.raises(UserError, match="PyTorch"):
        Errand().start("report", {"run": str(tmp_path)})
