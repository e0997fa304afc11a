"""How good a model may become for how much time: named changes of a recipe's configuration."""

from dataclasses import dataclass

from training.config import TrainConfig, with_settings
from training.files import UserError


@dataclass(frozen=True)
class Quality:
    """A named change: ``settings`` as ``with_settings`` takes them, and a sentence for the person."""

    name: str
    about: str
    settings: tuple[str, ...]


QUALITIES: dict[str, Quality] = {
    quality.name: quality
    for quality in (
        Quality(
            "draft",
            "Small pictures and a small network: shows within minutes whether the pictures teach anything",
            (
                *("size=128", "batch_size=8", "steps=2000"),
                *("generator.width=32", "generator.cap=224", "discriminator.channels=64"),
                *("every.sample=100", "every.evaluate=250", "every.checkpoint=250"),
            ),
        ),
        Quality("normal", "The recipe as it is", ()),
        Quality(
            "best",
            "A larger network, trained four times as long, for a GPU or for a weekend",
            (
                *("steps=80000", "generator.width=64", "generator.cap=384", "generator.depth=2"),
                *("optim.ema=0.999", "every.sample=1000", "every.evaluate=2000", "every.checkpoint=1000"),
            ),
        ),
    )
}


def with_quality(config: TrainConfig, name: str) -> TrainConfig:
    """``config`` changed for the quality ``name``; UserError when there is none of that name."""
    if name not in QUALITIES:
        raise UserError(f"There is no quality named {name!r}; choose one of {', '.join(QUALITIES)}.")
    return with_settings(config, QUALITIES[name].settings)
