"""The workspace of generated pictures as a person uses it: a real tiny model, mouse and keys."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.generate import Between, Dial, Sample
from studio.core.layers import LayerKind
from studio.core.live import LiveState
from studio.core.seeds import Column
from studio.core.settings import Settings
from studio.ui.actions import ActionId
from studio.ui.generate.layout import arrange
from studio.ui.generate.workspace import GenerateWorkspace
from studio.ui.messages import MessageKind
from studio.ui.workspaces import Space
from studio.workers.publish import Published
from tests.architecture.tree import brought_in
from tests.fixtures.models import TinyGenerator, TinyModel, flat_colour
from tests.studio.running import MakeStudio

WAIT_MS = 60_000  # for machines that are busy with other things; nothing waits that long otherwise
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def both_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model for drawings and one for labels."""
    folder = tmp_path_factory.mktemp("both")
    TinyModel().save(folder)
    TinyGenerator().save(folder)
    return folder


@pytest.fixture
def running(make_studio: MakeStudio, both_models: Path) -> Studio:
    return make_studio(models=both_models)


@pytest.fixture
def space(qtbot: QtBot, running: Studio) -> GenerateWorkspace:
    """The workspace with all its pictures made."""
    page = visit(qtbot, running)
    wait_for_pictures(qtbot, page)
    return page


def visit(qtbot: QtBot, studio: Studio) -> GenerateWorkspace:
    studio.window.open_space(Space.GENERATE)
    qtbot.waitUntil(lambda: studio.window.spaces.page(Space.GENERATE) is not None, timeout=WAIT_MS)
    page = studio.window.spaces.page(Space.GENERATE)
    assert isinstance(page, GenerateWorkspace)
    return page


def wait_for_pictures(qtbot: QtBot, page: GenerateWorkspace) -> None:
    qtbot.waitUntil(lambda: page.controller.is_complete, timeout=WAIT_MS)


def click(qtbot: QtBot, page: GenerateWorkspace, row: int, column: int, *, ctrl: bool = False) -> None:
    middle = page.sheet.cell_rect(row, column).center()
    held = CTRL if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(page.sheet, LEFT, held, middle)


def choose_file(page: GenerateWorkspace, path: Path) -> None:
    """Answer the open file dialog."""
    dialog = page.window().findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()


def test_the_window_starts_without_the_workspace() -> None:
    assert brought_in(["studio.app"], ["studio.ui.generate.workspace"]) == {}


def test_it_shows_a_row_for_each_label_and_a_column_for_each_seed(space: GenerateWorkspace) -> None:
    assert space.currentWidget() is not space.empty
    assert space.column.model.about.text().startswith("Makes pictures of cat, dog and frog.")
    assert space.controller.rows == ("cat", "dog", "frog")
    assert [column.seed for column in space.controller.columns] == list(range(1, 9))
    for row, colour in enumerate((flat_colour(0), flat_colour(1), flat_colour(2))):
        pixels = space.controller.picture(space.controller.grid()[row][0])
        assert pixels is not None
        assert pixels.shape == (16, 16, 3)
        assert np.abs(pixels[0, 0].astype(int) - colour).max() < 100  # moved by the noise


