"""Where the figures of a run are kept, and how they are read back: files of plain values below the run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.files import read_json, write_json

FOLDER, FIGURES, NEAREST, CLASSIFIED = "report", "evaluation.json", "nearest.png", "classifier-{}.json"
CLASSIFIERS = ("softmax", "resnet18")
PARTS = (("n", "split", "protocol", "metrics", "baselines"), ("discriminator",), ("nearest", "nearest_state"))
"""Keys of an evaluation that are measured together; what is not measured anew stays as it was."""


@dataclass(frozen=True)
class Kept:
    """``evaluation``: {n, split, protocol, metrics}, and with n and protocol of its own each of
    ``discriminator`` and ``nearest``, as far as they were measured; ``nearest_state`` names the state of the
    run that was compared. ``classifiers``: what the classifier protocol found. ``nearest``: the picture of
    generated and nearest training pictures, None without one.
    """

    evaluation: dict[str, Any] | None = None
    classifiers: tuple[dict[str, Any], ...] = ()
    nearest: Path | None = None


def read_kept(run: Path) -> Kept:
    """What has been measured of ``run``; UserError when a file of it cannot be read."""
    folder = run / FOLDER
    evaluation = _read(folder / FIGURES)
    picture = folder / NEAREST
    shows = bool(evaluation and "nearest" in evaluation and picture.is_file())
    found = (_read(folder / CLASSIFIED.format(kind)) for kind in CLASSIFIERS)
    return Kept(evaluation, tuple(one for one in found if one), picture if shows else None)


def keep(figures: Mapping[str, Any], folder: Path, date: str) -> None:
    """Write what was measured; each part replaces what was measured of it before, others stay.

    Each classifier's figures have a file of their own.
    """
    measured = dict(figures)
    classified = measured.pop("classifier", None)
    kept = _read(folder / FIGURES) or {}
    for part in PARTS:
        if not measured.keys().isdisjoint(part):
            kept = {key: value for key, value in kept.items() if key not in part}
    if measured:
        write_json(folder / FIGURES, kept | measured | {"date": date})
    if classified is not None:
        write_json(folder / CLASSIFIED.format(classified["classifier"]), classified | {"date": date})


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    found = read_json(path)
    return found if isinstance(found, dict) else None
