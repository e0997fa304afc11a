"""From a run to one .onnx file and back: export with proof, and networks rebuilt from model files.

Pixels in, pixels out: scaling, hint spreading and the laying of lines over colours are part of the graph.
"""

import datetime
import importlib.metadata
import itertools
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from training.checkpoint import best_checkpoint, checkpoint_of
from training.config import TrainConfig, from_dict
from training.data.source import open_dataset
from training.files import UserError, write_bytes
from training.manifest import METADATA_KEY, ModelManifest
from training.modelfile import check_model_bytes, read_manifest, read_model_bytes
from training.networks import build_network, compose
from training.networks.unet import UNetGenerator
from training.sections import GeneratorConfig
from training.state import TrainState, configured

OPSET = 18
TOLERANCE = 2
"""Largest deviation from PyTorch, in 1/255, with which a model is published."""
PREFIX = "network."
TASK = "sketch-to-image"

Pixels = NDArray[np.uint8]
Inputs = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class ExportResult:
    """A published model: where, and by how much it deviates from PyTorch at worst, in 1/255."""

    path: Path
    worst: int
    size_bytes: int


class PixelModel(nn.Module):
    """A generator with pixels on both sides: what the model file contains.

    With ``lines`` the drawing's lines are laid over the generator's colours, else those are the picture.
    """

    def __init__(self, network: nn.Module, lines: bool = True) -> None:
        super().__init__()
        self.network = network
        self.lines = lines

    def forward(
        self, sketch: Tensor, hints: Tensor, label: Tensor | None = None, noise: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """uint8 [N,H,W], [N,H,W,4], float32 [N,L], [N,Z] or None -> image and, with ``lines``, flats, both
        uint8 [N,H,W,3].
        """
        ink = sketch[:, None].float() / 255.0
        nothing = ink.new_zeros(1, 0)
        colours = self.network(
            ink,
            hints.permute(0, 3, 1, 2).float() / 255.0,
            nothing if label is None else label,
            nothing if noise is None else noise,
        )
        # Lines over the rounded colours: whoever multiplies the flats on his own gets the same picture.
        flats = torch.round(colours.clamp(0.0, 1.0) * 255.0)
        if not self.lines:
            return (_to_bytes(flats),)
        return _to_bytes(torch.round(compose(flats, ink))), _to_bytes(flats)


def export_run(
    run: Path,
    out: Path,
    *,
    name: str = "",
    licence: str = "",
    author: str = "",
    note: str = "",
    metrics: Mapping[str, Any] | None = None,
    half: bool = False,
    step: int | None = None,
) -> ExportResult:
    """Publish the average of the best checkpoint of ``run`` as ``out``; UserError when it cannot be proved.

    ``step`` chooses another checkpoint. ``metrics`` and what the person says of the model go into the card,
    the data set's licence where none is given; ``half`` stores the weights in float16.
    """
    network, config, checkpoint_metrics = load_run_generator(run, step)
    dataset = open_dataset(Path(config.data), "val", config.size, config.source, config.sketch)
    manifest = ModelManifest(
        name=name or Path(out).stem,
        task=TASK,
        size=config.size,
        stride=int(cast(Any, network).stride),
        smallest=int(cast(Any, network).smallest),
        largest=int(cast(Any, network).largest),
        channels=3,
        labels=tuple(dataset.labels),
        hints=True,
        noise=config.generator.noise,
        flats=dataset.lines,
        network={"kind": config.generator.kind, **dict(cast(Any, network).options)},
        recipe=config.recipe,
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        licence=licence or dataset.licence,
        author=author,
        note=note,
        metrics=dict(metrics) if metrics is not None else checkpoint_metrics,
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        program=_version(),
        grain=config.generator.grain,
    )
    return export_generator(network, manifest, out, half=half)


def load_run_generator(run: Path, step: int | None = None) -> tuple[nn.Module, TrainConfig, dict[str, Any]]:
    """The averaged generator of the best checkpoint of ``run`` (or of that of ``step``), its config, and its
    validation figures.
    """
    checkpoint = best_checkpoint(run) if step is None else checkpoint_of(run, step)
    config = from_dict(checkpoint.manifest["config"])
    weights = checkpoint.tensors("average")
    labels = weights["label.weight"].shape[1] if "label.weight" in weights else 0
    network = configured(config.generator, config, labels)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"{checkpoint.path} does not fit its configuration; resume the run and export again."
        ) from error
    best = checkpoint.manifest["best"]
    if best.get("step") != checkpoint.step:
        best = {}  # figures of another state
    figures = {key: value for key, value in best.items() if key not in ("score", "step", "count")}
    about = {"split": "val", "step": checkpoint.step}
    if "count" in best:
        about |= {"n": int(best["count"])}
    return network.eval(), config, about | figures