def test_the_status_bar_says_what_makes_the_pictures_and_the_drawing_has_its_own_words(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    bar = running.window.status
    assert bar.state is LiveState.LIVE
    assert bar.live_text.text().endswith("24 pictures")
    assert bar.device_text.text().startswith("CPU")
    running.window.open_space(Space.DRAW)
    assert "24 pictures" not in bar.live_text.text()
    running.window.open_space(Space.GENERATE)
    assert bar.live_text.text().endswith("24 pictures")


def test_the_dial_changes_every_picture_while_it_moves(qtbot: QtBot, space: GenerateWorkspace) -> None:
    places = [sample for row in space.controller.grid() for sample in row]
    before = [space.controller.picture(place) for place in places]
    space.column.noise.strength.slider.setValue(0)
    assert space.controller.dial == Dial(0.0)
    wait_for_pictures(qtbot, space)
    after = [space.controller.picture(place) for place in places]
    assert not any(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    row = space.controller.grid()[1]
    assert all(np.array_equal(space.controller.picture(row[0]), space.controller.picture(one)) for one in row)


def test_a_dial_that_moves_faster_than_the_model_still_ends_where_it_stands(
    qtbot: QtBot, make_studio: MakeStudio, tmp_path: Path
) -> None:
    TinyModel().save(tmp_path)
    TinyGenerator(size=64, convolutions=2, labels=tuple("0123456789")).save(tmp_path)
    studio = make_studio(models=tmp_path)
    page = visit(qtbot, studio)
    slider = page.column.noise.strength.slider
    for value in range(0, 1000, 50):
        slider.setValue(value)
        qtbot.wait(1)
    wait_for_pictures(qtbot, page)
    assert page.controller.dial.strength == pytest.approx(page.column.noise.strength.value)
    assert len(page.controller.grid()) == 10


def test_new_seeds_leave_locked_columns_alone(qtbot: QtBot, space: GenerateWorkspace) -> None:
    qtbot.mouseClick(space.sheet.locks[2], LEFT)
    assert space.controller.columns[2] == Column(3, True)
    qtbot.mouseClick(space.bar.anew, LEFT)
    assert [column.seed for column in space.controller.columns] == [9, 10, 3, 11, 12, 13, 14, 15]
    wait_for_pictures(qtbot, space)
    qtbot.keyClick(space.sheet, Qt.Key.Key_R)
    assert space.controller.columns[0].seed == 16
    assert space.controller.columns[2].seed == 3


def test_with_all_columns_locked_new_seeds_say_why_nothing_happens(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    space.bar.columns.setValue(1)
    qtbot.mouseClick(space.sheet.locks[0], LEFT)
    qtbot.mouseClick(space.bar.anew, LEFT)
    assert "locked" in running.window.status.message.text
    assert not space.bar.seed.isEnabled()


def test_a_typed_seed_and_another_number_of_columns_are_shown(qtbot: QtBot, space: GenerateWorkspace) -> None:
    space.bar.columns.setValue(3)
    space.bar.seed.setValue(400)
    assert [column.seed for column in space.controller.columns] == [400, 401, 402]
    assert [button.text() for button in space.sheet.locks if button.isVisible()] == ["400", "401", "402"]
    wait_for_pictures(qtbot, space)


def test_columns_that_come_back_get_their_pictures_again(qtbot: QtBot, space: GenerateWorkspace) -> None:
    for _ in range(3):
        space.bar.columns.setValue(1)
        space.bar.columns.setValue(8)
        wait_for_pictures(qtbot, space)
    space.bar.columns.setValue(1)
    wait_for_pictures(qtbot, space)
    space.bar.columns.setValue(8)
    wait_for_pictures(qtbot, space)


def test_some_labels_can_be_left_out_but_not_all(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    boxes = {box.text(): box for box in space.column.labels.boxes}
    boxes["dog"].click()
    assert space.controller.rows == ("cat", "frog")
    click(qtbot, space, 1, 0)
    space.column.labels.one.click()
    assert space.controller.rows == ("frog",)
    assert running.window.status.live_text.text().endswith("8 pictures")
    boxes["frog"].click()
    assert space.controller.rows == ("frog",)
    assert boxes["frog"].isChecked()
    space.column.labels.all.click()
    assert space.controller.rows == ("cat", "dog", "frog")


def test_the_picture_under_the_pointer_is_shown_larger(qtbot: QtBot, space: GenerateWorkspace) -> None:
    cell = space.sheet.cell_rect(1, 1)
    qtbot.mouseMove(space.sheet, cell.center() - QPoint(3, 3))
    qtbot.mouseMove(space.sheet, cell.center())
    qtbot.waitUntil(space.sheet.large.isVisible, timeout=WAIT_MS)
    assert space.sheet.large.width() > cell.width()
    assert space.sheet.rect().contains(space.sheet.large.geometry())


def test_two_chosen_pictures_are_joined_by_a_walk(qtbot: QtBot, space: GenerateWorkspace) -> None:
    assert not space.walk.strip.isVisible()
    click(qtbot, space, 0, 0)
    click(qtbot, space, 2, 3, ctrl=True)
    assert space.controller.ends == (Sample("cat", 1), Sample("frog", 4))
    assert space.walk.strip.isVisible()
    space.walk.steps.setValue(5)
    wait_for_pictures(qtbot, space)
    pictures = [space.controller.picture(place) for place in space.controller.walk]
    assert len(pictures) == 5
    assert len({pixels.tobytes() for pixels in pictures if pixels is not None}) == 5
    qtbot.mouseClick(space.walk.strip, LEFT, pos=space.walk.strip.cell_rect(2).center())
    middle = space.controller.chosen
    assert isinstance(middle, Between)
    assert middle.share == 0.5
    assert "50 %" in space.column.picture.name.text()
    qtbot.keyClick(space.walk.strip, Qt.Key.Key_Right)
    assert space.controller.chosen == space.controller.walk[3]
    click(qtbot, space, 1, 1)
    assert space.controller.walk == ()


def test_the_keys_choose_lock_and_let_go(qtbot: QtBot, space: GenerateWorkspace) -> None:
    qtbot.keyClick(space.sheet, Qt.Key.Key_Right)
    qtbot.keyClick(space.sheet, Qt.Key.Key_Down)
    qtbot.keyClick(space.sheet, Qt.Key.Key_Space)
    assert space.controller.ends == (Sample("dog", 2),)
    qtbot.keyClick(space.sheet, Qt.Key.Key_L)
    assert space.controller.columns[1].locked
    qtbot.keyClick(space.sheet, Qt.Key.Key_Left)
    qtbot.keyClick(space.sheet, Qt.Key.Key_Space, CTRL)
    assert space.controller.ends == (Sample("dog", 2), Sample("dog", 1))
    qtbot.keyClick(space.sheet, Qt.Key.Key_Space, CTRL)
    assert space.controller.ends == (Sample("dog", 2),)


def test_a_chosen_picture_that_leaves_the_grid_is_let_go(qtbot: QtBot, space: GenerateWorkspace) -> None:
    click(qtbot, space, 0, 0)
    qtbot.mouseClick(space.bar.anew, LEFT)
    assert space.controller.chosen is None
    assert not space.column.picture.send.isEnabled()
    assert "Choose a picture first" in space.column.picture.send.toolTip()


def test_a_picture_becomes_a_layer_that_can_be_undone(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace
) -> None:
    click(qtbot, space, 1, 0)
    qtbot.mouseClick(space.column.picture.send, LEFT)
    document = running.document
    layer = next(layer for layer in document.layers if layer.kind is LayerKind.PAINT)
    assert layer.name == "dog, seed 1"
    pixels = layer.surface.read(document.rect)
    assert (pixels[..., 3] == 255).all()  # as large as the drawing
    made = space.controller.picture(Sample("dog", 1))
    assert made is not None
    assert np.array_equal(pixels[80, 80, :3], made[8, 8])
    running.document.undo()
    assert all(layer.kind is not LayerKind.PAINT for layer in document.layers)


def test_a_picture_goes_to_the_clipboard(qtbot: QtBot, space: GenerateWorkspace) -> None:
    click(qtbot, space, 2, 0)
    qtbot.keyClick(space.sheet, Qt.Key.Key_C, CTRL)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (16, 16)


@pytest.mark.parametrize(
    ("what", "size"),
    [("save_chosen", (16, 16)), ("save_sprites", (8 * 16, 3 * 16)), ("save_walk", (9 * 16, 16))],
)
def test_pictures_are_saved_with_what_made_them(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace, tmp_path: Path, what: str, size: tuple[int, int]
) -> None:
    click(qtbot, space, 0, 0)
    click(qtbot, space, 1, 0, ctrl=True)
    wait_for_pictures(qtbot, space)
    getattr(space.outlet, what)()
    choose_file(space, tmp_path / "out.png")
    qtbot.waitUntil(lambda: "Saved" in running.window.status.message.text, timeout=WAIT_MS)
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == size
        facts = json.loads(image.text["sketch_studio"])  # type: ignore[attr-defined]
    assert facts["model"] == "Tiny generator"
    assert facts["pictures"][0] == {"label": "dog" if what == "save_chosen" else "cat", "seed": 1}
    assert running.settings.get(keys.LAST_FOLDER) == str(tmp_path)


def test_the_grid_is_saved_with_room_for_names(
    qtbot: QtBot, running: Studio, space: GenerateWorkspace, tmp_path: Path
) -> None:
    space.outlet.save_grid()
    choose_file(space, tmp_path / "grid.png")
    qtbot.waitUntil(lambda: (tmp_path / "grid.png").is_file(), timeout=WAIT_MS)
    with Image.open(tmp_path / "grid.png") as image:
        assert image.width > 8 * 64
        assert image.height > 3 * 64
        assert np.asarray(image.convert("RGB"))[0, 0].tolist() == [255, 255, 255]


def test_saving_a_walk_without_one_says_how_to_come_by_it(running: Studio, space: GenerateWorkspace) -> None:
    space.outlet.save_walk()
    assert running.window.status.message.kind is MessageKind.TROUBLE
    assert "Ctrl+click" in running.window.status.message.text


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


@pytest.mark.parametrize(("rows", "columns"), [(1, 8), (1, 1), (10, 8), (3, 16), (100, 2)])
def test_no_two_pictures_lie_over_each_other(rows: int, columns: int) -> None:
    layout = arrange(rows, columns, 60, 900, 560)
    cells = [layout.cell(row, column) for row in range(rows) for column in range(columns)]
    assert all(cell.width() == cell.height() >= 36 for cell in cells)
    assert not any(one.intersects(other) for i, one in enumerate(cells) for other in cells[:i])
    if rows <= 10:
        assert max(cell.bottom() for cell in cells) < 560
        assert max(cell.right() for cell in cells) < 900


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
