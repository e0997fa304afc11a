"""How far a piece of work is that comes in parts, and how long the part in hand will take."""

from dataclasses import dataclass

SURE_AFTER_S = 1.0
"""Before so much time has passed, a pace says little."""


@dataclass
class WorkProgress:
    """Told how much is done, it tells how far that is; times are given in seconds of any clock.

    ``text`` says what the part in hand does, ``part`` counts from 1; ``total`` 0 is not known.

    >>> progress = WorkProgress()
    >>> for now, done in ((0.0, 0), (2.0, 20)):
    ...     progress.tell(now, done, 100, "Pictures are made")
    >>> progress.left_s(2.0)
    8.0
    """

    text: str = ""
    part: int = 0
    done: int = 0
    total: int = 0
    _begun: tuple[float, int] = (0.0, 0)

    def tell(self, now: float, done: int, total: int, text: str) -> None:
        """Take in that ``done`` of ``total`` of ``text`` is done."""
        # A total may grow while files are still being found; work that begins anew is a part of its own.
        if text != self.text or done < self.done:
            self.part += 1
            self._begun = (now, done)
        self.text, self.done, self.total = text, done, total

    def left_s(self, now: float) -> float | None:
        """The time that the rest of this part takes at its pace so far; None while that is not known."""
        began, before = self._begun
        passed, done = now - began, self.done - before
        if passed < SURE_AFTER_S or done <= 0 or not self.total:
            return None
        return passed / done * (self.total - self.done)
