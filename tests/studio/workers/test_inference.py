from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.generate import BATCH, Dial, Generated, GenerateFailed, GenerateRequest, Sample
from studio.core.label_sketches import ANY_LABEL
from studio.core.library import ModelEntry
from studio.core.live import InferenceFailed, LivePicture, LiveState, make_request
from studio.workers import inference as module
from studio.workers.inference import InferenceThread
from tests.fixtures.models import TinyGenerator, TinyModel, flat_colour

WAIT_MS = 60_000  # for machines that are busy with other things; nothing waits that long otherwise
SLOW = TinyModel(convolutions=2, size=128)
PAPER = np.full((64, 64), 255, np.uint8)


class Listener(QObject):
    """Collects, in the GUI thread, everything the inference thread says."""

    def __init__(self, worker: InferenceThread) -> None:
        super().__init__()
        self.pictures: list[LivePicture] = []
        self.failures: list[InferenceFailed] = []
        self.states: list[tuple[LiveState, str]] = []
        self.devices: list[object] = []
        self.labels: list[tuple[str, dict[str, np.ndarray]]] = []
        self.generated: list[Generated] = []
        self.not_generated: list[GenerateFailed] = []
        self.threads: set[QThread] = set()
        self.order: list[str] = []
        worker.picture_ready.connect(self.on_picture)
        worker.failed.connect(self.on_failed)
        worker.state_changed.connect(self.on_state)
        worker.device_changed.connect(self.on_device)
        worker.label_pictures_ready.connect(self.on_labels)
        worker.generated.connect(self.on_generated)
        worker.generate_failed.connect(self.on_not_generated)

    def on_picture(self, picture: LivePicture) -> None:
        self.threads.add(QThread.currentThread())
        self.pictures.append(picture)
        self.order.append("picture")

    def on_generated(self, made: Generated) -> None:
        self.generated.append(made)

    def on_not_generated(self, failure: GenerateFailed) -> None:
        self.not_generated.append(failure)

    def on_failed(self, failure: InferenceFailed) -> None:
        self.failures.append(failure)

    def on_state(self, state: LiveState, text: str) -> None:
        self.states.append((state, text))

    def on_device(self, truth: object) -> None:
        self.devices.append(truth)

    def on_labels(self, model_id: str, pictures: dict[str, np.ndarray]) -> None:
        self.labels.append((model_id, pictures))
        self.order.append("labels")


@pytest.fixture
def worker(qapp: object) -> Iterator[InferenceThread]:
    """An inference thread that is ended after the test."""
    thread = InferenceThread("cpu", 1)
    yield thread
    assert thread.close(WAIT_MS)


def stroke(document: Document) -> None:
    with document.edit("Dot", document.line.id) as edit:
        edit.write(document.rect, np.full((document.height, document.width, 4), 0, np.uint8))


