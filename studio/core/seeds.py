"""The columns of a grid of generated pictures: seeds of noise, some of them held fast."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

LARGEST_SEED = 999_999
LOCK = "*"


@dataclass(frozen=True, slots=True)
class Column:
    """The seed of a column, 0 to `LARGEST_SEED`; a locked one keeps it when others are drawn anew."""

    seed: int
    locked: bool = False


Columns = tuple[Column, ...]


def drawn_from(columns: Columns, start: int) -> Columns:
    """Give the columns that are not locked the seeds from ``start`` on, those of locked ones left out."""
    fresh = _seeds_from(start, (column.seed for column in columns if column.locked))
    return tuple(column if column.locked else Column(next(fresh)) for column in columns)


def resized(columns: Columns, count: int) -> Columns:
    """Return ``count`` columns: the last that are not locked go first, new ones take the next seeds."""
    kept = list(columns)
    while len(kept) > count:
        free = [place for place, column in enumerate(kept) if not column.locked]
        del kept[free[-1] if free else -1]
    fresh = _seeds_from(max((column.seed for column in kept), default=0) + 1, ())
    return (*kept, *(Column(next(fresh)) for _ in range(count - len(kept))))


def with_lock(columns: Columns, place: int, locked: bool) -> Columns:
    """Lock a column or let it go; its seed stays until others are drawn."""
    return tuple(
        replace(column, locked=locked) if index == place else column for index, column in enumerate(columns)
    )


def first_free(columns: Columns) -> int | None:
    """The seed of the first column that is not locked; None when all are."""
    return next((column.seed for column in columns if not column.locked), None)


def to_texts(columns: Columns) -> tuple[str, ...]:
    """Return the columns for the settings: "17", or "17*" for a locked one."""
    return tuple(f"{column.seed}{LOCK if column.locked else ''}" for column in columns)


def from_texts(texts: Sequence[str]) -> Columns:
    """Read columns from the settings; what is no seed is left out."""
    found = []
    for text in texts:
        digits = text.removesuffix(LOCK)
        if digits.isascii() and digits.isdigit() and int(digits) <= LARGEST_SEED:
            found.append(Column(int(digits), text.endswith(LOCK)))
    return tuple(found)


def _seeds_from(start: int, taken: Iterable[int]) -> Iterator[int]:
    used, seed = set(taken), start
    while True:
        seed %= LARGEST_SEED + 1
        if seed not in used:
            yield seed
        seed += 1
