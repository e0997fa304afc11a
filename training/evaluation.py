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

from training.checkpoint import best_checkpoint
from training.config import TrainConfig, load_config, with_settings
from training.data.dataset import Dataset, Stages, stage
from training.data.source import open_splits
from training.data.views import as_read
from training.device import place
from training.export import export_run
from training.files import UserError, write_json
from training.manifest import ModelManifest
from training.metrics.card import BASELINES, baseline_figures
from training.metrics.classifier import ClassifierConfig
from training.metrics.classifier_protocol import classifier_protocol
from training.metrics.evaluate import Evaluator, ShouldStop
from training.metrics.evaluate_labels import LabelEvaluator
from training.metrics.features import efficientnet_lite
from training.metrics.making import DrawingMaker, LabelMaker, Maker
from training.metrics.memorised import SAMPLES, nearest_training_pictures
from training.metrics.predictors import model_maker
from training.modelfile import check_model_file
from training.samples import spread_evenly, write_pixels
from training.verdicts import discriminator_accuracy

READING = ("source.", "sketch.")
FOLDER, FIGURES, NEAREST, CLASSIFIED = "report", "evaluation.json", "nearest.png", "classifier-{}.json"
MOST = 10_000


@dataclass(frozen=True)
class EvaluationOptions:
    """What is measured. ``pictures`` of the split at most, spread evenly; ``nearest`` training pictures at
    most are searched for those that generated ones resemble, 0 = none; ``settings`` say how the folder is
    read, such as "source.layout=paired"; ``classifier`` asks for the classifier protocol.
    """

    split: str = "test"
    size: int | None = None
    hints: int = 0
    pictures: int = MOST
    nearest: int = MOST
    baselines: bool = False
    seed: int = 0
    settings: tuple[str, ...] = ()
    classifier: ClassifierConfig | None = None


@dataclass(frozen=True)
class Evaluation:
    """``figures``: {n, split, protocol, metrics}, and what else was measured with n and protocol of its own;
    ``grid``: pictures beside the nearest training pictures, uint8 [H, W, 3], or None.
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
    subject = open_subject(model, data, options, ("train",), on_progress, config)
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
    with exported(run) as model:
        config = load_config(run / "config.toml")
        subject = open_subject(model, data, options, ("train",), show, config)
        found = _measured(subject, options, show, should_stop)
    found.figures["protocol"]["state"] = f"average at step {best_checkpoint(run).step:,}, the run's best"
    if subject.manifest.size == subject.splits[options.split].size:
        labelled = subject.config.conditions.labels != "none"
        whole = subject.config.conditions.target == "picture"
        training, held_out = (
            as_read(subject.splits[split], labelled=labelled, whole=whole)
            for split in ("train", options.split)
        )
        verdicts = discriminator_accuracy(
            run,
            training,
            held_out,
            place("auto", "float32"),
            on_progress=stage(show, "The discriminator is asked"),
            should_stop=should_stop,
        )
        if verdicts is not None:
            found.figures["discriminator"] = verdicts
    return found


def save_evaluation(found: Evaluation, folder: Path) -> None:
    """Write figures and grid into ``folder``, that of a run's reports as a rule.

    Each classifier's figures have a file of their own and stay when others are measured later.
    """
    if found.grid is not None:
        write_pixels(folder / NEAREST, found.grid)
    written = {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
    figures = dict(found.figures)
    classified = figures.pop("classifier", None)
    write_json(folder / FIGURES, figures | written)
    if classified is not None:
        write_json(folder / CLASSIFIED.format(classified["classifier"]), classified | written)


def open_subject(
    model: Path,
    data: Path | None,
    options: EvaluationOptions,
    beside: Sequence[str] = (),
    on_progress: Stages | None = None,
    config: TrainConfig | None = None,
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
    judge = efficientnet_lite(device=device)
    on_progress = stage(show, "Pictures are made and judged")
    if isinstance(subject.maker, LabelMaker):
        if options.baselines or options.hints:
            raise UserError("A model of labels has neither baselines nor hints; leave these options out.")
        evaluator = LabelEvaluator(held_out, items, seed=options.seed, extractor=judge)
        figures = evaluator.run(subject.maker, on_progress, should_stop)
    else:
        assert isinstance(subject.maker, DrawingMaker)
        drawn = Evaluator(held_out, extractor=judge, items=items, overlaps=True)
        figures = drawn.run(
            subject.maker.predict,
            hints=options.hints,
            seed=options.seed,
            noise_size=subject.maker.noise_size,
            noise=subject.maker.noise,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        if options.baselines:
            figures["baselines"] = baseline_figures(held_out, training, evaluator=drawn)
            figures["protocol"]["baselines"] = BASELINES
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
        judge,
        seed=options.seed,
        on_progress=stage(show, "Training pictures are compared"),
        should_stop=should_stop,
    )
    figures["nearest"] = found.report
    return Evaluation(figures, found.grid)


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
