"""A run's figures and samples in TensorBoard's files."""

from pathlib import Path

import pytest

from tests.training.runs import Listener, after, never, tiny_config
from training import commands, events
from training.listeners import JournalWriter, run_recorders
from training.loop import train
from training.tensorboard import FOLDER, TensorBoardWriter

pytest.importorskip("tensorboard")


def scalars(run: Path) -> dict[str, list[int]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(run / FOLDER), purge_orphaned_data=True).Reload()
    return {tag: [event.step for event in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


@pytest.mark.slow
def test_losses_balance_figures_and_samples_are_written_and_a_resumed_run_goes_on(
    pairs: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    config = tiny_config(pairs, run, "every.evaluate=4", "every.sample=2")
    for resume, command in ((False, after(3, commands.Stop())), (True, never)):
        writer = TensorBoardWriter(run)
        train(config, writer, command, resume=resume)
    found = scalars(run)
    assert found["loss/l1"] == found["balance/real"] == found["run/epoch"] == [1, 2, 3, 4]
    assert found["val/kd_efficientnet_lite2"] == [4]


def test_a_disk_that_refuses_ends_the_writing_and_not_the_run(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / FOLDER).write_text("in the way")
    writer = TensorBoardWriter(run)
    writer(events.Started(str(run), 0, 4, "CPU", "float32", 2, (), {}))
    writer(events.StepDone(1, 4, {"l1": 1.0}, 1.0, 1.0, 1.0, 1e-4))
    writer.close()


def test_a_run_is_recorded_in_its_journal_and_for_tensorboard(tmp_path: Path) -> None:
    assert [type(recorder) for recorder in run_recorders(tmp_path)] == [JournalWriter, TensorBoardWriter]
    assert list(tmp_path.iterdir()) == []
