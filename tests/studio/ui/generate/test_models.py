"""How models of labels come into the workspace, and what is said where there is none."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.generate import Sample
from studio.core.live import LiveState
from studio.core.settings import Settings
from studio.ui.actions import ActionId
from studio.ui.workspaces import Space
from studio.workers.publish import Published
from tests.architecture.tree import brought_in
from tests.fixtures.models import TinyGenerator, TinyModel
from tests.studio.running import MakeStudio
from tests.studio.ui.generate.hands import LEFT, WAIT_MS, visit, wait_for_pictures


def test_the_window_starts_without_the_workspace() -> None:
    assert brought_in(["studio.app"], ["studio.ui.generate.workspace"]) == {}


def test_without_a_model_it_teaches_and_leads_to_train(qtbot: QtBot, studio: Studio) -> None:
    page = visit(qtbot, studio)
    assert page.currentWidget() is page.empty
    assert "Train one" in page.empty.remedy.text()
    qtbot.mouseClick(page.empty.train, LEFT)
    assert studio.window.space is Space.TRAIN


def test_a_model_without_labels_has_one_row_that_wraps(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    TinyModel().save(tmp_path)
    TinyGenerator(labels=(), channels=1).save(tmp_path)
    page = visit(qtbot, make_studio(models=tmp_path))
    wait_for_pictures(qtbot, page)
    assert page.controller.grid() == [[Sample("", seed) for seed in range(1, 9)]]
    assert page.column.labels.note.isVisible()
    tops = {page.sheet.cell_rect(0, column).top() for column in range(8)}
    assert len(tops) > 1


def test_another_model_can_be_picked_and_is_remembered(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    TinyModel().save(tmp_path)
    TinyGenerator("One").save(tmp_path, "one.onnx")
    TinyGenerator("Two", labels=("red", "dog")).save(tmp_path, "two.onnx")
    settings = Settings(None)
    settings.set(keys.FIRST_START, False)
    studio = make_studio(models=tmp_path, settings=settings)
    page = visit(qtbot, studio)
    wait_for_pictures(qtbot, page)
    picker = page.column.model.picker
    assert [picker.itemText(place) for place in range(picker.count())] == ["One", "Two"]
    picker.activated.emit(1)
    assert studio.session.generator is not None
    assert studio.session.generator.name == "Two"
    assert page.controller.rows == ("dog",)
    wait_for_pictures(qtbot, page)
    assert settings.get(keys.GENERATE_MODEL) == "two"


def test_columns_dial_and_steps_are_remembered(
    qtbot: QtBot, make_studio: MakeStudio, both_models: Path
) -> None:
    settings = Settings(None)
    settings.set(keys.FIRST_START, False)
    page = visit(qtbot, make_studio(models=both_models, settings=settings))
    page.bar.columns.setValue(4)
    page.bar.seed.setValue(70)
    page.sheet.locks[1].click()
    page.column.noise.bound.slider.setValue(500)
    page.controller.set_steps(12)
    again = visit(qtbot, make_studio(models=both_models, settings=settings))
    assert again.controller.columns == page.controller.columns
    assert again.controller.dial == page.controller.dial
    assert again.controller.dial.truncation < 3
    assert again.controller.steps == 12


def test_a_model_that_cannot_be_run_is_one_sentence(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    TinyModel().save(tmp_path)
    path = TinyGenerator().save(tmp_path)
    studio = make_studio(models=tmp_path)
    path.write_bytes(b"gone")
    visit(qtbot, studio)
    qtbot.waitUntil(lambda: studio.window.status.state is LiveState.TROUBLE, timeout=WAIT_MS)
    assert "has changed" in studio.window.status.message.text


def test_the_drawing_offers_no_model_of_labels(qtbot: QtBot, running: Studio) -> None:
    picker = running.window.column.models.picker
    place = picker.findText("Tiny generator (see Generate)")
    assert place >= 0
    assert not picker.model().item(place).isEnabled()  # type: ignore[attr-defined]
    assert not running.window.column.models.problems_button.isVisible()


def test_an_added_model_of_labels_does_not_colour_the_drawing(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    models, elsewhere = tmp_path / "models", tmp_path / "elsewhere"
    TinyModel().save(models)
    studio = make_studio(models=models)
    studio.session.library.folders.append(keys.user_models_dir())
    before = studio.session.entry
    studio.window.models.take([TinyGenerator().save(elsewhere)])
    qtbot.waitUntil(lambda: studio.session.generator is not None, timeout=WAIT_MS)
    assert studio.session.entry == before
    message = studio.window.status.message
    assert "makes pictures of labels" in message.text
    assert message.action is not None
    message.action()
    assert studio.window.space is Space.GENERATE


def test_alt_2_opens_it(qtbot: QtBot, studio: Studio) -> None:
    qtbot.keyClick(studio.window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert studio.window.space is Space.GENERATE
    assert studio.window.actions_table[ActionId.GENERATE_SPACE].isChecked()


@pytest.mark.parametrize(("trial", "words"), [(False, "is published"), (True, "can be tried out")])
def test_a_trained_model_of_labels_is_offered_here_and_does_not_colour_the_drawing(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path, trial: bool, words: str
) -> None:
    TinyModel().save(tmp_path / "models")
    studio = make_studio(models=tmp_path / "models")
    studio.window.open_space(Space.TRAIN)
    qtbot.waitUntil(lambda: studio.window.spaces.page(Space.TRAIN) is not None, timeout=WAIT_MS)
    before = studio.session.entry
    path = TinyGenerator().save(tmp_path / "runs")
    studio.publisher.published.emit(Published(path, 0, trial))
    qtbot.waitUntil(lambda: studio.session.generator is not None, timeout=WAIT_MS)
    assert studio.session.entry == before
    assert words in studio.window.status.message.text
    assert studio.settings.get(keys.GENERATE_MODEL) == ("" if trial else "generator")
    qtbot.mouseClick(studio.window.status.action, LEFT)
    assert studio.window.space is Space.GENERATE
