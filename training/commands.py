"""What a listener may ask of a running training: frozen values that travel as JSON lines over a pipe."""

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PREVIEW_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Stop:
    """Save a checkpoint and end."""


@dataclass(frozen=True)
class Pause:
    """Wait after this step."""


@dataclass(frozen=True)
class Continue:
    """Go on after a pause."""


@dataclass(frozen=True)
class Evaluate:
    """Measure the validation split now."""


@dataclass(frozen=True)
class SaveCheckpoint:
    """Save the state now."""


@dataclass(frozen=True, eq=False)
class SetPreview:
    """Show this drawing first in every grid of samples, from now on.

    ``sketch`` uint8 [H,W], 255 = paper; ``hints`` uint8 [H,W,4] straight RGBA or None; ``label`` the
    weights of the data set's labels in order, () = any.
    """

    sketch: NDArray[np.uint8]
    hints: NDArray[np.uint8] | None = None
    label: tuple[float, ...] = ()


Command = Stop | Pause | Continue | Evaluate | SaveCheckpoint | SetPreview

PLAIN: dict[str, type] = {kind.__name__: kind for kind in (Stop, Pause, Continue, Evaluate, SaveCheckpoint)}


def to_json(command: Command) -> str:
    """One line of JSON without a line feed; the key ``command`` holds the type's name."""
    values: dict[str, Any] = {"command": type(command).__name__}
    if isinstance(command, SetPreview):
        values["sketch"] = _packed(command.sketch)
        values["hints"] = None if command.hints is None else _packed(command.hints)
        values["label"] = list(command.label)
    return json.dumps(values)


def from_json(line: str) -> Command:
    """The command in one line of JSON; ValueError for anything else."""
    values: Any = json.loads(line)
    name = values.get("command") if isinstance(values, dict) else None
    if name in PLAIN:
        plain: Command = PLAIN[name]()
        return plain
    if name != "SetPreview":
        raise ValueError(f"not a command: {line[:80]!r}")
    try:
        hints = None if values.get("hints") is None else _unpacked(values["hints"], 3)
        return SetPreview(_unpacked(values["sketch"], 2), hints, tuple(float(w) for w in values["label"]))
    except (KeyError, TypeError, zlib.error) as error:
        raise ValueError(f"not a preview: {error}") from error


def _packed(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    packed = base64.b64encode(zlib.compress(np.ascontiguousarray(pixels).tobytes(), 1))
    return {"shape": list(pixels.shape), "zlib": packed.decode("ascii")}


def _unpacked(values: dict[str, Any], dimensions: int) -> NDArray[np.uint8]:
    shape = tuple(int(side) for side in values["shape"])
    size = int(np.prod(shape, dtype=np.int64))
    if len(shape) != dimensions or min(shape) < 1 or size > MOST_PREVIEW_BYTES:
        raise ValueError(f"a preview of shape {shape} is refused")
    data = zlib.decompressobj().decompress(base64.b64decode(values["zlib"]), size)
    if len(data) != size:
        raise ValueError(f"a preview of shape {shape} came with {len(data)} bytes")
    return np.frombuffer(data, np.uint8).reshape(shape)
