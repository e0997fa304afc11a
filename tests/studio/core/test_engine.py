import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from studio.core import device, engine
from studio.core.device import CudaProblem, Gpu, Provider
from studio.core.engine import Engine, Session, open_session
from tests.fixtures.models import TinyModel, flat_colour
from training.files import UserError

PAPER = np.full((64, 64), 255, np.uint8)
GPU = Gpu("Test GPU", "13.1")


@dataclass
class FakeCuda:
    """A CUDA session made of a CPU one, that may be wrong or get lost."""

    session: Session
    runs_until_lost: int = 1_000_000
    error: int = 0
    runs: int = 0

    def run(self, names: Sequence[str], feeds: Mapping[str, Any]) -> list[Any]:
        self.runs += 1
        if self.runs > self.runs_until_lost:
            raise RuntimeError("CUDA failure 700: an illegal memory access was encountered\nmore lines")
        return [answer + np.uint8(self.error) for answer in self.session.run(names, feeds)]

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def get_inputs(self) -> Sequence[Any]:
        return self.session.get_inputs()

    def get_outputs(self) -> Sequence[Any]:
        return self.session.get_outputs()


class Opener:
    """Opens fake CUDA sessions and real CPU ones, and counts them."""

    def __init__(self, make: Callable[[Session], Session]) -> None:
        self.make = make
        self.opened: list[Provider] = []

    def __call__(self, data: bytes, provider: Provider, threads: int) -> Session:
        self.opened.append(provider)
        session = open_session(data, "CPU", threads)
        return self.make(session) if provider == "CUDA" else session


@pytest.fixture(autouse=True)
def no_cuda_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "preload_cuda", lambda: None)
    monkeypatch.setattr(engine, "missing_provider_library", lambda: "libcudnn.so.9")


def load(tmp_path: Path, opener: Opener, model: TinyModel | None = None) -> Engine:
    entry = (model or TinyModel()).entry(tmp_path)
    return Engine.load(entry, "auto", opener=opener, gpu=lambda: GPU)


class TestRun:
    @pytest.mark.parametrize(
        "model",
        [
            TinyModel(),
            TinyModel(flats=False),
            TinyModel(hints=False),
            TinyModel(labels=()),
            TinyModel(labels=(), hints=False, noise=3),
            TinyModel(noise=4),
            TinyModel(stride=0),
        ],
        ids=str,
    )
    def test_every_kind_of_model_colours_a_drawing(self, tmp_path: Path, model: TinyModel) -> None:
        loaded = Engine.load(model.entry(tmp_path), "cpu")
        sketch = PAPER.copy()
        sketch[:, 30] = 0
        output = loaded.run(sketch)
        assert output.image.shape == (64, 64, 3)
        assert np.abs(output.image[5, 5].astype(int) - flat_colour()).max() <= 1
        assert output.image[5, 30].tolist() == [0, 0, 0]
        assert (output.flats is not None) == model.flats
        if output.flats is not None:
            assert np.abs(output.flats[5, 30].astype(int) - flat_colour()).max() <= 1

    def test_label_noise_and_hints_arrive(self, tmp_path: Path) -> None:
        loaded = Engine.load(TinyModel(noise=1).entry(tmp_path), "cpu")
        hints = np.zeros((64, 64, 4), np.uint8)
        hints[20, 20] = (0, 0, 255, 255)
        output = loaded.run(PAPER, hints, np.array([0, 1], np.float32))
        assert np.abs(output.image[5, 5].astype(int) - flat_colour(1)).max() <= 1
        assert np.abs(output.image[20, 20].astype(int) - (0, 0, 255)).max() <= 1
        moved = loaded.run(PAPER, None, None, np.array([2], np.float32))
        assert moved.image[5, 5, 0] > flat_colour()[0] + 20

    def test_every_size_the_model_takes_works_and_others_are_refused(self, tmp_path: Path) -> None:
        loaded = Engine.load(TinyModel(stride=16).entry(tmp_path), "cpu")
        assert loaded.run(np.full((32, 96), 255, np.uint8)).image.shape == (32, 96, 3)
        with pytest.raises(ValueError, match="97 x 32"):
            loaded.run(np.full((32, 97), 255, np.uint8))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"hints": np.zeros((64, 64, 3), np.uint8)},
            {"label": np.zeros(3, np.float32)},
            {"noise": np.zeros(9, np.float32)},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_inputs_of_a_wrong_shape_are_refused(self, tmp_path: Path, wrong: dict[str, Any]) -> None:
        loaded = Engine.load(TinyModel(noise=2).entry(tmp_path), "cpu")
        with pytest.raises(ValueError, match="shape"):
            loaded.run(PAPER, **wrong)

    def test_parts_of_larger_arrays_may_be_passed(self, tmp_path: Path) -> None:
        loaded = Engine.load(TinyModel().entry(tmp_path), "cpu")
        large = np.full((128, 128), 255, np.uint8)
        large[::2, ::2][:, 10] = 0
        assert (loaded.run(large[::2, ::2]).image[:, 10] == 0).all()

    def test_what_the_engine_adds_is_the_pixels_and_nothing_else(self, tmp_path: Path) -> None:
        entry = TinyModel().entry(tmp_path)
        session = onnxruntime.InferenceSession(str(entry.path), providers=["CPUExecutionProvider"])
        feeds = {
            "sketch": PAPER[None],
            "hints": np.zeros((1, 64, 64, 4), np.uint8),
            "label": np.zeros((1, 2), np.float32),
        }
        bare = session.run(["image"], feeds)[0][0]
        assert np.array_equal(Engine.load(entry, "cpu").run(PAPER).image, bare)


