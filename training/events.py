"""What a training run tells its listeners: frozen values that travel as JSON lines over a pipe."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preparing:
    """``done`` of ``total`` (0 = not known) of what ``text`` says is done: before a run's first step, or of
    work that is no training.
    """

    done: int
    total: int
    text: str


@dataclass(frozen=True)
class Started:
    """The loop is about to take step ``step`` + 1 of ``steps`` (0 = not known yet).

    ``batch_size`` is the number of pictures a step over all ``processes``.
    """

    run: str
    step: int
    steps: int
    device: str
    precision: str
    images: int
    labels: tuple[str, ...]
    parameters: dict[str, int]
    resumed: bool = False
    batch_size: int = 0
    processes: int = 1


@dataclass(frozen=True)
class StepDone:
    """Step ``step`` is done; sent every ``every.log`` steps, and a few times before the first of them.

    ``left_s`` is the estimated time left. ``epoch`` counts how often every family of pictures has been shown.
    ``balance`` holds, for ``real`` and ``generated`` pictures, the share of patches that the discriminator
    judges rightly (0.5 = it cannot tell), and ``augment``, the strength 0..1 with which it is shown varied
    pictures; empty without a discriminator. ``share`` is how much of the run is done, 0..1: of its minutes,
    where those are its length, else of its steps. ``memory`` holds ``process_mb`` and, on a GPU, ``gpu_mb``.
    """

    step: int
    steps: int
    losses: dict[str, float]
    images_per_s: float
    elapsed_s: float
    left_s: float
    learning_rate: float
    epoch: float = 0.0
    balance: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    share: float = 0.0


@dataclass(frozen=True)
class SamplesReady:
    """A grid of samples lies at ``path`` (PNG): line art, colours, hints, colours with them, truth.

    ``rows`` x ``columns`` pictures of ``side`` pixels, ``gap`` pixels apart. With ``preview`` row 0 is the
    drawing of SetPreview. ``labels`` names each row's label, "" for none or a mixture.
    """

    step: int
    path: str
    rows: int = 0
    columns: int = 0
    side: int = 0
    gap: int = 0
    preview: bool = False
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricsReady:
    """Figures on a split; ``best`` says whether they are the best of the run so far.

    ``chosen`` is the figure among them that decides on ``best``. ``extractor`` names the network whose
    features the distances compare, ``protocol`` says in a sentence how the figures were made.
    """

    step: int
    split: str
    metrics: dict[str, float]
    count: int
    best: bool = False
    extractor: str = ""
    protocol: str = ""
    chosen: str = ""


@dataclass(frozen=True)
class CheckpointSaved:
    """The state after ``step`` is safe in the folder ``path``."""

    step: int
    path: str


@dataclass(frozen=True)
class Warned:
    """Something needs the user's eye; the run goes on or pauses.

    ``kind`` is one of balance, collapse, memory, disk, data, rollback, schedule, device, or "".
    """

    step: int
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Paused:
    """The loop waits after ``step`` for Continue or Stop; ``reason`` is "disk", or "" when asked to."""

    step: int
    reason: str = ""


@dataclass(frozen=True)
class Continued:
    """The loop goes on after a pause."""

    step: int


@dataclass(frozen=True)
class Exported:
    """A model file has been written and proved; ``worst`` is its largest deviation in 1/255."""

    path: str
    worst: int


@dataclass(frozen=True)
class Written:
    """Work that is no training is done; what came of it lies at ``path``."""

    path: str


@dataclass(frozen=True)
class Finished:
    """The run ended after ``step``: ``complete``, or stopped before its last step."""

    step: int
    complete: bool
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The run cannot go on; the last checkpoint is intact."""

    step: int
    text: str


Event = (
    Preparing
    | Started
    | StepDone
    | SamplesReady
    | MetricsReady
    | CheckpointSaved
    | Warned
    | Paused
    | Continued
    | Exported
    | Written
    | Finished
    | Failed
)

EVENT_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Preparing, Started, StepDone, SamplesReady, MetricsReady, CheckpointSaved, Warned, Paused, Continued,
        Exported, Written, Finished, Failed,
    )
}  # fmt: skip


def to_json(event: Event) -> str:
    """One line of JSON without a line feed; the key ``event`` holds the type's name."""
    return json.dumps({"event": type(event).__name__, **dataclasses.asdict(event)}, ensure_ascii=False)


def from_json(line: str) -> Event:
    """The event in one line of JSON; ValueError for anything else."""
    values: Any = json.loads(line)
    if not isinstance(values, dict) or values.get("event") not in EVENT_TYPES:
        raise ValueError(f"not an event: {line[:80]!r}")
    kind = EVENT_TYPES[values.pop("event")]
    if "labels" in values:
        values["labels"] = tuple(values["labels"])
    try:
        event: Event = kind(**values)
    except TypeError as error:
        raise ValueError(f"not a {kind.__name__} event: {error}") from error
    return event
