import contextlib
import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper

from tests.training.model_files import MANIFEST, a_graph, refused, tensor_of_ten_gigabytes, tiny_model
from training import modelfile, modelfile_structure
from training.files import UserError
from training.manifest import METADATA_KEY
from training.modelfile import (
    check_model_bytes,
    check_model_file,
    read_manifest,
)


def test_a_good_model_is_taken_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "good.onnx"
    path.write_bytes(tiny_model().SerializeToString())
    checked = check_model_file(path)
    assert checked.manifest == MANIFEST
    assert checked.size_bytes == path.stat().st_size
    assert checked.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_manifest(path.read_bytes()) == MANIFEST


def test_only_the_inputs_that_the_manifest_promises_are_needed() -> None:
    model = tiny_model(dataclasses.replace(MANIFEST, hints=False, labels=(), noise=0, flats=False))
    for _ in range(3):
        del model.graph.input[1]
    del model.graph.output[1]
    assert check_model_bytes(model.SerializeToString()).manifest.labels == ()


# --- files that are no model ---


def test_folder_missing_and_empty_files_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.onnx"
    empty.touch()
    with pytest.raises(UserError, match="is empty"):
        check_model_file(empty)
    with pytest.raises(UserError, match="is a folder"):
        check_model_file(tmp_path)
    with pytest.raises(UserError, match="check the path"):
        check_model_file(tmp_path / "nothing.onnx")


def test_a_file_beyond_the_size_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.onnx"
    path.write_bytes(tiny_model().SerializeToString())
    monkeypatch.setattr(modelfile, "MAX_FILE_BYTES", 100)
    with pytest.raises(UserError, match="larger than"):
        check_model_file(path)


@pytest.mark.parametrize(
    "data", [b"\0", b"PK\x03\x04" + bytes(100), b"\x89PNG\r\n\x1a\n", b"no model" * 50, b"\x80"]
)
def test_bytes_of_something_else_are_refused(data: bytes) -> None:
    assert "ONNX" in refused(data)


def test_every_cut_of_a_model_is_refused() -> None:
    data = tiny_model().SerializeToString()
    for end in range(1, len(data), 7):
        refused(data[:end])


@given(st.binary(max_size=300))
def test_random_bytes_never_crash_the_check(data: bytes) -> None:
    with pytest.raises(UserError):
        check_model_bytes(data)


@given(st.integers(0, 2**31), st.integers(0, 255))
def test_one_changed_byte_never_crashes_the_check(position: int, value: int) -> None:
    data = bytearray(tiny_model().SerializeToString())
    data[position % len(data)] = value
    with contextlib.suppress(UserError):
        assert check_model_bytes(bytes(data)).size_bytes == len(data)


def test_a_graph_without_operators_is_refused() -> None:
    model = tiny_model()
    del model.graph.node[:]
    assert "no ONNX network" in refused(model)


def test_a_bomb_of_empty_messages_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(data: bytes) -> ModelProto:
        raise AssertionError("parsed")

    bomb = b"\x3a\x80\x80\x80\x08" + b"\x0a\x00" * (8 * 1024 * 1024)  # a graph of 8 million empty nodes
    monkeypatch.setattr(modelfile, "ModelProto", type("Parser", (), {"FromString": staticmethod(parse)}))
    assert "too many parts" in refused(bomb)
    node = b"\x2a\x00" * (5 * 1024 * 1024)  # one node of 5 million empty attributes
    assert "8 MB" in refused(_field(7, _field(1, node)))


def _field(number: int, payload: bytes) -> bytes:
    size, length = b"", len(payload)
    while length > 0x7F:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + payload


def test_weights_do_not_count_as_structure() -> None:
    model = tiny_model()
    weights = np.zeros(modelfile_structure.MAX_STRUCTURE_BYTES // 4 + 1000, np.float32)
    model.graph.initializer.append(numpy_helper.from_array(weights, "weights"))
    check_model_bytes(model.SerializeToString())


# --- metadata ---


def test_a_model_without_manifest_names_the_remedy() -> None:
    model = tiny_model()
    del model.metadata_props[:]
    assert "sketch-train export" in refused(model)


def test_two_manifests_and_huge_ones_are_refused() -> None:
    model = tiny_model()
    model.metadata_props.add(key=METADATA_KEY, value="{}")
    assert "more than one manifest" in refused(model)
    model = tiny_model()
    helper.set_model_props(model, {METADATA_KEY: " " * 1_000_001})
    assert "1 MB" in refused(model)
    model = tiny_model()
    model.metadata_props.add(key="other", value="x" * 9_000_000)
    assert "8 MB" in refused(model)


# --- weights ---


def test_external_data_is_refused() -> None:
    model = tiny_model()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    assert "another file" in refused(model)
    tensor.data_location = TensorProto.DEFAULT
    assert "another file" in refused(model)


def test_declared_tensors_of_ten_gigabytes_are_refused() -> None:
    model = tiny_model()
    model.graph.initializer.append(tensor_of_ten_gigabytes())
    assert "10.0 GB" in refused(model)
    model = tiny_model()
    node = helper.make_node("Constant", [], ["huge"])
    node.attribute.add(name="value", type=onnx.AttributeProto.TENSOR).t.CopyFrom(tensor_of_ten_gigabytes())
    model.graph.node.append(node)
    assert "10.0 GB" in refused(model)
    model = tiny_model()
    model.graph.value_info.append(helper.make_tensor_value_info("v", TensorProto.FLOAT, [50_000, 50_000]))
    assert "50000 x 50000" in refused(model)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.dims.append(-1), "negative"),
        (lambda t: t.dims.append(2), "does not hold"),
        (lambda t: setattr(t, "data_type", TensorProto.STRING), "unknown type"),
        (lambda t: setattr(t, "data_type", 77), "unknown type"),
        (lambda t: setattr(t.segment, "end", 5), "segments"),
    ],
)
def test_odd_weights_are_refused(change: Callable[[TensorProto], None], words: str) -> None:
    model = tiny_model()
    change(model.graph.initializer[0])
    assert words in refused(model)


