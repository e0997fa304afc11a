"""Export, clean-up, recovery, first steps: what lies around the drawing."""

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core import settings as keys
from studio.core.autosave import list_recoverable
from studio.core.document import Document
from studio.core.geometry import Rect
from studio.core.lineart import NO_CLEAN_UP
from studio.core.openraster import load_ora, save_ora
from studio.core.settings import Settings
from studio.ui.canvas.view import Point
from studio.ui.colour_drop import drop_colour
from studio.ui.dialogs.clean_up import CleanUpDialog
from studio.ui.exporting import ExportContent, ExportJob, ExportOptions
from studio.ui.first_steps import Bubble, Step
from studio.ui.line_art import Scan, read_scan
from tests.fixtures.models import TinyModel, entry_for
from tests.studio.running import MakeStudio
from tests.studio.ui.hands import draw
from training.files import UserError

WAIT_MS = 15_000
RING = [(40 + 40 * np.cos(t) + 40, 80 + 40 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)]


def ring_document() -> Document:
    y, x = np.mgrid[0:100, 0:100] - 50.0
    ink = np.where(np.abs(np.hypot(x, y) - 30) < 2, 255, 0).astype(np.uint8)
    return Document.from_line_art(ink)


def export(document: Document, **options: object) -> np.ndarray:
    flats = np.full((100, 100, 3), 255, np.uint8)
    flats[25:75, 25:75] = (200, 30, 40)
    sketch = 255 - document.line.surface.alpha(document.rect)
    image = (flats * (sketch[..., None] / 255)).astype(np.uint8)
    return ExportJob(document.snapshot(), image, flats, ExportOptions(**options), Path("x.png")).pixels()  # type: ignore[arg-type]


def test_exports_have_lines_or_not_and_a_ground_or_not(qapp: QApplication) -> None:
    document = ring_document()
    picture = export(document)
    assert picture.shape == (100, 100, 3)
    assert picture[50, 80].max() < 40
    colours = export(document, content=ExportContent.COLOURS)
    assert colours[50, 50].tolist() == [200, 30, 40]
    assert colours[50, 20].tolist() == colours[50, 10].tolist()
    drawing = export(document, content=ExportContent.DRAWING)
    assert drawing[50, 50].tolist() == [255, 255, 255]
    for content in ExportContent:
        cut = export(document, content=content, transparent=True)
        assert cut.shape == (100, 100, 4)
        assert cut[2, 2, 3] == 0, content
    assert export(document, transparent=True)[50, 50, 3] == 255


def test_colours_on_no_ground_leave_no_white_lines_behind(qapp: QApplication) -> None:
    document = ring_document()
    with document.edit("Whisker", document.line.id) as edit:
        edit.write(Rect(5, 6, 90, 4), np.full((4, 90, 4), (0, 0, 0, 255), np.uint8))
    cut = export(document, content=ExportContent.COLOURS, transparent=True, gap_px=2)
    assert not cut[..., 3][3:12].any(), "a line on bare paper goes with the paper"
    assert not cut[..., 3][50, :19].any()
    assert cut[50, 50].tolist() == [200, 30, 40, 255]
    assert cut[50, 30, 3] == 255


def test_an_export_without_a_picture_is_refused_in_words(qapp: QApplication) -> None:
    job = ExportJob(ring_document().snapshot(), None, None, ExportOptions(), Path("x.png"))
    with pytest.raises(UserError, match="no picture"):
        job.pixels()


