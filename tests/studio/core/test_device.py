import ctypes
from pathlib import Path

import numpy as np
import pytest

from studio.core import device
from studio.core.device import CudaProblem, DeviceTruth, Gpu
from tests.fixtures.models import TinyModel


class Driver:
    """A NVIDIA driver as ctypes shows it."""

    def __init__(self, *, init: int = 0, count: int = 1) -> None:
        self.init, self.count = init, count

    def cuInit(self, flags: int) -> int:
        return self.init

    def cuDeviceGetCount(self, count: object) -> int:
        count._obj.value = self.count  # type: ignore[attr-defined]
        return 0

    def cuDeviceGetName(self, buffer: ctypes.Array, length: int, number: int) -> int:
        buffer.value = b"Test GPU"
        return 0

    def cuDriverGetVersion(self, version: object) -> int:
        version._obj.value = 13010  # type: ignore[attr-defined]
        return 0


def use_driver(
    monkeypatch: pytest.MonkeyPatch, driver: Driver | OSError, platform: str = "linux"
) -> list[str]:
    loaded = []

    def load(name: str) -> Driver:
        loaded.append(name)
        if isinstance(driver, OSError):
            raise driver
        return driver

    monkeypatch.setattr(device.ctypes, "CDLL", load)
    monkeypatch.setattr(device.sys, "platform", platform)
    return loaded


def test_the_status_line_tells_provider_time_and_reason() -> None:
    assert DeviceTruth("CUDA", "", 4.2, "").text == "CUDA · 4 ms"
    assert DeviceTruth("CPU", "no CUDA device", 21.4, "").text == "CPU · 21 ms: no CUDA device"
    assert DeviceTruth("CPU", "as set", 21.4, "").status(30.0) == "CPU · 30 ms: as set"


def test_a_gpu_is_named_with_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch, Driver())
    assert device.find_gpu() == Gpu("Test GPU", "13.1")


def test_without_a_driver_the_reason_names_the_missing_file(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch, OSError("libcuda.so.1: cannot open shared object file"))
    found = device.find_gpu()
    assert isinstance(found, CudaProblem)
    assert found.reason == "no CUDA device"
    assert "libcuda.so.1" in found.detail


@pytest.mark.parametrize("driver", [Driver(init=100), Driver(count=0)])
def test_a_driver_without_a_device_is_no_gpu(monkeypatch: pytest.MonkeyPatch, driver: Driver) -> None:
    use_driver(monkeypatch, driver)
    found = device.find_gpu()
    assert isinstance(found, CudaProblem)
    assert found.reason == "no CUDA device"


def test_each_system_is_asked_for_its_own_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    assert use_driver(monkeypatch, Driver(), "win32") == []
    device.find_gpu()
    loaded = use_driver(monkeypatch, Driver(), "win32")
    device.find_gpu()
    assert loaded == ["nvcuda.dll"]
    loaded = use_driver(monkeypatch, Driver(), "darwin")
    assert device.find_gpu() == CudaProblem("no CUDA on macOS", "NVIDIA has no driver for macOS")
    assert loaded == []


def test_the_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    use_driver(monkeypatch, OSError("libcudnn.so.9: cannot open shared object file: No such file"))
    monkeypatch.setattr(device.Path, "exists", lambda self: True)
    assert device.missing_provider_library() == "libcudnn.so.9"


def test_the_reference_inputs_are_the_same_every_time_and_fit_the_model() -> None:
    manifest = TinyModel(noise=3).manifest()
    one, other = device.reference_pixels(manifest), device.reference_pixels(manifest)
    assert one.hints is not None
    assert one.sketch.shape == (64, 64)
    assert one.hints.shape == (64, 64, 4)
    assert np.array_equal(one.sketch, other.sketch)
    assert 0.02 < (one.sketch == 0).mean() < 0.5
    assert set(np.unique(one.hints[..., 3])) == {0, 128, 255}
    bare = device.reference_pixels(TinyModel(labels=(), hints=False).manifest())
    assert (bare.hints, bare.label, bare.noise) == (None, None, None)


def test_an_answer_is_found_again_for_its_own_weights_alone(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    device.remember_answer("a" * 64, image)
    found = device.stored_answer("a" * 64)
    assert found is not None
    assert np.array_equal(found, image)
    assert device.stored_answer("b" * 64) is None
    path = tmp_path / "answer.png"
    device.save_answer(path, "c" * 64, image)
    assert device.load_answer(path, "a" * 64) is None


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_damaged_answer_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "answer.png"
    path.write_bytes(content)
    assert device.load_answer(path, "a" * 64) is None


def test_differences_are_counted_in_steps_and_across_the_whole_range() -> None:
    dark, bright = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)
    assert device.largest_difference(dark, bright) == 255
    assert device.largest_difference(bright, dark + 253) == 2
    assert device.largest_difference(dark, dark[:1]) == 255


def test_the_report_starts_with_versions_and_ends_with_what_was_found() -> None:
    lines = device.make_report([("GPU", "none")]).splitlines()
    assert lines[0].startswith("Sketch Studio: ")
    assert any(line.startswith("ONNX Runtime: ") for line in lines)
    assert lines[-1] == "GPU: none"
