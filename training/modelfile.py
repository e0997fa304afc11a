"""A model file from a stranger is input, not code: the check of an ``.onnx`` without running it, and a trial.

``check_model_file`` reads structure only. ``probe_model_file`` then runs the model once in a child process
with limits on time and, on Linux, on memory. Whatever is refused is refused with one sentence.
"""

import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

from training.files import UserError
from training.manifest import MAX_BYTES, METADATA_KEY, ModelManifest
from training.modelfile_structure import structure_problem

MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_NODES = 20_000
MAX_DECLARED_ELEMENTS = 1 << 31  # of any shape the file declares for a value
LOWEST_OPSET, HIGHEST_OPSET = 11, 26
PICTURE_CHANNELS = 3

# What exported image networks are made of. No Loop, If or Scan (a graph inside a graph), nothing random, no
# strings, sequences or image codecs, and no Dropout, which has no place in a network that is used.
OPERATOR_NAMES = (
    "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat "
    "Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos CumSum DepthToSpace DequantizeLinear "
    "Div Einsum Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm "
    "GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid "
    "HardSwish Identity InstanceNormalization IsNaN LayerNormalization LeakyRelu Less LessOrEqual Log "
    "LogSoftmax LpNormalization MatMul MatMulInteger Max MaxPool Mean Min Mish Mod Mul Neg Not Or "
    "PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization Range Reciprocal "
    "ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu "
    "Reshape Resize Round ScatterElements ScatterND Selu Shape Sigmoid Sign Sin Size Slice Softmax "
    "Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tanh ThresholdedRelu Tile TopK "
    "Transpose Trilu Unsqueeze Upsample Where Xor"
)
OPERATORS = frozenset(OPERATOR_NAMES.split())
DOMAINS = ("", "ai.onnx")
PLAIN_ATTRIBUTES = frozenset(
    getattr(AttributeProto, name)
    for name in ("FLOAT", "INT", "STRING", "TENSOR", "FLOATS", "INTS", "STRINGS")
)
# Tensor type -> bytes an element, and the field that holds it when ``raw_data`` does not.
TENSOR_TYPES: dict[int, tuple[int, str]] = {
    TensorProto.FLOAT: (4, "float_data"),
    TensorProto.DOUBLE: (8, "double_data"),
    TensorProto.FLOAT16: (2, "int32_data"),
    TensorProto.BFLOAT16: (2, "int32_data"),
    TensorProto.BOOL: (1, "int32_data"),
    TensorProto.INT8: (1, "int32_data"),
    TensorProto.INT16: (2, "int32_data"),
    TensorProto.INT32: (4, "int32_data"),
    TensorProto.INT64: (8, "int64_data"),
    TensorProto.UINT8: (1, "int32_data"),
    TensorProto.UINT16: (2, "int32_data"),
    TensorProto.UINT32: (4, "uint64_data"),
    TensorProto.UINT64: (8, "uint64_data"),
}

Expected = tuple[int, tuple[int | None, ...]]  # element type and shape; None = any side

ANOTHER_FILE = "choose another file or export the model again"


@dataclass(frozen=True)
class CheckedModel:
    """A model file whose structure is in order."""

    manifest: ModelManifest
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Probed:
    """What the trial run of a model in a child process gave."""

    side: int  # of the picture that was run, in pixels
    load_ms: float
    run_ms: float
    provider: str


def check_model_file(path: Path) -> CheckedModel:
    """Check the structure of the model file at ``path`` without running it; UserError when it is refused."""
    return check_model_bytes(read_model_bytes(path))


