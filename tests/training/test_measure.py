"""Figures of a run on its way: which, of how many pictures, judged by whom, and computed once."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.runs import tiny_config
from training.data.paired import PairedDataset
from training.device import place
from training.files import UserError
from training.measure import Measurer, best_score
from training.metrics import evaluate
from training.metrics.feature_cache import load_features, save_features

CPU = place("cpu", "float32")


class Constant(nn.Module):
    """The same colour everywhere, whatever is asked."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, sketch: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        return torch.full_like(sketch.repeat(1, 3, 1, 1), self.value)


def measurer(pairs: Path, *settings: str, split: str = "train") -> Measurer:
    config = tiny_config(pairs, Path("run"), *settings)
    return Measurer(PairedDataset.open(pairs, split, 64), config, CPU)


def test_a_measurement_names_its_figures_judge_count_and_choice(pairs: Path) -> None:
    found = measurer(pairs, "best_by=kd").run(Constant(0.9), lambda: False)
    assert found is not None
    assert {
        "l1",
        "l1_hinted",
        "ssim",
        "kd_efficientnet_lite2",
        "fd_efficientnet_lite2",
    } <= found.figures.keys()
    assert (found.count, found.extractor, found.chosen) == (13, "efficientnet_lite2", "kd_efficientnet_lite2")
    assert "13 held-out pictures" in found.protocol
    assert "the kernel distance (kd, kid) leads" in found.protocol
    assert found.score == found.figures["kd_efficientnet_lite2"]


def test_the_score_to_beat_is_one_of_the_same_figure() -> None:
    best = {"l1": 0.1, "fid": 30.0, "score": 30.0}
    assert best_score(best, "fid", "fid") == 30.0
    assert best_score(best, "fid", "l1") == math.inf
    assert best_score({"l1": 0.1, "score": 0.1}, "fid", "fid") == math.inf
    assert best_score({}, "l1", "l1") == math.inf


def test_one_picture_for_every_drawing_is_noticed(pairs: Path) -> None:
    found = measurer(pairs).run(Constant(0.9), lambda: False)
    assert found is not None
    assert found.collapsed == ("Round things", "Boxes")


def test_a_part_of_many_pictures_is_measured(pairs: Path) -> None:
    found = measurer(pairs, "every.pictures=4", "hints.enabled=off").run(Constant(0.9), lambda: False)
    assert found is not None
    assert found.count == 4
    assert "l1_hinted" not in found.figures


def test_a_measurement_can_be_cancelled_at_every_batch(pairs: Path) -> None:
    for asked in range(4):
        answers = iter([False] * asked + [True] * 9)
        assert measurer(pairs).run(Constant(0.9), lambda answers=answers: next(answers)) is None  # type: ignore[misc]


def test_without_the_judge_pictures_are_compared_pixel_by_pixel(
    pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(**options: object) -> None:
        raise UserError("The EfficientNet-Lite2 weights are not installed.")

    monkeypatch.setattr(evaluate, "efficientnet_lite", missing)
    found = measurer(pairs, "best_by=kd").run(Constant(0.9), lambda: False)
    assert found is not None
    assert found.figures.keys() == {"l1", "l1_hinted", "ssim"}
    assert (found.extractor, found.chosen) == ("", "l1")


def test_the_truth_is_looked_at_once_for_all_runs_on_the_same_data(
    pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_at() -> int:
        one, seen = measurer(pairs, "hints.enabled=off"), []
        real = evaluate.truth_of
        monkeypatch.setattr(evaluate, "truth_of", lambda batch: seen.append(len(batch)) or real(batch))
        assert one.run(Constant(0.9), lambda: False) is not None
        monkeypatch.setattr(evaluate, "truth_of", real)
        return sum(seen)

    assert (looked_at(), looked_at()) == (26, 13)


def test_features_come_back_by_their_key_alone() -> None:
    features = np.random.default_rng(0).random((3, 5))
    save_features("print", ("val", 64), features)
    found = load_features("print", ("val", 64))
    assert found is not None
    np.testing.assert_array_equal(found, features)
    assert load_features("print", ("val", 96)) is None
    assert load_features("other", ("val", 64)) is None
    save_features("", ("val", 64), features)
    assert load_features("", ("val", 64)) is None


def test_a_damaged_cache_is_no_harm(home_of_its_own: Path) -> None:
    save_features("print", (1,), np.ones((2, 2)))
    for path in home_of_its_own.rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:-9])
    assert load_features("print", (1,)) is None
