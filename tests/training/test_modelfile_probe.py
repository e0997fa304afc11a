import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.training.model_files import MANIFEST, tiny_model
from training import modelfile
from training.files import UserError
from training.modelfile import (
    check_model_file,
    probe_command,
    probe_model_file,
)


def test_probe_runs_a_good_model_at_its_smallest_size(tmp_path: Path) -> None:
    path = tmp_path / "good ü.onnx"
    path.write_bytes(tiny_model().SerializeToString())
    probed = probe_model_file(path)
    assert probed.side == MANIFEST.smallest
    assert probed.provider == "CPUExecutionProvider"


def test_probe_imports_nothing_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "good.onnx"
    path.write_bytes(tiny_model().SerializeToString())
    for name in ("onnxruntime.py", "argparse.py", "numpy.py"):
        (tmp_path / name).write_text("raise SystemExit('imported from a stranger')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert probe_model_file(path).side == MANIFEST.smallest


def test_probe_refuses_what_the_check_refuses_and_what_cannot_run(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="no ONNX model"):
        probe_model_file(path)
    model = tiny_model()
    model.graph.node[1].input[0] = "nobody made this"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(UserError, match="cannot be run"):
        probe_model_file(path)


def test_probe_refuses_pictures_of_another_shape(tmp_path: Path) -> None:
    model = tiny_model()
    model.graph.node[1].input.append("grey")  # a fourth channel
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
        for name in ("N", "H", "W", "C"):
            output.type.tensor_type.shape.dim.add(dim_param=name)
    path = tmp_path / "four.onnx"
    path.write_bytes(model.SerializeToString())
    check_model_file(path)
    with pytest.raises(UserError, match="came out with shape"):
        probe_model_file(path)


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits of a child process exist on Linux only")
def test_probe_survives_a_model_that_asks_for_ten_gigabytes_while_running(tmp_path: Path) -> None:
    model = tiny_model()
    model.graph.initializer.append(numpy_helper.from_array(np.array([2_500_000_000], np.int64), "shape"))
    model.graph.node.append(helper.make_node("Cast", ["noise"], ["n64"], to=TensorProto.INT64))
    model.graph.node.append(helper.make_node("ReduceMax", ["n64"], ["zero"], keepdims=0))
    model.graph.node.append(
        helper.make_node("Add", ["zero", "shape"], ["big"])
    )  # not foldable before the run
    model.graph.node.append(helper.make_node("ConstantOfShape", ["big"], ["flood"]))
    model.graph.node.append(helper.make_node("ReduceMax", ["flood"], ["most"], keepdims=0))
    model.graph.node.append(helper.make_node("Cast", ["most"], ["most8"], to=TensorProto.UINT8))
    model.graph.node.append(helper.make_node("Max", ["image", "most8"], ["flooded"]))
    model.graph.node[2].output[0] = "unused"
    model.graph.node.append(helper.make_node("Identity", ["flooded"], ["flats"]))
    path = tmp_path / "flood.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(UserError, match=r"memory|cannot be run"):
        probe_model_file(path, memory_mb=512)


def test_probe_is_killed_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "slow.onnx"
    path.write_bytes(tiny_model().SerializeToString())
    with pytest.raises(UserError, match="did not draw"):
        probe_model_file(path, timeout_s=0.01)


def test_a_crash_of_the_child_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "good.onnx"
    path.write_bytes(tiny_model().SerializeToString())
    crash = [sys.executable, "-c", "import os; os.abort()"]
    monkeypatch.setattr(modelfile, "probe_command", lambda path, memory_mb: crash)
    with pytest.raises(UserError, match="crashed"):
        probe_model_file(path)


def test_probe_command_calls_the_program_itself_when_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert probe_command(Path("m.onnx"))[1:3] == ["-m", "training.modelfile_probe"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert probe_command(Path("m.onnx"), 64)[1:] == ["--probe-model", "m.onnx", "--memory-mb", "64"]
