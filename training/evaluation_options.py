"""What is to be measured of a model, as plain values: asked for by a person, handed to the evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.files import UserError
from training.options import check_options, option
from training.record import CLASSIFIERS

MOST = 10_000


@dataclass(frozen=True)
class ClassifierConfig:
    """The classifier and how it learns: Adam, cross-entropy, no weight decay."""

    kind: str = option("softmax", choices=CLASSIFIERS, help="Softmax regression or ResNet-18")
    images: int = option(10_000, low=2, high=10_000_000, help="Pictures of each set, at most")
    epochs: int = option(10, low=1, high=10_000, help="How often each picture is shown")
    batch_size: int = option(128, low=2, high=65_536, help="Pictures a step")
    learning_rate: float = option(1e-3, low=1e-6, high=1, help="Adam's step size")
    side_px: int = option(64, low=8, high=1024, help="Larger pictures are shrunk to this side")
    seed: int = option(0, low=0, high=2**31 - 2, help="Seed of weights, order, pictures and noise")


@dataclass(frozen=True)
class EvaluationOptions:
    """What is measured: the ``figures`` that compare pictures, the run's ``discriminator``, the protocol of a
    ``classifier``, and the ``nearest`` training pictures at most that are searched for those that generated
    ones resemble, 0 = none. ``pictures`` of the split at most, spread evenly; ``settings`` say how the folder
    is read, such as "source.layout=paired".
    """

    split: str = "test"
    size: int | None = None
    hints: int = 0
    figures: bool = True
    discriminator: bool = True
    pictures: int = MOST
    nearest: int = MOST
    baselines: bool = False
    seed: int = 0
    settings: tuple[str, ...] = ()
    classifier: ClassifierConfig | None = None


def options_from(values: Mapping[str, Any]) -> EvaluationOptions:
    """The options that ``dataclasses.asdict`` made ``values`` of; UserError for what is out of range."""
    try:
        classifier = values.get("classifier")
        config = ClassifierConfig(**classifier) if classifier is not None else None
        settings = tuple(values.get("settings", ()))
        options = EvaluationOptions(**{**values, "settings": settings, "classifier": config})
    except TypeError as error:
        raise UserError(f"It was not understood what to measure ({error}); ask again.") from error
    if config is not None:
        check_options(config, "classifier ")
    return options
