"""From a run to one .onnx file and back: export with proof, and networks rebuilt from model files."""

import datetime
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training import graph_cache
from training.checkpoint import best_checkpoint, checkpoint_of
from training.config import TrainConfig, from_dict, to_dict
from training.feed import open_as_read
from training.files import UserError, write_bytes
from training.graph import GRAPHS, PREFIX, store_half, to_onnx, worst_deviation
from training.manifest import METADATA_KEY, ModelManifest
from training.modelfile import check_model_bytes, read_manifest, read_model_bytes
from training.networks import build_network
from training.networks.unet import UNetGenerator
from training.sections import GeneratorConfig
from training.state import TrainState, configured

TOLERANCE = 2
"""Largest deviation from PyTorch, in 1/255, with which a model is published."""
COUNTER = "num_batches_tracked"
"""Ends the names of counters that no graph holds: they matter to nothing but the training they come from."""
LABELLED = ("label.weight", "recogniser.label.weight")
"""Weights with a column for each label."""


@dataclass(frozen=True)
class ExportResult:
    """A published model: where, and by how much it deviates from PyTorch at worst, in 1/255."""

    path: Path
    worst: int
    size_bytes: int


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
    (dataset,) = open_as_read(config, ("val",))
    drawn = config.task == "sketch-to-image"
    manifest = ModelManifest(
        name=name or Path(out).stem,
        task=config.task,
        size=config.size,
        stride=int(cast(Any, network).stride),
        smallest=int(cast(Any, network).smallest),
        largest=int(cast(Any, network).largest),
        channels=config.picture_channels,
        labels=tuple(dataset.labels),
        hints=drawn and bool(getattr(network, "takes_hints", True)),
        noise=int(getattr(network, "chance_inputs", 0)) or config.generator.noise,
        flats=drawn and dataset.lines,
        network={"kind": config.generator.kind, **dict(cast(Any, network).options)},
        recipe=config.recipe,
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        licence=licence or dataset.licence,
        author=author,
        note=note,
        metrics=dict(metrics) if metrics is not None else checkpoint_metrics,
        date="",
        program="",
        grain=config.generator.grain,
    )
    return export_generator(network, stamped(manifest), out, half=half)


def stamped(manifest: ModelManifest) -> ModelManifest:
    """Return ``manifest`` as made now by this program."""
    date = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return replace(manifest, date=date, program=_version())


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
    model = GRAPHS[manifest.task].model(network.float().cpu().eval(), manifest)
    known = graph_cache.recall(network, manifest)
    data, worst = _proved(known, model, manifest, half) if known is not None else (b"", TOLERANCE + 1)
    if worst > TOLERANCE:
        proto = to_onnx(model, manifest)
        graph_cache.remember(proto, network, manifest)
        data, worst = _proved(proto, model, manifest, half)
    if worst > TOLERANCE:
        remedy = "export without half precision" if half else "train on and export again"
        raise UserError(
            f"The exported model deviates from PyTorch by {worst}/255 and is not published; {remedy}."
        )
    write_bytes(Path(out), data)
    return ExportResult(Path(out), worst, len(data))


def _proved(
    proto: onnx.ModelProto, model: nn.Module, manifest: ModelManifest, half: bool
) -> tuple[bytes, int]:
    """Return the file's contents and by how much they deviate from ``model`` at worst, in 1/255."""
    if half:
        store_half(proto)
    entry = proto.metadata_props.add()
    entry.key, entry.value = METADATA_KEY, manifest.to_json()
    data = proto.SerializeToString()
    check_model_bytes(data)
    return data, worst_deviation(model, data, manifest)


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
    missing = [name for name in state if PREFIX + name not in kept and not name.endswith(COUNTER)]
    if missing:
        raise UserError(
            f"{path} lacks the weights {missing[0]}; choose a model that this program has exported."
        )
    try:
        network.load_state_dict(
            {
                name: torch.from_numpy(numpy_helper.to_array(kept[PREFIX + name]).astype(np.float32))
                if PREFIX + name in kept
                else value
                for name, value in state.items()
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
    if manifest.task != config.task:
        raise UserError(
            f"{config.init} is for {manifest.task} and the recipe {config.recipe} for {config.task}; choose "
            "another model to start from."
        )
    known = {entry.name for entry in fields(GeneratorConfig)} - {"swatches"}
    values = to_dict(config)
    values["generator"] |= {key: value for key, value in manifest.network.items() if key in known}
    if not manifest.stride:  # a network of one size
        values |= {"size": manifest.size, "channels": manifest.channels}
    return from_dict(values)


def adopt_weights(state: TrainState, path: Path, labels: tuple[str, ...]) -> None:
    """Start ``state`` from the model file at ``path``.

    A label keeps its weights where the names agree, capitals aside; one that the model does not know starts
    as "any", and what the model knows beyond ``labels`` is left out.
    """
    network, manifest = load_generator_from_onnx(path)
    weights = network.state_dict()
    known = {label.casefold(): index for index, label in enumerate(manifest.labels)}
    own = state.generator.state_dict()
    for name in LABELLED:
        learnt = weights.pop(name, None)
        if not labels or name not in own or (learnt is None and name != LABELLED[0]):
            continue
        adopted = torch.zeros_like(own[name], device="cpu")
        for index, label in enumerate(labels):
            if learnt is not None and label.casefold() in known:
                adopted[:, index] = learnt[:, known[label.casefold()]]
        weights[name] = adopted
    if isinstance(state.generator, UNetGenerator):
        weights = state.generator.fitted(weights)
    try:
        state.generator.load_state_dict(weights)
        state.average.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"{path} has the shape of its own {len(manifest.labels)} labels and cannot start from others; "
            "choose data with the same number of labels."
        ) from error


def _version() -> str:
    try:
        return importlib.metadata.version("sketch-studio")
    except importlib.metadata.PackageNotFoundError:
        return "source"
