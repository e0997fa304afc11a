"""``evaluate`` as a user meets it, on every kind of folder; the model shows the drawing itself."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import pytest

from tests.training.data.trees import write_pairs, write_photos
from tests.training.model_files import tiny_model
from tests.training.recipes.tiny import GREY, write_classes
from tests.training.runs import ignore, never, tiny_config
from tests.training.test_labels_to_pictures import DIGITS, digits_model
from training import evaluation
from training.cli import evaluate as command
from training.cli.parser import main
from training.loop import train
from training.metrics import weights
from training.metrics.weights import Published
from training.record import read_kept


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.onnx"
    onnx.save(tiny_model(), path)
    return path


def figures(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["evaluate", *map(str, arguments), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["evaluate", *map(str, arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()[-1]  # a bar may stand above the sentence


@pytest.mark.parametrize("kind", ["photos", "pairs"])
def test_a_model_is_measured_on_any_folder_beside_what_learns_nothing(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    folder = (write_photos if kind == "photos" else write_pairs)(tmp_path / kind, 24)
    found = figures(capsys, model, "--data", folder, "--split", "val", "--baselines")
    assert (found["n"] > 1, found["split"]) == (True, "val")
    assert set(found["baselines"]) == {"line_art", "nearest_flats"}
    assert found["baselines"]["line_art"] == pytest.approx(found["metrics"])
    nearest = found["baselines"]["nearest_flats"]
    assert 0 < nearest["l1"] < found["metrics"]["l1"]  # other colours, but colours
    assert ("times the line art" in found["protocol"]["truth"]) == (kind == "pairs")


def test_a_run_is_measured_on_its_own_data_read_as_in_training(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pairs(tmp_path / "pairs", 12, "lines", "colours")
    left_out = "colours/000.jpg"
    config = tiny_config(folder, tmp_path / "run", "steps=1", f"source.excluded={left_out}")
    train(config, ignore, never)
    monkeypatch.setattr(evaluation, "export_run", lambda run, out: shutil.copy(model, out))
    mine = figures(capsys, tmp_path / "run", "--split", "val")
    ours = figures(capsys, model, "--data", folder, "--split", "val", "--set", f"source.excluded={left_out}")
    assert (mine["n"], mine["metrics"], mine["nearest"]) == (ours["n"], ours["metrics"], ours["nearest"])
    assert mine["protocol"]["state"] == "average at step 1, the newest, as none was measured"
    assert 0 <= mine["discriminator"]["generated"] <= 1
    kept = json.loads((tmp_path / "run" / "report" / "evaluation.json").read_text(encoding="utf-8"))
    assert kept["metrics"] == mine["metrics"]
    assert (tmp_path / "run" / "report" / "nearest.png").is_file()
    assert main(["evaluate", str(tmp_path / "run"), "--split", "val", "--baselines"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"{mine['n']} pictures of the val split")
    assert "nearest_flats" in text.splitlines()[1]
    assert "The discriminator is right on" in text
    assert "features: efficientnet_lite2" in text
    assert "note: a Frechet distance" in text


def test_what_cannot_be_measured_is_told_in_a_sentence(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_photos(tmp_path / "photos", 8)
    assert "--data" in refused(capsys, model)
    assert "source.*" in refused(capsys, model, "--data", folder, "--set", "loss.l1=3")
    assert "another split" in refused(capsys, model, "--data", folder)


def test_the_inception_weights_come_from_a_file_or_from_their_publisher(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    content = b"no weights at all"
    tiny = Published("file:///w.pth", len(content), hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(command, "find_weights", lambda: weights.find_weights(tiny))
    monkeypatch.setattr(command, "fetch_weights", lambda show: fetched.append(tiny.name))
    monkeypatch.setattr(command, "take_weights", lambda path: weights.take_weights(path, weights=tiny))
    folder = write_photos(tmp_path / "photos", 8)
    asked = (model, "--data", folder, "--split", "val")
    figures(capsys, *asked, "--fetch-inception")
    assert fetched == ["w.pth"]
    (tmp_path / "mine.pth").write_bytes(content)
    figures(capsys, *asked, "--inception-weights", tmp_path / "mine.pth")
    assert weights.find_weights(tiny) is not None
    figures(capsys, *asked, "--fetch-inception")
    assert fetched == ["w.pth"]
    (tmp_path / "mine.pth").write_bytes(content[:-1])
    assert "16 bytes" in refused(capsys, *asked, "--inception-weights", tmp_path / "mine.pth")


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A model of black pictures with the labels "cats" and "dogs"."""
    onnx.save(digits_model(replace(DIGITS, labels=("cats", "dogs"))), tmp_path / "digits.onnx")
    return tmp_path / "digits.onnx"


