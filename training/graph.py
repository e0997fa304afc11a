"""A generator as the graph of a model file: pixels on both sides, and the proof that nothing was lost.

Pixels in, pixels out: scaling, hint spreading and the laying of lines over colours are part of the graph.
"""

import itertools
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from training.manifest import ModelManifest
from training.networks import compose

OPSET = 18
PREFIX = "network."

Pixels = NDArray[np.uint8]
Inputs = dict[str, NDArray[Any]]


class PixelModel(nn.Module):
    """A generator with pixels on both sides: what the model file contains.

    With ``lines`` the drawing's lines are laid over the generator's colours, else those are the picture.
    A network that takes no hints is called without any.
    """

    def __init__(self, network: nn.Module, lines: bool = True) -> None:
        super().__init__()
        self.network = network
        self.lines = lines

    def forward(
        self,
        sketch: Tensor,
        hints: Tensor | None = None,
        label: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """uint8 [N,H,W], [N,H,W,4] or None, float32 [N,L], [N,Z] or None -> image and, with ``lines``, flats,
        both uint8 [N,H,W,3].
        """
        ink = sketch[:, None].float() / 255.0
        nothing = ink.new_zeros(1, 0)
        inputs = (
            ink,
            nothing if hints is None else hints.permute(0, 3, 1, 2).float() / 255.0,
            nothing if label is None else label,
        )
        chance_inputs = getattr(self.network, "chance_inputs", 0)
        if noise is not None and noise.shape[1] == chance_inputs:
            # Each region's own luck, under the likeliest palette.
            palette = ink.new_zeros(1, int(cast(Any, self.network).options["noise"]))
            colours = self.network(*inputs, palette, chance=noise)
        else:
            colours = self.network(*inputs, nothing if noise is None else noise)
        # Lines over the rounded colours: whoever multiplies the flats on his own gets the same picture.
        flats = torch.round(colours.clamp(0.0, 1.0) * 255.0)
        if not self.lines:
            return (_to_bytes(flats),)
        return _to_bytes(torch.round(compose(flats, ink))), _to_bytes(flats)


class LabelModel(nn.Module):
    """A generator of pictures from noise and label, with pixels behind it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, noise: Tensor, label: Tensor | None = None) -> tuple[Tensor, ...]:
        """float32 [N,Z], [N,L] or None -> image uint8 [N,S,S,C]."""
        picture = self.network(noise, noise.new_zeros(1, 0) if label is None else label)
        return (_to_bytes(torch.round(picture.clamp(0.0, 1.0) * 255.0)),)


class Graph(Protocol):
    """How the model files of one task are made and proved."""

    def model(self, network: nn.Module, manifest: ModelManifest) -> nn.Module:
        """``network`` with pixels on both sides."""
        ...

    def example(self, manifest: ModelManifest) -> tuple[dict[str, Tensor | None], dict[str, Any]]:
        """Inputs to trace with, None for those the model has not, and which of their sides may vary."""
        ...

    def proofs(self, manifest: ModelManifest) -> Iterator[Inputs]:
        """Fixed inputs with which model file and network are compared, every label among them."""
        ...


@dataclass(frozen=True)
class SketchGraph:
    """Pictures for drawings of any height and width of the stride."""

    def model(self, network: nn.Module, manifest: ModelManifest) -> nn.Module:
        """Colours under lines, or the picture itself."""
        return PixelModel(network, lines=manifest.flats)

    def example(self, manifest: ModelManifest) -> tuple[dict[str, Tensor | None], dict[str, Any]]:
        """White paper of two strides at least."""
        side = max(2 * manifest.stride, manifest.smallest)
        example = {
            "sketch": torch.full((2, side, side), 255, dtype=torch.uint8),
            "hints": torch.zeros((2, side, side, 4), dtype=torch.uint8) if manifest.hints else None,
            "label": torch.zeros(2, len(manifest.labels)) if manifest.labels else None,
            "noise": torch.zeros(2, manifest.noise) if manifest.noise else None,
        }
        batch = torch.export.Dim("batch", min=1, max=1024)
        most = manifest.largest // manifest.stride
        height, width = (
            manifest.stride * torch.export.Dim(name, min=1, max=most) for name in ("rows", "columns")
        )
        pixels = {0: batch, 1: height, 2: width}
        shapes: dict[str, Any] = {"sketch": pixels, "hints": pixels if manifest.hints else None}
        shapes |= {name: None if example[name] is None else {0: batch} for name in ("label", "noise")}
        return example, shapes

    def proofs(self, manifest: ModelManifest) -> Iterator[Inputs]:
        """Fixed drawings at two sizes: any label and each one, with and without hints and noise."""
        least = manifest.smallest
        sides = [(manifest.size, manifest.size), (least, least + manifest.stride)]
        rng = np.random.default_rng(0)
        mixtures = _mixtures(manifest)
        for (height, width), told in itertools.product(sides, (False, True)):
            for start in range(0, len(mixtures), 2):
                label = mixtures[start : start + 2]
                count = len(label)
                inputs: Inputs = {
                    "sketch": np.stack([_drawing(height, width, start + i) for i in range(count)])
                }
                if manifest.hints:
                    inputs["hints"] = _dots(count, height, width, told)
                if manifest.labels:
                    inputs["label"] = label
                if manifest.noise:
                    scale = 1.0 if told else 0.0
                    noise = scale * rng.standard_normal((count, manifest.noise))
                    inputs["noise"] = noise.astype(np.float32)
                yield inputs


@dataclass(frozen=True)
class LabelGraph:
    """Pictures of one size from noise and label."""

    def model(self, network: nn.Module, manifest: ModelManifest) -> nn.Module:
        """The picture itself."""
        return LabelModel(network)

    def example(self, manifest: ModelManifest) -> tuple[dict[str, Tensor | None], dict[str, Any]]:
        """Two of the middle picture."""
        example = {
            "noise": torch.zeros(2, manifest.noise),
            "label": torch.zeros(2, len(manifest.labels)) if manifest.labels else None,
        }
        batch = torch.export.Dim("batch", min=1, max=1024)
        return example, {name: None if value is None else {0: batch} for name, value in example.items()}

    def proofs(self, manifest: ModelManifest) -> Iterator[Inputs]:
        """Any label and each one, with noise of several sizes, zeros among them."""
        mixtures, rng = _mixtures(manifest), np.random.default_rng(0)
        for scale in (0.0, 1.0, 2.0):
            noise = scale * rng.standard_normal((len(mixtures), manifest.noise))
            inputs: Inputs = {"noise": noise.astype(np.float32)}
            yield inputs | ({"label": mixtures} if manifest.labels else {})


GRAPHS: dict[str, Graph] = {"sketch-to-image": SketchGraph(), "label-to-image": LabelGraph()}


def worst_deviation(model: nn.Module, data: bytes, manifest: ModelManifest) -> int:
    """Largest difference, in 1/255, between ONNX Runtime and PyTorch over fixed inputs and every label."""
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    worst = 0
    for inputs in GRAPHS[manifest.task].proofs(manifest):
        ours = session.run(None, inputs)
        with torch.inference_mode():
            theirs = model(**{name: torch.from_numpy(value) for name, value in inputs.items()})
        for mine, true in zip(ours, theirs, strict=True):
            worst = max(worst, int(np.abs(np.asarray(mine, np.int16) - true.numpy().astype(np.int16)).max()))
    return worst


def to_onnx(model: nn.Module, manifest: ModelManifest) -> onnx.ModelProto:
    """Translate ``model`` as of the task's graph; slow, a minute for a large network."""
    example, shapes = GRAPHS[manifest.task].example(manifest)
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
                output_names=["image", "flats"] if manifest.flats else ["image"],
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


def store_half(proto: onnx.ModelProto) -> None:
    """Keep the weights as float16 under their names, each cast back to float32 where it is used."""
    graph = proto.graph
    casts: list[onnx.NodeProto] = []
    used_as: dict[str, str] = {}
    for tensor in graph.initializer:
        # Single numbers are constants of the graph: the smallest of them is nothing in float16.
        weight = tensor.name.startswith(PREFIX) and tensor.dims
        if weight and tensor.data_type == onnx.TensorProto.FLOAT:
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


def _mixtures(manifest: ModelManifest) -> NDArray[np.float32]:
    """Weights of any label and of each one, [1+L,L]."""
    labels = len(manifest.labels)
    return np.concatenate([np.zeros((1, labels)), np.eye(labels)]).astype(np.float32)


def _dots(count: int, height: int, width: int, told: bool) -> Pixels:
    """Hints uint8 [N,H,W,4]: none, or two of them."""
    hints = np.zeros((count, height, width, 4), np.uint8)
    if told:
        hints[:, height // 3 : height // 3 + 9, width // 2 : width // 2 + 9] = (200, 40, 90, 255)
        hints[:, height // 2 : height // 2 + 5, width // 4 : width // 4 + 20] = (20, 140, 220, 150)
    return hints


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