# --- operators ---


@pytest.mark.parametrize(
    "operator", ["Loop", "If", "Scan", "Dropout", "RandomNormal", "ImageDecoder", "Evil"]
)
def test_operators_beyond_the_list_are_refused_by_name(operator: str) -> None:
    model = tiny_model()
    model.graph.node.append(helper.make_node(operator, [], ["x"]))
    assert f"'{operator}'" in refused(model)


def test_foreign_domains_and_functions_are_refused() -> None:
    model = tiny_model()
    model.graph.node.append(helper.make_node("Relu", ["label"], ["x"], domain="com.microsoft"))
    assert "com.microsoft.Relu" in refused(model)
    model = tiny_model()
    model.opset_import.add(domain="evil.example", version=1)
    assert "evil.example" in refused(model)
    model = tiny_model()
    model.functions.add(name="Relu", domain="")
    assert "functions of its own" in refused(model)


def test_a_graph_hidden_in_an_allowed_operator_is_refused() -> None:
    model = tiny_model()
    model.graph.node.append(helper.make_node("Relu", ["label"], ["x"], body=a_graph()))
    assert "hides a graph" in refused(model)
    model = tiny_model()
    # Declared as a number, yet the graph is there all the same.
    attribute = model.graph.node[1].attribute[0]
    attribute.g.CopyFrom(a_graph())
    assert "hides a graph" in refused(model)


def test_operator_sets_out_of_range_are_refused() -> None:
    model = tiny_model()
    model.opset_import[0].version = 7
    assert "operator set 7" in refused(model)
    del model.opset_import[:]
    assert "operator set none" in refused(model)


# --- inputs and outputs ---


def _rename_input(model: ModelProto) -> None:
    model.graph.input[0].name = "scribble"


def _swap_inputs(model: ModelProto) -> None:
    first = onnx.ValueInfoProto.FromString(model.graph.input[0].SerializeToString())
    del model.graph.input[0]
    model.graph.input.append(first)


def _float_sketch(model: ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT


def _extra_side(model: ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim.add(dim_value=3)


def _more_labels(model: ModelProto) -> None:
    model.graph.input[2].type.tensor_type.shape.dim[1].dim_value = 3


def _open_labels(model: ModelProto) -> None:
    model.graph.input[2].type.tensor_type.shape.dim[1].dim_param = "L"


def _grey_image(model: ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[3].dim_value = 1


def _no_flats(model: ModelProto) -> None:
    del model.graph.output[1]


def _sequence(model: ModelProto) -> None:
    model.graph.output[1].type.sequence_type.elem_type.tensor_type.elem_type = TensorProto.UINT8


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_rename_input, "scribble"),
        (_swap_inputs, "inputs are hints, label"),
        (_float_sketch, "sketch has type 1"),
        (_extra_side, "sketch has type 2 and shape [any, any, any, 3]"),
        (_more_labels, "label has type 1 and shape [any, 3]"),
        (_open_labels, "label has type 1 and shape [any, any]"),
        (_grey_image, "image has type 2"),
        (_no_flats, "outputs are image where"),
        (_sequence, "something else than a tensor"),
    ],
)
def test_inputs_and_outputs_must_be_those_of_the_contract(
    change: Callable[[ModelProto], None], words: str
) -> None:
    model = tiny_model()
    change(model)
    assert words in refused(model)


def test_a_fixed_size_must_be_the_one_in_the_manifest() -> None:
    fixed = dataclasses.replace(MANIFEST, stride=0, smallest=64, largest=64)
    model = tiny_model(fixed)
    for value in (*model.graph.input[:2], *model.graph.output):
        for index in (1, 2):
            value.type.tensor_type.shape.dim[index].dim_value = 64
    check_model_bytes(model.SerializeToString())
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 128
    assert "image has type 2" in refused(model)


def test_sentences_stay_short_and_printable_whatever_the_names_are() -> None:
    model = tiny_model()
    model.graph.node.append(helper.make_node("E\nv\x07il" * 1000, [], ["x"]))
    assert len(refused(model)) < 250


def test_the_check_needs_no_torch() -> None:
    code = "import sys, json, training.modelfile as m; print(json.dumps([n in sys.modules for n in NAMES]))"
    code = code.replace("NAMES", repr(("torch", "PySide6")))
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert json.loads(out.stdout) == [False, False]
