"""Settings as frozen dataclasses whose fields explain themselves: default, range and a sentence of help.

Forms and the command line are made from them: ``group`` is the heading a setting stands under, ``basic`` puts
it on the short list instead of the advanced fold.
"""

import dataclasses
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.files import UserError


def option(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    help: str,
    choices: tuple[str, ...] = (),
    title: str = "",
    group: str = "",
    basic: bool = False,
) -> Any:
    """Return a dataclass field with ``default``, an inclusive range or a list of choices, and a help text.

    ``title`` is its name in a form (made from the field's own where left out), ``group`` the heading there
    (the section's where left out).
    """
    metadata = {
        "low": low,
        "high": high,
        "help": help,
        "choices": choices,
        "title": title,
        "group": group,
        "basic": basic,
    }
    return dataclasses.field(default=default, metadata=metadata)


def headed(group: str) -> dict[str, str]:
    """Return the metadata of a dataclass field that holds a section of settings; ``group`` heads it."""
    return {"group": group}


@dataclass(frozen=True)
class Setting:
    """One setting as a form or a list shows it; ``name`` is what ``with_settings`` takes."""

    name: str
    value: Any
    kind: Any
    """bool, int, float, str or a tuple type; for an optional one the type that is not None."""
    optional: bool
    help: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    title: str
    group: str
    basic: bool


def settings_of(options: Any, prefix: str = "", group: str = "") -> Iterator[Setting]:
    """Yield every setting of the dataclass ``options`` and of the sections in it, in order."""
    kinds = typing.get_type_hints(type(options))
    for field in dataclasses.fields(options):
        value, kind = getattr(options, field.name), kinds[field.name]
        if dataclasses.is_dataclass(value):
            yield from settings_of(value, f"{prefix}{field.name}.", str(field.metadata.get("group", "")))
            continue
        about = field.metadata
        yield Setting(
            name=prefix + field.name,
            value=value,
            kind=inner_kind(kind) if is_optional(kind) else kind,
            optional=is_optional(kind),
            help=about["help"],
            low=about["low"],
            high=about["high"],
            choices=about["choices"],
            title=about["title"] or field.name.replace("_", " ").capitalize(),
            group=about["group"] or group,
            basic=about["basic"],
        )


def is_optional(kind: Any) -> bool:
    """Tell whether the type ``kind`` admits None."""
    return typing.get_origin(kind) in (typing.Union, types.UnionType) and type(None) in typing.get_args(kind)


def inner_kind(kind: Any) -> Any:
    """Return the type that an optional one has besides None."""
    return next(argument for argument in typing.get_args(kind) if argument is not type(None))


def check_options(options: Any, prefix: str = "") -> None:
    """Raise UserError for the first field of the dataclass ``options`` (and of sections in it) out of range.

    ``prefix`` stands before the field's name in the sentence, such as ``"augment."``.
    """
    for setting in settings_of(options, prefix):
        value, low, high = setting.value, setting.low, setting.high
        if value is None:
            continue
        for number in value if isinstance(value, tuple) else (value,):
            if setting.choices and number not in setting.choices:
                raise UserError(f"{setting.name} is {number!r}; choose one of {', '.join(setting.choices)}.")
            if isinstance(number, bool) or not isinstance(number, int | float):
                continue
            # Written so that NaN, which compares false with everything, is refused too.
            if not ((low is None or number >= low) and (high is None or number <= high)):
                raise UserError(f"{setting.name} is {number}; choose a value {_range_text(low, high)}.")


def _range_text(low: float | None, high: float | None) -> str:
    if low is None:
        return f"of at most {high:g}"
    if high is None:
        return f"of at least {low:g}"
    return f"from {low:g} to {high:g}"
