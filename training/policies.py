"""Decisions of a run that need no network: what may take time, and what the user should be told. All are
given the time or the step, and none looks at a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

OWN_PART = 0.2
OVERPOWERED, RECOVERED = 0.95, 0.85
OVERPOWERED_STEPS = 200
COLLAPSED, FEWEST_OF_A_LABEL = 0.15, 4


@dataclass
class TimeShare:
    """Keeps what is not training to its ``share`` of the run: allowed is what it would still fit into.

    ``spent_s`` is what it has cost so far; what something will cost is what it cost the last time. A fifth of
    the share is each thing's own, so that cheap samples do not wait until a dear measurement is made up for.
    """

    share: float
    spent_s: float = 0.0
    _last_s: dict[str, float] = field(default_factory=dict)
    _own_s: dict[str, float] = field(default_factory=dict)

    def allows(self, what: str, elapsed_s: float) -> bool:
        """Tell whether ``what`` fits, ``elapsed_s`` into the run. Its first time is always allowed."""
        cost = self._last_s.get(what)
        if cost is None:
            return True
        room = self.share * (elapsed_s + cost)
        return self.spent_s + cost <= room or self._own_s[what] + cost <= OWN_PART * room

    def spend(self, what: str, seconds: float) -> None:
        """Note that ``what`` took ``seconds``."""
        self.spent_s += seconds
        self._last_s[what] = seconds
        self._own_s[what] = self._own_s.get(what, 0.0) + seconds


@dataclass
class BalanceWatch:
    """Notices when one network has overpowered the other for a while, and says so once each time."""

    _since: dict[str, int] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def look(self, step: int, real: float, generated: float) -> str:
        """A sentence for the user, or "": ``real`` and ``generated`` are the shares judged rightly."""
        sides = {
            "discriminator": (
                min(real, generated),
                "The discriminator tells real from generated almost every time, so the generator learns "
                "little from it; raise optim.generator_steps, lower optim.discriminator_lr, or switch on "
                "discriminator.augment.",
            ),
            "generator": (
                1.0 - max(real, generated),
                "The generator fools the discriminator almost every time, so the discriminator teaches it "
                "little; raise optim.discriminator_lr or lower optim.generator_lr.",
            ),
        }
        for side, (strength, sentence) in sides.items():
            if strength < RECOVERED:
                self._since.pop(side, None)
                self._told.discard(side)
            elif strength >= OVERPOWERED:
                since = self._since.setdefault(side, step)
                if step - since >= OVERPOWERED_STEPS and side not in self._told:
                    self._told.add(side)
                    return sentence
        return ""


def collapsed_labels(
    made: NDArray[np.float32],
    true: NDArray[np.float32],
    label_index: NDArray[np.int64],
    labels: Sequence[str],
) -> list[str]:
    """The labels whose pictures have become nearly one: far less varied than the truth's.

    ``made`` and ``true`` [N,D] are small versions of the pictures without their lines; labels with fewer
    than four pictures are left out, as are those whose true pictures hardly differ.
    """
    found = []
    for index, label in enumerate(labels):
        of_it = label_index == index
        if int(of_it.sum()) < FEWEST_OF_A_LABEL:
            continue
        spread, wanted = (float(values[of_it].std(axis=0).mean()) for values in (made, true))
        if wanted > 1e-3 and spread < COLLAPSED * wanted:
            found.append(label)
    return found
