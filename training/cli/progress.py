"""A bar on stderr for work that tells how much is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
