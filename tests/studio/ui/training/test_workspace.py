"""The training workspace as a person uses it: pictures in, a real tiny run, a model in the picker."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.runs import RunState, cut_off_runs, list_runs
from studio.core.settings import runs_dir, user_models_dir
from studio.ui.actions import ActionId
from studio.ui.training.findings_list import FindingsList
from studio.ui.training.monitor import RunPhase
from studio.ui.training.publish_dialog import PublishDialog
from studio.ui.training.workspace import TrainingWorkspace
from studio.ui.workspaces import Space
from tests.architecture.tree import brought_in
from tests.studio.ui.hands import draw
from tests.studio.ui.training.journey import LONG, PATIENT, WAIT_MS, begin, choose, click, visit


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
@pytest.mark.usefixtures("known_graphs")
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
    assert "Pausing" in space.progress.phase.text(), "it is heard at once, however long a step takes"
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


@pytest.mark.slow
@PATIENT
@pytest.mark.usefixtures("known_graphs")
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