def test_an_export_is_written_at_the_drawings_size(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    draw(studio.canvas, RING)
    qtbot.waitUntil(
        lambda: studio.live.picture is not None and studio.live.picture.revision == studio.document.revision,
        timeout=WAIT_MS,
    )
    path = tmp_path / "out.png"
    studio.window.files.export_to(path, ExportOptions(transparent=True))
    qtbot.waitUntil(lambda: "out.png" in studio.window.status.message.text, timeout=WAIT_MS)
    with Image.open(path) as image:
        assert image.size == (160, 160)
        assert image.mode == "RGBA"
    assert studio.window.status.action.text() == "Show file"


def test_an_export_into_nowhere_says_so(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    studio.window.files.export_to(blocked / "out.png", ExportOptions(content=ExportContent.DRAWING))
    qtbot.waitUntil(
        lambda: "out.png could not be written" in studio.window.status.message.text, timeout=WAIT_MS
    )


def photo() -> Scan:
    rng = np.random.default_rng(3)
    light = np.linspace(150, 230, 200)[None, :] + rng.normal(0, 3, (150, 200))
    light[60:66, 30:170] = 70
    pixels = np.clip(light, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    return Scan("photo.jpg", pixels, NO_CLEAN_UP, ())


def test_the_clean_up_follows_its_sliders_and_gives_its_options(qtbot: QtBot, studio: Studio) -> None:
    taken: list[object] = []
    dialog = CleanUpDialog(studio.window, photo(), taken.append)
    before = dialog.after.pixmap().toImage()
    dialog.white.slider.setValue(300)
    qtbot.waitUntil(lambda: dialog.after.pixmap().toImage() != before, timeout=WAIT_MS)
    options = dialog.options
    dialog.dialog.accept()
    assert taken == [options]


def test_a_photo_asks_for_clean_up_before_it_opens(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(photo().pixels).save(path)
    studio.window.files.open_path(path)
    qtbot.waitUntil(lambda: studio.window.findChild(CleanUpDialog) is not None, timeout=WAIT_MS)
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        studio.window.findChild(CleanUpDialog).dialog.accept()
    assert (studio.document.width, studio.document.height) == (200, 150)
    assert studio.document.modified, "the clean-up is work"
    alpha = studio.document.line.surface.alpha(studio.document.rect)
    assert alpha[63, 100] > 150
    assert alpha[20, 100] < 30
    assert studio.settings.get(keys.RECENT_FILES) == (str(path),), "line art is opened again as drawings are"
    assert studio.settings.get(keys.LAST_FOLDER) == str(tmp_path)


def test_a_folder_is_told_from_a_broken_file(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "cats.png").mkdir()
    studio.window.files.open_paths([tmp_path / "cats.png"])
    said = studio.window.status.message.text
    assert said.startswith("cats.png is a folder; ")
    assert "Train" in said


def test_a_picture_beyond_the_limit_is_reduced_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.fromarray(np.full((10, 5000), 255, np.uint8)).save(path)
    scan = read_scan(path)
    assert scan.pixels.shape[1] == 4096
    assert any("reduced" in note for note in scan.notes)


def test_a_new_drawing_has_the_size_asked_for(qtbot: QtBot, studio: Studio) -> None:
    studio.window.files.new()
    dialog = studio.window.findChild(QDialog)
    assert dialog is not None
    preset = next(button for button in dialog.findChildren(QPushButton) if button.text() == "1920 × 1080")
    preset.click()
    dialog.accept()
    assert (studio.document.width, studio.document.height) == (1920, 1080)
    assert not studio.document.modified


def crash(folder: Path) -> None:
    """Leave what a program leaves that died with unsaved work."""
    folder.mkdir(parents=True)
    save_ora(ring_document().snapshot(), folder / "dead.ora")


def test_work_left_by_a_crash_is_offered_and_comes_back(qtbot: QtBot, make_studio: MakeStudio) -> None:
    crash(keys.recovery_dir())
    studio = make_studio()
    bar = studio.window.notice
    qtbot.waitUntil(bar.isVisible, timeout=WAIT_MS)
    assert "without saving" in bar.text.text()
    with qtbot.waitSignal(studio.session.document_replaced, timeout=WAIT_MS):
        bar.buttons[0].click()
    assert (studio.document.width, studio.document.height) == (100, 100)
    assert studio.document.modified
    assert not bar.isVisible()
    assert studio.canvas.hasFocus(), "one can draw on at once"
    (old,) = keys.recovery_dir().glob("*.ora")
    later = time.monotonic() + 100.0
    studio.recovery.tick(later)
    studio.recovery.tick(later + 100.0)
    qtbot.waitUntil(lambda: not old.exists(), timeout=WAIT_MS)
    (copy,) = keys.recovery_dir().glob("*.ora")
    assert load_ora(copy).line.surface.tile_indices(), "a second crash would not lose it"
    assert list_recoverable(keys.recovery_dir()) == [], "it is this program's as long as it lives"


def test_work_left_by_a_crash_can_be_thrown_away(qtbot: QtBot, make_studio: MakeStudio) -> None:
    crash(keys.recovery_dir())
    studio = make_studio()
    qtbot.waitUntil(studio.window.notice.isVisible, timeout=WAIT_MS)
    studio.window.notice.buttons[1].click()
    assert not studio.window.notice.isVisible()
    studio.close()
    assert not list(keys.recovery_dir().iterdir())


def test_unsaved_work_is_kept_for_recovery_and_goes_when_saved(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    studio.document.path = tmp_path / "d.ora"
    draw(studio.canvas, RING)
    later = time.monotonic() + 100.0
    studio.recovery.tick(later)
    studio.recovery.tick(later + 100.0)
    qtbot.waitUntil(lambda: bool(list(keys.recovery_dir().glob("*.json"))), timeout=WAIT_MS)
    with qtbot.waitSignal(studio.window.files.saved, timeout=WAIT_MS):
        studio.window.files.save()
    qtbot.waitUntil(lambda: not list(keys.recovery_dir().glob("*.ora")), timeout=WAIT_MS)


def test_another_autosave_interval_counts_at_once(qtbot: QtBot, studio: Studio) -> None:
    studio.settings.set(keys.AUTOSAVE_S, 10)
    draw(studio.canvas, RING)
    later = time.monotonic() + 100.0
    studio.recovery.tick(later)
    studio.recovery.tick(later + 4.0)
    assert not keys.recovery_dir().exists()
    studio.settings.set(keys.AUTOSAVE_S, 3)
    studio.recovery.tick(later + 4.0)
    qtbot.waitUntil(lambda: bool(list(keys.recovery_dir().glob("*.json"))), timeout=WAIT_MS)


def first_start(make_studio: MakeStudio) -> Studio:
    return make_studio(settings=Settings(None))


def test_the_first_start_shows_three_hints_that_go_when_done(qtbot: QtBot, make_studio: MakeStudio) -> None:
    studio = first_start(make_studio)
    steps = studio.window.first_steps
    assert set(steps.left) == set(Step)
    draw(studio.canvas, [(30.0, 30.0), (60.0, 60.0)])
    assert Step.DRAW not in steps.left
    assert drop_colour(studio.canvas, studio.window.colours, QColor(9, 8, 7), paper_point(studio))
    assert Step.COLOUR not in steps.left
    studio.document.set_choices(labels=(("Food & Drink", 1.0),))
    assert steps.left == ()
    assert not studio.settings.get(keys.FIRST_START)


def test_no_hint_points_at_labels_that_are_hidden(make_studio: MakeStudio) -> None:
    studio = first_start(make_studio)

    def shown() -> set[str]:
        return {each.accessibleName() for each in studio.canvas.findChildren(Bubble) if each.isVisible()}

    assert shown() == set(Step)
    studio.window.canvas_only.toggle()
    assert shown() == {Step.DRAW, Step.COLOUR}
    studio.window.canvas_only.toggle()
    assert shown() == set(Step)


@pytest.mark.parametrize(
    ("model", "left"),
    [
        (TinyModel(name="Plain", labels=()), {Step.DRAW, Step.COLOUR}),
        (TinyModel(name="Plain", hints=False), {Step.DRAW, Step.LABEL}),
    ],
    ids=["no labels", "no hints"],
)
def test_nothing_is_to_be_tried_that_the_model_does_not_know(
    make_studio: MakeStudio, tmp_path: Path, model: TinyModel, left: set[Step]
) -> None:
    studio = first_start(make_studio)
    entry = entry_for(model.save(tmp_path, "plain.onnx"), model.manifest())
    studio.session.entry_changed.emit(entry)
    assert set(studio.window.first_steps.left) == left


def test_a_later_start_is_blank_and_shows_no_hints(make_studio: MakeStudio) -> None:
    settings = Settings(None)
    first = make_studio(settings=settings)
    assert first.document.line.surface.tile_indices(), "the sample is open"
    assert first.window.windowTitle().startswith("Cat")
    first.window.close()
    later = make_studio(settings=settings)
    assert later.window.first_steps.left == ()
    assert not later.document.line.surface.tile_indices()


def paper_point(studio: Studio) -> QPointF:
    canvas = studio.canvas
    return QPointF(*canvas.view.to_widget(Point(80.0, 80.0), canvas.arrangement.drawing.middle))


def test_a_colour_dropped_on_the_paper_is_a_hint_and_one_step(studio: Studio) -> None:
    assert drop_colour(studio.canvas, studio.window.colours, QColor(9, 8, 7), paper_point(studio))
    hint = studio.document.hints.surface.read(studio.document.rect)[80, 80]
    assert hint.tolist() == [9, 8, 7, 255]
    assert studio.window.colours.recent == ((9, 8, 7),)
    studio.document.undo()
    assert not studio.document.hints.surface.tile_indices()


def test_a_colour_dropped_beside_the_paper_does_nothing(studio: Studio) -> None:
    assert not drop_colour(studio.canvas, studio.window.colours, QColor("red"), QPointF(2.0, 2.0))
    assert not studio.document.can_undo
