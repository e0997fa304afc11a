"""Remembered graphs: the second model of a network is not translated again, and is proved all the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from tests.training.model_files import MANIFEST
from training import export
from training.export import export_generator
from training.folders import user_cache_dir
from training.manifest import ModelManifest
from training.networks import build_network, network_options
from training.recipes import get_recipe


@pytest.fixture
def manifest() -> ModelManifest:
    section = replace(get_recipe("digits-3").config.generator, layers=(8,), noise=4)
    options = network_options(section, 2, 1, 16)
    return replace(
        MANIFEST,
        task="label-to-image",
        size=16,
        stride=0,
        smallest=16,
        largest=16,
        channels=1,
        labels=("none", "one"),
        hints=False,
        noise=4,
        flats=False,
        grain=1,
        network={"kind": section.kind, **options},
    )


def network(manifest: ModelManifest, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    options = dict(manifest.network)
    made = build_network(options.pop("kind"), options).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.normal_()
    return made


def picture(path: Path) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(
        None, {"noise": np.ones((1, 4), np.float32), "label": np.eye(2, dtype=np.float32)[:1]}
    )[0]


def test_the_second_model_of_a_network_has_its_own_weights_and_is_not_translated(
    manifest: ModelManifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_generator(network(manifest, 1), manifest, tmp_path / "first.onnx")
    monkeypatch.setattr(export, "to_onnx", lambda *_: pytest.fail("translated again"))
    result = export_generator(network(manifest, 2), manifest, tmp_path / "second.onnx")
    assert result.worst <= export.TOLERANCE
    assert not np.array_equal(picture(tmp_path / "first.onnx"), picture(tmp_path / "second.onnx"))
    export_generator(network(manifest, 1), manifest, tmp_path / "again.onnx")
    assert np.array_equal(picture(tmp_path / "first.onnx"), picture(tmp_path / "again.onnx"))


@pytest.mark.parametrize("spoilt", [b"", b"no graph", b"\x08"])
def test_a_spoilt_graph_is_made_anew(manifest: ModelManifest, tmp_path: Path, spoilt: bytes) -> None:
    export_generator(network(manifest, 1), manifest, tmp_path / "first.onnx")
    (kept,) = (user_cache_dir() / "graphs").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(spoilt)
    assert (
        export_generator(network(manifest, 2), manifest, tmp_path / "second.onnx").worst <= export.TOLERANCE
    )
    assert len(kept.read_bytes()) == len(whole)


def test_another_network_has_another_graph(manifest: ModelManifest, tmp_path: Path) -> None:
    wider = replace(manifest, network=manifest.network | {"layers": (12,)})
    for number, one in enumerate((manifest, wider)):
        export_generator(network(one, 1), one, tmp_path / f"{number}.onnx")
    assert len(list((user_cache_dir() / "graphs").iterdir())) == 2
