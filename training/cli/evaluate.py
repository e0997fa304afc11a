"""``evaluate``: what a run or a model file is worth."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from training.cli.progress import progress_bar, stage_bars
from training.evaluation import evaluate_file, evaluate_run, save_evaluation
from training.evaluation_options import ClassifierConfig, EvaluationOptions
from training.files import UserError
from training.metrics.weights import fetch_weights, find_weights, take_weights
from training.options import check_options
from training.record import FOLDER


def evaluate_command(options: argparse.Namespace) -> None:
    """Measure a model file, or a run's best checkpoint, and print the figures.

    A run is measured on its own data, read as it was for training, unless other data are named; its figures
    are kept in its folder of reports.
    """
    _provide_inception(options)
    asked = EvaluationOptions(
        split=options.split,
        size=options.size,
        hints=options.hints,
        figures="figures" not in options.without,
        discriminator="discriminator" not in options.without,
        pictures=options.pictures,
        nearest=options.nearest,
        baselines=options.baselines,
        settings=tuple(options.settings),
        classifier=_classifier(options),
    )
    is_run = options.model.is_dir()
    with stage_bars() as show:
        evaluate = evaluate_run if is_run else evaluate_file
        found = evaluate(options.model, options.data, asked, show)
    out: Path | None = options.out or (options.model / FOLDER if is_run else None)
    if out is not None:
        save_evaluation(found, out)
    if options.json:
        sys.stdout.write(json.dumps(found.figures, indent=2) + "\n")
    else:
        sys.stdout.write(figures_text(found.figures))


def figures_text(figures: dict[str, Any]) -> str:
    """Return a report of ``evaluate`` as text: figures in columns, then how they were made."""
    lines = _metric_lines(figures) if "metrics" in figures else []
    if "discriminator" in figures:
        said = figures["discriminator"]
        lines += ["", f"The discriminator is right on {said['n']} pictures each:"]
        lines += [f"{name:30} {said[name]:>14.1%}" for name in ("real", "real_training", "generated")]
    if "nearest" in figures:
        near = figures["nearest"]
        lines += [
            "",
            f"Distance to the nearest of {near['among']} training pictures, median of {near['n']}:",
            f"{'generated':30} {near['generated']['median']:>14.4f}",
            f"{'held-out':30} {near['held_out']['median']:>14.4f}",
            f"{'suspiciously near':30} {near['suspicious']:>14.1%}",
        ]
    if "classifier" in figures:
        lines += ["", *_classifier_lines(figures["classifier"])]
    lines.append("")
    lines += [f"{name}: {text}" for name, text in figures.get("protocol", {}).items()]
    for further in ("discriminator", "nearest", "classifier"):
        if further in figures:
            lines.append(f"{further}: {figures[further]['protocol']}")
    return "\n".join(lines).lstrip("\n") + "\n"


def _metric_lines(figures: dict[str, Any]) -> list[str]:
    columns = {"model": figures["metrics"], **figures.get("baselines", {})}
    lines = [f"{figures['n']} pictures of the {figures['split']} split"]
    if len(columns) > 1:
        lines.append(" " * 30 + "".join(f" {name:>14}" for name in columns))
    for metric in figures["metrics"]:
        values = (f"{column[metric]:.4f}" if metric in column else "" for column in columns.values())
        lines.append(f"{metric:30}" + "".join(f" {value:>14}" for value in values))
    return lines


def _classifier_lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"{found['classifier']}, learnt from {found['n']} pictures each, accuracy on {found['tested']}:",
        f"{'learnt from':30} {'real':>14} {'generated':>14}",
    ]
    for name, tested in found["accuracy"].items():
        lines.append(f"{name:30} {tested['real']:>14.4f} {tested['generated']:>14.4f}")
    score = f"is_{found['classifier']}"
    if score in found:
        lines.append(f"{score:30} {'':>14} {found[score]:>14.4f}")
    return lines


def _classifier(options: argparse.Namespace) -> ClassifierConfig | None:
    given = {"images": options.classifier_images, "epochs": options.classifier_epochs}
    given = {name: value for name, value in given.items() if value is not None}
    if options.classifier is None:
        if given:
            raise UserError("The classifier's settings come without one; add --classifier softmax.")
        return None
    config = ClassifierConfig(kind=options.classifier, **given)
    check_options(config, "classifier ")
    return config


def _provide_inception(options: argparse.Namespace) -> None:
    """Put the Inception weights in place where that was asked for."""
    if options.inception_weights is not None:
        take_weights(options.inception_weights)
    elif options.fetch_inception and find_weights() is None:
        with progress_bar("B", scaled=True) as show:
            fetch_weights(show)