def export_generator(
    network: nn.Module, manifest: ModelManifest, out: Path, *, half: bool = False
) -> ExportResult:
    """Write ``network`` as one .onnx file, proved against PyTorch first; UserError when it deviates.

    The network runs at full precision on the CPU; ``half`` stores weights as float16, and the proof is
    against those rounded weights' float32 originals.
    """
    model = PixelModel(network.float().cpu().eval(), lines=manifest.flats)
    proto = _to_onnx(model, manifest)
    if half:
        _store_half(proto)
    entry = proto.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, manifest.to_json()
    data = proto.SerializeToString()
    check_model_bytes(data)
    worst = worst_deviation(model, data, manifest)
    if worst > TOLERANCE:
        remedy = "export without half precision" if half else "train on and export again"
        raise UserError(
            f"The exported model deviates from PyTorch by {worst}/255 and is not published; {remedy}."
        )
    write_bytes(Path(out), data)
    return ExportResult(Path(out), worst, len(data))


def load_generator_from_onnx(path: Path) -> tuple[nn.Module, ModelManifest]:
    """Rebuild the network of a model file of ours from its manifest and initialisers.

    UserError when the file is refused or was not exported by this program.
    """
    data = read_model_bytes(Path(path))
    check_model_bytes(data)
    manifest = read_manifest(data)
    options = dict(manifest.network)
    network = build_network(str(options.pop("kind", "")), options)
    graph = onnx.load_from_string(data).graph
    kept = {tensor.name: tensor for tensor in graph.initializer}
    state = network.state_dict()
    missing = [name for name in state if PREFIX + name not in kept]
    if missing:
        raise UserError(
            f"{path} lacks the weights {missing[0]}; choose a model that this program has exported."
        )
    try:
        network.load_state_dict(
            {
                name: torch.from_numpy(numpy_helper.to_array(kept[PREFIX + name]).astype(np.float32))
                for name in state
            }
        )
    except RuntimeError as error:
        raise UserError(
            f"{path} has weights of other shapes than its manifest says; choose another model."
        ) from error
    return network.eval(), manifest


def config_for_init(config: TrainConfig) -> TrainConfig:
    """``config`` with the network of its ``init`` model, if it has one: weights fit no other.

    The swatches stay the config's: they are the data's, and the weights are fitted to them.
    """
    if not config.init:
        return config
    _, manifest = load_generator_from_onnx(Path(config.init))
    options = {key: value for key, value in manifest.network.items() if key not in ("labels", "swatches")}
    options["swatches"] = config.generator.swatches
    return replace(config, generator=GeneratorConfig(**options))


def adopt_weights(state: TrainState, path: Path, labels: tuple[str, ...]) -> None:
    """Start ``state`` from the model file at ``path``.

    A label keeps its weights where the names agree, capitals aside; one that the model does not know starts
    as "any", and what the model knows beyond ``labels`` is left out.
    """
    network, manifest = load_generator_from_onnx(path)
    weights = network.state_dict()
    known = {label.casefold(): index for index, label in enumerate(manifest.labels)}
    learnt = weights.pop("label.weight", None)
    if labels:
        adopted = torch.zeros_like(state.generator.state_dict()["label.weight"], device="cpu")
        for index, label in enumerate(labels):
            if learnt is not None and label.casefold() in known:
                adopted[:, index] = learnt[:, known[label.casefold()]]
        weights["label.weight"] = adopted
    if isinstance(state.generator, UNetGenerator):
        weights = state.generator.fitted(weights)
    state.generator.load_state_dict(weights)
    state.average.load_state_dict(weights)


def worst_deviation(model: PixelModel, data: bytes, manifest: ModelManifest) -> int:
    """Largest difference, in 1/255, between ONNX Runtime and PyTorch over fixed drawings and every label."""
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    worst = 0
    for inputs in proof_inputs(manifest):
        ours = session.run(None, inputs)
        with torch.inference_mode():
            theirs = model(**{name: torch.from_numpy(value) for name, value in inputs.items()})
        for mine, true in zip(ours, theirs, strict=True):
            worst = max(worst, int(np.abs(np.asarray(mine, np.int16) - true.numpy().astype(np.int16)).max()))
    return worst


