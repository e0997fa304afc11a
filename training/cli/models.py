"""``evaluate`` and ``export``: what a run or a model file is worth, and the file itself."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from training.data.paired import PairedDataset
from training.export import export_run
from training.metrics.evaluate import evaluate
from training.metrics.predictors import model_predictor
from training.modelfile import check_model_file


def evaluate_command(options: argparse.Namespace) -> None:
    """Measure a model file, or a run's best checkpoint through the model file it would become."""
    if options.model.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model.onnx"
            export_run(options.model, model)
            figures = _measured(model, options)
    else:
        figures = _measured(options.model, options)
    if options.json:
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
        return
    sys.stdout.write(f"{figures['n']} pictures of the {figures['split']} split\n")
    for name, value in figures["metrics"].items():
        sys.stdout.write(f"{name:24} {value:.4f}\n")


def export_command(options: argparse.Namespace) -> None:
    """Publish a run as one model file."""
    result = export_run(options.run_folder, options.out, name=options.name, half=options.half)
    megabytes = result.size_bytes / 1e6
    sys.stdout.write(f"{result.path}: {megabytes:.1f} MB, at most {result.worst}/255 off PyTorch\n")


def _measured(model: Path, options: argparse.Namespace) -> dict[str, Any]:
    manifest = check_model_file(model).manifest
    dataset = PairedDataset.open(options.data, options.split, options.size or manifest.size)
    predict, _ = model_predictor(model, dataset)
    return evaluate(predict, dataset, hints=options.hints, noise_size=manifest.noise)
