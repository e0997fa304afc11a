"""Runs on disk: what became of each, which were cut off, what is told of them, and deleting."""

import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.core.run_history import (
    COLUMN_NAMES,
    RunHistory,
    SampleGrid,
    balance_words,
    sentence_of,
    time_words,
)
from studio.core.runs import (
    CONFIG,
    HOSTED,
    JOURNAL,
    QUIET_S,
    RunLock,
    RunState,
    checkpoints_of,
    cut_off_runs,
    delete_run,
    forget_cut_off,
    hold_checkpoint,
    is_locked,
    list_runs,
    new_run_folder,
    share_words,
)
from training import events
from training.config import TrainConfig, save_config
from training.events import Event
from training.files import UserError

STARTED = events.Started("run", 0, 100, "CPU", "float32", 12, ("Round",), {}, batch_size=4)


def step(number: int, **losses: float) -> events.StepDone:
    balance = {"real": 0.6, "generated": 0.5}
    return events.StepDone(number, 100, losses or {"l1": 1 / number}, 8.0, 1.0, 60.0, 1e-4, 0.5, balance)


def measured(number: int, l1: float, best: bool = False) -> events.MetricsReady:
    return events.MetricsReady(number, "val", {"l1": l1}, 20, best)


def make_run(folder: Path, name: str, told: list[Event], checkpoints: tuple[int, ...] = ()) -> Path:
    run = folder / name
    save_config(TrainConfig(data="pictures", size=64), run / CONFIG)
    (run / "events.jsonl").write_text("".join(events.to_json(one) + "\n" for one in told), encoding="utf-8")
    for number in checkpoints:
        place = run / "checkpoints" / f"step-{number:08d}"
        place.mkdir(parents=True)
        (place / "manifest.json").write_text("{}", encoding="utf-8")
    return run


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (events.Finished(100, complete=True), RunState.FINISHED),
        (events.Finished(40, complete=False), RunState.STOPPED),
        (events.Failed(40, "The GPU is gone."), RunState.FAILED),
        (step(40), RunState.CUT_OFF),
    ],
)
def test_a_run_is_what_its_last_word_says(tmp_path: Path, last: Event, state: RunState) -> None:
    make_run(tmp_path, "run", [STARTED, step(20), measured(20, 0.3, True), last], (20,))
    [run] = list_runs(tmp_path, now=time.time() + QUIET_S + 1)
    assert run.state is state
    assert run.metrics == {"l1": 0.3}
    assert run.checkpoints == (20,)
    assert run.can_resume is (state is not RunState.FINISHED)
    assert (run.problem != "") is (state is RunState.FAILED)


def test_a_journal_written_just_now_belongs_to_a_run_under_way(tmp_path: Path) -> None:
    make_run(tmp_path, "run", [STARTED, step(20)], (20,))
    assert list_runs(tmp_path, now=time.time())[0].state is RunState.RUNNING


