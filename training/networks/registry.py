"""Networks by name: registered where they are defined, built from a plain mapping of options."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from torch import nn

from training.files import UserError
from training.sections import DiscriminatorConfig, GeneratorConfig

Builder = Callable[..., nn.Module]
B = TypeVar("B", bound=Builder)

_BUILDERS: dict[str, Builder] = {}


def register_network(name: str) -> Callable[[B], B]:
    """Register a network class or builder under ``name``; a second one of that name is a ValueError."""

    def register(builder: B) -> B:
        if name in _BUILDERS:
            raise ValueError(f"a network named {name!r} is registered already")
        _BUILDERS[name] = builder
        return builder

    return register


def network_names() -> tuple[str, ...]:
    """Names of all registered networks, sorted."""
    return tuple(sorted(_BUILDERS))


def build_network(kind: str, options: Mapping[str, Any]) -> nn.Module:
    """Build the network ``kind`` with keyword ``options``; UserError for a name or options it lacks."""
    builder = _builder(kind)
    try:
        return builder(**options)
    except TypeError as error:
        raise UserError(f"The network {kind!r} does not take these options ({error}).") from error


def network_options(
    section: GeneratorConfig | DiscriminatorConfig, labels: int, picture: int, size: int
) -> dict[str, Any]:
    """Of the settings in ``section`` those that its network has, with what the data decide: the number of
    ``labels``, the channels of a ``picture`` and its ``size`` in pixels.
    """
    known = dataclasses.asdict(section) | {"labels": labels, "picture": picture, "size": size}
    taken = inspect.signature(_builder(section.kind)).parameters
    return {name: value for name, value in known.items() if name in taken}


def _builder(kind: str) -> Builder:
    try:
        return _BUILDERS[kind]
    except KeyError:
        known = ", ".join(network_names())
        raise UserError(f"There is no network named {kind!r}; choose one of {known}.") from None
