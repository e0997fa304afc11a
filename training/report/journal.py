"""A run's journal read back: its curves, thinned, and the grids of samples that were drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training import events
from training.events import Event
from training.listeners import JOURNAL

POINTS = 240
"""Of a curve, at most: about one for each two or three pixels of its plot."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)

Curve = dict[str, list[float]]
"""Columns of equal length: step, and the value's mean, low and high over the steps since the point before."""


@dataclass(frozen=True)
class Sampled:
    """A grid of samples: the file below the run's folder, and how it is divided."""

    share: float
    step: int
    file: str
    rows: int
    columns: int
    side: int
    gap: int
    labels: tuple[str, ...]


def read_events(run: Path) -> list[Event]:
    """The events in the journal of ``run``; lines that are none, as after a crash, are left out."""
    found = []
    try:
        with (run / JOURNAL).open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    found.append(events.from_json(line))
                except (ValueError, RecursionError):
                    continue
    except OSError:
        return []
    return found


def curves(told: Iterable[Event]) -> dict[str, dict[str, Curve]]:
    """The curves of a run by group: losses, balance of the verdicts, and figures on held-out pictures."""
    losses: dict[str, list[tuple[int, float]]] = {}
    balance: dict[str, list[tuple[int, float]]] = {}
    metrics: dict[str, list[tuple[int, float]]] = {}
    for event in told:
        if isinstance(event, events.StepDone):
            for name, value in event.losses.items():
                losses.setdefault(name, []).append((event.step, value))
            for name in ("real", "generated"):
                if name in event.balance:
                    balance.setdefault(name, []).append((event.step, event.balance[name]))
        elif isinstance(event, events.MetricsReady):
            for name, value in event.metrics.items():
                metrics.setdefault(name, []).append((event.step, value))
    return {
        group: {name: thinned(points) for name, points in named.items()}
        for group, named in (("losses", losses), ("balance", balance), ("metrics", metrics))
    }


def thinned(points: Sequence[tuple[int, float]], most: int = POINTS) -> Curve:
    """``points`` (step, value) in ``most`` equal parts of the way, each with its mean and its extremes."""
    steps, values = (np.array(column, np.float64) for column in zip(*points, strict=True))
    finite = np.isfinite(values)
    steps, values = steps[finite], values[finite]
    curve: Curve = {"step": [], "mean": [], "low": [], "high": []}
    for part in np.array_split(np.arange(len(steps)), min(most, len(steps)) or 1):
        if len(part):
            curve["step"].append(float(steps[part[-1]]))
            curve["mean"].append(_short(values[part].mean()))
            curve["low"].append(_short(values[part].min()))
            curve["high"].append(_short(values[part].max()))
    return curve


def epoch_grids(run: Path, told: Iterable[Event], last_step: int) -> list[Sampled]:
    """The grids nearest to 0, 25, 50, 75 and 100 % of ``last_step`` that still lie in the run's folder."""
    drawn: dict[int, events.SamplesReady] = {}
    for event in told:
        if isinstance(event, events.SamplesReady) and (run / _file(event)).is_file():
            drawn[event.step] = event
    chosen = {min(drawn, key=lambda step: abs(step - share * last_step)) for share in SHARES if drawn}
    return [
        Sampled(
            step / max(last_step, 1),
            step,
            _file(drawn[step]),
            *(drawn[step].rows, drawn[step].columns, drawn[step].side, drawn[step].gap),
            drawn[step].labels,
        )
        for step in sorted(chosen)
    ]


def last_of(told: Iterable[Event], kind: type) -> Any:
    """The last event of ``kind``, or None."""
    return next((event for event in reversed(list(told)) if isinstance(event, kind)), None)


def _file(event: events.SamplesReady) -> str:
    # A run that was moved or copied: the name is what lasts.
    return f"samples/{event.path.replace(chr(92), '/').rpartition('/')[2]}"


def _short(value: float) -> float:
    return float(f"{value:.5g}")
