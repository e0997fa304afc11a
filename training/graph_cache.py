"""Graphs that were translated before: the next model of the same network only brings other weights.

To translate a large network takes a minute; to put weights into a known graph takes a second. Whoever uses a
graph from here proves the result against PyTorch as if it were new.
"""

import hashlib
import json
import logging
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training.files import UserError, write_bytes
from training.folders import user_cache_dir
from training.graph import GRAPHS, PREFIX
from training.manifest import ModelManifest
from training.modelfile import parse_model

KEPT = 16
"""Graphs remembered, the newest; each takes less than a megabyte."""

log = logging.getLogger(__name__)


def recall(network: nn.Module, manifest: ModelManifest) -> onnx.ModelProto | None:
    """Return the graph of ``network`` with its present weights; None where it is not remembered."""
    try:
        proto = parse_model(_path(manifest).read_bytes())
    except (OSError, UserError):
        return None
    weights = {PREFIX + name: value for name, value in network.state_dict().items()}
    for tensor in proto.graph.initializer:
        weight = weights.get(tensor.name)
        if weight is not None:
            if tuple(tensor.dims) != tuple(weight.shape):
                return None
            tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(weight.numpy()), tensor.name))
    return proto


def remember(proto: onnx.ModelProto, network: nn.Module, manifest: ModelManifest) -> None:
    """Keep the graph of ``network``, without its weights; nothing happens where the disk has no room."""
    bare = onnx.ModelProto()
    bare.CopyFrom(proto)
    weights = {PREFIX + name for name in network.state_dict()}
    for tensor in bare.graph.initializer:
        if tensor.name in weights:
            tensor.ClearField("raw_data")
    path = _path(manifest)
    try:
        write_bytes(path, bare.SerializeToString())
        kept = sorted(path.parent.glob("*.onnx"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.info("a graph is not kept: %s", error)


def _path(manifest: ModelManifest) -> Path:
    example, sides = GRAPHS[manifest.task].example(manifest)
    shapes = {name: None if value is None else list(value.shape) for name, value in example.items()}
    varying = {name: repr(value) for name, value in sides.items()}
    key = [manifest.task, manifest.network, manifest.flats, shapes, varying, torch.__version__, _code()]
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    return user_cache_dir() / "graphs" / f"{digest[:32]}.onnx"


@cache
def _code() -> str:
    """What the graphs are made by: with other code a graph is another one."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([here / "graph.py", *(here / "networks").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
