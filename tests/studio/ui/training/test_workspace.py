"""The training workspace as a person uses it: pictures in, a real tiny run, a model in the picker."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.runs import CONFIG, JOURNAL, RunLock, RunState, cut_off_runs, list_runs
from studio.core.settings import runs_dir, user_models_dir
from studio.ui.actions import ActionId
from studio.ui.messages import MessageKind
from studio.ui.training.findings_list import FindingsList
from studio.ui.training.monitor import RunPhase
from studio.ui.training.publish_dialog import PublishDialog
from studio.ui.training.run_plan import Length, RunPlan
from studio.ui.training.workspace import TrainingWorkspace
from studio.ui.workspaces import Space
from studio.workers.training import HOST
from tests.architecture.tree import brought_in
from tests.studio.running import MakeStudio
from tests.studio.ui.hands import draw
from tests.training.data.shapes import write_set
from training import events
from training.config import save_config
from training.data.options import SketchConfig, SourceConfig

WAIT_MS = 300_000  # for machines that are busy with other things; nothing waits that long otherwise
PATIENT = pytest.mark.timeout(1800)
LONG = 1_000_000
"""Steps of a run that outlasts any test."""
TINY = {
    "batch_size": 2,
    "precision": "float32",
    "threads": 1,
    "generator.width": 8,
    "generator.cap": 16,
    "generator.tail": 8,
    "generator.condition": 8,
    "discriminator.kind": "patchgan",
    "discriminator.channels": 8,
    "loss.features": 0.0,
    "every.log": 1,
    "every.sample": 2,
    "every.evaluate": 0,
    "every.checkpoint": 2,
}


def tiny_plan(steps: int) -> RunPlan:
    return RunPlan(quality="normal", length=Length.STEPS, steps=steps, size=64, advanced=TINY)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("pairs") / "shapes", 6)


@pytest.fixture
def space(qtbot: QtBot, studio: Studio) -> TrainingWorkspace:
    """The workspace on its first visit, with a drawing on the canvas."""
    draw(studio.canvas, [(30.0, 30.0), (120.0, 40.0), (100.0, 120.0), (30.0, 30.0)])
    return visit(qtbot, studio)


def visit(qtbot: QtBot, studio: Studio) -> TrainingWorkspace:
    studio.window.open_space(Space.TRAIN)
    qtbot.waitUntil(lambda: studio.window.spaces.page(Space.TRAIN) is not None, timeout=WAIT_MS)
    page = studio.window.spaces.page(Space.TRAIN)
    assert isinstance(page, TrainingWorkspace)
    assert page.isVisible()
    return page


def choose(qtbot: QtBot, space: TrainingWorkspace, folder: Path) -> None:
    space.choice.choose(folder)
    qtbot.waitUntil(lambda: space.choice.found is not None or bool(space.choice.problem), timeout=WAIT_MS)


def click(qtbot: QtBot, button: QPushButton) -> None:
    """Press a button as soon as one can: views follow the run a moment later."""
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=WAIT_MS)
    button.click()


def begin(qtbot: QtBot, space: TrainingWorkspace, pairs: Path, steps: int) -> None:
    choose(qtbot, space, pairs)
    space.form.set_plan(tiny_plan(steps))
    click(qtbot, space.form.start)
    qtbot.waitUntil(lambda: space.monitor.history.step > 0, timeout=WAIT_MS)


def test_the_window_starts_without_what_only_training_needs() -> None:
    assert brought_in(["studio.app"], ["pyqtgraph", "torch", "studio.ui.training.workspace"]) == {}


def test_what_acts_on_the_drawing_waits_while_it_is_out_of_sight(qtbot: QtBot, studio: Studio) -> None:
    table = studio.window.actions_table
    qtbot.keyClick(studio.window, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    assert studio.window.space is Space.TRAIN
    assert studio.window.train_button.isChecked()
    assert not table[ActionId.PEN].isEnabled()
    assert "Draw" in table[ActionId.PEN].toolTip()
    assert table[ActionId.SETTINGS].isEnabled()
    qtbot.keyClick(studio.window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert studio.window.space is Space.DRAW
    assert table[ActionId.PEN].isEnabled()
    assert studio.canvas.isVisible()


def test_the_open_workspace_stays_chosen_when_clicked_again(qtbot: QtBot, studio: Studio) -> None:
    visit(qtbot, studio)
    qtbot.mouseClick(studio.window.train_button, Qt.MouseButton.LeftButton)
    assert studio.window.train_button.isChecked()
    assert studio.window.space is Space.TRAIN


@pytest.mark.slow
@PATIENT
def test_from_pictures_to_a_model_one_draws_with(
    qtbot: QtBot, studio: Studio, space: TrainingWorkspace, pairs: Path
) -> None:
    assert not space.form.start.isEnabled()
    assert "pictures first" in space.form.why_not.text()
    begin(qtbot, space, pairs, 6)
    qtbot.waitUntil(space.progress.isVisible, timeout=WAIT_MS)
    assert not space.form.isVisible()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.FINISHED, timeout=WAIT_MS)
    assert not studio.training.running
    qtbot.waitUntil(lambda: space.progress.percent.text() == "100 %", timeout=WAIT_MS)

    space.watch.samples.set_grids(space.monitor.history.samples)
    assert space.watch.samples.sheet.top_names[0] == "Yours", "the drawing on the canvas comes first"
    assert space.monitor.history.losses["l1"].steps[-1] == 6

    click(qtbot, space.progress.publish)
    dialogs = space.window().findChildren(PublishDialog)
    dialogs[0].name.setText("My shapes")
    dialogs[0].note.setPlainText("Made in a test.")
    dialogs[0].dialog.accept()
    assert not space.progress.publish.isEnabled()
    qtbot.waitUntil(lambda: studio.session.entry.name == "My shapes", timeout=WAIT_MS)
    entry = studio.session.entry
    assert entry.path.parent == user_models_dir()
    assert entry.manifest.note == "Made in a test."
    assert entry.manifest.licence == "MIT", "the data set's own where none is given"
    assert studio.window.column.models.picker.currentText() == "My shapes"

    studio.window.open_space(Space.DRAW)
    draw(studio.canvas, [(20.0, 140.0), (140.0, 140.0)])

    def coloured() -> None:
        picture = studio.live.picture
        assert picture is not None
        assert (picture.model_id, picture.revision) == (entry.id, studio.document.revision)

    qtbot.waitUntil(coloured, timeout=WAIT_MS)


def test_pause_stop_and_go_on(qtbot: QtBot, studio: Studio, space: TrainingWorkspace, pairs: Path) -> None:
    begin(qtbot, space, pairs, LONG)
    button = studio.window.train_button
    qtbot.waitUntil(lambda: button.note.endswith("%"), timeout=WAIT_MS)
    assert not space.data.drop.open_button.isEnabled()
    click(qtbot, space.progress.pause)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.PAUSED, timeout=WAIT_MS)
    assert button.note == "Paused"
    click(qtbot, space.progress.pause)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.RUNNING, timeout=WAIT_MS)
    click(qtbot, space.progress.stop)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)
    assert button.note == ""
    stopped_at = space.monitor.history.step
    assert space.monitor.checkpoints[-1] == stopped_at
    click(qtbot, space.progress.resume)
    qtbot.waitUntil(lambda: space.monitor.history.step > stopped_at, timeout=WAIT_MS)
    assert len(list(runs_dir().iterdir())) == 1, "the same run goes on"
    space.monitor.stop()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)


def test_closing_the_window_while_training_saves_the_run(
    qtbot: QtBot, studio: Studio, space: TrainingWorkspace, pairs: Path
) -> None:
    begin(qtbot, space, pairs, LONG)
    studio.document.mark_saved()
    studio.window.close()
    assert studio.training_ended
    [run] = list_runs()
    assert run.state is RunState.STOPPED
    assert run.checkpoints[-1] == run.step
    assert cut_off_runs() == []


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


@pytest.mark.slow
@PATIENT
def test_the_present_state_is_tried_on_the_canvas(
    qtbot: QtBot, studio: Studio, space: TrainingWorkspace, pairs: Path
) -> None:
    before = studio.session.entry
    begin(qtbot, space, pairs, LONG)
    click(qtbot, space.progress.try_button)
    qtbot.waitUntil(lambda: studio.session.entry != before, timeout=WAIT_MS)
    assert studio.session.entry.name.startswith("Trial: shapes")
    assert space.monitor.phase is RunPhase.RUNNING, "the run goes on meanwhile"
    assert not user_models_dir().exists() or not list(user_models_dir().iterdir())
    space.monitor.stop()
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.STOPPED, timeout=WAIT_MS)


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


def test_no_part_of_the_workspace_flashes_up_as_a_window_of_its_own(qtbot: QtBot, studio: Studio) -> None:
    class Watch(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[QWidget] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.seen.append(watched)
            return False

    watch = Watch()
    app = QApplication.instance()
    app.installEventFilter(watch)
    visit(qtbot, studio)
    app.removeEventFilter(watch)
    assert watch.seen == []


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two classes of pictures, one of them an exact copy."""
    rng = np.random.default_rng(3)
    for label in ("cats", "dogs"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(6):
            pixels = np.kron(rng.integers(0, 255, (6, 6, 3)), np.ones((20, 20, 1))).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{i}.png")
    cats = tmp_path / "photos" / "cats"
    (cats / "copy.png").write_bytes((cats / "0.png").read_bytes())
    return tmp_path / "photos"


def row_button(findings: FindingsList, words: str) -> QPushButton:
    return next(button for button in findings.findChildren(QPushButton) if button.text() == words)


def test_a_folder_is_read_judged_and_copies_are_left_out_by_click(
    qtbot: QtBot, space: TrainingWorkspace, photos: Path
) -> None:
    choose(qtbot, space, photos)
    assert "2 classes" in space.data.reason.text()
    assert space.choice.found.report.found["duplicate"] == 1
    before = {path: path.read_bytes() for path in photos.rglob("*.png")}
    usable = space.choice.found.report.usable
    row_button(space.data.findings, "Leave out").click()
    qtbot.waitUntil(lambda: not space.choice.busy, timeout=WAIT_MS)
    assert space.choice.found.report.usable == usable - 1
    assert {path: path.read_bytes() for path in photos.rglob("*.png")} == before
    row_button(space.data.findings, "Use them again").click()
    qtbot.waitUntil(lambda: not space.choice.busy, timeout=WAIT_MS)
    assert space.choice.found.report.usable == usable


def test_the_layout_can_be_overruled(qtbot: QtBot, space: TrainingWorkspace, photos: Path) -> None:
    choose(qtbot, space, photos)
    box = space.data.layout_box
    box.setCurrentIndex(box.findData("images"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: not space.choice.busy, timeout=WAIT_MS)
    assert space.choice.found.report.layout == "images"
    assert space.choice.source.layout == "images"


def test_sketches_follow_the_sliders(qtbot: QtBot, space: TrainingWorkspace, photos: Path) -> None:
    with qtbot.waitSignal(space.choice.sketches_ready, timeout=WAIT_MS) as first:
        choose(qtbot, space, photos)
    sliders = space.data.sketches.sliders
    with qtbot.waitSignal(space.choice.sketches_ready, timeout=WAIT_MS) as second:
        for name in ("xdog", "canny", "pencil", "threshold"):
            sliders[name].slider.setValue(0)
    qtbot.waitUntil(lambda: not space.choice._drawing, timeout=WAIT_MS)
    assert space.choice.sketch.lines > 0
    assert space.choice.sketch.xdog == 0
    assert len(first.args[0]) == len(second.args[0]) == 3


def test_a_folder_without_pictures_is_said_and_cannot_be_trained_on(
    qtbot: QtBot, space: TrainingWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    choose(qtbot, space, tmp_path / "empty")
    assert "no pictures" in space.data.problem.text()
    assert not space.form.start.isEnabled()


def test_an_empty_column_says_what_can_be_brought(
    qtbot: QtBot, space: TrainingWorkspace, photos: Path
) -> None:
    assert "side by side" in space.data.can_be.text()
    assert space.data.can_be.isVisible()
    choose(qtbot, space, photos)
    assert not space.data.can_be.isVisible()
    report = space.choice.found.report
    train = report.splits["train"]
    assert f"{train:,} to learn from, {report.usable - train:,} held out" in space.data.counts.text()


def test_another_folder_makes_room_for_another_run(
    qtbot: QtBot, space: TrainingWorkspace, pairs: Path, photos: Path
) -> None:
    begin(qtbot, space, pairs, 2)
    qtbot.waitUntil(lambda: space.monitor.phase is RunPhase.FINISHED, timeout=WAIT_MS)
    choose(qtbot, space, photos)
    assert space.form.isVisible()
    assert not space.progress.isVisible()
    assert len(list_runs()) == 1


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
