"""Export: one file that does what PyTorch does, and the network rebuilt from it."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from tests.training.data.trees import write_photos
from tests.training.runs import ignore, never, tiny_config
from training import export, graph
from training.checkpoint import last_checkpoint
from training.data.batches import evaluation_batches
from training.data.source import open_dataset
from training.device import place
from training.export import (
    adopt_weights,
    config_for_init,
    export_run,
    load_generator_from_onnx,
    load_run_generator,
)
from training.files import UserError
from training.loop import train
from training.metrics.evaluate import Evaluator
from training.metrics.predictors import model_predictor
from training.modelfile import check_model_file, probe_model_file
from training.state import new_state


@pytest.fixture(scope="module")
def model(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tiny.onnx"
    assert export_run(finished_run, path, name="Tiny").worst <= export.TOLERANCE
    return path


def test_the_file_is_whole_and_says_what_it_is(model: Path) -> None:
    manifest = check_model_file(model).manifest
    assert (manifest.name, manifest.labels) == ("Tiny", ("Round things", "Boxes"))
    assert manifest.noise == 192  # what its swatches are chosen by
    assert manifest.hints
    assert manifest.flats
    assert (manifest.licence, manifest.recipe) == ("MIT", "lineart")
    assert {"split", "l1", "l1_hinted"} <= manifest.metrics.keys()
    probe_model_file(model)


@pytest.mark.parametrize("size", [(64, 64), (128, 192), (256, 64)])
def test_height_width_and_batch_are_free(model: Path, size: tuple[int, int]) -> None:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    sketch = np.where(rng.random((3, *size)) < 0.05, 0, 255).astype(np.uint8)
    inputs = {"sketch": sketch, "hints": np.zeros((3, *size, 4), np.uint8)}
    inputs |= {"label": np.zeros((3, 2), np.float32), "noise": np.zeros((3, 192), np.float32)}
    image, flats = session.run(["image", "flats"], inputs)
    assert image.shape == flats.shape == (3, *size, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(
        image, np.round(flats * (sketch[..., None] / np.float32(255))).astype(np.uint8)
    )


def test_the_network_comes_back_from_the_file(model: Path, finished_run: Path) -> None:
    rebuilt, manifest = load_generator_from_onnx(model)
    trained, _, _ = load_run_generator(finished_run)
    ours, theirs = rebuilt.state_dict(), trained.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert manifest.network["width"] == 8


@pytest.fixture
def exported_again(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the slow translation of the graph be the one that made ``model``."""

    def translated(*arguments: object) -> onnx.ModelProto:
        proto = onnx.load(model)
        del proto.metadata_props[:]
        return proto

    monkeypatch.setattr(export, "to_onnx", translated)


@pytest.mark.usefixtures("exported_again")
def test_half_precision_weights_take_half_the_room_and_come_back(
    model: Path, finished_run: Path, tmp_path: Path
) -> None:
    result = export_run(finished_run, tmp_path / "half.onnx", half=True)
    assert result.worst <= export.TOLERANCE
    kept = {tensor.name: tensor.data_type for tensor in onnx.load(tmp_path / "half.onnx").graph.initializer}
    assert kept["network.stem.weight"] == onnx.TensorProto.FLOAT16
    half, whole = load_generator_from_onnx(tmp_path / "half.onnx")[0], load_generator_from_onnx(model)[0]
    for name, value in half.state_dict().items():
        torch.testing.assert_close(value, whole.state_dict()[name], rtol=1e-3, atol=1e-6)


@pytest.mark.usefixtures("exported_again")
def test_a_model_that_deviates_is_not_published(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "worst_deviation", lambda *arguments: 3)
    with pytest.raises(UserError, match="3/255"):
        export_run(finished_run, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_deviation_is_measured_and_not_assumed(model: Path) -> None:
    network, manifest = load_generator_from_onnx(model)
    with torch.no_grad():
        network.colours.bias[:4].add_(5.0)  # type: ignore[union-attr,operator]
    assert graph.worst_deviation(graph.PixelModel(network), model.read_bytes(), manifest) > export.TOLERANCE


def test_training_starts_from_a_shared_model(model: Path, pairs: Path, tmp_path: Path) -> None:
    config = tiny_config(
        pairs, tmp_path / "run", f"init={model}", "generator.width=16", "steps=1", "optim.generator_lr=1e-6"
    )
    train(config, ignore, never)
    started = last_checkpoint(tmp_path / "run").tensors("generator")
    shared = load_generator_from_onnx(model)[0].state_dict()
    assert started.keys() == shared.keys()
    for name, value in started.items():
        if not name.startswith("colours"):  # fitted to the swatches of the new run's own pictures
            torch.testing.assert_close(value, shared[name], rtol=0, atol=1e-5)


@pytest.mark.parametrize("labels", [("boxes", "Hats", "Round things"), ("Hats",), ()])
def test_labels_of_a_shared_model_are_kept_by_name_and_others_start_as_any(
    model: Path, pairs: Path, tmp_path: Path, labels: tuple[str, ...]
) -> None:
    config = config_for_init(tiny_config(pairs, tmp_path / "run", f"init={model}"))
    state = new_state(config, place("cpu", "float32"), len(labels))
    adopt_weights(state, model, labels)
    shared = load_generator_from_onnx(model)[0].state_dict()
    started = state.generator.state_dict()
    torch.testing.assert_close(started["stem.weight"], shared["stem.weight"])
    columns = {"boxes": shared["label.weight"][:, 1], "Round things": shared["label.weight"][:, 0]}
    nothing = torch.zeros(8)
    for index, label in enumerate(labels):
        assert torch.equal(started["label.weight"][:, index], columns.get(label, nothing))
    assert ("label.weight" in started) == bool(labels)


@pytest.mark.slow
@pytest.mark.timeout(900)  # PyTorch translates the graph anew: 15 s, on a busy machine minutes
def test_a_model_of_photos_gives_the_picture_itself_and_no_flats(tmp_path: Path) -> None:
    run = tmp_path / "run"
    config = tiny_config(
        write_photos(tmp_path / "photos", 12), run, "steps=2", "every.evaluate=2", "generator.noise=0"
    )
    train(config, ignore, never)
    export_run(run, tmp_path / "photos.onnx")
    manifest = check_model_file(tmp_path / "photos.onnx").manifest
    assert (manifest.flats, manifest.labels) == (False, ())
    held_out = open_dataset(tmp_path / "photos", "val", 64)
    picture, _ = model_predictor(tmp_path / "photos.onnx", held_out)
    assert Evaluator(held_out).run(picture)["n"] == len(held_out)
    (batch,) = evaluation_batches(held_out, len(held_out))
    ink = batch.sketch < 64
    assert ink.any()
    assert picture(batch)[ink].mean() > 64  # a new network's paper shows through: no line is laid over it


def test_a_file_that_is_no_model_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(UserError):
        load_generator_from_onnx(tmp_path / "broken.onnx")


def test_a_published_model_does_not_tell_where_it_was_made(model: Path) -> None:
    folder = str(Path(__file__).resolve().parents[2]).encode()
    assert folder not in model.read_bytes()
