"""What a model file says about itself: the JSON under the ONNX metadata key ``sketch_studio``."""

import dataclasses
import json
import math
from dataclasses import dataclass, field
from typing import Any

from training.files import UserError

FORMAT = 1
METADATA_KEY = "sketch_studio"
SKETCH_TASK, LABEL_TASK = TASKS = ("sketch-to-image", "label-to-image")

MAX_BYTES = 1_000_000
MAX_LABELS = 1000
MAX_NAME = 200
MAX_NOTE = 20_000
MAX_SIDE = 8192
MAX_NOISE = 4096
MAX_DEPTH = 12
REMEDY = "export the model again or ask its author for a newer file"


@dataclass(frozen=True)
class ModelManifest:
    """Everything a program needs to know to offer, run, rebuild and credit one model."""

    name: str
    task: str  # one of TASKS
    size: int  # native side in pixels
    stride: int  # height and width must be multiples of this; 0 = only ``size`` works
    smallest: int  # smallest and largest side that the network takes
    largest: int
    channels: int  # of the picture: 1 or 3
    labels: tuple[str, ...]  # in the order of the label input; empty = no label input
    hints: bool
    noise: int  # length of the noise input; 0 = no noise input
    flats: bool  # has the second output: the colours without the lines
    network: dict[str, Any]  # kind and options, enough to rebuild the generator
    recipe: str
    dataset: str
    fingerprint: str  # of the data set
    licence: str
    author: str
    note: str
    metrics: dict[str, Any]  # with n and protocol
    date: str  # ISO 8601
    program: str  # version that exported it
    grain: int  # side in pixels of the finest colours; lines are always finer
    format: int = field(default=FORMAT)

    def to_json(self) -> str:
        """Return the manifest as JSON text."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True, allow_nan=False)

    @staticmethod
    def from_json(text: str | bytes) -> "ModelManifest":
        """Return the manifest in ``text``; UserError with one sentence when anything about it is odd."""
        if len(text) > MAX_BYTES:
            raise _refusal("is larger than 1 MB")
        try:
            values = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise _refusal("is no valid JSON") from None
        if not isinstance(values, dict):
            raise _refusal("is no JSON object")
        _check_format(values.get("format"))
        fields = {one.name for one in dataclasses.fields(ModelManifest)}
        missing = sorted(fields - values.keys())
        if missing:
            raise _refusal(f"lacks {missing[0]!r}")
        # A later program may add keys within the same format; they are not ours to judge.
        known = {name: values[name] for name in fields}
        _check_types(known)
        _check_ranges(known)
        return ModelManifest(**known | {"labels": tuple(known["labels"])})

    @property
    def chosen_colours(self) -> bool:
        """Whether its colours are chosen among a few, so that a region between lines is of one of them."""
        swatches = self.network.get("swatches", 0)
        return _is_int(swatches) and swatches > 0

    def takes(self, height: int, width: int) -> bool:
        """Tell whether the network takes pictures of this height and width in pixels."""
        if self.stride == 0:
            return height == width == self.size
        return all(
            self.smallest <= side <= self.largest and side % self.stride == 0 for side in (height, width)
        )


TEXTS = ("name", "task", "recipe", "dataset", "fingerprint", "licence", "author", "note", "date", "program")
NUMBERS = {
    "size": (1, MAX_SIDE),
    "stride": (0, MAX_SIDE),
    "smallest": (1, MAX_SIDE),
    "largest": (1, MAX_SIDE),
    "noise": (0, MAX_NOISE),
    "grain": (1, MAX_SIDE),
}


def _refusal(what: str) -> UserError:
    return UserError(f"The model's manifest {what}; {REMEDY}.")


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not allowed")


def _check_format(value: Any) -> None:
    if not _is_int(value):
        raise _refusal("has no format number")
    if value > FORMAT:
        raise UserError(
            f"The model's manifest has format {value}, newer than this program knows; update Sketch Studio."
        )
    if value != FORMAT:
        raise _refusal(f"has the unknown format {value}")


def _check_types(values: dict[str, Any]) -> None:
    for name in TEXTS:
        limit = MAX_NOTE if name == "note" else MAX_NAME * 5
        if not isinstance(values[name], str):
            raise _refusal(f"holds something else than text as {name!r}")
        if len(values[name]) > limit:
            raise _refusal(f"holds more than {limit} characters as {name!r}")
    for name, (low, high) in NUMBERS.items():
        if not _is_int(values[name]) or not low <= values[name] <= high:
            raise _refusal(f"has no whole number from {low} to {high} as {name!r}")
    for name in ("hints", "flats"):
        if not isinstance(values[name], bool):
            raise _refusal(f"holds neither true nor false as {name!r}")
    for name in ("network", "metrics"):
        if not isinstance(values[name], dict) or not _is_shallow(values[name], MAX_DEPTH):
            raise _refusal(f"has no plain object as {name!r}")
    labels = values["labels"]
    if not isinstance(labels, list) or len(labels) > MAX_LABELS:
        raise _refusal(f"has no list of at most {MAX_LABELS} labels")
    if not all(isinstance(label, str) and 0 < len(label) <= MAX_NAME for label in labels):
        raise _refusal("has a label that is no short text")
    if len(set(labels)) != len(labels):
        raise _refusal("names a label twice")


def _check_ranges(values: dict[str, Any]) -> None:
    if not values["name"].strip() or len(values["name"]) > MAX_NAME:
        raise _refusal("has no usable name")
    if values["task"] not in TASKS:
        raise _refusal(f"names the unknown task {values['task'][:60]!r}")
    if values["channels"] not in (1, 3) or isinstance(values["channels"], bool):
        raise _refusal("declares a picture that has neither 1 nor 3 channels")
    if not values["smallest"] <= values["size"] <= values["largest"]:
        raise _refusal("gives a native size outside its own limits")
    stride = values["stride"]
    if stride and any(values[name] % stride for name in ("size", "smallest", "largest")):
        raise _refusal("gives sizes that are no multiples of its stride")
    if not stride and values["smallest"] != values["largest"]:
        raise _refusal("gives a range of sizes for a network of fixed size")


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_shallow(value: Any, depth: int) -> bool:
    if depth == 0:
        return False
    if isinstance(value, dict):
        return all(_is_shallow(one, depth - 1) for one in value.values())
    if isinstance(value, list):
        return all(_is_shallow(one, depth - 1) for one in value)
    return not isinstance(value, float) or math.isfinite(value)
