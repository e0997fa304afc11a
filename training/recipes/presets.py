"""How good a model may become for how much time: named changes of a recipe's configuration."""

from dataclasses import dataclass, field, replace

from training.config import TrainConfig, with_settings
from training.files import UserError


@dataclass(frozen=True)
class Quality:
    """A named change: ``length`` times the recipe's steps or epochs, and a sentence for the person.

    ``settings``, as ``with_settings`` takes them, are further changes of the recipes named; the sizes and
    widths of published systems stay theirs.
    """

    name: str
    about: str
    length: float
    settings: dict[str, tuple[str, ...]] = field(default_factory=dict)


QUALITIES: dict[str, Quality] = {
    quality.name: quality
    for quality in (
        Quality(
            "draft",
            "A short run, of small pictures and networks where the recipe leaves that open: shows within "
            "minutes whether the pictures teach anything",
            0.1,
            {
                "lineart": (
                    *("size=128", "batch_size=8", "generator.width=32", "generator.cap=224"),
                    *("discriminator.channels=64",),
                    *("every.sample=100", "every.evaluate=250", "every.checkpoint=250"),
                )
            },
        ),
        Quality("normal", "The recipe as it is", 1.0),
        Quality(
            "best",
            "Trained four times as long, a larger network where the recipe leaves that open, for a GPU or "
            "for a weekend",
            4.0,
            {
                "lineart": (
                    *("generator.width=64", "generator.cap=384", "generator.depth=2", "optim.ema=0.999"),
                    *("every.sample=1000", "every.evaluate=2000", "every.checkpoint=1000"),
                )
            },
        ),
    )
}


def with_quality(config: TrainConfig, name: str) -> TrainConfig:
    """``config`` changed for the quality ``name``; UserError when there is none of that name."""
    if name not in QUALITIES:
        raise UserError(f"There is no quality named {name!r}; choose one of {', '.join(QUALITIES)}.")
    quality = QUALITIES[name]
    if config.epochs is not None:
        config = replace(config, epochs=config.epochs * quality.length)
    else:
        config = replace(config, steps=max(1, round(config.steps * quality.length)))
    return with_settings(config, quality.settings.get(config.recipe, ()))