def test_what_is_no_run_or_damaged_is_passed_over(tmp_path: Path) -> None:
    make_run(tmp_path, "good", [STARTED])
    broken = make_run(tmp_path, "broken", [])
    (broken / CONFIG).write_text("size = 'large", encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("x")
    assert [run.name for run in list_runs(tmp_path)] == ["good"]
    assert list_runs(tmp_path / "missing") == []


def test_a_line_that_a_crash_cut_short_is_passed_over(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", [STARTED, step(20)])
    with (run / "events.jsonl").open("a", encoding="utf-8") as journal:
        journal.write('{"event": "StepDone", "st')
    assert RunHistory.of_run(run).step == 20


def test_a_lock_says_who_trains_and_a_mark_who_was_cut_off(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", [STARTED, step(20)], (20,))
    lock = RunLock.take(run)
    lock.mark()
    assert is_locked(run)
    assert list_runs(tmp_path)[0].state is RunState.RUNNING
    assert cut_off_runs(tmp_path) == []
    with pytest.raises(UserError, match="another window"):
        RunLock.take(run)
    with pytest.raises(UserError, match="stop it first"):
        delete_run(run)
    lock.release(cut_off=True)
    assert (run / HOSTED).exists()
    assert cut_off_runs(tmp_path) == [run]
    assert list_runs(tmp_path)[0].state is RunState.CUT_OFF
    forget_cut_off(run)
    assert cut_off_runs(tmp_path) == []
    assert list_runs(tmp_path)[0].state is RunState.CUT_OFF, "the list still knows it, and how it can go on"
    assert list_runs(tmp_path)[0].can_resume


def test_a_run_cut_off_before_its_first_checkpoint_is_offered_too(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", [STARTED, step(3)], ())
    lock = RunLock.take(run)
    lock.mark()
    lock.release(cut_off=True)
    assert cut_off_runs(tmp_path) == [run]
    assert list_runs(tmp_path)[0].can_resume


def test_a_run_left_by_the_window_may_go_on_at_a_command_line(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", [STARTED, step(20)], (20,))
    forget_cut_off(run)
    assert list_runs(tmp_path)[0].state is RunState.CUT_OFF
    later = (run / HOSTED).stat().st_mtime + 5
    os.utime(run / JOURNAL, (later, later))
    assert list_runs(tmp_path, later + 1)[0].state is RunState.RUNNING


def test_a_run_that_never_began_leaves_no_folder(tmp_path: Path) -> None:
    lock = RunLock.take(tmp_path / "run")
    lock.mark()
    lock.release(cut_off=True)
    assert not (tmp_path / "run").exists()


def test_only_runs_are_deleted(tmp_path: Path) -> None:
    run = make_run(tmp_path, "run", [STARTED], (20,))
    delete_run(run)
    assert not run.exists()
    (tmp_path / "pictures").mkdir()
    with pytest.raises(UserError, match="no run"):
        delete_run(tmp_path / "pictures")
    assert (tmp_path / "pictures").is_dir()


def test_new_folders_are_called_after_the_data_and_never_taken(tmp_path: Path) -> None:
    first = new_run_folder("My cats & dogs", tmp_path)
    assert first.name == "My-cats-dogs"
    first.mkdir()
    assert new_run_folder("My cats & dogs", tmp_path).name == "My-cats-dogs-2"
    assert new_run_folder("../..", tmp_path).parent == tmp_path
    assert new_run_folder("猫", tmp_path).name == "猫"


def test_curves_go_back_with_the_run(tmp_path: Path) -> None:
    history = RunHistory(tmp_path)
    for number in (20, 40, 60):
        history.add(step(number))
    history.add(step(40, l1=0.5))
    assert history.losses["l1"].steps == [20, 40]
    assert history.losses["l1"].values[-1] == 0.5
    history.add(measured(40, 0.4, True))
    history.add(measured(60, 0.6))
    assert history.best is not None
    assert history.best.step == 40
    history.cut(40)
    assert history.metrics["l1"].steps == [40]


def test_a_run_that_is_extended_has_its_new_length_at_once(tmp_path: Path) -> None:
    history = RunHistory(tmp_path)
    for event in (STARTED, step(100), events.Finished(100, True, {})):
        history.add(event)
    assert (history.step, history.steps) == (100, 100)
    history.add(replace(STARTED, step=100, steps=400, resumed=True))
    history.add(events.Paused(103))
    assert (history.step, history.steps) == (103, 400)


def test_a_grid_is_cut_into_its_pictures(tmp_path: Path) -> None:
    grid = SampleGrid(5, tmp_path / "x.png", 2, 5, 8, 4, True, ("", "Round"))
    pixels = np.zeros((2 * 12 - 4, 5 * 12 - 4, 3), np.uint8)
    pixels[12:20, 24:32] = 7
    cells = grid.cells(pixels)
    assert len(cells) == 2
    assert len(cells[0]) == len(COLUMN_NAMES)
    assert cells[1][2].min() == 7
    assert sum(int(cell.max() > 0) for row in cells for cell in row) == 1


def test_samples_are_found_where_the_run_lies_now(tmp_path: Path) -> None:
    history = RunHistory(tmp_path)
    history.add(events.SamplesReady(5, "C:\\old\\place\\samples\\step-00000005.png", 3, 5, 64, 4))
    assert history.samples[0].path == tmp_path / "samples" / "step-00000005.png"


def test_every_event_that_matters_has_a_sentence() -> None:
    assert "12 pictures, 4 a step" in sentence_of(STARTED)
    assert sentence_of(step(20)) == ""
    assert "best so far" in sentence_of(measured(20, 0.3, True))
    assert sentence_of(events.Finished(3, complete=False)) == "Stopped; the state is saved."
    history = RunHistory()
    history.add(events.Warned(7, "The disk is full.", "disk"))
    assert history.log[0].trouble == "disk"


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (200, "3 min"), (7500, "2 h 5 min"), (400_000, "5 days")]
)
def test_time_is_said_as_people_say_it(seconds: float, words: str) -> None:
    assert time_words(seconds) == words


def test_balance_is_said_in_plain_words() -> None:
    assert "balance" in balance_words(0.6, 0.6)
    assert "sees through" in balance_words(0.99, 0.98)
    assert "keep up" in balance_words(0.4, 0.3)
    assert "all for generated" in balance_words(0.05, 0.95)
    assert "all for real" in balance_words(0.96, 0.2)


def test_a_share_is_rounded_down_and_no_percent_is_lost_to_arithmetic() -> None:
    assert [share_words(step / 100) for step in range(101)] == [f"{step} %" for step in range(101)]
    assert share_words(0.9999) == "99 %"


def keep_checkpoint(run: Path, step: int, best: int | None = None) -> Path:
    folder = run / "checkpoints" / f"step-{step:08d}"
    folder.mkdir(parents=True)
    (folder / "average.safetensors").write_bytes(f"weights of {step}".encode())
    (folder / "manifest.json").write_text(json.dumps({"best": {} if best is None else {"step": best}}))
    return folder


def test_a_state_that_is_held_outlives_the_clearing_up(tmp_path: Path) -> None:
    run = tmp_path / "run"
    kept = [keep_checkpoint(run, step, best=20) for step in (10, 20, 30)]
    assert hold_checkpoint(run, tmp_path / "newest") == 30
    assert hold_checkpoint(run, tmp_path / "best", best=True) == 20
    assert hold_checkpoint(run, tmp_path / "chosen", 10) == 10
    for folder in kept:
        shutil.rmtree(folder)
    held = tmp_path / "best" / "checkpoints" / "step-00000020"
    assert held.joinpath("average.safetensors").read_bytes() == b"weights of 20"
    assert checkpoints_of(tmp_path / "best") == (20,)


def test_a_state_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    run = tmp_path / "run"
    with pytest.raises(UserError, match="no saved state"):
        hold_checkpoint(run, tmp_path / "held")
    keep_checkpoint(run, 30, best=20)
    assert hold_checkpoint(run, tmp_path / "held", best=True) == 30
    with pytest.raises(UserError, match="kept no more"):
        hold_checkpoint(run, tmp_path / "held", 20)


def test_where_nothing_can_be_linked_it_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    keep_checkpoint(tmp_path / "run", 4)
    assert hold_checkpoint(tmp_path / "run", tmp_path / "held") == 4
    assert checkpoints_of(tmp_path / "held") == (4,)


def test_a_run_whose_time_is_up_has_gone_all_the_way() -> None:
    history = RunHistory()
    for event in (STARTED, step(91), events.Finished(91, complete=True)):
        history.add(event)
    assert (history.step, history.steps) == (91, 91)
    for event in (replace(STARTED, step=91, resumed=True), step(95)):
        history.add(event)
    assert (history.step, history.steps) == (95, 100), "extended"
    history.add(events.Finished(95, complete=False))
    assert (history.step, history.steps) == (95, 100)