def proof_inputs(manifest: ModelManifest) -> Iterator[Inputs]:
    """Fixed drawings at two sizes: any label and each one, with and without hints and noise."""
    least = manifest.smallest
    sides = [(manifest.size, manifest.size), (least, least + manifest.stride)]
    labels = len(manifest.labels)
    mixtures = np.concatenate([np.zeros((1, labels)), np.eye(labels)]).astype(np.float32)
    rng = np.random.default_rng(0)
    for (height, width), hinted in itertools.product(sides, (False, True)):
        for start in range(0, len(mixtures), 2):
            label = mixtures[start : start + 2]
            count = len(label)
            inputs: Inputs = {"sketch": np.stack([_drawing(height, width, start + i) for i in range(count)])}
            inputs["hints"] = np.zeros((count, height, width, 4), np.uint8)
            if hinted:
                inputs["hints"][:, height // 3 : height // 3 + 9, width // 2 : width // 2 + 9] = (
                    200,
                    40,
                    90,
                    255,
                )
                inputs["hints"][:, height // 2 : height // 2 + 5, width // 4 : width // 4 + 20] = (
                    20,
                    140,
                    220,
                    150,
                )
            if labels:
                inputs["label"] = label
            if manifest.noise:
                scale = 1.0 if hinted else 0.0
                inputs["noise"] = (scale * rng.standard_normal((count, manifest.noise))).astype(np.float32)
            yield inputs


def _to_onnx(model: PixelModel, manifest: ModelManifest) -> onnx.ModelProto:
    side = 2 * manifest.stride
    example = {
        "sketch": torch.full((2, side, side), 255, dtype=torch.uint8),
        "hints": torch.zeros((2, side, side, 4), dtype=torch.uint8),
        "label": torch.zeros(2, len(manifest.labels)) if manifest.labels else None,
        "noise": torch.zeros(2, manifest.noise) if manifest.noise else None,
    }
    batch = torch.export.Dim("batch", min=1, max=1024)
    most = manifest.largest // manifest.stride
    height, width = (
        manifest.stride * torch.export.Dim(name, min=1, max=most) for name in ("rows", "columns")
    )
    shapes: dict[str, Any] = {
        "sketch": {0: batch, 1: height, 2: width},
        "hints": {0: batch, 1: height, 2: width},
    }
    shapes |= {name: None if example[name] is None else {0: batch} for name in ("label", "noise")}
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                model,
                (),
                kwargs=example,
                dynamo=True,
                opset_version=OPSET,
                dynamic_shapes=shapes,
                input_names=[name for name, value in example.items() if value is not None],
                output_names=["image", "flats"] if model.lines else ["image"],
                external_data=False,
                verbose=False,
                # Left to ONNX Runtime when it loads the file: folded weights would lose their names.
                optimize=False,
            )
    finally:
        logger.setLevel(level)
    assert program is not None
    return _without_traces(program.model_proto)


def _without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """Forget where each node came from: megabytes of stack traces, with the folders of who exported it."""
    graph = model.graph
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer, graph):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def _store_half(proto: onnx.ModelProto) -> None:
    """Keep the weights as float16 under their names, each cast back to float32 where it is used."""
    graph = proto.graph
    casts: list[onnx.NodeProto] = []
    used_as: dict[str, str] = {}
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and tensor.name.startswith(PREFIX):
            values = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
            used_as[tensor.name] = f"{tensor.name}.float32"
            casts.append(
                onnx.helper.make_node(
                    "Cast", [tensor.name], [used_as[tensor.name]], to=onnx.TensorProto.FLOAT
                )
            )
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name in used_as:
                node.input[index] = used_as[name]
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [value for value in graph.value_info if value.name not in used_as]
    del graph.value_info[:]
    graph.value_info.extend(kept)


def _drawing(height: int, width: int, index: int) -> Pixels:
    """A frame, a disc's outline and slanted strokes on paper, different for each ``index``."""
    rows, columns = np.mgrid[0:height, 0:width]
    radius = np.hypot(rows - height / 2, columns - width / 2)
    ink = np.abs(radius - (0.2 + 0.02 * (index % 8)) * min(height, width)) < 2.5
    ink |= (rows + (2 + index % 3) * columns) % (height // 2 + index) < 3
    ink[8:10, 8:-8] = ink[-10:-8, 8:-8] = ink[8:-8, 8:10] = ink[8:-8, -10:-8] = True
    return np.where(ink, 20 + 10 * (index % 4), 255).astype(np.uint8)


def _to_bytes(values: Tensor) -> Tensor:
    return values.to(torch.uint8).permute(0, 2, 3, 1)


def _version() -> str:
    try:
        return importlib.metadata.version("sketch-studio")
    except importlib.metadata.PackageNotFoundError:
        return "source"
