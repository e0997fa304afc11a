"""The classifier protocol on colours that are easy to tell apart, with models that know them or do not."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.data.trees import save
from training.data.dataset import Dataset
from training.data.source import open_splits
from training.evaluation_options import ClassifierConfig
from training.files import UserError
from training.metrics.classifier import BUILDERS, train_classifier
from training.metrics.classifier_protocol import classifier_protocol
from training.metrics.evaluate import EvaluationStoppedError
from training.metrics.making import Made

COLOURS = {"blue": (40, 60, 220), "green": (40, 200, 60), "red": (220, 50, 40)}
FEW = ClassifierConfig(images=60, epochs=6, batch_size=16, learning_rate=0.01)


def coloured(label: int, rng: np.random.Generator, side: int = 16) -> NDArray[np.uint8]:
    ground = rng.integers(0, 60, (side, side, 3)) - 30
    return np.clip(np.array(list(COLOURS.values())[label]) + ground, 0, 255).astype(np.uint8)


def cloud(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    label = np.arange(count) % len(COLOURS)
    return np.stack([coloured(one, rng) for one in label]), label


@dataclass(frozen=True)
class Painter:
    """Paints the colour ``turn`` labels further on than asked for."""

    turn: int
    channels: int = 3

    def __call__(self, dataset: Dataset, items: Sequence[int], seed: int = 0) -> Iterator[Made]:
        for item in items:
            rng = np.random.default_rng((seed, item))
            label = (int(dataset.label_index[item]) + self.turn) % len(COLOURS)
            yield Made(coloured(label, rng, dataset.size)[None], dataset.picture(item)[None])


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder: Path = tmp_path_factory.mktemp("colours")
    rng = np.random.default_rng(0)
    for label, name in enumerate(COLOURS):
        for split, count in (("train", 30), ("test", 12)):
            for i in range(count):
                # A mark of its own: pictures that look alike are relatives and count as one.
                picture = coloured(label, rng)
                picture[rng.integers(0, 12) :, : rng.integers(2, 14)] //= 3
                save(folder / split / name / f"{i}.png", picture)
    return open_splits(folder, ("train", "test"), 16)


@pytest.mark.parametrize(("kind", "epochs"), [("softmax", 4), ("resnet18", 12)])
def test_a_classifier_learns_colours(kind: str, epochs: int) -> None:
    pictures, label = cloud(60, 1)
    config = replace(FEW, kind=kind, learning_rate=1e-3, epochs=epochs)
    assert train_classifier(pictures, label, 3, config).accuracy(*cloud(30, 2)) > 0.9


@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_a_classifier_follows_from_its_seed(kind: str) -> None:
    config = replace(FEW, kind=kind, epochs=1)
    pictures, label = cloud(20, 1)
    fresh, _ = cloud(3, 2)
    first = train_classifier(pictures, label, 3, config)
    again = train_classifier(pictures, label, 3, config)
    assert (first.logits(fresh) == again.logits(fresh)).all()
    other = train_classifier(pictures, label, 3, replace(config, seed=1))
    assert (first.logits(fresh) != other.logits(fresh)).any()


def test_training_tells_its_progress_and_stops_between_batches() -> None:
    pictures, label = cloud(33, 1)
    told: list[tuple[int, int]] = []
    train_classifier(pictures, label, 3, FEW, on_progress=lambda *done: told.append(done))
    assert told[0] == (16, 33 * FEW.epochs)
    assert told[-1] == (33 * FEW.epochs,) * 2
    asked = iter([False, False, True])
    with pytest.raises(EvaluationStoppedError):
        train_classifier(pictures, label, 3, FEW, should_stop=lambda: next(asked))


def test_pictures_of_the_right_labels_teach_as_much_as_real_ones(splits: dict[str, Dataset]) -> None:
    texts: set[str] = set()
    train, test = splits["train"], splits["test"]
    found = classifier_protocol(
        Painter(0), train, test, FEW, on_progress=lambda done, total, text: texts.add(text)
    )
    assert {name: set(tested) for name, tested in found["accuracy"].items()} == {
        name: {"real", "generated"} for name in ("real", "generated", "mixed")
    }
    assert all(accuracy > 0.8 for tested in found["accuracy"].values() for accuracy in tested.values())
    assert found["n"] == min(60, len(splits["train"]))
    assert found["tested"] == len(splits["test"])
    assert found["is_softmax"] > 2.5
    assert found["options"]["epochs"] == FEW.epochs
    assert json.loads(json.dumps(found)) == found
    assert "The classifier learns from mixed pictures" in texts


def test_pictures_of_the_wrong_labels_mislead(splits: dict[str, Dataset]) -> None:
    accuracy = classifier_protocol(Painter(1), splits["train"], splits["test"], FEW)["accuracy"]
    assert accuracy["generated"]["generated"] > 0.8
    assert accuracy["generated"]["real"] < 0.2
    assert accuracy["real"]["generated"] < 0.2
    assert accuracy["real"]["real"] > 0.8


def test_what_cannot_be_classified_is_refused(splits: dict[str, Dataset]) -> None:
    with pytest.raises(UserError, match="epochs"):
        classifier_protocol(Painter(0), splits["train"], splits["test"], replace(FEW, epochs=0))
    with pytest.raises(EvaluationStoppedError):
        classifier_protocol(Painter(0), splits["train"], splits["test"], FEW, should_stop=lambda: True)
