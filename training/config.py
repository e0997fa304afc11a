"""Everything one training run is told, as frozen dataclasses that read and write TOML."""

import dataclasses
import difflib
import json
import math
import tomllib
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.data.options import AugmentConfig, HintConfig, SketchConfig, SourceConfig, VaryConfig
from training.files import UserError, write_text
from training.manifest import TASKS
from training.options import check_options, headed, inner_kind, is_optional, option, settings_of
from training.sections import (
    LOWER_IS_BETTER,
    SMALLEST_DRAWING,
    ConditionConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    IntervalConfig,
    LossConfig,
    OptimConfig,
)

TRUE_WORDS, FALSE_WORDS = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class TrainConfig:
    """One training run. ``minutes`` or ``epochs``, where given, replaces ``steps``."""

    task: str = option(
        "sketch-to-image", choices=TASKS, group="Run", help="What a picture is made from: a sketch or a label"
    )
    recipe: str = option(
        "lineart", group="Run", basic=True, help="Name of the recipe these settings started from"
    )
    data: str = option("", group="Run", help="Folder of pictures or prepared data set")
    run: str = option("", group="Run", help="Folder of the run")
    steps: int = option(
        20_000, low=1, high=100_000_000, group="Length", basic=True, help="Training steps in all"
    )
    minutes: float | None = option(
        None, low=0.01, high=1e6, group="Length", basic=True, help="Budget of training time instead of steps"
    )
    epochs: float | None = option(
        None,
        low=0.01,
        high=1e6,
        group="Length",
        basic=True,
        help="How often every picture is shown, instead of steps",
    )
    stop_when_stale: int = option(
        0,
        low=0,
        high=1000,
        group="Length",
        basic=True,
        title="Stop without progress",
        help="End after so many measurements in a row without a better one; 0 = go on to the end",
    )
    best_by: str = option(
        "l1",
        choices=tuple(LOWER_IS_BETTER),
        group="Length",
        help="Figure on held-out pictures that chooses the best state: l1 and ssim compare each picture with "
        "its truth, kd and fd how real the pictures look as a whole; kid and fid need the Inception weights",
    )
    size: int = option(
        256,
        low=8,
        high=1024,
        group="Picture",
        basic=True,
        help="Side of the training pictures in pixels, for drawings a multiple of 32 (of 64 where "
        "generator.grain is 2); twice the size takes four times as long",
    )
    channels: int = option(
        0, low=0, high=3, group="Picture", help="Of a picture: 1 grey, 3 colour, 0 = as the data are"
    )
    batch_size: int = option(
        4, low=0, high=1024, group="Machine", basic=True, help="Pictures a step; 0 = as many as fit"
    )
    seed: int = option(0, low=0, high=2**31 - 1, group="Run", help="Seed of everything random")
    device: str = option(
        "auto", choices=("auto", "cpu", "cuda", "mps"), group="Machine", basic=True, help="Where to train"
    )
    precision: str = option(
        "auto",
        choices=("auto", "float32", "bfloat16", "float16"),
        group="Machine",
        help="Number format of the convolutions; auto takes bfloat16 where the machine is fast at it",
    )
    init: str | None = option(
        None,
        group="Run",
        basic=True,
        title="Start from",
        help="Model file (.onnx) whose weights to start from",
    )
    threads: int = option(0, low=0, high=256, group="Machine", help="CPU threads, 0 = as many as cores")
    source: SourceConfig = field(default_factory=SourceConfig, metadata=headed("Pictures"))
    sketch: SketchConfig = field(default_factory=SketchConfig, metadata=headed("Sketches from pictures"))
    generator: GeneratorConfig = field(default_factory=GeneratorConfig, metadata=headed("Generator"))
    discriminator: DiscriminatorConfig = field(
        default_factory=DiscriminatorConfig, metadata=headed("Discriminator")
    )
    loss: LossConfig = field(default_factory=LossConfig, metadata=headed("Loss weights"))
    optim: OptimConfig = field(default_factory=OptimConfig, metadata=headed("Learning"))
    conditions: ConditionConfig = field(default_factory=ConditionConfig, metadata=headed("Labels and pairs"))
    augment: AugmentConfig = field(
        default_factory=AugmentConfig, metadata=headed("Variation of the drawings")
    )
    vary: VaryConfig = field(
        default_factory=VaryConfig, metadata=headed("Variation of pictures without drawings")
    )
    hints: HintConfig = field(default_factory=HintConfig, metadata=headed("Colour hints"))
    every: IntervalConfig = field(default_factory=IntervalConfig, metadata=headed("How often"))

    @property
    def picture_channels(self) -> int:
        """Of the pictures that are made: 1 or 3."""
        return self.channels or 3

    def checked(self) -> "TrainConfig":
        """Return self; UserError for a value out of its range."""
        check_options(self)
        stride, drawn = self.generator.stride, self.task == "sketch-to-image"
        if self.size % stride or (drawn and self.size < SMALLEST_DRAWING):
            near = max(stride, SMALLEST_DRAWING * drawn, round(self.size / stride) * stride)
            raise UserError(f"size is {self.size}; choose a multiple of {stride} such as {near}.")
        if self.channels == 2 or (drawn and self.channels == 1):
            raise UserError(f"channels is {self.channels}; choose {'3' if drawn else '1 or 3'}.")
        if self.optim.generator_steps > 1 and self.optim.discriminator_steps > 1:
            raise UserError(
                "optim.generator_steps and optim.discriminator_steps are both above 1; leave one at 1."
            )
        if not drawn and self.best_by in ("l1", "ssim"):
            raise UserError(f"best_by is {self.best_by}, but a label has no one picture; choose kd or fd.")
        if self.minutes is not None and self.epochs is not None:
            raise UserError("minutes and epochs are both given; choose one of them.")
        return self


