"""Which device computes the pictures, why, and the proof: one inference compared with a stored answer."""

import contextlib
import ctypes
import io
import logging
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from studio import __version__, resources
from studio.core import settings
from training.files import write_atomically
from training.manifest import LABEL_TASK, ModelManifest

log = logging.getLogger(__name__)

Provider = Literal["CPU", "CUDA"]
PROVIDER_NAMES: dict[Provider, str] = {"CPU": "CPUExecutionProvider", "CUDA": "CUDAExecutionProvider"}

TOLERANCE = 2
"""Largest difference, in steps of 1/255, between two devices that compute the same picture."""

CUDA_LIBRARIES = ("cudart", "cublasLt", "cublas", "cufft", "curand", "cudnn")
ANSWER_KEY = "sketch_studio_sha256"


@dataclass(frozen=True)
class DeviceTruth:
    """What really computes the pictures.

    ``reason`` says in a few words why it is not the GPU (empty on the GPU); ``report`` is several lines to
    copy into a bug report; ``run_ms`` is what one picture at the model's own size took at loading.
    """

    provider: Provider
    reason: str
    run_ms: float
    report: str

    @property
    def text(self) -> str:
        """The line for the status bar, such as ``CPU · 21 ms: no CUDA device``."""
        return self.status(self.run_ms)

    def status(self, run_ms: float) -> str:
        """Return the line with the time of the newest picture."""
        line = f"{self.provider} · {run_ms:.0f} ms"
        return f"{line}: {self.reason}" if self.reason else line

    @property
    def line(self) -> str:
        """Provider and reason in one line: ``CPU: no CUDA device``."""
        return f"{self.provider}: {self.reason}" if self.reason else self.provider

    @property
    def story(self) -> str:
        """The beginning of a sentence on it: ``CPU (no CUDA device)``."""
        return f"{self.provider} ({self.reason})" if self.reason else self.provider


@dataclass(frozen=True)
class CudaProblem:
    """Why CUDA cannot be used: a few words for the status bar, and what exactly was found."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Gpu:
    """The first CUDA device as its driver describes it; ``driver`` is the newest CUDA version it supports."""

    name: str
    driver: str


@dataclass(frozen=True)
class Pixels:
    """One set of model inputs without the batch axis; what the model does not use is None."""

    sketch: NDArray[np.uint8] | None  # [H,W]
    hints: NDArray[np.uint8] | None  # [H,W,4]
    label: NDArray[np.float32] | None  # [L]
    noise: NDArray[np.float32] | None  # [Z]


def find_gpu() -> Gpu | CudaProblem:
    """Ask the NVIDIA driver, not ONNX Runtime, for a CUDA device; harmless where there is none."""
    if sys.platform == "darwin":
        return CudaProblem("no CUDA on macOS", "NVIDIA has no driver for macOS")
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
    except OSError as error:
        return CudaProblem("no CUDA device", f"no NVIDIA driver: {error}")
    code = driver.cuInit(0)
    count = ctypes.c_int(0)
    if code == 0:
        code = driver.cuDeviceGetCount(ctypes.byref(count))
    if code != 0 or count.value == 0:
        return CudaProblem(
            "no CUDA device", f"the NVIDIA driver {name} reports no usable device (code {code})"
        )
    buffer, version = ctypes.create_string_buffer(256), ctypes.c_int(0)
    driver.cuDeviceGetName(buffer, len(buffer), 0)
    driver.cuDriverGetVersion(ctypes.byref(version))
    number = f"{version.value // 1000}.{version.value % 1000 // 10}"
    return Gpu(buffer.value.decode(errors="replace"), number)


def missing_provider_library() -> str:
    """Say which library keeps ONNX Runtime's CUDA provider from loading; "" when none seems to be missing."""
    import onnxruntime

    folder = Path(onnxruntime.__file__).parent / "capi"
    windows = sys.platform == "win32"
    library = folder / ("onnxruntime_providers_cuda.dll" if windows else "libonnxruntime_providers_cuda.so")
    if not library.exists():
        return f"{library.name} is not part of this ONNX Runtime"
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        # The loader names the missing file first: "libcudnn.so.9: cannot open shared object file: ...".
        text = str(error)
        return text.split(":")[0] if not windows else text
    return ""