def read_model_bytes(path: Path) -> bytes:
    """Return the bytes of the model file; UserError when it is no file, empty, too large or unreadable.

    Check and load these same bytes, so that nobody can swap the file in between.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UserError(f"{path.name} is a folder, not a model file; choose an .onnx file.")
        if not path.is_file():
            raise UserError(f"{path.name} is no readable file; check the path.")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read ({error.strerror}); check the path and its rights."
        ) from error
    if not data:
        raise UserError(f"{path.name} is empty; copy or download it again.")
    if len(data) > MAX_FILE_BYTES:
        raise UserError(f"{path.name} is larger than 512 MB, the most a model may have; {ANOTHER_FILE}.")
    return data


def check_model_bytes(data: bytes) -> CheckedModel:
    """Check the structure of a model given as bytes; UserError with the reason when it is refused."""
    model = parse_model(data)
    manifest = read_manifest(model)
    _check_parts(model)
    _check_nodes(model.graph.node)
    for tensor in model.graph.initializer:
        _check_tensor(tensor)
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        _check_declared_shape(value)
    _check_interface(model.graph, manifest)
    return CheckedModel(manifest, hashlib.sha256(data).hexdigest(), len(data))


def parse_model(data: bytes) -> ModelProto:
    """Parse ``data`` as an ONNX model after a look at its size and structure; UserError when it is none."""
    try:
        problem = structure_problem(memoryview(data))
        if problem:
            raise _refusal(problem)
        model = ModelProto.FromString(data)
    except (DecodeError, ValueError):
        raise UserError(f"This is no ONNX model, or it was cut short; {ANOTHER_FILE}.") from None
    if model.ir_version < 3 or not model.graph.node:
        raise UserError(f"This file holds no ONNX network; {ANOTHER_FILE}.")
    return model


def read_manifest(model: bytes | ModelProto) -> ModelManifest:
    """Return the manifest in a model's metadata; UserError when there is none or it is odd."""
    if isinstance(model, bytes):
        model = parse_model(model)
    found = [entry.value for entry in model.metadata_props if entry.key == METADATA_KEY]
    if not found:
        raise UserError(
            "The model carries no Sketch Studio manifest; export it with `sketch-train export` instead."
        )
    if len(found) > 1:
        raise _refusal("carries more than one manifest")
    if len(found[0]) > MAX_BYTES:
        raise _refusal("carries a manifest of more than 1 MB")
    return ModelManifest.from_json(found[0])


def _refusal(what: str) -> UserError:
    return UserError(f"The model {what}, which is not allowed; {ANOTHER_FILE}.")


def _check_parts(model: ModelProto) -> None:
    if model.functions:
        raise _refusal(f"defines functions of its own ({_short(model.functions[0].name)})")
    if model.training_info:
        raise _refusal("carries training instructions")
    if model.graph.sparse_initializer:
        raise _refusal("carries sparse weights")
    if model.graph.quantization_annotation:
        raise _refusal("carries quantization annotations")
    versions = []
    for opset in model.opset_import:
        if opset.domain not in DOMAINS:
            raise _refusal(f"uses the foreign operator set {_short(opset.domain)!r}")
        versions.append(opset.version)
    if len(versions) != 1 or not LOWEST_OPSET <= versions[0] <= HIGHEST_OPSET:
        raise UserError(
            f"The model uses operator set {versions[0] if versions else 'none'}; "
            f"export it again with an operator set from {LOWEST_OPSET} to {HIGHEST_OPSET}."
        )


def _check_nodes(nodes: Iterable[NodeProto]) -> None:
    for count, node in enumerate(nodes):
        if count >= MAX_NODES:
            raise _refusal(f"has more than {MAX_NODES} operators")
        if node.domain not in DOMAINS:
            raise _refusal(f"uses the foreign operator {_short(node.domain)}.{_short(node.op_type)}")
        if node.op_type not in OPERATORS:
            raise _refusal(f"uses the operator {_short(node.op_type)!r}")
        for attribute in node.attribute:
            _check_attribute(node, attribute)


