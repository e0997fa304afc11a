"""The parts of the workspace on their own: form, plan, samples, preview and the rail's note."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.document import Document
from studio.core.run_history import RunHistory, SampleGrid
from studio.core.tools import ToolId, ToolOptions, make_tool
from studio.ui.palette import LIGHT
from studio.ui.rail import WorkspaceButton
from studio.ui.training import weights_bar
from studio.ui.training.basis import ScrollColumn
from studio.ui.training.config_form import ConfigForm
from studio.ui.training.measured_box import MeasuredBox
from studio.ui.training.monitor import RunMonitor, RunPhase
from studio.ui.training.preview_sender import APART_S, QUIET_S, PreviewPolicy, preview_of
from studio.ui.training.run_form import RunForm
from studio.ui.training.run_plan import ENDLESS_STEPS, Length, RunPlan, with_values
from studio.ui.training.run_progress import RunProgress
from studio.ui.training.samples_view import SamplesView
from studio.ui.training.weights_bar import WeightsBar
from studio.workers.awake import inhibit_command
from studio.workers.publish import file_stem, free_path
from studio.workers.tasks import wait_for_background
from tests.studio.conftest import Draw
from training import events
from training.config import TrainConfig
from training.data.options import SketchConfig, SourceConfig
from training.files import UserError
from training.options import settings_of
from training.recipes import recipe_names
from training.recipes.presets import QUALITIES


@pytest.mark.parametrize("recipe", recipe_names())
@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_of_a_recipe_makes_a_whole_config(recipe: str, quality: str, tmp_path: Path) -> None:
    plan = RunPlan(recipe=recipe, quality=quality)
    config = plan.config_for(tmp_path, tmp_path / "run", SourceConfig(), SketchConfig(canny=0.0))
    assert config.minutes == plan.minutes
    assert config.sketch.canny == 0
    assert config.size == plan.base().size


def test_the_length_is_what_was_chosen_and_nothing_else() -> None:
    assert RunPlan(length=Length.STEPS, steps=700).config().steps == 700
    epochs = RunPlan(length=Length.EPOCHS, epochs=3).config()
    assert (epochs.epochs, epochs.minutes) == (3, None)
    improving = RunPlan(length=Length.IMPROVING).config()
    assert improving.steps == ENDLESS_STEPS
    assert improving.stop_when_stale > 0


@pytest.mark.parametrize("recipe", recipe_names())
def test_only_sizes_that_a_recipe_can_take_are_offered(recipe: str, tmp_path: Path) -> None:
    plan = RunPlan(recipe=recipe)
    assert plan.base().size in plan.sizes()
    for size in plan.sizes():
        replace(plan, size=size).config_for(tmp_path, tmp_path / "run", SourceConfig(), SketchConfig())


def test_another_recipe_brings_its_own_size(qtbot: QtBot, studio: Studio) -> None:
    form = RunForm(studio.session, studio.theme.icons)
    qtbot.addWidget(form)
    form.set_plan(RunPlan(recipe="cgan", size=64))
    form.recipes.setCurrentIndex(form.recipes.findData("sketch-label-unet"))
    form.recipes.activated.emit(form.recipes.currentIndex())
    assert form.size_box.currentData() == form.plan.config().size == 128


def test_each_kind_of_length_shows_its_own_control(qtbot: QtBot, studio: Studio) -> None:
    form = RunForm(studio.session, studio.theme.icons)
    qtbot.addWidget(form)
    form.show()
    controls = {
        Length.IMPROVING: form.about_improving,
        Length.STEPS: form.steps,
        Length.EPOCHS: form.epochs,
        Length.MINUTES: form.minutes,
    }
    for kind in controls:
        form.length.setCurrentIndex(form.length.findData(kind))
        form.length.activated.emit(form.length.currentIndex())
        assert form.plan.length is kind
        assert [other for other, control in controls.items() if control.isVisible()] == [kind]


def test_the_settings_of_every_recipe_fit_the_column(qtbot: QtBot, studio: Studio) -> None:
    column = ScrollColumn("Run")
    form = RunForm(studio.session, studio.theme.icons)
    column.rows.addWidget(form)
    qtbot.addWidget(column)
    form.advanced.set_open(True)
    column.show()
    for recipe in recipe_names():
        form.set_plan(RunPlan(recipe=recipe))
        qtbot.waitUntil(form.form.isVisible)
        qtbot.waitUntil(lambda: column.widget().width() == column.viewport().width())


def measured(step: int, l1: float, best: bool) -> events.MetricsReady:
    return events.MetricsReady(step, "val", {"l1": l1, "fd_efficientnet_lite2": 2512.4}, 7, best)


def test_the_bar_is_empty_while_the_steps_in_all_are_not_known(qtbot: QtBot, studio: Studio) -> None:
    monitor = RunMonitor(studio.training)
    progress = RunProgress(monitor, studio.theme.icons)
    qtbot.addWidget(progress)
    monitor.phase = RunPhase.RUNNING
    monitor.history.add(events.Paused(9))
    progress.show_now()
    assert (progress.bar.value(), progress.percent.text(), progress.steps.text()) == (0, "…", "Step 9")


def test_the_newest_figures_stand_beside_the_best(qtbot: QtBot) -> None:
    box, history = MeasuredBox(), RunHistory()
    qtbot.addWidget(box)
    assert "Not measured yet" in box.about.text()
    history.add(measured(250, 0.25, best=True))
    box.show_history(history)
    assert box.rows == {"Error (L1)": ("0.25",), "Frechet distance": ("2,512",)}
    history.add(measured(500, 0.5, best=False))
    box.show_history(history)
    assert box.rows["Error (L1)"] == ("0.25", "0.5")
    assert "Best at step 250, last at 500 · N = 7" in box.about.text()


def test_what_was_changed_under_advanced_wins_over_the_quality() -> None:
    plan = RunPlan(advanced={"generator.width": 40, "optim.betas": (0.5, 0.9), "batch_size": 3})
    config = plan.config()
    assert (config.generator.width, config.optim.betas, config.batch_size) == (40, (0.5, 0.9), 3)
    with pytest.raises(UserError, match=r"generator\.width"):
        RunPlan(advanced={"generator.width": 10_000}).config()


def test_a_setting_that_is_not_set_goes_back_to_its_default() -> None:
    config = with_values(TrainConfig(minutes=5.0), {"minutes": None})
    assert config.minutes is None


def test_every_setting_has_a_control_that_says_what_it_does(qtbot: QtBot) -> None:
    settings = list(settings_of(TrainConfig()))
    form = ConfigForm(settings)
    qtbot.addWidget(form)
    form.show_values(settings, ())
    for setting in settings:
        control = form.controls[setting.name]
        assert control.toolTip() == setting.help
        assert control.accessibleName() == setting.title
        assert isinstance(control, QCheckBox | QComboBox | QSpinBox | QLineEdit)


def test_the_form_announces_what_is_typed_and_shows_what_it_is_told(qtbot: QtBot) -> None:
    settings = list(settings_of(TrainConfig()))
    form = ConfigForm(settings)
    qtbot.addWidget(form)
    form.show()
    form.show_values(settings, ())
    told: list[tuple[str, object]] = []
    form.edited.connect(lambda name, value: told.append((name, value)))
    rate = form.controls["optim.generator_lr"]
    rate.setText("0.0002")
    rate.editingFinished.emit()
    rate.setText("quick")
    rate.editingFinished.emit()
    assert rate.text() == "0.0002", "what is no number is taken back"
    form.controls["augment.enabled"].click()
    form.controls["batch_size"].setValue(7)
    betas = form.controls["optim.betas"]
    betas.setText("0.5, 0.9")
    betas.editingFinished.emit()
    assert told == [
        ("optim.generator_lr", 0.0002),
        ("augment.enabled", False),
        ("batch_size", 7),
        ("optim.betas", (0.5, 0.9)),
    ]
    told.clear()
    form.show_values(settings_of(TrainConfig(batch_size=9)), ("batch_size",))
    assert form.controls["batch_size"].value() == 9
    assert told == []


def grids(folder: Path, count: int, side: int = 16) -> list[SampleGrid]:
    found = []
    for number in range(count):
        rows = 2 + (number > 0)
        pixels = np.full((rows * (side + 4) - 4, 5 * (side + 4) - 4, 3), 40 * number, np.uint8)
        path = folder / f"step-{number}.png"
        Image.fromarray(pixels).save(path)
        labels = ("", "Round", "Boxes")[-rows:]
        found.append(SampleGrid(10 * number, path, rows, 5, side, 4, rows == 3, labels))
    return found


def test_samples_stay_at_the_newest_until_the_slider_is_moved(qtbot: QtBot, tmp_path: Path) -> None:
    view = SamplesView()
    qtbot.addWidget(view)
    view.show()
    made = grids(tmp_path, 4)
    view.set_grids(made[:2])
    assert view.grid == made[1]
    view.set_grids(made[:3])
    assert view.grid == made[2]
    assert view.sheet.top_names == ["Yours", "Round", "Boxes"]
    view.slider.setValue(0)
    view.set_grids(made)
    assert view.grid == made[0]
    assert view.sheet.top_names == ["Round", "Boxes"]


def test_two_steps_stand_beside_each_other(qtbot: QtBot, tmp_path: Path) -> None:
    view = SamplesView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    view.set_grids(grids(tmp_path, 3))
    view.compare.setChecked(True)
    view.other.setValue(0)
    names = view.sheet.row_names
    assert names[1:3] == ["Colours\n20", "Colours\n0"], "the left slider's above, the right one's below"
    assert names[0] == "Drawing"
    qtbot.mouseMove(view.sheet, view.sheet.cell_rect(1, 1).center() - QPoint(1, 1))
    assert not view.sheet.grab().isNull()


def test_the_samples_of_another_run_stand_beside_those_on_show(qtbot: QtBot, tmp_path: Path) -> None:
    view = SamplesView()
    qtbot.addWidget(view)
    view.show()
    (tmp_path / "other").mkdir()
    view.set_grids(grids(tmp_path, 1))
    assert not view.compare.isVisible(), "nothing to compare with"
    view.set_others({"other": grids(tmp_path / "other", 3)})
    view.compare.setChecked(True)
    view.whose.setCurrentIndex(view.whose.findData("other"))
    view.whose.activated.emit(view.whose.currentIndex())
    assert [name for name in view.sheet.row_names if "Colours" in name] == ["Colours\n0", "Colours\n20"]
    view.set_others({})
    assert not view.whose.isVisible()
    assert "Colours" in "".join(view.sheet.row_names)


def test_pictures_of_labels_and_drawings_without_hints_are_shown_too(qtbot: QtBot, tmp_path: Path) -> None:
    view = SamplesView()
    qtbot.addWidget(view)
    for columns, names in ((8, [str(i + 1) for i in range(8)]), (3, ["Drawing", "Colours", "Truth"])):
        path = tmp_path / f"{columns}.png"
        Image.new("RGB", (columns * 20 - 4, 2 * 20 - 4)).save(path)
        view.set_grids([SampleGrid(10, path, 2, columns, 16, 4, False, ("cats", "dogs"))])
        assert view.sheet.row_names == names
        assert view.sheet.top_names == ["cats", "dogs"]


def test_samples_whose_file_is_gone_are_said_to_be(qtbot: QtBot, tmp_path: Path) -> None:
    view = SamplesView()
    qtbot.addWidget(view)
    made = grids(tmp_path, 1)
    made[0].path.unlink()
    view.set_grids(made)
    assert view.sheet.row_names == []


def test_a_drawing_is_sent_after_a_pause_and_not_too_often() -> None:
    policy = PreviewPolicy()
    assert policy.wait_s(0.0) is None
    policy.changed(0.0)
    assert policy.wait_s(1.0) == QUIET_S - 1
    policy.changed(1.0)
    assert policy.wait_s(1.0) == QUIET_S
    assert policy.wait_s(10.0) == 0
    policy.sent(10.0)
    policy.changed(11.0)
    assert policy.wait_s(20.0) == APART_S - 10


def test_the_preview_is_the_whole_drawing_in_a_square(document: Document, draw: Draw) -> None:
    assert preview_of(document.snapshot(), ("Boxes",), 64) is None, "a blank canvas shows nothing"
    draw(make_tool(ToolId.PEN, document, ToolOptions()), [(20.0, 20.0), (280.0, 20.0), (280.0, 180.0)])
    document.set_choices(labels=(("boxes", 1.0), ("unknown", 1.0)))
    preview = preview_of(document.snapshot(), ("Round", "Boxes"), 64)
    assert preview is not None
    assert preview.sketch.shape == (64, 64)
    assert preview.sketch[:8].min() == 255, "300 x 200 leaves a margin above"
    assert preview.sketch.min() < 100
    assert preview.hints is not None
    assert preview.hints.shape == (64, 64, 4)
    assert preview.label == (0.0, 1.0)


def test_the_rail_says_how_far_training_is(qtbot: QtBot) -> None:
    button = WorkspaceButton()
    qtbot.addWidget(button)
    button.set_note("42 %", LIGHT.live)
    assert button.note == "42 %"
    high = button.height()
    assert not button.grab().isNull()
    button.set_note("", "")
    assert button.height() < high


def test_names_become_files_that_are_not_taken(tmp_path: Path) -> None:
    assert file_stem("My cats: second try!") == "My-cats-second-try"
    assert file_stem("../..") == ""
    first = free_path(tmp_path, "cats")
    first.touch()
    assert free_path(tmp_path, "cats") == tmp_path / "cats-2.onnx"


def test_each_system_has_its_means_against_sleep() -> None:
    assert inhibit_command("training", "linux")[0] == "systemd-inhibit"
    assert inhibit_command("training", "darwin")[0] == "caffeinate"
    assert inhibit_command("training", "sunos") == []


def test_the_history_of_nothing_is_empty() -> None:
    history = RunHistory()
    assert (history.step, history.steps, history.samples) == (0, 0, [])


def test_weights_are_fetched_with_progress_and_can_be_cancelled(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    go_on = threading.Event()

    def fetch(progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> Path:
        progress(32_000_000, 96_000_000)
        go_on.wait(60)
        if cancelled():
            raise UserError("Cancelled.")
        return tmp_path

    monkeypatch.setattr(weights_bar, "fetch_weights", fetch)
    bar = WeightsBar()
    qtbot.addWidget(bar)
    assert not bar.isVisible(), "no window of its own"
    bar.show()
    bar.fetch.click()
    qtbot.waitUntil(lambda: bar.words.text() == "32 of 96 MB are here.")
    assert bar.bar.isVisible()
    assert not bar.fetch.isVisible()
    bar.stop.click()
    go_on.set()
    qtbot.waitUntil(bar.fetch.isVisible)
    assert bar.words.text() == weights_bar.ABOUT
    bar.fetch.click()
    qtbot.waitUntil(lambda: bar.words.text() == weights_bar.HERE)
    assert not bar.fetch.isVisible()
    assert wait_for_background()


def test_a_file_that_is_not_the_weights_is_refused_with_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "other.pth").write_bytes(b"no weights")
    bar = WeightsBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.take(tmp_path / "other.pth")
    qtbot.waitUntil(lambda: "other.pth has 10 bytes" in bar.words.text())
    assert bar.choose.isVisible()
