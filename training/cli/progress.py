"""Bars on stderr for work that tells how much is done."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from training.data.dataset import Progress


@contextmanager
def progress_bar(unit: str, *, scaled: bool = False) -> Iterator[Progress]:
    """Show a bar of ``unit`` while the context lasts; ``scaled`` writes thousands as k, M and G."""
    from tqdm import tqdm

    # delay: no empty bar above the sentence when nothing can be done.
    with tqdm(unit=unit, unit_scale=scaled, file=sys.stderr, delay=0.1) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


@contextmanager
def stage_bars() -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar of pictures for each text that comes with what is done, one below the other."""
    from tqdm import tqdm

    bar: Any = None

    def show(done: int, total: int, text: str) -> None:
        nonlocal bar
        if bar is None or bar.desc != f"{text}: ":
            if bar is not None:
                bar.close()
            bar = tqdm(desc=text, unit="picture", file=sys.stderr, delay=0.1)
        bar.total = total or None
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()
