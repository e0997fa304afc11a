"""Pictures of labels judged as a cloud: what resembles the held-out pictures scores better."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.metrics.test_memorised import Colours
from tests.training.recipes.tiny import GREY, write_classes
from training.data.batches import PictureBatch
from training.data.dataset import Dataset
from training.data.source import open_dataset
from training.files import UserError
from training.metrics.evaluate import EvaluationStoppedError
from training.metrics.evaluate_labels import LabelEvaluator
from training.metrics.features import Pictures
from training.metrics.making import LabelMaker


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder: Path = write_classes(tmp_path_factory.mktemp("classes"), 40)
    return open_dataset(folder / GREY, "test", 32)


class Inception(Colours):
    """Stands in for the Inception network: ten logits beside the features."""

    name = "inception"

    def both(self, pictures: Pictures) -> tuple[np.ndarray, np.ndarray]:
        features = self(pictures)
        return features, features[:, :10] * 9


def unchanged(batch: PictureBatch) -> Pictures:
    return batch.pictures


def blurred(batch: PictureBatch) -> Pictures:
    return (batch.pictures // 32 * 32 + 3).astype(np.uint8)


def black(batch: PictureBatch) -> Pictures:
    return np.zeros_like(batch.pictures)


def test_likeness_orders_the_figures(held_out: Dataset) -> None:
    evaluator = LabelEvaluator(
        held_out,
        range(len(held_out)),
        extractor=Colours(),
        inception=Inception(),  # type: ignore[arg-type]
    )
    same, near, far = (
        evaluator.run(LabelMaker(generate, 4, 1))
        for generate in (lambda batch: batch.pictures, blurred, black)
    )
    assert (same["n"], same["split"]) == (len(held_out), "test")
    assert same["metrics"]["fd_cells"] < near["metrics"]["fd_cells"] < far["metrics"]["fd_cells"]
    assert same["metrics"]["fid"] < far["metrics"]["fid"]
    assert same["metrics"]["precision_cells"] == same["metrics"]["coverage_inception"] == 1
    assert far["metrics"]["recall_cells"] == 0
    assert far["metrics"]["is"] == pytest.approx(1)
    assert "k = 3" in same["protocol"]["precision, recall"]
    assert "k = 5" in same["protocol"]["density, coverage"]
    assert "labels" in same["protocol"]["conditions"]


def test_what_is_made_depends_on_the_seed_alone(held_out: Dataset) -> None:
    noise: list[np.ndarray] = []

    def remember(batch: PictureBatch) -> Pictures:
        noise.append(batch.noise)
        return batch.pictures

    for seed, items in ((1, range(4)), (1, range(2, 4)), (2, range(4))):
        list(LabelMaker(remember, 3, 1)(held_out, items, seed))
    assert (noise[0][2:] == noise[1]).all()
    assert (noise[0] != noise[2]).any()


def test_progress_is_told_and_a_stop_is_heard(held_out: Dataset) -> None:
    evaluator = LabelEvaluator(held_out, range(8), extractor=Colours())
    told: list[tuple[int, int]] = []
    evaluator.run(LabelMaker(blurred, 0, 1), lambda *done: told.append(done))
    assert told == [(8, 8)]
    with pytest.raises(EvaluationStoppedError):
        evaluator.run(LabelMaker(blurred, 0, 1), should_stop=lambda: True)


def test_one_picture_is_no_cloud(held_out: Dataset) -> None:
    with pytest.raises(UserError, match="1 pictures"):
        LabelEvaluator(held_out, [0], extractor=Colours())
