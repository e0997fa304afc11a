"""What several published recipes have in common."""

from training.config import TrainConfig
from training.data.options import AugmentConfig, HintConfig
from training.sections import ConditionConfig, IntervalConfig, LossConfig, OptimConfig

AS_THEY_ARE = ConditionConfig(label_dropped=0.0, label_mixed=0.0)
"""Every picture with its own label, as the published systems learn; "any" is then the middle of them."""


def adam(rate: float = 2e-4, discriminator_rate: float | None = None) -> OptimConfig:
    """DCGAN's Adam (Radford et al. 2016, section 4): steady, with a first decay rate of 0.5 and no average of
    the weights.
    """
    return OptimConfig(
        generator_lr=rate,
        discriminator_lr=rate if discriminator_rate is None else discriminator_rate,
        betas=(0.5, 0.999),
        warmup_steps=0,
        decay_fraction=0.0,
        ema=0.0,
    )


def game(kind: str, l1: float = 0.0) -> LossConfig:
    """The adversarial loss ``kind`` in full, and L1 to the picture itself."""
    return LossConfig(
        kind=kind, adversarial=1.0, l1=l1, flats=0.0, untold=1.0, hint=0.0, features=0.0, swatch=0.0
    )


def from_labels(size: int, **settings: object) -> TrainConfig:
    """A recipe that makes pictures of ``size`` from labels and noise."""
    values: dict[str, object] = {
        "task": "label-to-image", "size": size, "best_by": "kd", "conditions": AS_THEY_ARE, "optim": adam(),
        "every": IntervalConfig(pictures=500),
    }  # fmt: skip
    return TrainConfig(**(values | settings))  # type: ignore[arg-type]


def from_sketches(size: int, **settings: object) -> TrainConfig:
    """A recipe that makes whole pictures from sketches as they are, without hints."""
    values: dict[str, object] = {
        "size": size,
        "augment": AugmentConfig(enabled=False),
        "hints": HintConfig(enabled=False),
    }
    return TrainConfig(**(values | settings))  # type: ignore[arg-type]
