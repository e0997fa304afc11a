"""``prepare``: make a data set."""

import sys
from pathlib import Path

from training.data.openmoji import prepare_openmoji


def prepare_openmoji_command(folder: Path, size: int) -> None:
    """Render OpenMoji into ``folder``, with a progress bar; UserError as ``prepare_openmoji`` raises it."""
    from tqdm import tqdm

    # delay: no empty bar above the sentence when nothing can be prepared.
    with tqdm(unit="drawing", file=sys.stderr, delay=0.1) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        prepared = prepare_openmoji(folder, size, show)
    counts = ", ".join(f"{sum(labels.values())} {split}" for split, labels in prepared.counts.items())
    sys.stdout.write(f"{prepared.folder}: {counts}, {len(prepared.labels)} labels\n")
