"""Suggested labels: pictures get the label of what they look like, with a confidence that means something."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.training.data.trees import save
from tests.training.metrics.test_classifier import COLOURS, coloured
from tests.training.metrics.test_memorised import Colours
from tests.training.test_labels_to_pictures import DIGITS, digits_model
from training.cli.parser import main
from training.data.dataset import CancelledError
from training.data.labels_file import NAME, Suggestion, read_labels, write_labels
from training.data.options import SourceConfig
from training.data.source import open_splits
from training.files import UserError
from training.metrics.suggest import SuggestConfig, suggest_labels


def write_coloured(folder: Path, count: int, seed: int, labelled: bool) -> Path:
    rng = np.random.default_rng(seed)
    for i in range(count):
        label = i % len(COLOURS)
        name = f"{list(COLOURS)[label]}/{i}.png" if labelled else f"{list(COLOURS)[label]}-{i}.png"
        save(folder / name, coloured(label, rng, 24))
    return folder


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_coloured(tmp_path_factory.mktemp("suggest") / "labelled", 24, 1, labelled=True)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_coloured(tmp_path_factory.mktemp("suggest") / "unlabelled", 9, 2, labelled=False)
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


def test_each_picture_gets_the_label_of_its_like(labelled: Path, unlabelled: Path) -> None:
    before = sorted(path.name for path in unlabelled.iterdir())
    told: set[str] = set()
    found = suggest_labels(
        unlabelled, labelled, extractor=Colours(), on_progress=lambda done, total, text: told.add(text)
    )
    assert [one.label for one in found.rows] == [one.file.partition("-")[0] for one in found.rows]
    assert len(found.rows) == 9
    assert all(one.confidence > 0.9 for one in found.rows)
    assert found.left_out == ("broken.png",)
    assert found.accuracy == 1
    assert found.examples == dict.fromkeys(COLOURS, 8)
    assert "cells" in found.protocol
    assert "Pictures are compared" in told
    assert sorted(path.name for path in unlabelled.iterdir()) == before


def test_what_lies_between_two_labels_is_unsure_and_names_both(labelled: Path, tmp_path: Path) -> None:
    between = (np.array(COLOURS["red"]) + np.array(COLOURS["blue"])) // 2
    rng = np.random.default_rng(3)
    ground = rng.integers(-20, 20, (24, 24, 3))
    save(tmp_path / "odd.png", np.clip(between + ground, 0, 255).astype(np.uint8))
    (one,) = suggest_labels(tmp_path, labelled, extractor=Colours()).rows
    assert {one.label, one.runner_up} == {"red", "blue"}
    assert one.confidence < 0.9


def test_labels_that_say_nothing_are_not_trusted(tmp_path: Path, unlabelled: Path) -> None:
    rng = np.random.default_rng(4)
    for i in range(40):
        save(tmp_path / "like" / "ab"[i % 2] / f"{i}.png", coloured(0, rng, 24))
    found = suggest_labels(unlabelled, tmp_path / "like", extractor=Colours())
    assert found.accuracy < 0.8


def test_pictures_that_a_table_of_an_earlier_time_lacks_get_labels(labelled: Path, tmp_path: Path) -> None:
    folder = write_coloured(tmp_path / "more", 6, 3, labelled=False)
    write_labels(folder / NAME, [Suggestion("blue-0.png", "blue"), Suggestion("red-2.png", "red")])
    assert len(suggest_labels(folder, labelled, extractor=Colours()).rows) == 6


def test_a_model_can_be_the_example(tmp_path: Path, unlabelled: Path, labelled: Path) -> None:
    onnx.save(digits_model(replace(DIGITS, labels=("night", "blue"))), tmp_path / "digits.onnx")
    save(tmp_path / "dark" / "black.png", np.zeros((24, 24, 3), np.uint8))
    config = SuggestConfig(neighbours=5, generated=4)
    both = suggest_labels(tmp_path / "dark", labelled, tmp_path / "digits.onnx", config, extractor=Colours())
    assert both.rows[0].label in ("night", "blue")
    assert both.examples == {"blue": 12, "green": 8, "red": 8, "night": 4}
    alone = suggest_labels(unlabelled, None, tmp_path / "digits.onnx", config, extractor=Colours())
    assert {one.label for one in alone.rows} <= {"night", "blue"}


def test_what_cannot_be_compared_is_told(labelled: Path, unlabelled: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing to compare"):
        suggest_labels(unlabelled, extractor=Colours())
    with pytest.raises(UserError, match="no two labels"):
        suggest_labels(unlabelled, unlabelled, extractor=Colours())
    with pytest.raises(UserError, match="neighbours"):
        suggest_labels(unlabelled, labelled, config=SuggestConfig(neighbours=0), extractor=Colours())
    with pytest.raises(CancelledError):
        suggest_labels(unlabelled, labelled, extractor=Colours(), cancelled=lambda: True)


def test_from_the_command_line_to_a_data_set(
    labelled: Path, unlabelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "labels.csv"
    asked = ["suggest-labels", str(unlabelled), "--like", str(labelled), "--out", str(out)]
    assert main([*asked, "--per-label", "4", "--neighbours", "3"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{out}: 9 pictures")
    assert "Of the 12 examples" in said
    assert "broken.png" in said
    given = read_labels(out)
    opened = open_splits(unlabelled, ("train",), 16, SourceConfig(labels=str(out)))["train"]
    names = [opened.labels[one] for one in opened.label_index]
    assert names == [given[name] for name in opened.names]
    assert main(["inspect", str(unlabelled), "--labels", str(out)]) == 0
    assert "labels in labels.csv" in capsys.readouterr().out
    assert main(["suggest-labels", str(unlabelled), "--out", str(out)]) == 2
