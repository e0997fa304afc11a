"""The evaluation of a run or of a model file: every figure that applies, each with its N and protocol.

A window calls ``evaluate_run`` or ``evaluate_file``, and ``save_evaluation``, from a thread of its own.
"""

import contextlib
import datetime
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.checkpoint import best_checkpoint, last_checkpoint
from training.config import TrainConfig, load_config, with_settings
from training.data.dataset import Cancelled, Dataset, Stages, stage
from training.data.source import open_splits
from training.data.views import as_read
from training.device import place
from training.evaluation_options import EvaluationOptions
from training.export import export_run
from training.files import UserError
from training.manifest import ModelManifest
from training.metrics.card import BASELINES, baseline_figures
from training.metrics.classifier_protocol import classifier_protocol
from training.metrics.evaluate import Evaluator, ShouldStop
from training.metrics.evaluate_labels import LabelEvaluator
from training.metrics.features import efficientnet_lite
from training.metrics.making import DrawingMaker, LabelMaker, Maker
from training.metrics.memorised import SAMPLES, nearest_training_pictures
from training.metrics.predictors import model_maker
from training.modelfile import check_model_file
from training.record import NEAREST, keep
from training.samples import spread_evenly, write_pixels
from training.verdicts import PICTURES, discriminator_accuracy

READING = ("source.", "sketch.")


@dataclass(frozen=True)
class Evaluation:
    """``figures``: {n, split, protocol, metrics}, and with n and protocol of its own each of discriminator,
    classifier and nearest, as far as they were asked for; ``grid``: pictures beside the nearest training
    pictures, uint8 [H, W, 3], or None.
    """

    figures: dict[str, Any]
    grid: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Subject:
    """What is evaluated: a model file, its manifest, what it makes, and the data it is judged by."""

    path: Path
    manifest: ModelManifest
    maker: Maker
    splits: dict[str, Dataset]
    config: TrainConfig


def evaluate_file(
    model: Path,
    data: Path | None,
    options: EvaluationOptions,
    on_progress: Stages | None = None,
    should_stop: ShouldStop | None = None,
    config: TrainConfig | None = None,
) -> Evaluation:
    """Measure a model file on a folder of pictures, read as ``config`` says.

    UserError with a sentence when that cannot be done; EvaluationStoppedError between batches.
    """
    subject = open_subject(model, data, options, ("train",), on_progress, config, should_stop)
    return _measured(subject, options, on_progress or _silent, should_stop)


def evaluate_run(
    run: Path,
    data: Path | None,
    options: EvaluationOptions,
    on_progress: Stages | None = None,
    should_stop: ShouldStop | None = None,
) -> Evaluation:
    """Measure the best checkpoint of ``run`` through the model file it would become, and its discriminator.

    On its own data unless others are named. Raises as ``evaluate_file``.
    """
    show = on_progress or _silent
    show(0, 0, "The model is made ready")
    with exported(run) as model:
        config = load_config(run / "config.toml")
        subject = open_subject(model, data, options, ("train",), show, config, should_stop)
        found = _measured(subject, options, show, should_stop)
    figures = found.figures
    if options.discriminator and subject.manifest.size == subject.splits[options.split].size:
        verdicts = _verdicts(run, subject, options, show, should_stop)
        if verdicts is not None:
            figures["discriminator"] = verdicts
    step, best = best_checkpoint(run).step, last_checkpoint(run).manifest["best"].get("step")
    which = "the run's best" if step == best else "the newest, as none was measured"
    state = f"average at step {step:,}, {which}"
    if options.figures:
        figures["protocol"]["state"] = state
    if "nearest" in figures:
        figures["nearest_state"] = state
    if "classifier" in figures:
        figures["classifier"]["protocol"] += f"; {state}"
    return found


