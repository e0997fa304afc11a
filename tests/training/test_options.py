"""Options that know their range."""

from dataclasses import dataclass, field

import pytest

from training.files import UserError
from training.options import check_options, headed, option, settings_of


@dataclass(frozen=True)
class Inner:
    share: float = option(0.5, low=0, high=1, help="a share")
    betas: tuple[float, float] = option((0.0, 0.9), low=0, high=0.9999, help="two")


@dataclass(frozen=True)
class Outer:
    steps: int = option(10, low=1, help="count")
    minutes: float | None = option(None, high=60, help="time")
    kind: str = option("a", choices=("a", "b"), help="kind")
    parts: tuple[str, ...] = option(("x",), choices=("x", "y"), help="some", group="Parts", basic=True)
    fast_step: bool = option(True, help="switch", title="Quick")
    inner: Inner = field(default_factory=Inner, metadata=headed("Inner things"))


def test_defaults_in_range_pass() -> None:
    check_options(Outer())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (Outer(steps=0), r"steps is 0; choose a value of at least 1\."),
        (Outer(minutes=61.0), r"minutes is 61\.0; choose a value of at most 60\."),
        (Outer(kind="c"), r"kind is 'c'; choose one of a, b\."),
        (Outer(parts=("x", "z")), r"parts is 'z'; choose one of x, y\."),
        (Outer(inner=Inner(share=1.5)), r"inner\.share is 1\.5; choose a value from 0 to 1\."),
        (Outer(inner=Inner(share=float("nan"))), r"inner\.share is nan"),
        (Outer(inner=Inner(betas=(0.0, 1.0))), r"inner\.betas is 1\.0"),
    ],
)
def test_values_out_of_range_are_named(options: Outer, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check_options(options)


def test_settings_say_what_a_form_needs() -> None:
    found = {setting.name: setting for setting in settings_of(Outer())}
    assert list(found) == ["steps", "minutes", "kind", "parts", "fast_step", "inner.share", "inner.betas"]
    assert (found["minutes"].kind, found["minutes"].optional, found["minutes"].high) == (float, True, 60)
    assert (found["parts"].group, found["parts"].basic, found["steps"].basic) == ("Parts", True, False)
    assert (found["inner.share"].group, found["inner.share"].value) == ("Inner things", 0.5)
    assert [found[name].title for name in ("fast_step", "inner.share")] == ["Quick", "Share"]