class TestLoad:
    def test_the_cpu_when_asked_for(self, tmp_path: Path) -> None:
        truth = Engine.load(TinyModel().entry(tmp_path), "cpu").device
        assert (truth.provider, truth.reason) == ("CPU", "as set")
        assert truth.text.endswith(" ms: as set")
        assert "CPUExecutionProvider" in truth.report
        assert "tiny.onnx" in truth.report

    def test_without_a_gpu_no_cuda_session_is_tried_and_the_reason_is_told(self, tmp_path: Path) -> None:
        opener = Opener(FakeCuda)
        problem = CudaProblem("no CUDA device", "no NVIDIA driver: libcuda.so.1")
        loaded = Engine.load(TinyModel().entry(tmp_path), "cuda", opener=opener, gpu=lambda: problem)
        assert opener.opened == ["CPU"]
        assert loaded.device.reason == "no CUDA device"
        assert "libcuda.so.1" in loaded.device.report

    def test_a_gpu_that_answers_like_the_cpu_is_used(self, tmp_path: Path) -> None:
        loaded = load(tmp_path, Opener(FakeCuda))
        assert (loaded.device.provider, loaded.device.reason) == ("CUDA", "")
        assert loaded.device.text.startswith("CUDA · ")
        assert "largest difference to the CPU: 0/255" in loaded.device.report
        assert "Test GPU" in loaded.device.report

    def test_the_cpus_answer_is_computed_once_for_a_model(self, tmp_path: Path) -> None:
        first, second = Opener(FakeCuda), Opener(FakeCuda)
        load(tmp_path, first)
        load(tmp_path, second)
        assert first.opened == ["CUDA", "CPU"]
        assert second.opened == ["CUDA"]

    def test_a_gpu_that_answers_differently_is_not_used(self, tmp_path: Path) -> None:
        loaded = load(tmp_path, Opener(lambda session: FakeCuda(session, error=3)))
        assert loaded.device.provider == "CPU"
        assert "off by 3/255" in loaded.device.reason
        assert np.abs(loaded.run(PAPER).image[5, 5].astype(int) - flat_colour()).max() <= 1

    def test_rounding_is_no_difference(self, tmp_path: Path) -> None:
        loaded = load(tmp_path, Opener(lambda session: FakeCuda(session, error=device.TOLERANCE)))
        assert loaded.device.provider == "CUDA"

    def test_a_missing_library_is_named(self, tmp_path: Path) -> None:
        loaded = load(tmp_path, Opener(lambda session: session))  # a session without the CUDA provider
        assert loaded.device.reason == "CUDA library missing: libcudnn.so.9"

    def test_a_cuda_session_that_cannot_be_opened_leaves_the_cpu(self, tmp_path: Path) -> None:
        def refuse(session: Session) -> Session:
            raise RuntimeError("no kernel image")

        loaded = load(tmp_path, Opener(refuse))
        assert loaded.device.provider == "CPU"
        assert "no kernel image" in loaded.device.report

    def test_a_file_changed_after_its_check_is_refused(self, tmp_path: Path) -> None:
        entry = TinyModel().entry(tmp_path)
        entry.path.write_bytes(entry.path.read_bytes() + b" ")
        with pytest.raises(UserError, match="changed"):
            Engine.load(entry)

    def test_a_file_that_is_gone_is_refused(self, tmp_path: Path) -> None:
        entry = TinyModel().entry(tmp_path)
        entry.path.unlink()
        with pytest.raises(UserError, match="cannot be read"):
            Engine.load(entry)

    def test_a_broken_entry_says_what_is_wrong_with_it(self, tmp_path: Path) -> None:
        entry = replace(TinyModel().entry(tmp_path), manifest=None, problem="It is empty; copy it again.")
        with pytest.raises(UserError, match="It is empty"):
            Engine.load(entry)

    def test_a_shipped_answer_that_no_longer_holds_is_told(self, tmp_path: Path) -> None:
        entry = TinyModel().entry(tmp_path)
        device.remember_answer(entry.sha256, np.zeros((64, 64, 3), np.uint8))
        assert "off by" in Engine.load(entry, "cpu").device.reason