def _check_attribute(node: NodeProto, attribute: AttributeProto) -> None:
    inner = attribute.HasField("g") or attribute.graphs or attribute.HasField("sparse_tensor")
    if inner or attribute.tensors or attribute.sparse_tensors or attribute.type not in PLAIN_ATTRIBUTES:
        raise _refusal(f"hides a graph or a table in its operator {_short(node.op_type)!r}")
    if attribute.ref_attr_name:
        raise _refusal(f"refers to a missing function in its operator {_short(node.op_type)!r}")
    if attribute.HasField("t"):
        _check_tensor(attribute.t)


def _check_tensor(tensor: TensorProto) -> None:
    name = _short(tensor.name) or "a constant"
    if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
        raise UserError(
            f"The model keeps its weights ({name}) in another file; export it again as one file, "
            "without external data."
        )
    if tensor.HasField("segment"):
        raise _refusal(f"splits its weights ({name}) into segments")
    if tensor.data_type not in TENSOR_TYPES:
        raise _refusal(f"holds weights ({name}) of an unknown type")
    item_bytes, typed_field = TENSOR_TYPES[tensor.data_type]
    if any(side < 0 for side in tensor.dims):
        raise _refusal(f"declares a negative size for its weights ({name})")
    count = math.prod(tensor.dims)
    present = (
        len(tensor.raw_data) / item_bytes
        if tensor.HasField("raw_data")
        else len(getattr(tensor, typed_field))
    )
    if count != present:
        raise _refusal(f"declares {_amount(count * item_bytes)} of weights ({name}) but does not hold them")


def _check_declared_shape(value: ValueInfoProto) -> None:
    if not value.type.HasField("tensor_type"):
        raise _refusal(f"passes something else than a tensor ({_short(value.name)})")
    sides = [side.dim_value for side in value.type.tensor_type.shape.dim if side.HasField("dim_value")]
    if any(side < 0 for side in sides) or math.prod(sides) > MAX_DECLARED_ELEMENTS:
        raise _refusal(
            f"declares a tensor of {' x '.join(map(str, sides[:6]))} elements ({_short(value.name)})"
        )


def _check_interface(graph: GraphProto, manifest: ModelManifest) -> None:
    """Compare the graph's inputs and outputs with what the manifest promises."""
    side = None if manifest.stride else manifest.size
    labels, u8, f32 = len(manifest.labels), TensorProto.UINT8, TensorProto.FLOAT
    inputs: dict[str, Expected] = {}
    outputs: dict[str, Expected] = {"image": (u8, (None, side, side, manifest.channels))}
    if manifest.task == "sketch-to-image":
        if manifest.channels != PICTURE_CHANNELS:
            raise _refusal("is made from sketches, yet its manifest promises grey pictures")
        inputs["sketch"] = (u8, (None, side, side))
        if manifest.hints:
            inputs["hints"] = (u8, (None, side, side, 4))
        if labels:
            inputs["label"] = (f32, (None, labels))
        if manifest.noise:
            inputs["noise"] = (f32, (None, manifest.noise))
        if manifest.flats:
            outputs["flats"] = (u8, (None, side, side, PICTURE_CHANNELS))
    else:
        if manifest.hints or manifest.flats or not manifest.noise:
            raise _refusal("is made from labels, yet its manifest promises hints or flats or no noise")
        inputs["noise"] = (f32, (None, manifest.noise))
        if labels:
            inputs["label"] = (f32, (None, labels))
    _check_values("inputs", graph.input, inputs)
    _check_values("outputs", graph.output, outputs)


def _check_values(what: str, values: Iterable[ValueInfoProto], expected: dict[str, Expected]) -> None:
    found = list(values)
    names = [value.name for value in found]
    if names != list(expected):
        raise UserError(
            f"The model's {what} are {', '.join(map(_short, names[:6])) or 'none'} where its manifest "
            f"promises {', '.join(expected)}; {ANOTHER_FILE}."
        )
    for value in found:
        kind, shape = expected[value.name]
        tensor = value.type.tensor_type
        declared = tuple(side.dim_value if side.HasField("dim_value") else None for side in tensor.shape.dim)
        fits = len(declared) == len(shape) and all(
            None in (have, want) or have == want for have, want in zip(declared, shape, strict=True)
        )
        # Weights and colours must be given outright; only batch, height and width may be left open.
        fits = fits and (len(shape) != 2 or what != "inputs" or declared[-1] == shape[-1])
        if tensor.elem_type != kind or not fits:
            raise UserError(
                f"The model's {value.name} has type {tensor.elem_type} and shape {_shape_text(declared)} "
                f"where type {kind} and shape {_shape_text(shape)} are needed; {ANOTHER_FILE}."
            )


