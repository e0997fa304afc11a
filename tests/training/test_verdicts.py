"""Discriminator accuracy: of every recipe's judge, and of judges that are known to be right or wrong."""

from pathlib import Path

import pytest
import torch

from tests.training.recipes.tiny import GREY, data_for, tiny_recipe, write_classes
from tests.training.runs import ignore, never, tiny_config
from training import verdicts
from training.data.source import open_splits
from training.data.views import as_read
from training.device import place
from training.loop import train
from training.metrics.evaluate import EvaluationStoppedError
from training.recipes import get_recipe, recipe_names
from training.verdicts import discriminator_accuracy

CPU = place("cpu", "float32")


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("classes"), 12)


def first_of_each_judge() -> list[str]:
    kinds = {get_recipe(name).config.discriminator.kind: name for name in reversed(recipe_names())}
    return list(kinds.values())


@pytest.mark.parametrize("name", first_of_each_judge())
def test_every_kind_of_judge_is_asked(name: str, pairs: Path, classes: Path, tmp_path: Path) -> None:
    data = data_for(name, pairs, classes)
    config = tiny_recipe(name, data, tmp_path / "run", "steps=1", "every.sample=0")
    train(config, ignore, never)
    opened = open_splits(data, ("train", "val"), config.size)
    labelled, whole = config.conditions.labels != "none", config.conditions.target == "picture"
    training, held_out = (
        as_read(opened[split], labelled=labelled, whole=whole) for split in ("train", "val")
    )
    found = discriminator_accuracy(tmp_path / "run", training, held_out, CPU, pictures=4)
    assert found is not None
    assert all(0 <= found[kind] <= 1 for kind in ("real", "real_training", "generated"))
    assert 0 < found["n"] <= 4
    assert "step 1" in found["protocol"]


def test_a_judge_that_believes_everything_is_right_on_true_pictures_alone(
    classes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_recipe("digits-1", classes / GREY, tmp_path / "run", "steps=1", "every.sample=0")
    train(config, ignore, never)
    opened = open_splits(classes / GREY, ("train", "val"), config.size)
    believing = lambda self, tensors, colours: [torch.ones(len(colours), 1, 1, 1)]  # noqa: E731
    monkeypatch.setattr(verdicts._Judge, "__call__", believing)
    told: list[tuple[int, int]] = []
    found = discriminator_accuracy(
        tmp_path / "run", opened["train"], opened["val"], CPU, on_progress=lambda *done: told.append(done)
    )
    assert found is not None
    assert (found["real"], found["real_training"], found["generated"]) == (1, 1, 0)
    assert told[-1] == (2 * found["n"],) * 2
    with pytest.raises(EvaluationStoppedError):
        discriminator_accuracy(
            tmp_path / "run", opened["train"], opened["val"], CPU, should_stop=lambda: True
        )


def test_without_a_threshold_nothing_is_claimed(pairs: Path, tmp_path: Path) -> None:
    train(tiny_config(pairs, tmp_path / "run", "steps=1", "loss.kind=wasserstein"), ignore, never)
    opened = open_splits(pairs, ("train", "val"), 64)
    assert discriminator_accuracy(tmp_path / "run", opened["train"], opened["val"], CPU) is None
