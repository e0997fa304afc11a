"""Other pictures of the same drawing, and the way back through them."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.core.document import Document
from studio.core.openraster import open_ora, save_ora
from studio.ui.actions import ActionId
from tests.fixtures.models import TinyModel
from tests.studio.running import WAIT_MS, MakeStudio, wait_for_picture


def test_again_without_noise_mixes_another_label_in(qtbot: QtBot, studio: Studio) -> None:
    wait_for_picture(qtbot, studio)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_1)
    qtbot.keyClick(studio.canvas, Qt.Key.Key_R)
    assert [name for name, _ in studio.document.choices.labels] == ["Animals & Nature", "Food & Drink"]


def test_the_way_back_from_a_mixture_leads_to_the_label_chosen(qtbot: QtBot, studio: Studio) -> None:
    wait_for_picture(qtbot, studio)
    assert studio.live.why_not_before()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_1)
    seen = [studio.document.choices.labels]
    for _ in range(2):
        qtbot.keyClick(studio.canvas, Qt.Key.Key_R)
        seen.append(studio.document.choices.labels)
    assert len(set(seen)) == 3
    back = studio.window.actions_table[ActionId.PICTURE_BEFORE]
    for labels in reversed(seen[:-1]):
        qtbot.waitUntil(back.isEnabled, timeout=WAIT_MS)
        back.trigger()
        assert studio.document.choices.labels == labels
    assert studio.live.why_not_before()
    qtbot.keyClick(studio.canvas, Qt.Key.Key_R)
    assert studio.document.choices.labels == seen[1], "the way forth is the same again"
    qtbot.keyClick(studio.canvas, Qt.Key.Key_2)
    assert studio.live.why_not_before(), "a label picked is a new beginning"


@pytest.fixture
def noisy(make_studio: MakeStudio, tmp_path: Path) -> Studio:
    """A studio whose only model has noise."""
    TinyModel(name="Noisy", noise=2).save(tmp_path / "noisy", "noisy.onnx")
    return make_studio(models=tmp_path / "noisy")


def test_again_with_noise_asks_for_another_picture_each_time(
    qtbot: QtBot, noisy: Studio, tmp_path: Path
) -> None:
    qtbot.keyClick(noisy.canvas, Qt.Key.Key_1)
    first = wait_for_picture(qtbot, noisy).image
    seen, seeds = [first.tobytes()], [noisy.document.choices.seed]
    for _ in range(3):
        qtbot.keyClick(noisy.canvas, Qt.Key.Key_R)
        seen.append(wait_for_picture(qtbot, noisy).image.tobytes())
        seeds.append(noisy.document.choices.seed)
    assert len(set(seen)) == 4
    assert len(set(seeds)) == 4
    assert seeds[0] == 0
    assert noisy.document.choices.labels == (("Animals & Nature", 1.0),), "the label stays"
    assert not noisy.document.modified, "looking at other pictures is no work to be asked about"
    assert not noisy.document.can_undo, "a choice is no step of the drawing"

    save_ora(noisy.document.snapshot(), tmp_path / "again.ora")
    assert open_ora(tmp_path / "again.ora").document.choices.seed == seeds[-1], "the file remembers which"

    back = noisy.window.actions_table[ActionId.PICTURE_BEFORE]
    for before in reversed(seen[:-1]):
        qtbot.waitUntil(back.isEnabled, timeout=WAIT_MS)
        back.trigger()
        assert wait_for_picture(qtbot, noisy).image.tobytes() == before
    qtbot.waitUntil(lambda: not back.isEnabled(), timeout=WAIT_MS)


def test_the_way_back_from_a_drawing_saved_with_a_seed_ends_at_that_seed(qtbot: QtBot, noisy: Studio) -> None:
    document = Document.new(160, 160)
    document.set_choices(seed=10)
    noisy.window.files.take_document(document)
    assert noisy.live.why_not_before(), "the picture it was opened with is the first"
    qtbot.keyClick(noisy.canvas, Qt.Key.Key_R)
    assert document.choices.seed == 11
    noisy.live.picture_before()
    assert document.choices.seed == 10
    assert noisy.live.why_not_before()


def test_a_seed_gives_the_same_picture_whenever_it_is_asked_for(qtbot: QtBot, noisy: Studio) -> None:
    qtbot.keyClick(noisy.canvas, Qt.Key.Key_R)
    first = wait_for_picture(qtbot, noisy).image
    qtbot.keyClick(noisy.canvas, Qt.Key.Key_R)
    other = wait_for_picture(qtbot, noisy).image
    noisy.document.set_choices(seed=1)
    assert np.array_equal(wait_for_picture(qtbot, noisy).image, first)
    assert not np.array_equal(other, first)