def to_dict(config: Any) -> dict[str, Any]:
    """Nested plain values; None is left out, as TOML has no word for it."""
    values: dict[str, Any] = {}
    for entry in dataclasses.fields(config):
        value = getattr(config, entry.name)
        if dataclasses.is_dataclass(value):
            values[entry.name] = to_dict(value)
        elif value is not None:
            values[entry.name] = list(value) if isinstance(value, tuple) else value
    return values


def from_dict(values: Mapping[str, Any]) -> TrainConfig:
    """The config that ``values`` (as of ``to_dict``) describe; absent keys keep their defaults.

    UserError for an unknown key, a wrong type or a value out of range.
    """
    return _filled(TrainConfig(), values, "").checked()


def to_toml(config: TrainConfig) -> str:
    """``config`` as TOML text."""
    import tomli_w

    return tomli_w.dumps(to_dict(config))


def from_toml(text: str) -> TrainConfig:
    """The config in TOML ``text``; UserError as in ``from_dict`` and for text that is no TOML."""
    try:
        return from_dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"The configuration is not valid TOML ({error}); correct it.") from error


def save_config(config: TrainConfig, path: Path) -> None:
    """Write ``config`` to ``path`` atomically."""
    write_text(path, to_toml(config))


def load_config(path: Path) -> TrainConfig:
    """Read a config file; UserError when it is missing or wrong."""
    try:
        return from_toml(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; name the folder of a run that train has made.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}); restore it or start a new run.") from error


def with_settings(config: TrainConfig, settings: Iterable[str]) -> TrainConfig:
    """Apply ``section.key=value`` texts, such as the command line's; UserError as in ``from_dict``."""
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise UserError(f"{setting!r} is no setting; write it as key=value, such as loss.l1=10.")
        config = _with_setting(config, name.strip().split("."), text.strip(), name.strip())
    return config.checked()


def setting_names() -> list[str]:
    """All names that ``with_settings`` takes, in order."""
    return [setting.name for setting in settings_of(TrainConfig())]


