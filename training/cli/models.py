"""``evaluate`` and ``export``: what a run or a model file is worth, and the file itself."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from training.cli.progress import progress_bar
from training.config import TrainConfig, load_config, with_settings
from training.data.source import open_splits
from training.export import export_run
from training.files import UserError
from training.metrics.card import BASELINES, baseline_figures
from training.metrics.evaluate import Evaluator
from training.metrics.predictors import model_predictor
from training.metrics.weights import fetch_weights, find_weights, take_weights
from training.modelfile import check_model_file

READING = ("source.", "sketch.")


def evaluate_command(options: argparse.Namespace) -> None:
    """Measure a model file, or a run's best checkpoint through the model file it would become.

    A run is measured on its own data, read as it was for training, unless other data are named.
    """
    _provide_inception(options)
    if options.model.is_dir():
        config = load_config(options.model / "config.toml")
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model.onnx"
            export_run(options.model, model)
            figures = _measured(model, config, options)
    else:
        figures = _measured(options.model, TrainConfig(), options)
    if options.json:
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    else:
        sys.stdout.write(figures_text(figures))


def export_command(options: argparse.Namespace) -> None:
    """Publish a run as one model file."""
    result = export_run(options.run_folder, options.out, name=options.name, half=options.half)
    megabytes = result.size_bytes / 1e6
    sys.stdout.write(f"{result.path}: {megabytes:.1f} MB, at most {result.worst}/255 off PyTorch\n")


def figures_text(figures: dict[str, Any]) -> str:
    """Return a report of ``evaluate`` as text: figures in columns, then how they were made."""
    columns = {"model": figures["metrics"], **figures.get("baselines", {})}
    lines = [f"{figures['n']} pictures of the {figures['split']} split"]
    if len(columns) > 1:
        lines.append(" " * 24 + "".join(f" {name:>14}" for name in columns))
    for metric in figures["metrics"]:
        values = (f"{column[metric]:.4f}" if metric in column else "" for column in columns.values())
        lines.append(f"{metric:24}" + "".join(f" {value:>14}" for value in values))
    lines.append("")
    lines += [f"{name}: {text}" for name, text in figures["protocol"].items()]
    return "\n".join(lines) + "\n"


def _measured(model: Path, config: TrainConfig, options: argparse.Namespace) -> dict[str, Any]:
    manifest = check_model_file(model).manifest
    data = options.data or (Path(config.data) if config.data else None)
    if data is None:
        raise UserError("There is nothing to judge the model by; name a folder of pictures with --data.")
    for setting in options.settings:
        if not setting.startswith(READING):
            raise UserError(f"{setting!r} does not say how the pictures are read; use source.* or sketch.*.")
    config = with_settings(config, options.settings)
    wanted = (options.split, "train") if options.baselines else (options.split,)
    with progress_bar("picture") as show:
        splits = open_splits(
            data, wanted, options.size or manifest.size, config.source, config.sketch, on_progress=show
        )
    dataset = splits[options.split]
    predict, _ = model_predictor(model, dataset)
    evaluator = Evaluator(dataset)
    report = evaluator.run(predict, hints=options.hints, noise_size=manifest.noise)
    if options.baselines:
        report["baselines"] = baseline_figures(dataset, splits["train"], evaluator=evaluator)
        report["protocol"]["baselines"] = BASELINES
    return report


def _provide_inception(options: argparse.Namespace) -> None:
    """Put the Inception weights in place where that was asked for."""
    if options.inception_weights is not None:
        take_weights(options.inception_weights)
    elif options.fetch_inception and find_weights() is None:
        with progress_bar("B", scaled=True) as show:
            fetch_weights(show)