def _shape_text(shape: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("any" if side is None else str(side) for side in shape) + "]"


def _short(text: str | bytes) -> str:
    # The protobuf library hands out bytes where a name is no UTF-8.
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    clean = "".join(character if character.isprintable() else "?" for character in text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def _amount(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.1f} MB"


def probe_command(path: Path, memory_mb: int = 2048) -> list[str]:
    """Return the command line of the child that tries the model; a frozen program calls itself."""
    tail = [str(path), "--memory-mb", str(memory_mb)]
    if getattr(sys, "frozen", False):
        return [sys.executable, "--probe-model", *tail]
    return [sys.executable, "-m", "training.modelfile_probe", *tail]


def probe_model_file(path: Path, timeout_s: float = 90.0, memory_mb: int = 2048) -> Probed:
    """Run the model once at its smallest size in a child process; UserError when that goes wrong.

    The child checks the file again, loads the checked bytes and is killed after ``timeout_s``: long, as a
    busy machine makes no model bad; its own limit of processor time is short. On Linux
    ``memory_mb`` limits what it may take beyond the program itself. Blocks: call it from a worker.
    """
    name = Path(path).name
    program = Path(__file__).resolve().parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(program), os.environ.get("PYTHONPATH")))),
        # The folder the program was started in may be the stranger's: nothing is imported from there.
        "PYTHONSAFEPATH": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    try:
        child = subprocess.run(
            probe_command(Path(path).resolve(), memory_mb),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UserError(
            f"{name} did not draw one small picture within {timeout_s:g} s; choose a smaller model."
        ) from None
    except OSError as error:
        raise UserError(f"The trial of {name} could not be started ({error}); free some memory.") from error
    return _read_answer(name, child.stdout)


def _read_answer(name: str, stdout: bytes) -> Probed:
    lines = stdout.decode("utf-8", "replace").strip().splitlines()
    try:
        answer: Any = json.loads(lines[-1])
        problem = answer.get("problem")
        if problem is None:
            return Probed(
                int(answer["side"]),
                float(answer["load_ms"]),
                float(answer["run_ms"]),
                str(answer["provider"]),
            )
    except (IndexError, ValueError, KeyError, TypeError, AttributeError):
        raise UserError(
            f"{name} crashed when it was tried, or took too much memory or time; {ANOTHER_FILE}."
        ) from None
    raise UserError(str(problem))


def example_inputs(manifest: ModelManifest, side: int, count: int = 1) -> dict[str, np.ndarray]:
    """Return inputs for ``count`` pictures of ``side`` px: a square, no hints, any label, no noise."""
    inputs: dict[str, np.ndarray] = {}
    if manifest.task == "sketch-to-image":
        sketch = np.full((count, side, side), 255, np.uint8)
        low, high = side // 4, side - side // 4 - 1
        sketch[:, low, low : high + 1] = sketch[:, high, low : high + 1] = 0
        sketch[:, low : high + 1, low] = sketch[:, low : high + 1, high] = 0
        inputs["sketch"] = sketch
        if manifest.hints:
            inputs["hints"] = np.zeros((count, side, side, 4), np.uint8)
    if manifest.labels:
        inputs["label"] = np.zeros((count, len(manifest.labels)), np.float32)
    if manifest.noise:
        inputs["noise"] = np.zeros((count, manifest.noise), np.float32)
    return inputs
