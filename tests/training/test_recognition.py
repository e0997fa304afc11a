"""A model learns what drawings show."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tests.training.data.shapes import write_set
from tests.training.runs import ignore, never, tiny_config
from training.cli.parser import main
from training.data.options import AugmentConfig, SourceConfig
from training.data.recognition import NO_KIND, closed_regions, kinds_of, shown_batch, with_small_inked
from training.data.source import open_splits
from training.export import export_run, load_generator_from_onnx
from training.files import UserError
from training.loop import train
from training.manifest import ModelManifest
from training.modelfile import check_model_file
from training.networks.unet import UNetGenerator
from training.recognition import Learning, RecognitionConfig, region_loss, teach

QUARTERS = [np.s_[row : row + 32, column : column + 32] for row in (0, 32) for column in (0, 32)]
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


def test_closed_regions_are_numbered_and_the_ground_is_none() -> None:
    sketch = np.full((64, 64), 255, np.uint8)
    cv2.circle(sketch, (20, 30), 10, 0, 2)
    cv2.rectangle(sketch, (40, 5), (63, 25), 0, 2)  # open to the border on no side
    regions = closed_regions(sketch)
    assert regions[0, 0] == regions[50, 50] == 0
    assert regions[30, 20] != regions[15, 50]
    assert set(np.unique(regions)) == {0, 1, 2}
    assert regions[30, 10] == 0  # a line


def test_a_batch_is_a_function_of_its_step(pairs: Path) -> None:
    dataset = open_splits(pairs, ("train",), 64, SourceConfig())["train"]
    kinds = kinds_of(dataset.families)
    one, again, other = (shown_batch(dataset, kinds, step, 0, 8, AugmentConfig()) for step in (3, 3, 4))
    assert one.sketch.shape == one.regions.shape == (8, 64, 64)
    np.testing.assert_array_equal(one.sketch, again.sketch)
    np.testing.assert_array_equal(one.regions, again.regions)
    assert not np.array_equal(one.sketch, other.sketch)
    assert set(one.kind.tolist()) <= set(range(kinds.count))


def test_now_and_then_small_regions_are_ink() -> None:
    sketch = np.full((128, 128), 255, np.uint8)
    cv2.circle(sketch, (64, 64), 40, 0, 2)
    cv2.circle(sketch, (64, 64), 4, 0, 1)
    seen = [with_small_inked(sketch, np.random.default_rng(seed)) for seed in range(40)]
    inked = [drawn[64, 64] == 0 for drawn, _ in seen]
    assert 0.1 < np.mean(inked) < 0.6
    for (drawn, regions), is_inked in zip(seen, inked, strict=True):
        assert drawn[64, 40] == 255  # the large one
        assert regions[64, 40] > 0
        assert (regions[64, 64] == 0) == is_inked


def test_scenes_are_drawings_side_by_side(pairs: Path) -> None:
    dataset = open_splits(pairs, ("train",), 64, SourceConfig())["train"]
    kinds = kinds_of(dataset.families)
    shown = shown_batch(dataset, kinds, 0, 0, 32, AugmentConfig(enabled=False))
    scenes = np.flatnonzero(shown.kind == NO_KIND)
    assert 2 <= len(scenes) <= 18
    for i in scenes:
        inked = [bool((shown.sketch[i][at] < 128).any()) for at in QUARTERS]
        assert sum(inked) >= 2
        for at, has in zip(QUARTERS, inked, strict=True):
            if not has:
                assert shown.regions[i][at].max() == 0
        numbers = [set(np.unique(shown.regions[i][at]).tolist()) - {0} for at in QUARTERS]
        assert sum(map(len, numbers)) == len(set().union(*numbers))  # no number twice
    np.testing.assert_allclose(shown.label[scenes].sum(axis=1) <= 1.0 + 1e-5, True)


def test_a_family_is_one_kind_whoever_drew_it() -> None:
    kinds = kinds_of(["cat", "cat+", "dog", "cat+"])
    assert kinds.count == 2
    assert kinds.of.tolist() == [0, 0, 1, 0]


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
