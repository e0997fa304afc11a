"""What a training run has told so far: curves, grids of samples and a log in sentences."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.runs import config_of, read_events
from training import events
from training.events import Event

OLD_GAP_PX = 4
OLD_COLUMNS = 5
"""Grids of runs that did not say how theirs are divided."""

METRIC_WORDS = {
    "l1": "Error (L1)",
    "l1_hinted": "Error with hints (L1)",
    "ssim": "Likeness (SSIM)",
    "kd_efficientnet_lite2": "Kernel distance",
    "fd_efficientnet_lite2": "Frechet distance",
    "kid": "KID",
    "fid": "FID",
    "is": "Inception Score",
}

COLUMN_NAMES = ("Drawing", "Colours", "Hints", "With hints", "Truth")
HINTLESS_NAMES = ("Drawing", "Colours", "Truth")
MADE = ("Colours", "With hints")
"""What the network made; the other columns stay the same all along a run."""


class Series:
    """One figure over the steps. A step that comes again (after going back) replaces what followed it."""

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.values: list[float] = []

    def __len__(self) -> int:
        return len(self.steps)

    def add(self, step: float, value: float) -> None:
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.values.pop()
        self.steps.append(step)
        self.values.append(value)

    def cut(self, step: float) -> None:
        """Forget what came after ``step``."""
        while self.steps and self.steps[-1] > step:
            self.steps.pop()
            self.values.pop()

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return steps and values."""
        return np.array(self.steps, np.float64), np.array(self.values, np.float64)


@dataclass(frozen=True)
class SampleGrid:
    """A picture of samples on disk: ``rows`` drawings, or labels, of ``columns`` pictures of ``side`` px."""

    step: int
    path: Path
    rows: int
    columns: int
    side: int
    gap: int
    preview: bool
    labels: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns hold; pictures made of a label have numbers."""
        for names in (COLUMN_NAMES, HINTLESS_NAMES):
            if len(names) == self.columns:
                return names
        return tuple(str(number + 1) for number in range(self.columns))

    @property
    def made(self) -> tuple[int, ...]:
        """The columns that the network made."""
        fixed = self.names in (COLUMN_NAMES, HINTLESS_NAMES)
        return tuple(i for i, name in enumerate(self.names) if not fixed or name in MADE)

    def cells(self, pixels: NDArray[np.uint8]) -> list[list[NDArray[np.uint8]]]:
        """Return the picture's cells, row by row; ``pixels`` is the file's uint8 [H,W,3]."""
        pitch = self.side + self.gap
        return [
            [
                pixels[i * pitch : i * pitch + self.side, j * pitch : j * pitch + self.side]
                for j in range(self.columns)
            ]
            for i in range(self.rows)
        ]


@dataclass(frozen=True)
class LogLine:
    """One sentence of the log; ``trouble`` is the warning's kind, "" for news."""

    step: int
    text: str
    trouble: str = ""


