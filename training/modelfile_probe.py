"""The child process that tries a stranger's model: checks it, runs it once at its smallest size, answers."""

import argparse
import contextlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime

from training.files import UserError
from training.manifest import ModelManifest
from training.modelfile import check_model_bytes, example_inputs, read_model_bytes

PROVIDER = "CPUExecutionProvider"
CPU_LIMIT_S = 20


def main(arguments: list[str]) -> int:
    """Probe the model named in ``arguments``; prints a line of JSON, with ``problem`` when refused."""
    parser = argparse.ArgumentParser(prog="probe-model", description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--memory-mb", type=int, default=2048)
    options = parser.parse_args(arguments)
    _limit_resources(options.memory_mb)
    try:
        answer = probe(options.path)
    except UserError as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": f"{options.path.name} needs too much memory; choose a smaller model."}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    return 2 if "problem" in answer else 0


def probe(path: Path) -> dict[str, object]:
    """Check, load and run the model once in this process; UserError when anything about it is wrong."""
    data = read_model_bytes(path)
    manifest = check_model_bytes(data).manifest
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    start = time.perf_counter()
    try:
        session = onnxruntime.InferenceSession(data, options, providers=[PROVIDER])
        loaded = time.perf_counter()
        outputs = session.run(None, example_inputs(manifest, manifest.smallest))
    except MemoryError:
        raise
    except Exception as error:  # ONNX Runtime's exceptions have no common base of their own
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"{path.name} cannot be run ({reason}); choose another file or export the model again."
        ) from error
    done = time.perf_counter()
    for name, output in zip([one.name for one in session.get_outputs()], outputs, strict=True):
        _check_output(name, output, manifest)
    return {
        "side": manifest.smallest,
        "load_ms": round((loaded - start) * 1000, 2),
        "run_ms": round((done - loaded) * 1000, 2),
        "provider": session.get_providers()[0],
    }


def _check_output(name: str, output: object, manifest: ModelManifest) -> None:
    expected = (1, manifest.smallest, manifest.smallest, manifest.channels)
    if not isinstance(output, np.ndarray) or output.shape != expected or output.dtype != np.uint8:
        shape = getattr(output, "shape", None)
        raise UserError(
            f"The model's {name} came out with shape {shape} where {expected} was promised; "
            "choose another file or export the model again."
        )


def _limit_resources(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's timeout is the limit
        return
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, CPU_LIMIT_S)]
    if sys.platform == "linux":
        # The libraries are mapped by now; the limit is what the model may take beyond them.
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limits.append((resource.RLIMIT_AS, pages * resource.getpagesize() + memory_mb * 1024 * 1024))
    for kind, limit in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