def _with_setting(config: Any, keys: list[str], text: str, name: str) -> Any:
    known = {entry.name for entry in dataclasses.fields(config)}
    inner = getattr(config, keys[0]) if keys[0] in known else None
    if keys[0] not in known or dataclasses.is_dataclass(inner) != (len(keys) > 1):
        raise _unknown(name)
    if len(keys) > 1:
        return dataclasses.replace(config, **{keys[0]: _with_setting(inner, keys[1:], text, name)})
    kind = typing.get_type_hints(type(config))[keys[0]]
    return dataclasses.replace(config, **{keys[0]: _parsed(text, kind, name)})


def _unknown(name: str) -> UserError:
    names = setting_names()
    by_last = {known.rpartition(".")[2]: known for known in names}
    near = difflib.get_close_matches(name, names, 3, 0.5)
    near += [by_last[key] for key in difflib.get_close_matches(name.rpartition(".")[2], by_last, 2, 0.6)]
    hint = " or ".join(dict.fromkeys(near)) or "loss.l1; the command recipes lists them all"
    return UserError(f"There is no setting named {name!r}; did you mean {hint}?")


def _filled(config: Any, values: Mapping[str, Any], prefix: str) -> Any:
    types_of = typing.get_type_hints(type(config))
    changes: dict[str, Any] = {}
    for key, value in values.items():
        name = prefix + key
        if key not in types_of:
            raise _unknown(name)
        inner = getattr(config, key)
        if dataclasses.is_dataclass(inner):
            if not isinstance(value, Mapping):
                raise UserError(f"{name} is a section; give it keys of its own.")
            changes[key] = _filled(inner, value, f"{name}.")
        else:
            changes[key] = _converted(value, types_of[key], name)
    return dataclasses.replace(config, **changes)


def _parsed(text: str, kind: Any, name: str) -> Any:
    """``text`` of the command line as a value of type ``kind``."""
    if is_optional(kind):
        return None if text.lower() in ("", "none") else _parsed(text, inner_kind(kind), name)
    if kind is bool:
        if text.lower() in TRUE_WORDS + FALSE_WORDS:
            return text.lower() in TRUE_WORDS
        raise UserError(f"{name} is {text!r}; write true or false.")
    if typing.get_origin(kind) is tuple:
        entry = typing.get_args(kind)[0]
        parts = _names(text, name) if entry is str else text.strip("()[]").split(",")
        return _converted([_parsed(part.strip(), entry, name) for part in parts if part.strip()], kind, name)
    try:
        return _converted({int: int, float: float}.get(kind, str)(text), kind, name)
    except ValueError:
        raise UserError(f"{name} is {text!r}; write {_described(kind)}.") from None


def _names(text: str, name: str) -> list[str]:
    """Texts with commas between, or a JSON list of them: file names may hold commas and brackets."""
    if not text.startswith("["):
        return text.split(",")
    try:
        names = json.loads(text)
    except ValueError:
        return text.split(",")
    if not all(isinstance(entry, str) for entry in names):
        raise UserError(f"{name} is {text}; write a JSON list of texts.")
    return list(names)


def _converted(value: Any, kind: Any, name: str) -> Any:
    """``value`` checked against type ``kind``; whole numbers serve where a float is asked."""
    if is_optional(kind):
        return None if value is None else _converted(value, inner_kind(kind), name)
    if typing.get_origin(kind) is tuple:
        arguments = [argument for argument in typing.get_args(kind) if argument is not ...]
        varied = ... in typing.get_args(kind)
        if isinstance(value, list | tuple) and (varied or len(value) == len(arguments)):
            return tuple(
                _converted(entry, arguments[0 if varied else index], name)
                for index, entry in enumerate(value)
            )
        wanted = "a list" if varied else f"{len(arguments)} numbers"
        raise UserError(f"{name} is {value!r}; write {wanted} with a comma between.")
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise UserError(f"{name} is {value!r}; write {_described(kind)}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise UserError(f"{name} is {value}; write a finite number.")
    return value


def _described(kind: Any) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "text")
