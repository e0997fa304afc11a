"""All that a run's folder tells about it, as plain values: what its page and the page of results hold."""

import datetime
import platform
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from training import events
from training.checkpoint import list_checkpoints
from training.config import load_config, to_dict
from training.data.places import split_of
from training.files import UserError, read_json
from training.recipes import get_recipe, recipe_names
from training.record import FOLDER, read_kept
from training.report.journal import curves, epoch_grids, last_of, read_events

FORMAT = 1
WARNINGS = 50
VERSIONS = ("sketch-studio", "torch", "torchvision", "onnxruntime", "numpy")


def gather(run: Path) -> dict[str, Any]:
    """Return what is known of ``run``; UserError when it is no run or has not taken a step.

    Keys: format, run, recipe, task, size, data, length, machine, versions, parameters, curves, samples,
    evaluation (None before there is one), classifiers, reported, warnings, config, date. Files are named by
    their paths inside the run's folder.
    """
    config = load_config(run / "config.toml")
    told = read_events(run)
    started, done = last_of(told, events.Started), last_of(told, events.StepDone)
    saved = list_checkpoints(run)
    if started is None or not (done or saved):
        raise UserError(f"{run} has not been trained yet; train it first, or name another run folder.")
    step = max([done.step if done else 0, *(one.step for one in saved)])
    finished = last_of(told, events.Finished)
    known = get_recipe(config.recipe) if config.recipe in recipe_names() else None
    measured = read_kept(run)
    return {
        "format": FORMAT,
        "run": run.resolve().name,
        "recipe": {
            "name": config.recipe,
            "purpose": known.summary if known else "",
            "about": known.about if known else "",
            "source": known.source if known else "",
        },
        "task": config.task,
        "size": config.size,
        "data": {
            "name": _data_name(Path(config.data)),
            "pictures": started.images,
            "labels": list(started.labels),
            "fingerprint": saved[-1].manifest.get("fingerprint", "") if saved else "",
        },
        "length": {
            "step": step,
            "steps": done.steps if done else step,
            "epochs": done.epoch if done else 0.0,
            "batch_size": started.batch_size,
            "seconds": done.elapsed_s if done else 0.0,
            "images_per_s": done.images_per_s if done else 0.0,
            "complete": bool(finished and finished.complete),
            "resumed": sum(isinstance(event, events.Started) and event.resumed for event in told),
        },
        "machine": {
            "device": started.device,
            "precision": started.precision,
            "processes": started.processes,
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "versions": {name: version for name in VERSIONS if (version := _version(name))},
        "parameters": dict(started.parameters),
        "curves": curves(told),
        "samples": [asdict(grid) | {"labels": list(grid.labels)} for grid in epoch_grids(run, told, step)],
        "evaluation": measured.evaluation,
        "nearest": f"{FOLDER}/{measured.nearest.name}" if measured.nearest is not None else "",
        "classifiers": list(measured.classifiers),
        "reported": [asdict(one) for one in known.reported] if known else [],
        "warnings": [event.text for event in told if isinstance(event, events.Warned)][-WARNINGS:],
        "config": to_dict(config),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def read_report(run: Path) -> dict[str, Any]:
    """Return what ``gather`` found when the report of ``run`` was written; UserError when there is none."""
    path = run / FOLDER / "report.json"
    if not path.is_file():
        raise UserError(f"{run} has no report yet; run python -m training report {run}.")
    return load_report(path)


def load_report(path: Path) -> dict[str, Any]:
    """Return a report from its file; UserError when it is none of this program."""
    found = read_json(path)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UserError(f"{path} is no report that this program knows; write it anew.")
    return found


def _data_name(folder: Path) -> str:
    """The folder's name, with that above it where it is called after a split."""
    folder = folder.resolve()
    return f"{folder.parent.name}/{folder.name}" if split_of(folder.name) else folder.name


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