@dataclass
class RunHistory:
    """Everything a window shows of a run, made from its events. Also of one that runs: `add` each event."""

    run: Path = field(default_factory=Path)
    started: events.Started | None = None
    last: events.StepDone | None = None
    measured: events.MetricsReady | None = None
    best: events.MetricsReady | None = None
    losses: dict[str, Series] = field(default_factory=dict)
    balance: dict[str, Series] = field(default_factory=dict)
    rate: Series = field(default_factory=Series)
    metrics: dict[str, Series] = field(default_factory=dict)
    samples: list[SampleGrid] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)
    warning: events.Warned | None = None
    reached: int = 0
    """The last step that any event speaks of."""
    complete: bool = False
    """Whether it has ended as planned. How many steps fit into a time is then known for good."""

    @classmethod
    def of_run(cls, run: Path) -> "RunHistory":
        """Return the history that the run's journal holds."""
        history = cls(run)
        for event in read_events(run):
            history.add(event)
        return history

    @property
    def step(self) -> int:
        """The last step heard of."""
        return self.reached

    @property
    def steps(self) -> int:
        """The steps in all, 0 while they are not known."""
        if self.complete:
            return self.reached
        known = self.last or self.started
        return known.steps if known is not None else 0

    @property
    def share(self) -> float:
        """How much of the run is done, 0..1; 0 while that is not known."""
        if self.complete:
            return 1.0
        if self.last is not None and self.last.share:
            return self.last.share
        return self.step / self.steps if self.steps else 0.0

    def add(self, event: Event) -> None:
        """Take one more event in."""
        self.reached = getattr(event, "step", self.reached)
        match event:
            case events.Started():
                # Until its first figures come, those of the plan it had before would speak of another length.
                self.started, self.last, self.complete = event, None, False
            case events.Finished():
                self.complete = event.complete
            case events.StepDone():
                self._add_step(event)
            case events.MetricsReady():
                self.measured = event
                if event.best:
                    self.best = event
                for name, value in event.metrics.items():
                    self.metrics.setdefault(name, Series()).add(event.step, value)
            case events.SamplesReady():
                self._add_samples(event)
            case events.Warned():
                self.warning = event
        sentence = sentence_of(event)
        if sentence and not self._said(sentence):
            trouble = event.kind or "warning" if isinstance(event, events.Warned) else ""
            trouble = "failed" if isinstance(event, events.Failed) else trouble
            self.log.append(LogLine(getattr(event, "step", 0), sentence, trouble))

    def cut(self, step: int) -> None:
        """Forget what came after ``step``: the run goes on from there and it will happen again."""
        for group in (self.losses, self.balance, self.metrics, {"": self.rate}):
            for series in group.values():
                series.cut(step)
        self.samples = [grid for grid in self.samples if grid.step <= step]

    def _said(self, sentence: str) -> bool:
        """Whether the log ends with the sentence: two readers may stumble over one file."""
        return bool(self.log) and self.log[-1].text == sentence

    def _add_step(self, event: events.StepDone) -> None:
        self.last = event
        for name, value in event.losses.items():
            self.losses.setdefault(name, Series()).add(event.step, value)
        for name, value in event.balance.items():
            self.balance.setdefault(name, Series()).add(event.step, value)
        self.rate.add(event.step, event.images_per_s)

    def _add_samples(self, event: events.SamplesReady) -> None:
        rows, columns, side, gap = event.rows, event.columns, event.side, event.gap
        if not rows:
            config = config_of(self.run)
            side, gap, columns = config.size if config else 0, OLD_GAP_PX, OLD_COLUMNS
            rows = _rows_of(Path(event.path), side + gap) if side else 0
        # The folder may have been moved since: only the name counts.
        path = self.run / "samples" / Path(event.path.replace("\\", "/")).name
        grid = SampleGrid(event.step, path, rows, columns, side, gap, event.preview, event.labels)
        self.samples = [known for known in self.samples if known.step < event.step]
        self.samples.append(grid)


def sentence_of(event: Event) -> str:
    """Return what the log says of an event, "" for nothing."""
    match event:
        case events.Started():
            begun = "Goes on after" if event.resumed else "Begins at"
            batch = f", {event.batch_size} a step" if event.batch_size else ""
            return (
                f"{begun} step {event.step:,} with {event.images:,} pictures{batch} on {event.device} "
                f"({event.precision})."
            )
        case events.MetricsReady():
            figures = ", ".join(f"{metric_words(name)} {value:.4g}" for name, value in event.metrics.items())
            better = "; the best so far" if event.best else ""
            return f"Measured on {event.count:,} held-out pictures: {figures}{better}."
        case events.CheckpointSaved():
            return f"Step {event.step:,} is saved."
        case events.Warned() | events.Failed():
            return event.text
        case events.Paused():
            return "Paused until the disk has room." if event.reason == "disk" else "Paused."
        case events.Continued():
            return "Goes on."
        case events.Exported():
            return f"Exported as {Path(event.path).name}; it deviates by at most {event.worst}/255."
        case events.Finished():
            return "Finished." if event.complete else "Stopped; the state is saved."
        case events.SamplesReady():
            return "Samples drawn."
    return ""


def metric_words(name: str) -> str:
    """Return what a figure is called."""
    return METRIC_WORDS.get(name, name)


def figure_words(value: float) -> str:
    """Return a figure in three digits, or whole where it is large."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def time_words(seconds: float) -> str:
    """Return a length of time as people say it: "2 h 5 min", "40 s"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{round(minutes / 1440)} days"


def balance_words(real: float, generated: float) -> str:
    """Return what the discriminator's balance means; the shares it judges rightly, 0.5 = it cannot tell."""
    low = min(real, generated)
    mean = (real + generated) / 2
    if abs(real - generated) > 0.6:
        kind = "real" if real > generated else "generated"
        return f"The discriminator takes nearly all for {kind}: its judgement says little just now."
    if low > 0.95:
        return "The discriminator sees through nearly all: the generator learns little from it just now."
    if mean > 0.85:
        return "The discriminator is ahead: the generator still has much to learn."
    if mean < 0.45:
        return "The discriminator cannot keep up: its judgement says little just now."
    return "In balance: both networks learn from each other."


def _rows_of(path: Path, pitch: int) -> int:
    from PIL import Image

    try:
        with Image.open(path) as image:
            return (image.height + OLD_GAP_PX) // pitch
    except OSError:
        return 0
