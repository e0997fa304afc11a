"""How clicks on labels become a mixture of at most two."""

import random

from studio.core.labels import LabelMix

ANY = ""
"""The key of "any label"."""


def chosen(label: str) -> LabelMix:
    """One label alone; any for ""."""
    return ((label, 1.0),) if label else ()


def added_to(mix: LabelMix, label: str) -> LabelMix:
    """The mixture after a label was added by Ctrl+click; a chosen one is taken out instead.

    A third label takes the second's place; "any" ends the mixture.
    """
    names = [name for name, _ in mix]
    if label == ANY:
        return ()
    if label in names:
        return chosen(next((name for name in names if name != label), ANY))
    if not names:
        return chosen(label)
    return ((names[0], 0.5), (label, 0.5))


def share_of_second(mix: LabelMix) -> float:
    """The part, 0..1, that the second of two labels has."""
    total = mix[0][1] + mix[1][1]
    return mix[1][1] / total if total > 0 else 0.5


def with_share(mix: LabelMix, share: float) -> LabelMix:
    """Two labels with the second at `share`; neither reaches 0, or it would be forgotten."""
    share = min(max(share, 0.01), 0.99)
    return ((mix[0][0], 1.0 - share), (mix[1][0], share))


def named_weights(mix: LabelMix) -> dict[str, float]:
    """Weights by name that sum to 1; any alone where nothing is chosen."""
    total = sum(weight for _, weight in mix)
    return {name: weight / total for name, weight in mix} if total > 0 else {ANY: 1.0}


def another(mix: LabelMix, names: tuple[str, ...], seed: int) -> LabelMix:
    """Another mixture around the chosen label, for models without noise; decided by `seed`."""
    dice = random.Random(seed)
    first = mix[0][0] if mix else dice.choice(names)
    others = [name for name in names if name != first]
    if not others:
        return chosen(first)
    return with_share(((first, 0.0), (dice.choice(others), 0.0)), dice.uniform(0.15, 0.45))