def preload_cuda() -> None:
    """Load NVIDIA's libraries from where pip put them, so that the CUDA provider finds them."""
    import onnxruntime

    preload: Callable[[], None] | None = getattr(onnxruntime, "preload_dlls", None)
    if preload is None:
        return
    # It prints what it misses, into whatever the caller is printing.
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            preload()
        except Exception:
            # Whatever is wrong shows again, with its name, when the provider is loaded.
            log.exception("onnxruntime.preload_dlls failed")
    if printed.getvalue():
        log.info("onnxruntime.preload_dlls: %s", printed.getvalue().strip())


def reference_pixels(manifest: ModelManifest) -> Pixels:
    """Return the fixed inputs of the reference inference: integers only, the same on every machine."""
    label = np.zeros(len(manifest.labels), np.float32)
    label[:1] = 1
    if manifest.task == LABEL_TASK:
        noise = (np.arange(manifest.noise) * 7 % 5 - 2).astype(np.float32)
        return Pixels(None, None, label if manifest.labels else None, noise)
    size = manifest.size
    y, x = np.mgrid[0:size, 0:size].astype(np.int64) * 256 // size
    distance = (x - 128) ** 2 + (y - 120) ** 2
    ink = (distance >= 70**2) & (distance < 75**2)
    ink |= (abs(x - 100) < 8) & (abs(y - 100) < 12) | (abs(x - 156) < 8) & (abs(y - 100) < 12)
    ink |= (y >= 150) & (y < 155) & (x >= 96) & (x < 160)
    ink |= (y >= 210) & (y < 214)
    hints = np.zeros((size, size, 4), np.uint8)
    hints[(x - 128) ** 2 + (y - 130) ** 2 < 36] = (230, 60, 40, 255)
    hints[(x - 40) ** 2 + (y - 232) ** 2 < 36] = (40, 120, 220, 128)
    return Pixels(
        sketch=np.where(ink, 0, 255).astype(np.uint8),
        hints=hints if manifest.hints else None,
        label=label if manifest.labels else None,
        noise=np.zeros(manifest.noise, np.float32) if manifest.noise else None,
    )


def largest_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """Return the largest difference anywhere in steps of 1/255; 255 when the sizes differ."""
    if one.shape != other.shape:
        return 255
    return int(np.abs(one.astype(np.int16) - other.astype(np.int16)).max(initial=0))


def stored_answer(sha256: str) -> NDArray[np.uint8] | None:
    """Return the CPU's answer to the reference inputs for the model with these weights, if it is known."""
    for path in (*sorted(resources.asset("self_test").glob("*.png")), _answer_cache(sha256)):
        answer = load_answer(path, sha256)
        if answer is not None:
            return answer
    return None


def remember_answer(sha256: str, image: NDArray[np.uint8]) -> None:
    """Keep the CPU's answer in the user's cache; a disk that refuses costs a recomputation, no more."""
    try:
        save_answer(_answer_cache(sha256), sha256, image)
    except OSError as error:
        log.warning("reference answer not cached: %s", error)


def load_answer(path: Path, sha256: str) -> NDArray[np.uint8] | None:
    """Return the picture in ``path`` [H,W,3], or None unless it belongs to the weights ``sha256``."""
    try:
        with Image.open(path) as image:
            if image.info.get(ANSWER_KEY) != sha256:
                return None
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError):
        return None


def save_answer(path: Path, sha256: str, image: NDArray[np.uint8]) -> None:
    """Write a reference answer with the hash of the weights that gave it."""
    info = PngImagePlugin.PngInfo()
    info.add_text(ANSWER_KEY, sha256)
    write_atomically(path, lambda temp: Image.fromarray(image).save(temp, format="PNG", pnginfo=info))


def make_report(lines: Sequence[tuple[str, Any]]) -> str:
    """Return the copyable report: the given facts below the versions every report starts with."""
    import onnxruntime

    facts: list[tuple[str, Any]] = [
        ("Sketch Studio", __version__),
        ("system", f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} cores"),
        ("Python", platform.python_version()),
        (
            "ONNX Runtime",
            f"{onnxruntime.__version__}, providers {', '.join(onnxruntime.get_available_providers())}",
        ),
        *lines,
    ]
    return "\n".join(f"{name}: {value}" for name, value in facts)


def _answer_cache(sha256: str) -> Path:
    return settings.user_cache_dir() / "reference" / f"{sha256}.png"
