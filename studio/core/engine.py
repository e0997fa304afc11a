"""One model, ready to run: ONNX Runtime with explicit providers, checked against the CPU's answer."""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.core.device import (
    PROVIDER_NAMES,
    TOLERANCE,
    CudaProblem,
    DeviceTruth,
    Gpu,
    Pixels,
    Provider,
    find_gpu,
    largest_difference,
    make_report,
    missing_provider_library,
    preload_cuda,
    reference_pixels,
    remember_answer,
    stored_answer,
)
from studio.core.library import ModelEntry
from training.files import UserError
from training.manifest import ModelManifest

log = logging.getLogger(__name__)

GPU_SHARE_BYTES = 2 << 30
"""The most of the card that live pictures take."""


class Session(Protocol):
    """The part of onnxruntime.InferenceSession that the engine uses."""

    def run(self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> Sequence[Any]: ...

    def get_providers(self) -> Sequence[str]: ...

    def get_inputs(self) -> Sequence[Any]: ...

    def get_outputs(self) -> Sequence[Any]: ...


OpenSession = Callable[[bytes, Provider, int], Session]
FindGpu = Callable[[], Gpu | CudaProblem]


@dataclass(frozen=True, slots=True)
class EngineOutput:
    """One answer: ``image`` uint8 [H,W,3] with lines, ``flats`` without (None: the model has none)."""

    image: NDArray[np.uint8]
    flats: NDArray[np.uint8] | None
    run_ms: float


def open_session(data: bytes, provider: Provider, threads: int) -> Session:
    """Open a model on exactly the named provider, with threads that sleep while there is nothing to do."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    # Spinning threads save microseconds a picture and burn whole cores while the user thinks.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    providers: list[Any] = [PROVIDER_NAMES["CPU"]]
    if provider == "CUDA":
        # TF32 would move colours by more than the tolerance; an exhaustive search stalls at every new size.
        cuda = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}
        # A training may have the same card: take no more than is used, and leave it the rest.
        cuda |= {"gpu_mem_limit": str(GPU_SHARE_BYTES), "arena_extend_strategy": "kSameAsRequested"}
        providers.insert(0, (PROVIDER_NAMES["CUDA"], cuda))
    # enable_fallback would hide the loss of the GPU behind a print.
    session: Session = onnxruntime.InferenceSession(
        data, sess_options=options, providers=providers, enable_fallback=0
    )
    return session


class Engine:
    """A loaded model, used from one thread at a time; `load` takes a second, keep it off the GUI thread."""

    def __init__(
        self, model: ModelEntry, manifest: ModelManifest, data: bytes, threads: int, opener: OpenSession
    ) -> None:
        """Use `load`; this opens nothing yet."""
        self.model = model
        self.manifest = manifest
        self.device = DeviceTruth("CPU", "", 0.0, "")
        self._data = data
        self._threads = threads
        self._opener = opener
        self._session: Session | None = None
        self._provider: Provider = "CPU"
        self._outputs: list[str] = ["image"]
        self._notes: list[tuple[str, Any]] = []

    @classmethod
    def load(
        cls,
        model: ModelEntry,
        device: str = "auto",
        threads: int = 2,
        *,
        opener: OpenSession = open_session,
        gpu: FindGpu = find_gpu,
    ) -> "Engine":
        """Open a checked model on ``device`` ("auto", "cpu", "cuda"), prove it with the reference inference.

        A GPU that is missing, does not load or answers differently from the CPU leaves the CPU in charge;
        `device` says so and why. UserError when the file changed since its check or cannot be run at all.
        """
        if model.manifest is None:
            raise UserError(model.problem or f"The model {model.name} is not usable; choose another one.")
        try:
            data = model.path.read_bytes()
        except OSError as error:
            raise UserError(
                f"{model.path} cannot be read ({error.strerror}); choose another model."
            ) from error
        if hashlib.sha256(data).hexdigest() != model.sha256:
            raise UserError(
                f"{model.path.name} has changed since it was checked; refresh the list of models."
            )
        engine = cls(model, model.manifest, data, threads, opener)
        engine._start(device, gpu)
        return engine

    def run(
        self,
        sketch: NDArray[np.uint8],
        hints: NDArray[np.uint8] | None = None,
        label: NDArray[np.float32] | None = None,
        noise: NDArray[np.float32] | None = None,
    ) -> EngineOutput:
        """Colour ``sketch`` [H,W] of a size the model takes; what is left out is neutral, unused is ignored.

        When the GPU fails, the model is opened on the CPU, once; the picture is computed there and `device`
        tells. UserError when the CPU fails too; ValueError for arrays of a wrong size.
        """
        return self._guarded(self._feeds(Pixels(sketch, hints, label, noise))).first()

    def generate(
        self, label: NDArray[np.float32], noise: NDArray[np.float32]
    ) -> tuple[NDArray[np.uint8], float]:
        """Make pictures of labels [N,L] and noise [N,Z], all at once: uint8 [N,S,S,3] and milliseconds.

        Grey models answer in RGB too. Failures as in `run`.
        """
        count = len(noise)
        feeds = {"noise": _checked(noise, np.float32, (count, self.manifest.noise))}
        if self.manifest.labels:
            feeds["label"] = _checked(label, np.float32, (count, len(self.manifest.labels)))
        answer = self._guarded(feeds)
        return answer.images, answer.run_ms

    def _guarded(self, feeds: Mapping[str, NDArray[Any]]) -> "_Answer":
        """Run the model, on the CPU once the GPU has failed."""
        try:
            return self._timed(feeds)
        except Exception as error:
            if self._provider == "CPU":
                log.exception("the model %s failed", self.model.path)
                raise UserError(
                    f"The model {self.model.name} failed ({_first_line(error)}); choose another model."
                ) from error
            log.exception("the GPU failed; going on with the CPU")
            self._open_cpu(f"the GPU failed while running: {_first_line(error)}")
        try:
            return self._timed(feeds)
        except Exception as error:
            log.exception("the model %s failed", self.model.path)
            raise UserError(
                f"The model {self.model.name} failed ({_first_line(error)}); choose another model."
            ) from error

    def reference(self) -> tuple[NDArray[np.uint8], float]:
        """Return the answer to the reference inputs and the milliseconds of a second, warm run."""
        feeds = self._feeds(reference_pixels(self.manifest))
        self._timed(feeds)
        answer = self._timed(feeds)
        return answer.first().image, answer.run_ms

    def close(self) -> None:
        """Let go of the model's memory; `run` is not possible afterwards."""
        self._session = None
        self._data = b""

    def _start(self, device: str, find: FindGpu) -> None:
        self._notes = [
            ("model", f"{self.model.name} ({self.model.path.name}, sha256 {self.model.sha256[:16]})")
        ]
        if device == "cpu":
            return self._open_cpu("as set")
        gpu = find()
        if isinstance(gpu, CudaProblem):
            self._notes.append(("GPU", gpu.detail))
            return self._open_cpu(gpu.reason)
        self._notes.append(("GPU", f"{gpu.name}, driver for CUDA {gpu.driver}"))
        problem = self._open_cuda()
        if problem:
            self._open_cpu(problem)

    def _open_cuda(self) -> str:
        """Open and prove the model on the GPU; return why it cannot be used, or "" when it can."""
        preload_cuda()
        try:
            self._use(self._opener(self._data, "CUDA", self._threads), "CUDA")
        except Exception as error:
            log.exception("no session on CUDA")
            self._notes.append(("CUDA session", _first_line(error)))
            return f"CUDA did not start: {missing_provider_library() or _first_line(error)}"
        if PROVIDER_NAMES["CUDA"] not in self._require_session().get_providers():
            missing = missing_provider_library()
            self._notes.append(("CUDA provider", missing or "ONNX Runtime refused it without a reason"))
            return f"CUDA library missing: {missing}" if missing else "ONNX Runtime refused CUDA"
        try:
            image, run_ms = self.reference()
        except Exception as error:
            log.exception("the reference inference failed on CUDA")
            return f"CUDA failed: {_first_line(error)}"
        difference = largest_difference(image, self._cpu_answer())
        self._notes.append(("largest difference to the CPU", f"{difference}/255"))
        if difference > TOLERANCE:
            return f"the CUDA answer was off by {difference}/255"
        self._tell("", run_ms)
        return ""

    def _open_cpu(self, reason: str) -> None:
        try:
            self._use(self._opener(self._data, "CPU", self._threads), "CPU")
            image, run_ms = self.reference()
        except Exception as error:
            log.exception("no session on the CPU")
            raise UserError(
                f"The model {self.model.name} cannot be run ({_first_line(error)}); choose another model."
            ) from error
        stored = stored_answer(self.model.sha256)
        if stored is None:
            remember_answer(self.model.sha256, image)
        else:
            difference = largest_difference(image, stored)
            self._notes.append(("largest difference to the stored answer", f"{difference}/255"))
            if difference > TOLERANCE:
                reason += f"; its answer is off by {difference}/255"
        self._tell(reason, run_ms)

    def _cpu_answer(self) -> NDArray[np.uint8]:
        stored = stored_answer(self.model.sha256)
        if stored is not None:
            return stored
        cpu = Engine(self.model, self.manifest, self._data, self._threads, self._opener)
        cpu._use(self._opener(self._data, "CPU", self._threads), "CPU")
        image = cpu._timed(cpu._feeds(reference_pixels(self.manifest))).first().image
        remember_answer(self.model.sha256, image)
        return image

    def _use(self, session: Session, provider: Provider) -> None:
        self._session, self._provider = session, provider
        offered = [output.name for output in session.get_outputs()]
        self._outputs = [name for name in ("image", "flats") if name in offered]

    def _tell(self, reason: str, run_ms: float) -> None:
        session = self._require_session()
        notes = [
            *self._notes,
            ("computed by", ", ".join(session.get_providers())),
            ("threads", self._threads),
            ("one picture", f"{run_ms:.1f} ms at {self.manifest.size} px"),
        ]
        if reason:
            notes.append(("why not the GPU", reason))
        self.device = DeviceTruth(self._provider, reason, run_ms, make_report(notes))
        log.info("device: %s", self.device.text)

    def _require_session(self) -> Session:
        if self._session is None:
            raise RuntimeError("the engine is closed")
        return self._session

    def _feeds(self, pixels: Pixels) -> dict[str, NDArray[Any]]:
        feeds: dict[str, NDArray[Any]] = {}
        if pixels.sketch is not None:
            height, width = pixels.sketch.shape
            if not self.manifest.takes(height, width):
                raise ValueError(f"the model {self.model.id} does not take {width} x {height} pixels")
            feeds["sketch"] = _batch(pixels.sketch, np.uint8, (height, width))
            if self.manifest.hints:
                hints = pixels.hints if pixels.hints is not None else np.zeros((height, width, 4), np.uint8)
                feeds["hints"] = _batch(hints, np.uint8, (height, width, 4))
        for name, given, length in (
            ("label", pixels.label, len(self.manifest.labels)),
            ("noise", pixels.noise, self.manifest.noise),
        ):
            if length:
                values = given if given is not None and len(given) else np.zeros(length, np.float32)
                feeds[name] = _batch(values, np.float32, (length,))
        return feeds

    def _timed(self, feeds: Mapping[str, NDArray[Any]]) -> "_Answer":
        session = self._require_session()
        start = time.perf_counter()
        answers = session.run(self._outputs, feeds)
        run_ms = (time.perf_counter() - start) * 1e3
        pictures = dict(zip(self._outputs, answers, strict=True))
        images = pictures["image"]
        if images.shape[3] == 1:
            images = images.repeat(3, axis=3)
        return _Answer(images, pictures.get("flats"), run_ms)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the network made of one batch: ``images`` and, where it has them, ``flats``, uint8 [N,H,W,3]."""

    images: NDArray[np.uint8]
    flats: NDArray[np.uint8] | None
    run_ms: float

    def first(self) -> EngineOutput:
        return EngineOutput(self.images[0], self.flats[0] if self.flats is not None else None, self.run_ms)


def _batch(values: NDArray[Any], dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    return _checked(values, dtype, shape)[None]


def _checked(values: NDArray[Any], dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    if values.shape != shape:
        raise ValueError(f"an input has the shape {values.shape}, not {shape}")
    return np.ascontiguousarray(values, dtype)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:200]
