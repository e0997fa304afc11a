"""What a configuration needs of a data set and what a folder offers: told before anything is trained."""

from dataclasses import dataclass
from typing import Any

from training.config import TrainConfig
from training.data.findings import FindingKind
from training.data.inspect import DataReport

LIST = "python -m training recipes lists the others"


@dataclass(frozen=True)
class Offer:
    """What there is: ``pictures`` to train on, their labels, sketches of their own, all of them ``grey``."""

    pictures: int
    labels: tuple[str, ...]
    has_sketches: bool
    grey: bool


@dataclass(frozen=True)
class Misfit:
    """Why a data set cannot be used: ``kind`` in two words, the ``reason``, and what the person can do.

    ``setting`` = ``value`` is what could be changed instead ("" for nothing), and to what ``effect``.
    """

    kind: str
    reason: str
    remedy: str
    setting: str = ""
    value: Any = None
    effect: str = ""

    def sentence(self) -> str:
        """For the command line."""
        change = f"set {self.setting}={self.value} {self.effect}".strip() if self.setting else ""
        return f"{self.reason}; {' or '.join(filter(None, (self.remedy, change)))}."


def misfit(config: TrainConfig, offer: Offer, where: str) -> Misfit | None:
    """Why what ``where`` offers cannot be trained on as ``config`` says; None where it can."""
    recipe, conditions = f"the recipe {config.recipe}", config.conditions
    if conditions.labels == "needed" and len(offer.labels) < 2:
        found = f"a single label ({offer.labels[0]})" if offer.labels else "no labels"
        return Misfit(
            "needs labels",
            f"{where} has {found} and {recipe} needs two at least",
            "sort the pictures into one folder a label,",
            "conditions.labels",
            "optional",
            "to train without labels",
        )
    if conditions.pairs == "needed" and not offer.has_sketches:
        return Misfit(
            "needs sketches",
            f"{where} has no sketches and {recipe} learns from pairs",
            "add a sketch of each picture,",
            "conditions.pairs",
            "optional",
            "to have them made from the pictures",
        )
    if offer.pictures < config.batch_size:
        return Misfit(
            "needs more pictures",
            f"{where} has {offer.pictures} pictures to train on, fewer than a batch of {config.batch_size}",
            "add pictures",
            "batch_size" if offer.pictures else "",
            2 ** (offer.pictures.bit_length() - 1) if offer.pictures else None,
        )
    if offer.grey and wants_colour(config):
        reason = f"The pictures in {where} are grey and {recipe} is for colour"
        if config.task == "label-to-image":
            return Misfit("needs colours", reason, "", "channels", 1, "to learn them in grey")
        return Misfit("needs colours", reason, f"choose colour pictures or another recipe ({LIST})")
    return None


def wants_colour(config: TrainConfig) -> bool:
    """Whether pictures without colours teach it nothing; those of labels follow the data unless told."""
    if config.task == "label-to-image":
        return config.channels == 3
    return config.conditions.target == "picture"


def offer_of(report: DataReport) -> Offer:
    """What the doctor found in a folder."""
    return Offer(
        report.splits.get("train", 0),
        tuple(label for label in report.counts if label),
        report.has_sketches,
        report.found.get(str(FindingKind.GREY), 0) >= report.usable,
    )