class TestLoss:
    def test_a_lost_gpu_is_replaced_once_and_visibly(self, tmp_path: Path) -> None:
        opener = Opener(lambda session: FakeCuda(session, runs_until_lost=3))
        loaded = load(tmp_path, opener)
        before = loaded.device
        loaded.run(PAPER)
        assert loaded.device is before
        output = loaded.run(PAPER)
        assert np.abs(output.image[5, 5].astype(int) - flat_colour()).max() <= 1
        assert loaded.device.provider == "CPU"
        assert loaded.device.reason.startswith("the GPU failed while running: CUDA failure 700")
        assert "\n" not in loaded.device.text
        opened = len(opener.opened)
        loaded.run(PAPER)
        assert len(opener.opened) == opened

    def test_a_model_that_fails_on_the_cpu_is_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Breaks(FakeCuda):
            def get_providers(self) -> list[str]:
                return ["CPUExecutionProvider"]

        def opener(data: bytes, provider: Provider, threads: int) -> Session:
            return Breaks(open_session(data, "CPU", threads), runs_until_lost=2)

        loaded = Engine.load(TinyModel().entry(tmp_path), "cpu", opener=opener)
        with pytest.raises(UserError, match=r"The model Tiny failed .*; choose another model\."):
            loaded.run(PAPER)


def test_sessions_use_the_named_provider_and_threads_that_sleep(tmp_path: Path) -> None:
    data = TinyModel().save(tmp_path).read_bytes()
    session = open_session(data, "CPU", 2)
    assert session.get_providers() == ["CPUExecutionProvider"]
    options = session.get_session_options()  # type: ignore[attr-defined]
    assert options.intra_op_num_threads == 2
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


@pytest.mark.slow
def test_a_model_that_runs_is_told_to_nobody(tmp_path: Path, repository: Path) -> None:
    code = (
        "from studio.cli.common import model_for_sketches; from studio.core.engine import Engine;"
        "Engine.load(model_for_sketches(''), 'cpu')"
    )
    # Where ONNX Runtime sees one of these it keeps still by itself.
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], cwd=repository, env=environment, check=True)
    assert [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name.lower()] == []
