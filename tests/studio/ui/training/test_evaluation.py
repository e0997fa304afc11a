"""The page that measures a run, as a person uses it: choose, measure, cancel, read, write the report."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from studio.core.run_history import RunHistory
from studio.core.settings import Settings
from studio.ui.icons import IconBook
from studio.ui.messages import Message, Messages
from studio.ui.palette import LIGHT
from studio.ui.training.evaluation.form import EvaluationForm, Measured
from studio.ui.training.evaluation.page import EvaluationPage
from studio.ui.training.evaluation.results import EMPTY_TITLE, ResultsView
from studio.workers import training
from tests.training.recipes.tiny import GREY, tiny_recipe, write_classes
from tests.training.runs import never
from training.listeners import JournalWriter
from training.loop import train
from training.record import Kept, read_kept

WAIT_MS = 300_000
FIGURES = {
    "n": 12,
    "split": "test",
    "protocol": {
        "kd": "unbiased",
        "note": "few pictures",
        "inception": "no fid: not here",
        "state": "step 4",
    },
    "metrics": {"kd_efficientnet_lite2": 0.25, "precision_efficientnet_lite2": 0.5},
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    run = folder / "run"
    train(tiny_recipe("cgan", write_classes(folder, 12) / GREY, run), JournalWriter(run), never)
    return run


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "digits"))


@pytest.fixture
def page(qtbot: QtBot, messages: Messages) -> EvaluationPage:
    page = EvaluationPage(Settings(None), messages, IconBook(LIGHT))
    qtbot.addWidget(page, before_close_func=lambda widget: widget.leave())
    page.resize(1100, 700)
    page.show()
    return page


def opened(qtbot: QtBot, page: EvaluationPage, run: Path) -> None:
    history = RunHistory.of_run(run)
    assert history.started is not None
    page.open(run, Measured("label-to-image", len(history.started.labels)))
    qtbot.waitUntil(lambda: bool(texts(page)), timeout=WAIT_MS)


def texts(page: EvaluationPage) -> list[str]:
    return [label.text() for label in page.results.findChildren(QLabel) if label.text()]


def test_the_choice_becomes_options(qtbot: QtBot) -> None:
    form = EvaluationForm()
    qtbot.addWidget(form)
    form.show_run(Measured("label-to-image", 10))
    options = form.options()
    assert (options.split, options.figures, options.discriminator) == ("test", True, True)
    assert options.nearest > 0
    assert options.classifier is None
    form.classifier.click()
    resnet = next(button for button in form.kinds.buttons() if "ResNet" in button.text())
    resnet.click()
    form.epochs.set_value(3)
    form.images.set_value(500)
    form.nearest.click()
    options = form.options()
    assert options.classifier is not None
    assert (options.classifier.kind, options.classifier.images, options.classifier.epochs) == (
        "resnet18",
        500,
        3,
    )
    assert options.nearest == 0
    for box in (form.figures, form.discriminator, form.classifier):
        box.click()
    assert not form.chooses


def test_what_does_not_apply_to_a_run_is_not_offered(qtbot: QtBot) -> None:
    form = EvaluationForm()
    qtbot.addWidget(form)
    form.show()
    form.show_run(Measured("sketch-to-image", 0))
    assert form.baselines.isVisible()
    assert not form.classifier.isEnabled()
    assert form.why_no_classifier.isVisible()
    form.baselines.click()
    assert form.options().baselines
    form.show_run(Measured("label-to-image", 10))
    assert not form.baselines.isVisible()
    assert not form.options().baselines
    assert form.classifier.isEnabled()


@pytest.mark.slow
def test_a_run_is_measured_and_its_report_opened(
    qtbot: QtBot, page: EvaluationPage, messages: Messages, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, page, run)
    assert EMPTY_TITLE in texts(page)
    form = page.form
    form.split.setCurrentIndex(form.split.findData("val"))
    form.figures.click()
    form.classifier.click()
    form.epochs.set_value(1)
    page.measure.click()
    assert page.work.cancel.isVisible()
    assert not page.form.isEnabled()
    qtbot.waitUntil(lambda: " of " in page.work.words.text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(page.results.tables) == 2, timeout=WAIT_MS)
    shown = " ".join(texts(page))
    for expected in ("N = ", "Learnt from mixed pictures", "Learnt by heart?", "median distance", "softmax"):
        assert expected in shown, expected
    kept = read_kept(run)
    assert kept.evaluation is not None
    assert "metrics" not in kept.evaluation

    addresses: list[str] = []
    said: list[Message] = []
    messages.said.connect(said.append)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url.toLocalFile()))
    page.report.click()
    qtbot.waitUntil(lambda: bool(addresses), timeout=WAIT_MS)
    assert Path(addresses[0]) == run / "report" / "report.html"
    assert "Classifier accuracy" in Path(addresses[0]).read_text(encoding="utf-8")
    assert said[-1].action_text == "Show file"


def test_cancelled_it_is_as_before(qtbot: QtBot, page: EvaluationPage, run: Path) -> None:
    opened(qtbot, page, run)
    page.measure.click()
    page.work.cancel.click()
    assert page.measure.isVisible()
    assert page.form.isEnabled()
    assert not page.work.trouble.isVisible()
    assert not (run / "report").exists()


def test_trouble_is_said_in_a_sentence(
    qtbot: QtBot, page: EvaluationPage, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, page, run)
    monkeypatch.setattr(training, "has_pytorch", lambda: False)
    page.measure.click()
    assert page.work.trouble.isVisible()
    assert "PyTorch" in page.work.trouble.text()
    assert page.measure.isEnabled()


def test_while_a_training_goes_on_nothing_is_measured(qtbot: QtBot, page: EvaluationPage, run: Path) -> None:
    opened(qtbot, page, run)
    page.set_training(True)
    assert not page.measure.isEnabled()
    assert "training is going on" in page.why_not.text()
    page.set_training(False)
    assert page.measure.isEnabled()
    for box in (page.form.figures, page.form.discriminator, page.form.nearest):
        box.click()
    assert not page.measure.isEnabled()


def test_figures_stand_with_their_number_and_what_must_be_known_of_them(
    qtbot: QtBot, page: EvaluationPage, run: Path
) -> None:
    from training.files import write_json

    write_json(run / "report" / "evaluation.json", FIGURES)
    opened(qtbot, page, run)
    qtbot.waitUntil(lambda: bool(page.results.tables), timeout=WAIT_MS)
    assert [row.values for row in page.results.tables[0].rows] == [("0.25",), ("0.5",)]
    shown = " ".join(texts(page))
    for expected in ("On 12 pictures of the test split; step 4.", "Few pictures.", "No fid: not here."):
        assert expected in shown, expected


@pytest.mark.parametrize("width", [900, 1900])
@pytest.mark.parametrize("kept", [Kept(), Kept({**FIGURES, "protocol": {"note": "few pictures " * 12}})])
def test_no_sentence_is_cut(qtbot: QtBot, width: int, kept: Kept) -> None:
    results = ResultsView(IconBook(LIGHT))
    qtbot.addWidget(results)
    results.resize(width, 700)
    results.show()
    results.show_kept(kept, None)

    def whole() -> bool:
        shown = [label for label in results.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
        return bool(shown) and all(label.height() >= label.heightForWidth(label.width()) for label in shown)

    qtbot.waitUntil(whole)


def test_figures_that_cannot_be_read_are_said(qtbot: QtBot, page: EvaluationPage, run: Path) -> None:
    (run / "report").mkdir()
    (run / "report" / "evaluation.json").write_text("{", encoding="utf-8")
    page.open(run, Measured("label-to-image", 3))
    qtbot.waitUntil(page.work.trouble.isVisible, timeout=WAIT_MS)
    assert "evaluation.json" in page.work.trouble.text()
