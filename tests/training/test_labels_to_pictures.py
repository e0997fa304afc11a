"""Runs that make pictures of labels: their figures, their grids, and what a model file may promise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from tests.training.model_files import MANIFEST, refused
from tests.training.recipes.tiny import GREY, LABELS, tiny_recipe, write_classes
from tests.training.runs import Listener
from training import measure_labels
from training.commands import SetPreview
from training.data.source import open_dataset
from training.device import place
from training.events import SamplesReady
from training.files import UserError
from training.label_samples import COLUMNS, choose_label_samples
from training.loop import train
from training.manifest import METADATA_KEY, ModelManifest
from training.measure_labels import LabelMeasurer
from training.modelfile import check_model_bytes
from training.modelfile_probe import probe

CPU = place("cpu", "float32")
DIGITS = replace(
    MANIFEST,
    task="label-to-image",
    size=28,
    stride=0,
    smallest=28,
    largest=28,
    channels=1,
    hints=False,
    flats=False,
)


class Plain(nn.Module):
    """Every label its own grey, a little lighter or darker by the noise."""

    def forward(self, noise: Tensor, label: Tensor) -> Tensor:
        value = label @ torch.arange(1.0, 1.0 + label.shape[1]) / 10.0 + 0.01 * noise[:, 0]
        return value[:, None, None, None].expand(-1, 1, 28, 28)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("classes"), 50)


def test_a_grid_has_a_row_a_label_and_the_same_noise_in_each(tmp_path: Path) -> None:
    samples = choose_label_samples(LABELS, 4, seed=1)
    assert (samples.noise.reshape(3, COLUMNS, 4) == samples.noise[:COLUMNS]).all()
    assert (samples.label.argmax(axis=1).reshape(3, COLUMNS) == np.arange(3)[:, None]).all()
    grid = samples.write(tmp_path / "grid.png", Plain(), None, CPU)
    assert (grid.rows, grid.columns, grid.side, grid.labels) == (3, COLUMNS, 28, LABELS)
    many = choose_label_samples([str(i) for i in range(100)], 4, seed=1)
    assert len(many.labels) == 16
    assert (many.labels[0], many.labels[-1]) == ("0", "99")
    assert choose_label_samples((), 4, seed=1).label.shape == (4 * COLUMNS, 0)


def test_the_drawing_on_the_canvas_takes_no_labels_row(classes: Path, tmp_path: Path) -> None:
    listener = Listener(inbox=[SetPreview(np.full((64, 64), 255, np.uint8))])
    config = tiny_recipe("digits-1", classes / GREY, tmp_path / "run", "every.sample=1", "steps=2")
    train(config, listener.on_event, listener.next_command)
    grids = [event for event in listener.of(SamplesReady) if isinstance(event, SamplesReady)]
    assert {(grid.preview, grid.labels) for grid in grids} == {(False, LABELS)}


def test_pictures_like_the_held_out_ones_score_better_than_others(
    classes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_installed(**_: object) -> None:
        raise UserError("EfficientNet-Lite2 is not installed.")

    monkeypatch.setattr(measure_labels, "efficientnet_lite", none_installed)
    config = tiny_recipe("digits-1", classes / GREY, tmp_path)
    dataset = open_dataset(classes / GREY, "val", 28)
    truth = torch.from_numpy(np.stack([dataset.picture(i)[..., 0] for i in range(len(dataset))]))

    class Recall(nn.Module):
        def forward(self, noise: Tensor, label: Tensor) -> Tensor:
            return truth[:, None].float() / 255.0

    measurer = LabelMeasurer(dataset, config, CPU)
    good, bad = (measurer.run(network, lambda: False) for network in (Recall(), Plain()))
    assert good is not None
    assert bad is not None
    assert (good.chosen, good.extractor) == ("kd_pixels8", "pixels8")
    assert good.score < bad.score
    assert good.figures["fd_pixels8"] == pytest.approx(0, abs=1e-6)
    assert bad.collapsed
    assert not good.collapsed
    assert measurer.run(Plain(), lambda: True) is None


def digits_model(manifest: ModelManifest, channels: int = 1) -> onnx.ModelProto:
    """A model that shows a black picture for every noise and label."""
    nodes = [
        helper.make_node("ReduceMean", ["noise"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("ReduceSum", ["label"], ["sum"], keepdims=1),
        helper.make_node("Add", ["mean", "sum"], ["both"]),
        helper.make_node("Mul", ["both", "zero"], ["black"]),
        helper.make_node("Cast", ["black"], ["bytes"], to=TensorProto.UINT8),
        helper.make_node("Reshape", ["bytes", "shape"], ["pixel"]),
        helper.make_node("Tile", ["pixel", "times"], ["image"]),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [
            helper.make_tensor_value_info("noise", TensorProto.FLOAT, ["N", 4]),
            helper.make_tensor_value_info("label", TensorProto.FLOAT, ["N", 2]),
        ],
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["N", 28, 28, channels])],
        [
            helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0]),
            helper.make_tensor("shape", TensorProto.INT64, [4], [-1, 1, 1, 1]),
            helper.make_tensor("times", TensorProto.INT64, [4], [1, 28, 28, channels]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    helper.set_model_props(model, {METADATA_KEY: manifest.to_json()})
    return model


def test_a_model_of_grey_digits_is_checked_and_probed(tmp_path: Path) -> None:
    model = digits_model(DIGITS)
    assert check_model_bytes(model.SerializeToString()).manifest == DIGITS
    (tmp_path / "digits.onnx").write_bytes(model.SerializeToString())
    assert probe(tmp_path / "digits.onnx")["side"] == 28


def test_a_picture_of_other_channels_than_promised_is_refused() -> None:
    assert "image" in refused(digits_model(DIGITS, channels=3))
    assert "image" in refused(digits_model(replace(DIGITS, channels=3)))
    assert "grey" in refused(digits_model(replace(MANIFEST, channels=1)))
