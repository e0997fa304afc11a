"""What the person wants of a run, and the config that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from training.config import TrainConfig, from_dict, to_dict
from training.data.options import SketchConfig, SourceConfig
from training.recipes import get_recipe
from training.recipes.presets import with_quality

PATIENCE = 6
"""Measurements without a better one after which a run ends that goes on until it stops improving."""
ENDLESS_STEPS = 1_000_000
SIZES = (64, 128, 192, 256, 384, 512)


class Length(StrEnum):
    """How the end of a run is set."""

    MINUTES = "minutes"
    EPOCHS = "epochs"
    STEPS = "steps"
    IMPROVING = "improving"


@dataclass(frozen=True)
class RunPlan:
    """The short list. ``size`` 0 leaves the quality's own; ``advanced`` holds settings by dotted names."""

    recipe: str = "lineart"
    quality: str = "draft"
    length: Length = Length.MINUTES
    minutes: float = 30.0
    epochs: float = 20.0
    steps: int = 2000
    size: int = 0
    init: str = ""
    advanced: Mapping[str, Any] = field(default_factory=dict)

    def base(self) -> TrainConfig:
        """The recipe with the quality, before anything else was changed."""
        return with_quality(get_recipe(self.recipe).config, self.quality)

    def config(self) -> TrainConfig:
        """Everything but data and folder; UserError for values that do not go together."""
        base = self.base()
        config = with_values(base, self.advanced)
        ends: dict[str, Any] = {"minutes": None, "epochs": None}
        match self.length:
            case Length.MINUTES:
                ends["minutes"] = self.minutes
            case Length.EPOCHS:
                ends["epochs"] = self.epochs
            case Length.STEPS:
                ends["steps"] = self.steps
            case Length.IMPROVING:
                ends["steps"] = ENDLESS_STEPS
                ends["stop_when_stale"] = config.stop_when_stale or PATIENCE
        if self.size:
            ends["size"] = self.size
        return replace(config, **ends, init=self.init or None)

    def sizes(self) -> list[int]:
        """The sides of pictures to choose from: those that the networks can take, and the one chosen."""
        stride = self.config().generator.stride
        fitting = {side for side in (*SIZES, self.base().size) if side % stride == 0}
        return sorted(fitting | {self.size or self.base().size})

    def config_for(self, data: Path, run: Path, source: SourceConfig, sketch: SketchConfig) -> TrainConfig:
        """The whole config; UserError for values out of range."""
        return replace(self.config(), data=str(data), run=str(run), source=source, sketch=sketch).checked()


def with_values(config: TrainConfig, values: Mapping[str, Any]) -> TrainConfig:
    """``config`` with settings, by dotted names, changed; UserError for what is out of range."""
    nested = to_dict(config)
    for name, value in values.items():
        *sections, key = name.split(".")
        place = nested
        for section in sections:
            place = place[section]
        if value is None:
            place.pop(key, None)
        else:
            place[key] = list(value) if isinstance(value, tuple) else value
    return from_dict(nested)