def test_a_request_gives_a_picture_in_the_gui_thread(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    document = Document.new(100, 80)
    worker.submit(make_request(document.snapshot(), TinyModel().entry(tmp_path), epoch=2))
    qtbot.waitUntil(lambda: bool(listener.pictures), timeout=WAIT_MS)
    (picture,) = listener.pictures
    assert (picture.revision, picture.epoch) == (document.revision, 2)
    assert picture.image.shape == (80, 100, 3)
    assert listener.threads == {document.thread()}
    assert len(listener.devices) == 1


def test_the_newest_drawing_wins_and_none_is_painted_twice(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    document, model = Document.new(64, 64), SLOW.entry(tmp_path)
    for _ in range(50):
        stroke(document)
        worker.submit(make_request(document.snapshot(), model))
    qtbot.waitUntil(
        lambda: any(one.revision == document.revision for one in listener.pictures), timeout=WAIT_MS
    )
    revisions = [one.revision for one in listener.pictures]
    assert revisions == sorted(set(revisions))
    assert len(revisions) < 25


def test_a_withdrawn_request_is_not_painted(worker: InferenceThread, qtbot: QtBot, tmp_path: Path) -> None:
    listener = Listener(worker)
    document, model = Document.new(64, 64), TinyModel().entry(tmp_path)
    worker.submit(make_request(document.snapshot(), SLOW.entry(tmp_path, "slow.onnx"), epoch=1))
    qtbot.waitUntil(lambda: bool(listener.states), timeout=WAIT_MS)
    worker.submit(make_request(document.snapshot(), model, epoch=2))
    worker.withdraw()
    qtbot.waitUntil(lambda: bool(listener.pictures), timeout=WAIT_MS)
    worker.submit(make_request(document.snapshot(), model, epoch=3))
    qtbot.waitUntil(lambda: listener.pictures[-1].epoch == 3, timeout=WAIT_MS)
    assert [one.epoch for one in listener.pictures] == [1, 3]


def test_each_model_is_loaded_once_until_another_is_wanted(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    real = Engine.load

    def load(model: ModelEntry, device: str, threads: int) -> Engine:
        loaded.append(model.id)
        return real(model, device, threads)

    monkeypatch.setattr(module.Engine, "load", load)
    listener = Listener(worker)
    document = Document.new(64, 64)
    one, two = TinyModel().entry(tmp_path, "one.onnx"), TinyModel(noise=1).entry(tmp_path, "two.onnx")
    for epoch, model in enumerate([one, one, two, one]):
        worker.submit(make_request(document.snapshot(), model, epoch=epoch))
        qtbot.waitUntil(
            lambda epoch=epoch: bool(listener.pictures) and listener.pictures[-1].epoch == epoch,
            timeout=WAIT_MS,
        )
    assert loaded == ["one", "two", "one"]
    assert [one.model_id for one in listener.pictures] == ["one", "one", "two", "one"]


def test_another_device_is_used_from_the_next_request_on(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    request = make_request(Document.new(64, 64).snapshot(), TinyModel().entry(tmp_path))
    worker.submit(request)
    qtbot.waitUntil(lambda: len(listener.pictures) == 1, timeout=WAIT_MS)
    worker.set_device("cpu", 2)
    worker.submit(request)
    qtbot.waitUntil(lambda: len(listener.devices) == 2, timeout=WAIT_MS)
    assert "threads: 2" in listener.devices[1].report  # type: ignore[attr-defined]


def test_a_model_that_cannot_be_loaded_is_told_once_and_another_one_works(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    document = Document.new(64, 64)
    good = TinyModel().entry(tmp_path)
    bad = replace(good, path=tmp_path / "missing.onnx")
    for _ in range(3):
        worker.submit(make_request(document.snapshot(), bad))
    qtbot.waitUntil(lambda: bool(listener.failures), timeout=WAIT_MS)
    worker.submit(make_request(document.snapshot(), bad))
    worker.submit(make_request(document.snapshot(), good))
    qtbot.waitUntil(lambda: bool(listener.pictures), timeout=WAIT_MS)
    assert len(listener.failures) == 1
    assert "cannot be read" in listener.failures[0].message
    assert (LiveState.TROUBLE, listener.failures[0].message) in listener.states
    assert listener.states[-1][0] is LiveState.LIVE or listener.states[-1][0] is LiveState.WORKING


def test_an_unexpected_error_is_one_sentence_and_the_thread_goes_on(
    worker: InferenceThread,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    listener = Listener(worker)
    request = make_request(Document.new(64, 64).snapshot(), TinyModel().entry(tmp_path))
    with monkeypatch.context() as broken:
        broken.setattr(module.Painter, "paint", lambda self, request: 1 / 0)
        worker.submit(request)
        qtbot.waitUntil(lambda: bool(listener.failures), timeout=WAIT_MS)
    assert listener.failures[0].message == "The picture failed: division by zero. See the log."
    assert "ZeroDivisionError" in caplog.text
    worker.submit(request)
    qtbot.waitUntil(lambda: bool(listener.pictures), timeout=WAIT_MS)


def test_label_pictures_show_every_label_and_any(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    worker.thumbnails(TinyModel().entry(tmp_path), {ANY_LABEL: PAPER})
    qtbot.waitUntil(lambda: bool(listener.labels), timeout=WAIT_MS)
    model_id, pictures = listener.labels[-1]
    assert model_id == "tiny"
    assert list(pictures) == ["", "Animals & Nature", "Food & Drink"]
    for label, colour in (("", flat_colour()), ("Food & Drink", flat_colour(1))):
        assert pictures[label].shape == (64, 64, 3)
        assert np.abs(pictures[label][5, 5].astype(int) - colour).max() <= 1


def test_a_label_with_a_drawing_of_its_own_is_shown_on_that(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    black = np.zeros_like(PAPER)
    worker.thumbnails(TinyModel().entry(tmp_path), {ANY_LABEL: PAPER, "Food & Drink": black})
    qtbot.waitUntil(lambda: bool(listener.labels), timeout=WAIT_MS)
    pictures = listener.labels[-1][1]
    assert not pictures["Food & Drink"].any()
    assert pictures[ANY_LABEL].any()
    assert pictures["Animals & Nature"].any()


def test_many_label_pictures_arrive_in_growing_portions(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    labels = tuple(f"Label {number}" for number in range(20))
    worker.thumbnails(TinyModel(labels=labels).entry(tmp_path), {ANY_LABEL: PAPER})
    qtbot.waitUntil(lambda: bool(listener.labels) and len(listener.labels[-1][1]) == 21, timeout=WAIT_MS)
    assert [len(pictures) for _, pictures in listener.labels] == [8, 16, 21]


def test_a_drawing_comes_before_label_pictures(worker: InferenceThread, qtbot: QtBot, tmp_path: Path) -> None:
    listener = Listener(worker)
    model = TinyModel(labels=tuple("abcdefghijklmno"), convolutions=2).entry(tmp_path)
    worker.thumbnails(model, {ANY_LABEL: PAPER})
    qtbot.waitUntil(lambda: bool(listener.states), timeout=WAIT_MS)
    worker.submit(make_request(Document.new(64, 64).snapshot(), model))
    qtbot.waitUntil(lambda: bool(listener.labels) and len(listener.labels[-1][1]) == 16, timeout=WAIT_MS)
    assert listener.order == ["picture", "labels", "labels"]


def test_a_newer_wish_for_label_pictures_replaces_the_older(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    labels = tuple(f"Label {number}" for number in range(40))
    worker.thumbnails(
        TinyModel(labels=labels, convolutions=2).entry(tmp_path, "old.onnx"), {ANY_LABEL: PAPER}
    )
    worker.thumbnails(TinyModel().entry(tmp_path, "new.onnx"), {ANY_LABEL: PAPER})
    qtbot.waitUntil(lambda: bool(listener.labels) and listener.labels[-1][0] == "new", timeout=WAIT_MS)
    assert not any(len(pictures) == 41 for _, pictures in listener.labels)


def test_close_ends_the_thread_and_what_comes_later_is_ignored(qtbot: QtBot, tmp_path: Path) -> None:
    worker = InferenceThread("cpu", 1)
    request = make_request(Document.new(64, 64).snapshot(), TinyModel().entry(tmp_path))
    worker.submit(request)
    assert worker.close(WAIT_MS)
    assert worker.isFinished()
    worker.submit(request)
    worker.thumbnails(request.model, {ANY_LABEL: PAPER})
    assert not worker.isRunning()


def test_a_thread_that_never_started_closes_at_once(qapp: object) -> None:
    assert InferenceThread().close(0)


def wanted(model: ModelEntry, *seeds: int, dial: Dial | None = None) -> GenerateRequest:
    return GenerateRequest(model, tuple(Sample("cat", seed) for seed in seeds), dial or Dial())


def test_pictures_of_labels_come_in_batches_until_all_are_there(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    worker.generate(wanted(TinyGenerator().entry(tmp_path), *range(2 * BATCH + 3)))
    qtbot.waitUntil(lambda: bool(listener.generated) and not listener.generated[-1].left, timeout=WAIT_MS)
    assert [len(one.pictures) for one in listener.generated] == [BATCH, BATCH, 3]
    seeds = [place.seed for one in listener.generated for place, _ in one.pictures]  # type: ignore[union-attr]
    assert seeds == list(range(2 * BATCH + 3))


def test_a_newer_wish_for_pictures_of_labels_ends_the_older(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    model = TinyGenerator(size=128, convolutions=2).entry(tmp_path)
    worker.generate(wanted(model, *range(20 * BATCH)))
    qtbot.waitUntil(lambda: bool(listener.generated), timeout=WAIT_MS)
    worker.generate(wanted(model, 1, 2, dial=Dial(0.5)))
    qtbot.waitUntil(lambda: listener.generated[-1].dial == Dial(0.5), timeout=WAIT_MS)
    assert len(listener.generated) < 10


def test_a_drawing_comes_before_pictures_of_labels_and_both_models_stay_loaded(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    real = Engine.load

    def load(model: ModelEntry, device: str, threads: int) -> Engine:
        loaded.append(model.id)
        return real(model, device, threads)

    monkeypatch.setattr(module.Engine, "load", load)
    listener = Listener(worker)
    generator, painter = TinyGenerator().entry(tmp_path), TinyModel().entry(tmp_path)
    for count in (1, 2):
        worker.generate(wanted(generator, *range(3 * BATCH)))
        worker.submit(make_request(Document.new(64, 64).snapshot(), painter, epoch=count))
        qtbot.waitUntil(
            lambda count=count: len(listener.pictures) == count and len(listener.generated) == 3 * count,
            timeout=WAIT_MS,
        )
    assert sorted(loaded) == ["generator", "tiny"]


def test_a_broken_model_of_labels_is_told_and_another_one_works(
    worker: InferenceThread, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(worker)
    good = TinyGenerator().entry(tmp_path)
    bad = replace(good, path=tmp_path / "missing.onnx")
    worker.generate(wanted(bad, 1))
    qtbot.waitUntil(lambda: bool(listener.not_generated), timeout=WAIT_MS)
    assert listener.not_generated[0].model == bad
    assert "cannot be read" in listener.not_generated[0].message
    worker.generate(wanted(good, 1))
    qtbot.waitUntil(lambda: bool(listener.generated), timeout=WAIT_MS)
    assert not listener.states  # the drawing's own dot says nothing of it
