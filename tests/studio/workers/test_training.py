"""The training host: real tiny runs in the thread and in a process of its own, stopped, killed, resumed."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from studio.core.runs import RunState, cut_off_runs, delete_run, list_runs
from studio.core.settings import Settings
from studio.workers.training import HOST, PYTHON, RunEnd, TrainingHost
from tests.training.data.shapes import write_set
from tests.training.runs import tiny_config
from training import commands, events
from training.config import TrainConfig
from training.events import Event
from training.files import UserError

WAIT_MS = 240_000
MANY = "steps=100000"


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("pairs") / "pairs", 6)


class Ear(QObject):
    """Remembers what the host says, in order."""

    def __init__(self, host: TrainingHost) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.said: list[str] = []
        self.ends: list[RunEnd] = []
        host.told.connect(self.events.append)
        host.failed.connect(self.said.append)
        host.finished.connect(self.ends.append)

    def steps(self) -> int:
        return sum(isinstance(event, events.StepDone) for event in self.events)

    def heard(self, kind: type) -> bool:
        return any(isinstance(event, kind) for event in self.events)


@pytest.fixture(params=["thread", "process"])
def host(request: pytest.FixtureRequest) -> Iterator[TrainingHost]:
    settings = Settings(None)
    settings.set(HOST, request.param)
    host = TrainingHost(settings)
    yield host
    assert host.close(60_000)


def config_in(pairs: Path, folder: Path, *settings: str) -> TrainConfig:
    return tiny_config(pairs, folder / "run", *settings)


def test_a_run_goes_from_start_to_end(qtbot: QtBot, host: TrainingHost, pairs: Path, tmp_path: Path) -> None:
    ear = Ear(host)
    with qtbot.waitSignal(host.finished, timeout=WAIT_MS):
        host.start(config_in(pairs, tmp_path))
        assert host.running
    assert not host.running
    assert ear.ends == [RunEnd(tmp_path / "run", complete=True)]
    assert ear.said == []
    assert ear.steps() == 4
    assert ear.heard(events.Started)
    [run] = list_runs(tmp_path)
    assert (run.state, run.step, run.steps, run.checkpoints) == (RunState.FINISHED, 4, 4, (2, 4))


def test_pause_holds_it_and_stop_saves_it(
    qtbot: QtBot, host: TrainingHost, pairs: Path, tmp_path: Path
) -> None:
    ear = Ear(host)
    host.start(config_in(pairs, tmp_path, MANY))
    qtbot.waitUntil(lambda: ear.steps() > 0, timeout=WAIT_MS)
    host.send(commands.Pause())
    qtbot.waitUntil(lambda: ear.heard(events.Paused), timeout=WAIT_MS)
    paused = ear.steps()
    host.send(commands.Continue())
    qtbot.waitUntil(lambda: ear.steps() > paused, timeout=WAIT_MS)
    assert cut_off_runs(tmp_path) == [], "a run that is going on was not cut off"
    with qtbot.waitSignal(host.finished, timeout=WAIT_MS):
        host.send(commands.Stop())
    assert ear.ends == [RunEnd(tmp_path / "run")]
    [run] = list_runs(tmp_path)
    assert run.state is RunState.STOPPED
    assert run.checkpoints[-1] == run.step
    with qtbot.waitSignal(host.finished, timeout=WAIT_MS):
        host.resume(tmp_path / "run", steps=run.step + 2)
    assert ear.ends[-1].complete
    assert list_runs(tmp_path)[0].step == run.step + 2


def test_what_cannot_be_trained_is_said_and_leaves_nothing(
    qtbot: QtBot, host: TrainingHost, tmp_path: Path
) -> None:
    ear = Ear(host)
    with qtbot.waitSignal(host.finished, timeout=WAIT_MS):
        host.start(config_in(tmp_path / "nowhere", tmp_path))
    assert "nowhere" in ear.said[0]
    assert ear.ends[0].problem == ear.said[0]
    assert not (tmp_path / "run").exists()


def test_closing_while_training_saves_and_leaves(
    qtbot: QtBot, host: TrainingHost, pairs: Path, tmp_path: Path
) -> None:
    ear = Ear(host)
    host.start(config_in(pairs, tmp_path, MANY))
    qtbot.waitUntil(lambda: ear.steps() > 0, timeout=WAIT_MS)
    assert host.close(60_000)
    [run] = list_runs(tmp_path)
    assert run.state is RunState.STOPPED
    assert run.checkpoints[-1] == run.step
    assert cut_off_runs(tmp_path) == []


def test_two_runs_at_once_are_refused(qtbot: QtBot, host: TrainingHost, pairs: Path, tmp_path: Path) -> None:
    host.start(config_in(pairs, tmp_path, MANY))
    with pytest.raises(UserError, match="going on"):
        host.start(config_in(pairs, tmp_path / "other"))
    with pytest.raises(UserError, match="being trained"):
        delete_run_when_begun(qtbot, tmp_path / "run")


def delete_run_when_begun(qtbot: QtBot, run: Path) -> None:
    qtbot.waitUntil((run / "config.toml").is_file, timeout=WAIT_MS)
    delete_run(run)


@pytest.fixture
def child() -> Iterator[TrainingHost]:
    settings = Settings(None)
    settings.set(HOST, "process")
    host = TrainingHost(settings)
    yield host
    assert host.close(60_000)


def test_a_killed_process_is_seen_and_its_run_goes_on(
    qtbot: QtBot, child: TrainingHost, pairs: Path, tmp_path: Path
) -> None:
    ear = Ear(child)
    child.start(config_in(pairs, tmp_path, MANY))
    qtbot.waitUntil(lambda: ear.heard(events.CheckpointSaved), timeout=WAIT_MS)
    with qtbot.waitSignal(child.finished, timeout=2000):
        psutil.Process(child.process_id).kill()
    assert "by itself" in ear.said[0]
    [run] = list_runs(tmp_path)
    assert run.can_resume
    with qtbot.waitSignal(child.finished, timeout=WAIT_MS):
        child.resume(tmp_path / "run", steps=run.checkpoints[-1] + 1)
    assert ear.ends[-1].complete


def test_a_process_whose_window_died_saves_and_ends(
    qtbot: QtBot, child: TrainingHost, pairs: Path, tmp_path: Path
) -> None:
    ear = Ear(child)
    child.start(config_in(pairs, tmp_path, MANY))
    qtbot.waitUntil(lambda: ear.steps() > 0, timeout=WAIT_MS)
    with qtbot.waitSignal(child.finished, timeout=WAIT_MS):
        child._worker.closeWriteChannel()
    assert list_runs(tmp_path)[0].state is RunState.STOPPED


def test_a_python_that_is_not_there_is_said(qtbot: QtBot, pairs: Path, tmp_path: Path) -> None:
    settings = Settings(None)
    settings.set(PYTHON, str(tmp_path / "python"))
    host = TrainingHost(settings)
    ear = Ear(host)
    with qtbot.waitSignal(host.finished, timeout=WAIT_MS):
        host.start(config_in(pairs, tmp_path))
    assert "another Python" in ear.said[0]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_run_is_found_again_when_the_window_that_trained_it_was_killed(
    qtbot: QtBot, pairs: Path, tmp_path: Path
) -> None:
    from studio.core.runs import RunLock

    child = os.fork()
    if child == 0:
        RunLock.take(tmp_path / "run").mark()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert cut_off_runs(tmp_path) == [], "it had not even begun"
    (tmp_path / "run" / "config.toml").touch()
    assert cut_off_runs(tmp_path) == [tmp_path / "run"]
