"""The one way in to a data set: any folder, opened as one split at one size."""

from pathlib import Path

from training.data.dataset import Cancelled, Dataset, Progress
from training.data.options import SketchConfig, SourceConfig


def open_dataset(
    folder: Path,
    split: str,
    size: int,
    source: SourceConfig | None = None,
    sketch: SketchConfig | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Dataset:
    """Return the ``split`` ("train", "val" or "test") of the data set in ``folder``, at ``size`` pixels.

    ``seed`` draws the splits of a folder that has none. Raises UserError with a sentence that says what to
    change, CancelledError when ``cancelled`` says so.
    """
    from training.data.paired import PairedDataset

    return PairedDataset.open(Path(folder), split, size, on_progress)