def test_a_model_of_labels_is_measured_without_drawings(
    tmp_path: Path, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classes = write_classes(tmp_path / "classes", 12) / GREY
    out = tmp_path / "figures"
    asked = (digits, "--data", classes, "--split", "val", "--out", out)
    found = figures(capsys, *asked, "--pictures", 4, "--nearest", 5)
    assert (found["n"], found["nearest"]["among"]) == (4, 5)
    assert "l1" not in found["metrics"]
    assert json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["metrics"] == found["metrics"]
    assert "baselines" in refused(capsys, *asked, "--baselines")
    assert "--size 28" in refused(capsys, *asked, "--size", 32)
    assert "owls" in refused(capsys, *asked, "--classifier", "softmax")
    assert "--classifier" in refused(capsys, *asked, "--classifier-epochs", 3)
    assert "epochs" in refused(capsys, *asked, "--classifier", "softmax", "--classifier-epochs", 0)


def test_the_classifier_protocol_is_kept_beside_the_figures(
    tmp_path: Path, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classes = write_classes(tmp_path / "classes", 12) / GREY
    shutil.rmtree(classes / "owls")
    asked = (digits, "--data", classes, "--split", "val", "--out", tmp_path / "out", "--nearest", 0)
    few = ("--classifier", "softmax", "--classifier-images", 10, "--classifier-epochs", 1)
    found = figures(capsys, *asked, *few)["classifier"]
    assert (found["n"], found["labels"]) == (10, 2)
    figures(capsys, *asked)
    kept = json.loads((tmp_path / "out" / "classifier-softmax.json").read_text(encoding="utf-8"))
    assert kept["accuracy"] == found["accuracy"]
    assert main(["evaluate", *map(str, asked), *map(str, few)]) == 0
    assert "softmax, learnt from 10 pictures each" in capsys.readouterr().out


def test_what_is_left_out_is_not_measured_and_what_was_kept_of_it_stays(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_pairs(tmp_path / "pairs", 60, "lines", "colours")
    train(tiny_config(folder, tmp_path / "run", "steps=1"), ignore, never)
    monkeypatch.setattr(evaluation, "export_run", lambda run, out: shutil.copy(model, out))
    asked = (tmp_path / "run", "--split", "val", "--nearest")
    fewer = figures(capsys, *asked, 0, "--without", "figures", "--pictures", 2)
    alone = figures(capsys, *asked, 0, "--without", "figures")
    assert set(alone) == {"discriminator"}
    assert fewer["discriminator"]["n"] == 2 < alone["discriminator"]["n"]
    both = figures(capsys, *asked, 4, "--without", "discriminator")
    assert {"metrics", "nearest"} <= set(both)
    assert "discriminator" not in both
    kept = read_kept(tmp_path / "run").evaluation
    assert kept is not None
    assert (kept["discriminator"], kept["metrics"]) == (alone["discriminator"], both["metrics"])
    figures(capsys, *asked, 0, "--without", "discriminator", "--pictures", 1_000)
    later = read_kept(tmp_path / "run")
    assert later.evaluation is not None
    assert later.evaluation["nearest"] == both["nearest"]
    assert later.nearest is not None
