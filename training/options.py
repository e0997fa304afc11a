"""Settings as frozen dataclasses whose fields explain themselves: default, range and a sentence of help."""

import dataclasses
from typing import Any

from training.files import UserError


def option(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    help: str,
    choices: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field with ``default``, an inclusive range or a list of choices, and a help text."""
    metadata = {"low": low, "high": high, "help": help, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def check_options(options: Any, prefix: str = "") -> None:
    """Raise UserError for the first field of the dataclass ``options`` (and of sections in it) out of range.

    ``prefix`` stands before the field's name in the sentence, such as ``"augment."``.
    """
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        name = f"{prefix}{field.name}"
        if dataclasses.is_dataclass(value):
            check_options(value, f"{name}.")
            continue
        if value is None:
            continue
        low, high = field.metadata.get("low"), field.metadata.get("high")
        choices = field.metadata.get("choices")
        if choices and value not in choices:
            raise UserError(f"{name} is {value!r}; choose one of {', '.join(choices)}.")
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, bool) or not isinstance(number, int | float):
                continue
            # Written so that NaN, which compares false with everything, is refused too.
            if not ((low is None or number >= low) and (high is None or number <= high)):
                raise UserError(f"{name} is {number}; choose a value {_range_text(low, high)}.")


def _range_text(low: float | None, high: float | None) -> str:
    if low is None:
        return f"of at most {high:g}"
    if high is None:
        return f"of at least {low:g}"
    return f"from {low:g} to {high:g}"
