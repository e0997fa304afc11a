"""Options that know their range."""

from dataclasses import dataclass, field

import pytest

from training.files import UserError
from training.options import check_options, option


@dataclass(frozen=True)
class Inner:
    share: float = option(0.5, low=0, high=1, help="a share")
    betas: tuple[float, float] = option((0.0, 0.9), low=0, high=0.9999, help="two")


@dataclass(frozen=True)
class Outer:
    steps: int = option(10, low=1, help="count")
    minutes: float | None = option(None, high=60, help="time")
    kind: str = option("a", choices=("a", "b"), help="kind")
    fast: bool = option(True, help="switch")
    inner: Inner = field(default_factory=Inner)


def test_defaults_in_range_pass() -> None:
    check_options(Outer())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (Outer(steps=0), r"steps is 0; choose a value of at least 1\."),
        (Outer(minutes=61.0), r"minutes is 61\.0; choose a value of at most 60\."),
        (Outer(kind="c"), r"kind is 'c'; choose one of a, b\."),
        (Outer(inner=Inner(share=1.5)), r"inner\.share is 1\.5; choose a value from 0 to 1\."),
        (Outer(inner=Inner(share=float("nan"))), r"inner\.share is nan"),
        (Outer(inner=Inner(betas=(0.0, 1.0))), r"inner\.betas is 1\.0"),
    ],
)
def test_values_out_of_range_are_named(options: Outer, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check_options(options)