def save_evaluation(found: Evaluation, folder: Path) -> None:
    """Write figures and grid into ``folder``, that of a run's reports as a rule.

    What was not measured this time stays as it was.
    """
    if found.grid is not None:
        write_pixels(folder / NEAREST, found.grid)
    keep(found.figures, folder, datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"))


def open_subject(
    model: Path,
    data: Path | None,
    options: EvaluationOptions,
    beside: Sequence[str] = (),
    on_progress: Stages | None = None,
    config: TrainConfig | None = None,
    cancelled: Cancelled | None = None,
) -> Subject:
    """Open a model file with the split to judge it by and the splits ``beside`` it; UserError as above."""
    manifest = check_model_file(model).manifest
    config = config or TrainConfig()
    folder = data or (Path(config.data) if config.data else None)
    if folder is None:
        raise UserError("There is nothing to judge the model by; name a folder of pictures with --data.")
    for setting in options.settings:
        if not setting.startswith(READING):
            raise UserError(f"{setting!r} does not say how the pictures are read; use source.* or sketch.*.")
    config = with_settings(config, options.settings)
    splits = open_splits(
        folder,
        tuple(dict.fromkeys((options.split, *beside))),
        options.size or manifest.size,
        config.source,
        config.sketch,
        on_progress=stage(on_progress or _silent, "The pictures are read"),
        cancelled=cancelled,
    )
    maker = model_maker(model, splits[options.split], options.hints)
    return Subject(model, manifest, maker, splits, config)


@contextlib.contextmanager
def exported(run: Path) -> Iterator[Path]:
    """The model file that the best checkpoint of ``run`` would become, while the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.onnx"
        export_run(run, model)
        yield model


def _silent(done: int, total: int, text: str) -> None:
    """Tell nobody."""


def _measured(
    subject: Subject, options: EvaluationOptions, show: Stages, should_stop: ShouldStop | None
) -> Evaluation:
    held_out, training = subject.splits[options.split], subject.splits["train"]
    items = spread_evenly(len(held_out), options.pictures)
    if options.classifier is not None:
        _check_labels(subject)
    device = place("auto", "float32").device.type
    figures: dict[str, Any] = {}
    if options.figures:
        figures = _compared(subject, options, items, show, should_stop)
    if options.classifier is not None:
        figures["classifier"] = classifier_protocol(
            subject.maker, training, held_out, options.classifier, device, show, should_stop
        )
    if not options.nearest:
        return Evaluation(figures)
    found = nearest_training_pictures(
        subject.maker,
        held_out,
        training,
        [items[i] for i in spread_evenly(len(items), SAMPLES)],
        spread_evenly(len(training), options.nearest),
        efficientnet_lite(device=device),
        seed=options.seed,
        on_progress=stage(show, "Training pictures are compared"),
        should_stop=should_stop,
    )
    figures["nearest"] = found.report
    return Evaluation(figures, found.grid)


def _compared(
    subject: Subject,
    options: EvaluationOptions,
    items: Sequence[int],
    show: Stages,
    should_stop: ShouldStop | None,
) -> dict[str, Any]:
    """{n, split, protocol, metrics} of the pictures made for ``items``, and the baselines asked for."""
    held_out = subject.splits[options.split]
    judge = efficientnet_lite(device=place("auto", "float32").device.type)
    on_progress = stage(show, "Pictures are made and judged")
    on_truth = stage(show, "True pictures are judged")
    if isinstance(subject.maker, LabelMaker):
        if options.baselines or options.hints:
            raise UserError("A model of labels has neither baselines nor hints; leave these options out.")
        evaluator = LabelEvaluator(held_out, items, seed=options.seed, extractor=judge)
        return evaluator.run(subject.maker, on_progress, should_stop, on_truth)
    assert isinstance(subject.maker, DrawingMaker)
    drawn = Evaluator(held_out, extractor=judge, items=items, overlaps=True)
    figures = drawn.run(
        subject.maker.predict,
        hints=options.hints,
        seed=options.seed,
        noise_size=subject.maker.noise_size,
        noise=subject.maker.noise,
        on_progress=on_progress,
        on_truth=on_truth,
        should_stop=should_stop,
    )
    if options.baselines:
        figures["baselines"] = baseline_figures(held_out, subject.splits["train"], evaluator=drawn)
        figures["protocol"]["baselines"] = BASELINES
    return figures


def _verdicts(
    run: Path, subject: Subject, options: EvaluationOptions, show: Stages, should_stop: ShouldStop | None
) -> dict[str, Any] | None:
    """How often the run's discriminator is right; None for one whose verdicts are neither right nor wrong."""
    labelled = subject.config.conditions.labels != "none"
    whole = subject.config.conditions.target == "picture"
    training, held_out = (
        as_read(subject.splits[split], labelled=labelled, whole=whole) for split in ("train", options.split)
    )
    return discriminator_accuracy(
        run,
        training,
        held_out,
        place("auto", "float32"),
        pictures=min(PICTURES, options.pictures),
        on_progress=stage(show, "The discriminator is asked"),
        should_stop=should_stop,
    )


def _check_labels(subject: Subject) -> None:
    """UserError unless the model's pictures have labels of the data; a drawing's is that of its truth."""
    if not isinstance(subject.maker, LabelMaker):
        return
    unknown = set(subject.splits["train"].labels) - set(subject.manifest.labels)
    if unknown:
        raise UserError(
            f"{subject.path.name} makes no pictures of the label {min(unknown)!r}, which a classifier is to "
            "learn; choose the data it was trained with, or a model with labels."
        )
