"""Runs one comes back to: cut off, stopped by closing the window, left, deleted."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.runs import CONFIG, JOURNAL, RunLock, RunState, RunSummary, cut_off_runs, list_runs
from studio.core.settings import runs_dir
from studio.ui.messages import MessageKind
from studio.ui.training.monitor import RunPhase
from studio.ui.training.runs_view import about_run
from studio.ui.training.workspace import TrainingWorkspace
from studio.workers.training import HOST
from tests.studio.running import MakeStudio
from tests.studio.ui.training.journey import (
    LONG,
    PATIENT,
    TINY,
    WAIT_MS,
    begin,
    choose,
    click,
    tiny_plan,
    visit,
)
from training import events
from training.config import save_config, with_settings
from training.data.options import SketchConfig, SourceConfig
from training.recipes import get_recipe


@PATIENT
def test_the_next_day_the_list_of_runs_is_in_front(
    qtbot: QtBot, make_studio: MakeStudio, pairs: Path
) -> None:
    first = make_studio()
    space = visit(qtbot, first)
    assert space.watch.tabs.currentWidget() is space.watch.losses
    begin(qtbot, space, pairs, LONG)
    first.document.mark_saved()
    first.window.close()
    again = visit(qtbot, make_studio())
    qtbot.waitUntil(lambda: again.watch.tabs.currentWidget() is again.watch.runs, timeout=WAIT_MS)
    click(qtbot, next(b for b in again.watch.runs.findChildren(QPushButton) if b.text() == "Go on"))
    qtbot.waitUntil(lambda: again.monitor.phase is RunPhase.RUNNING, timeout=WAIT_MS)
    assert again.watch.tabs.currentWidget() is again.watch.losses
    again.monitor.stop()
    qtbot.waitUntil(lambda: again.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)


@PATIENT
def test_a_run_that_was_cut_off_is_offered(
    qtbot: QtBot, make_studio: MakeStudio, pairs: Path, tmp_path: Path
) -> None:
    first = make_studio()
    first.settings.set(HOST, "process")
    space = visit(qtbot, first)
    begin(qtbot, space, pairs, LONG)
    qtbot.waitUntil(lambda: bool(space.monitor.checkpoints), timeout=WAIT_MS)
    import psutil

    psutil.Process(first.training.process_id).kill()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.FAILED, timeout=WAIT_MS)
    assert first.window.status.message.kind is MessageKind.TROUBLE
    first.document.mark_saved()
    first.window.close()

    second = make_studio()
    assert second.window.status.message.action_text == "Go on with it"
    again = visit(qtbot, second)
    assert again.notice.isVisible()
    click(qtbot, again.notice.buttons[0])
    qtbot.waitUntil(lambda: again.monitor.phase is RunPhase.RUNNING, timeout=WAIT_MS)
    assert "is starting" in second.window.status.message.text, "the trouble before is not said any longer"
    again.monitor.stop()
    qtbot.waitUntil(lambda: again.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)
    assert cut_off_runs() == []


def test_a_run_that_is_left_stays_in_the_list_and_is_offered_no_more(
    qtbot: QtBot, make_studio: MakeStudio, pairs: Path
) -> None:
    run = runs_dir() / "left"
    save_config(tiny_plan(9).config_for(pairs, run, SourceConfig(), SketchConfig()), run / CONFIG)
    lock = RunLock.take(run)
    lock.mark()
    lock.release(cut_off=True)
    studio = make_studio()
    space = visit(qtbot, studio)
    assert "saved nothing yet" in space.notice.text.text()
    marked = studio.window.train_button.height()
    next(button for button in space.notice.buttons if button.text() == "Leave it").click()
    assert not space.notice.isVisible()
    assert studio.window.train_button.height() < marked, "the dot on the rail is gone too"
    space.watch.show_runs()
    runs = space.watch.runs
    qtbot.waitUntil(lambda: bool(runs.runs) and runs.runs[0].state is RunState.CUT_OFF, timeout=WAIT_MS)
    assert visit(qtbot, make_studio()).notice.isVisible() is False


@PATIENT
def test_a_run_cut_off_before_its_first_checkpoint_begins_again(
    qtbot: QtBot, studio: Studio, pairs: Path
) -> None:
    run = runs_dir() / "early"
    plan = replace(tiny_plan(LONG), advanced={**TINY, "every.checkpoint": LONG})
    save_config(plan.config_for(pairs, run, SourceConfig(), SketchConfig()), run / CONFIG)
    told = events.StepDone(500, LONG, {"l1": 1.0}, 8.0, 1.0, 60.0, 1e-4, 0.5, {})
    (run / JOURNAL).write_text(events.to_json(told) + "\n", encoding="utf-8")
    lock = RunLock.take(run)
    lock.mark()
    lock.release(cut_off=True)
    space = visit(qtbot, studio)
    click(qtbot, space.notice.buttons[0])
    assert space.monitor.history.step == 0, "what was told before does not count"
    qtbot.waitUntil(lambda: 0 < space.monitor.history.step < 500, timeout=WAIT_MS)
    space.monitor.stop()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)
    assert cut_off_runs() == []


@PATIENT
def test_the_offer_in_the_status_line_goes_on_at_once(
    qtbot: QtBot, make_studio: MakeStudio, pairs: Path
) -> None:
    run = runs_dir() / "early"
    save_config(tiny_plan(LONG).config_for(pairs, run, SourceConfig(), SketchConfig()), run / CONFIG)
    lock = RunLock.take(run)
    lock.mark()
    lock.release(cut_off=True)
    studio = make_studio()
    click(qtbot, studio.window.status.action)
    space = visit(qtbot, studio)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.RUNNING, timeout=WAIT_MS)
    assert not space.notice.isVisible()
    space.monitor.stop()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)
    assert cut_off_runs() == []


def test_going_on_with_a_run_without_sketches_shows_none(
    studio: Studio, space: TrainingWorkspace, pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs_dir() / "digits"
    settings = [f"data={pairs}", f"run={run}"]
    save_config(with_settings(get_recipe("digits-1").config, settings), run / CONFIG)
    monkeypatch.setattr(studio.training, "resume", lambda *_: None)
    assert not space.data.sketches.isHidden()
    space.resume(run)
    assert space.data.sketches.isHidden()
    space.monitor.clear()
    assert not space.data.sketches.isHidden(), "the form's recipe learns from some"


@PATIENT
def test_the_list_of_runs_knows_the_one_that_is_trained(
    qtbot: QtBot, studio: Studio, space: TrainingWorkspace, pairs: Path
) -> None:
    begin(qtbot, space, pairs, LONG)
    space.watch.show_runs()
    runs = space.watch.runs
    qtbot.waitUntil(lambda: bool(runs.runs) and runs.runs[0].state is RunState.RUNNING, timeout=WAIT_MS)
    trash = next(b for b in runs.findChildren(QToolButton) if b.accessibleName().startswith("Delete"))
    assert not trash.isEnabled()
    assert "stop it first" in trash.toolTip()
    space.monitor.stop()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: runs.runs[0].state is RunState.STOPPED, timeout=WAIT_MS)
    click(qtbot, next(b for b in runs.findChildren(QPushButton) if b.text() == "Go on"))
    qtbot.waitUntil(lambda: runs.runs[0].state is RunState.RUNNING, timeout=WAIT_MS)
    assert not [b for b in runs.findChildren(QPushButton) if b.text() == "Go on" and b.isVisible()]
    space.monitor.stop()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)


def test_another_folder_makes_room_for_another_run(
    qtbot: QtBot, space: TrainingWorkspace, pairs: Path, photos: Path
) -> None:
    space.form.name.setText("first")
    begin(qtbot, space, pairs, 2)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.FINISHED, timeout=WAIT_MS)
    assert space.monitor.history.run.name == "first"
    choose(qtbot, space, photos)
    assert space.form.isVisible()
    assert space.form.name.text() == "", "the name was that run's"
    assert not space.progress.isVisible()
    assert len(list_runs()) == 1


def test_the_list_calls_a_figure_by_its_name(tmp_path: Path) -> None:
    labels = RunSummary(
        tmp_path, RunState.RUNNING, 3, 9, 0.0, size=32, metrics={"kd_efficientnet_lite2": 1.5}
    )
    assert about_run(labels) == "running · 3/9 · Kernel distance 1.5 · 32 px"
    sketches = replace(labels, metrics={"ssim": 0.5, "l1": 0.25})
    assert about_run(sketches) == "running · 3/9 · Error (L1) 0.25 · 32 px"


def test_a_run_is_deleted_only_after_asking(
    qtbot: QtBot, studio: Studio, space: TrainingWorkspace, pairs: Path
) -> None:
    begin(qtbot, space, pairs, 2)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.FINISHED, timeout=WAIT_MS)
    runs = space.watch.runs
    qtbot.waitUntil(lambda: len(runs.runs) == 1, timeout=WAIT_MS)
    runs._ask_delete(runs.runs[0])
    box = space.window().findChild(QMessageBox, "askDelete")
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert (runs_dir() / "shapes").is_dir()
    runs._ask_delete(runs.runs[0])
    box = space.window().findChildren(QMessageBox, "askDelete")[-1]
    next(one for one in box.buttons() if one.text() == "Delete").click()
    qtbot.waitUntil(lambda: not (runs_dir() / "shapes").exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not runs.runs, timeout=WAIT_MS)
    assert space.monitor.phase is RunPhase.NONE, "what is gone is on show no more"
    assert space.form.isVisible()
