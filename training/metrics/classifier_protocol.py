"""The classifier protocol: what is learnt from real, from generated and from mixed pictures.

A classifier is trained on each of three sets of the same size, and each is tested on held-out real pictures
and on held-out generated ones, since reports that give one accuracy "on generated images" mean either.
Training on generated and testing on real pictures is Ravuri and Vinyals 2019, "Classification Accuracy Score
for Conditional Generative Models".
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Dataset, Stages, stage
from training.evaluation_options import ClassifierConfig
from training.files import UserError
from training.metrics.classifier import train_classifier
from training.metrics.evaluate import ShouldStop, stoppable
from training.metrics.features import Pictures, of_side
from training.metrics.inception import SCORE_SPLITS, inception_score
from training.metrics.making import Maker
from training.options import check_options

REAL, GENERATED, MIXED = "real", "generated", "mixed"


def classifier_protocol(
    maker: Maker,
    training: Dataset,
    held_out: Dataset,
    config: ClassifierConfig,
    device: str = "cpu",
    on_progress: Stages | None = None,
    should_stop: ShouldStop | None = None,
) -> dict[str, Any]:
    """Return the accuracies by what was learnt from and what was tested on, with options and counts.

    ``accuracy[learnt from][tested on]`` with "real", "generated" and "mixed" against "real" and "generated".
    UserError for data with fewer than two labels or options out of range; EvaluationStoppedError between
    batches as soon as ``should_stop`` says so.
    """
    check_options(config)
    labels = len(training.labels)
    if labels < 2:
        raise UserError(
            f"{training.folder} has no two labels to tell apart; sort the pictures into one folder a label."
        )
    show = on_progress or (lambda done, total, text: None)
    stop = should_stop or (lambda: False)
    rng = np.random.default_rng(config.seed)
    shown = np.sort(rng.permutation(len(training))[: config.images]).tolist()
    tested = np.sort(rng.permutation(len(held_out))[: config.images]).tolist()
    # Noise goes by seed and place in the split: another seed, so that no test picture is a training picture.
    made, real = _pictures(maker, training, shown, config.seed, config.side_px, show, stop)
    tests_made, tests_real = _pictures(maker, held_out, tested, config.seed + 1, config.side_px, show, stop)
    label, test_label = training.label_index[shown], held_out.label_index[tested]
    from_real = rng.permutation(len(shown)) < len(shown) // 2
    sets = {
        REAL: real,
        GENERATED: made,
        MIXED: np.where(from_real[:, None, None, None], real, made),
    }
    accuracy: dict[str, dict[str, float]] = {}
    score = None
    for name, pictures in sets.items():
        told = stage(show, f"The classifier learns from {name} pictures")
        classifier = train_classifier(pictures, label, labels, config, device, told, should_stop)
        accuracy[name] = {
            REAL: classifier.accuracy(tests_real, test_label),
            GENERATED: classifier.accuracy(tests_made, test_label),
        }
        if name == REAL and len(tested) >= SCORE_SPLITS:
            score = inception_score(classifier.logits(tests_made))
    found: dict[str, Any] = {
        "classifier": config.kind,
        "options": asdict(config),
        "n": len(shown),
        "tested": len(tested),
        "split": held_out.split,
        "data": training.name,
        "fingerprint": training.fingerprint,
        "labels": labels,
        "accuracy": accuracy,
        "chance": float(np.bincount(test_label, minlength=labels).max() / len(test_label)),
        "protocol": _protocol(config, len(shown), int(from_real.sum()), len(tested), held_out.split),
    }
    if score is not None:
        found[f"is_{config.kind}"] = score
    return found


def _pictures(
    maker: Maker,
    dataset: Dataset,
    items: Sequence[int],
    seed: int,
    side_px: int,
    show: Stages,
    stop: ShouldStop,
) -> tuple[Pictures, Pictures]:
    """What is made for the ``items``, and their true pictures, both uint8 [N, S, S, 3]."""
    told = stage(show, f"Pictures are made for the {dataset.split} split")
    side = min(side_px, dataset.size)
    made = np.empty((len(items), side, side, 3), np.uint8)
    true: NDArray[np.uint8] = np.empty_like(made)
    done = 0
    for batch in stoppable(maker(dataset, items, seed), stop):
        place = slice(done, done + len(batch))
        made[place], true[place] = of_side(batch.made, side), of_side(batch.true, side)
        done += len(batch)
        told(done, len(items))
    return made, true


def _protocol(config: ClassifierConfig, count: int, from_real: int, tested: int, split: str) -> str:
    network = {
        "softmax": "softmax regression on the pixels",
        "resnet18": "ResNet-18 (torchvision, random start)",
    }[config.kind]
    return (
        f"{network}, Adam {config.learning_rate:g}, batches of {config.batch_size}, {config.epochs} epochs, "
        f"no variation, pictures of {config.side_px} px at most; learnt from {count:,} pictures each: real "
        f"ones of the training split, generated ones of the same labels or drawings, mixed ({from_real:,} of "
        f"them real); tested on {tested:,} real pictures of the {split} split and on {tested:,} generated "
        "ones of their labels or drawings; "
        f"seed {config.seed}, noise of the tested ones by seed {config.seed + 1}; "
        f"is_{config.kind} is the Inception Score's formula with this classifier, trained on real pictures, "
        f"in place of Inception, on the {tested:,} generated pictures tested"
    )
