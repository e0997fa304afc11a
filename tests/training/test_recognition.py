"""A model learns what drawings show."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.data.shapes import with_families, write_set
from tests.training.runs import ignore, never, tiny_config
from training.cli.parser import main
from training.export import export_run, load_generator_from_onnx
from training.files import UserError
from training.loop import train
from training.manifest import ModelManifest
from training.modelfile import check_model_file
from training.networks.unet import UNetGenerator
from training.recognition import Learning, RecognitionConfig, region_loss, teach

pytestmark = pytest.mark.usefixtures("known_graphs")
QUICK = RecognitionConfig(steps=50, width=8, batch_size=4, trust=0.5)


@pytest.fixture(scope="module")
def model(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "plain.onnx"
    export_run(finished_run, path, name="Plain")
    return path


@pytest.fixture(scope="module")
def taught(model: Path, pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Learning]]:
    path, heard = tmp_path_factory.mktemp("models") / "taught.onnx", list[Learning]()
    teach(model, pairs, path, QUICK, on_progress=heard.append)
    return path, heard


def rebuilt(path: Path) -> tuple[UNetGenerator, ModelManifest]:
    network, manifest = load_generator_from_onnx(path)
    assert isinstance(network, UNetGenerator)
    return network, manifest


def test_the_model_that_is_written_has_learnt(model: Path, taught: tuple[Path, list[Learning]]) -> None:
    path, heard = taught
    manifest = check_model_file(path).manifest
    assert manifest.network["recogniser"] == 8
    before, after = rebuilt(model)[0], rebuilt(path)[0]
    for name, value in before.state_dict().items():
        torch.testing.assert_close(after.state_dict()[name], value)
    assert after.recogniser is not None
    assert float(after.recogniser.trust) == 0.5
    assert float(after.recogniser.usual.weight.detach().abs().max()) > 0.0
    assert [one.step for one in heard] == [25, 50]
    assert heard[-1].colours < heard[0].colours
    assert heard[-1].share == 1.0


def test_the_same_seed_learns_the_same(
    model: Path, pairs: Path, taught: tuple[Path, list[Learning]], tmp_path: Path
) -> None:
    teach(model, pairs, tmp_path / "again.onnx", QUICK)
    ours, theirs = rebuilt(tmp_path / "again.onnx")[0].state_dict(), rebuilt(taught[0])[0].state_dict()
    for name, value in ours.items():
        torch.testing.assert_close(theirs[name], value, atol=0, rtol=0)


def test_how_far_it_is_trusted_can_change_without_learning(
    taught: tuple[Path, list[Learning]], tmp_path: Path
) -> None:
    config = RecognitionConfig(minutes=0, trust=0.25)
    teach(taught[0], tmp_path / "no data are needed", tmp_path / "out.onnx", config)
    ours, theirs = (rebuilt(path)[0].state_dict() for path in (tmp_path / "out.onnx", taught[0]))
    assert float(ours.pop("recogniser.trust")) == 0.25
    for name, value in ours.items():
        torch.testing.assert_close(theirs[name], value)


def test_ctrl_c_writes_what_is_learnt_so_far(model: Path, pairs: Path, tmp_path: Path) -> None:
    def interrupt(learning: Learning) -> None:
        raise KeyboardInterrupt

    teach(model, pairs, tmp_path / "out.onnx", replace(QUICK, steps=10_000), on_progress=interrupt)
    recogniser = rebuilt(tmp_path / "out.onnx")[0].recogniser
    assert recogniser is not None
    assert float(recogniser.usual.weight.detach().abs().max()) > 0.0


def test_a_training_starts_from_a_taught_model(
    pairs: Path, taught: tuple[Path, list[Learning]], tmp_path: Path
) -> None:
    result = train(tiny_config(pairs, tmp_path / "run", f"init={taught[0]}", "steps=1"), ignore, never)
    assert result.complete
    export_run(tmp_path / "run", tmp_path / "out.onnx")
    assert rebuilt(tmp_path / "out.onnx")[1].network["recogniser"] == 8


def test_other_labels_are_refused(model: Path, pairs: Path, tmp_path: Path) -> None:
    other = write_set(tmp_path / "other", 2)
    about = other / "dataset.json"
    about.write_text(about.read_text(encoding="utf-8").replace("Boxes", "Crates"), encoding="utf-8")
    with pytest.raises(UserError, match="other labels"):
        teach(model, other, tmp_path / "out.onnx", QUICK)
    assert not (tmp_path / "out.onnx").exists()


def test_a_model_that_paints_is_refused(pairs: Path, tmp_path: Path) -> None:
    settings = ("generator.swatches=0", "steps=1", "every.checkpoint=1")
    train(tiny_config(pairs, tmp_path / "run", *settings), ignore, never)
    export_run(tmp_path / "run", tmp_path / "painter.onnx")
    with pytest.raises(UserError, match="does not choose among swatches"):
        teach(tmp_path / "painter.onnx", pairs, tmp_path / "out.onnx", QUICK)


def test_the_command_line_says_what_is_wrong(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["recognise", str(model), "--data", str(tmp_path), "--out", str(tmp_path / "out.onnx")]
    assert main([*given, "--trust", "9"]) == 2
    assert "trust" in capsys.readouterr().err
    assert main([*given, "--minutes", "1"]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_the_command_line_learns_from_drawings_and_says_which_it_left_out(
    taught: tuple[Path, list[Learning]], pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawings, out = tmp_path / "drawings", tmp_path / "out.onnx"
    drawings.mkdir()
    emoji = with_families(pairs, tmp_path / "emoji", {"train-round-0": "2600"})
    rows = [json.dumps({"drawing": [[[0, 255, 99], [9, 9, 200]]]}), *["broken"] * 7]
    (drawings / "sun.ndjson").write_text("\n".join(rows), encoding="utf-8")
    given = ["recognise", str(taught[0]), "--data", str(emoji), "--out", str(out)]
    assert main([*given, "--drawings", str(drawings), "--minutes", "0.002"]) == 0
    told = capsys.readouterr().err
    assert "sun.ndjson, line 2: no drawing; left out." in told
    assert "7 were left out in all." in told
    assert rebuilt(out)[1].dataset == f"{rebuilt(taught[0])[1].dataset}, and drawings of Quick Draw"
    assert main([*given, "--drawings", str(tmp_path), "--minutes", "1"]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_the_command_line_writes_a_model(
    taught: tuple[Path, list[Learning]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.onnx"
    given = ["recognise", str(taught[0]), "--data", str(tmp_path), "--out", str(out)]
    assert main([*given, "--minutes", "0", "--trust", "2", "--half"]) == 0
    assert str(out) in capsys.readouterr().out
    recogniser = rebuilt(out)[0].recogniser
    assert recogniser is not None
    assert float(recogniser.trust) == 2.0
    assert out.stat().st_size < taught[0].stat().st_size


def test_regions_count_by_the_root_of_their_area() -> None:
    scores, regions = torch.randn(2, 3, 12), torch.tensor([[0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]] * 2)
    wanted = torch.randint(0, 3, (2, 12))
    errors, weights = [], []
    for i in range(2):
        for number in (1, 2):
            inside = regions[i] == number
            logs = torch.log_softmax(scores[i][:, inside].mean(dim=1), dim=0)
            errors.append(-logs[wanted[i][inside]].mean())
            weights.append(inside.sum().sqrt())
    told = torch.stack(weights)
    torch.testing.assert_close(
        region_loss(scores, regions, wanted), (torch.stack(errors) * told).sum() / told.sum()
    )
