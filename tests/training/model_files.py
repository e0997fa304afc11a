"""Small real model files, good and hostile, for the tests of the check and of the probe."""

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from training.files import UserError
from training.manifest import METADATA_KEY, ModelManifest
from training.modelfile import (
    check_model_bytes,
)

MANIFEST = ModelManifest(
    name="Tiny",
    task="sketch-to-image",
    size=64,
    stride=8,
    smallest=16,
    largest=256,
    channels=3,
    labels=("a", "b"),
    hints=True,
    noise=4,
    flats=True,
    network={"kind": "tiny"},
    recipe="tiny",
    dataset="none",
    fingerprint="",
    licence="MIT",
    author="",
    note="",
    metrics={},
    date="2026-01-31",
    program="0",
    grain=1,
)


def tiny_model(manifest: ModelManifest = MANIFEST) -> ModelProto:
    """A network that shows the drawing itself, with every input and output of the contract."""
    u8, f32 = TensorProto.UINT8, TensorProto.FLOAT
    axes = numpy_helper.from_array(np.array([3], np.int64), "axes")
    nodes = [
        helper.make_node("Unsqueeze", ["sketch", "axes"], ["grey"]),
        helper.make_node("Concat", ["grey", "grey", "grey"], ["image"], axis=3),
        helper.make_node("Identity", ["image"], ["flats"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("sketch", u8, ["N", "H", "W"]),
            helper.make_tensor_value_info("hints", u8, ["N", "H", "W", 4]),
            helper.make_tensor_value_info("label", f32, ["N", 2]),
            helper.make_tensor_value_info("noise", f32, ["N", 4]),
        ],
        [
            helper.make_tensor_value_info("image", u8, ["N", "H", "W", 3]),
            helper.make_tensor_value_info("flats", u8, ["N", "H", "W", 3]),
        ],
        [axes],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, {METADATA_KEY: manifest.to_json()})
    return model


def refused(model: ModelProto | bytes) -> str:
    data = model if isinstance(model, bytes) else model.SerializeToString()
    with pytest.raises(UserError) as error:
        check_model_bytes(data)
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def tensor_of_ten_gigabytes(name: str = "huge") -> TensorProto:
    return TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[50_000, 50_000], raw_data=bytes(16))


def a_graph() -> onnx.GraphProto:
    return helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "inner", [], [])
