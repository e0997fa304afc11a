"""What a run is fed: its data set opened with progress, and its batches made ahead of the steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.config import TrainConfig
from training.data.batches import Prefetcher
from training.data.dataset import Cancelled, Dataset, Progress
from training.data.source import open_splits
from training.data.views import as_read
from training.distributed import Team
from training.state import Plan
from training.tasks import task_of

REPORTS = 50
"""Reports of progress for as many pictures, at most."""

Preparing = Callable[[int, int, str], None]


def open_data(config: TrainConfig, preparing: Preparing, cancelled: Cancelled) -> tuple[Dataset, Dataset]:
    """The training and the held-out split; UserError when they cannot be used, CancelledError when told so.

    Whatever the run's seed, the same pictures are held out.
    """
    progress = _thinned(preparing, "The pictures are read")
    train, val = open_as_read(config, ("train", "val"), progress, cancelled)
    return train, val


def open_as_read(
    config: TrainConfig,
    splits: tuple[str, ...],
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> list[Dataset]:
    """The ``splits`` of the config's data as its networks read them: labels and lines as it asks for."""
    opened = open_splits(
        Path(config.data),
        splits,
        config.size,
        config.source,
        config.sketch,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    labelled, whole = config.conditions.labels != "none", config.conditions.target == "picture"
    return [as_read(opened[split], labelled=labelled, whole=whole) for split in splits]


def epoch_of(position: int, dataset: Dataset) -> float:
    """How often every family of pictures has been shown once ``position`` pictures are drawn."""
    return position / len(dataset.members)


class Feed:
    """The batches of a run from where its plan stands, made ahead in the background.

    A batch depends on the config, its step and the plan's batch size alone; each process of a team makes its
    own rows.
    """

    def __init__(self, dataset: Dataset, config: TrainConfig, plan: Plan, team: Team) -> None:
        self._dataset = dataset
        self._config = config
        self._team = team
        self._prefetcher = self._start(plan)

    def get(self, step: int) -> Any:
        """The batch of ``step``; steps in order are quick, any other order works."""
        return self._prefetcher.get(step)

    def restart(self, plan: Plan) -> None:
        """Make batches as ``plan`` now says."""
        self._prefetcher.close()
        self._prefetcher = self._start(plan)

    def close(self) -> None:
        """End the background work."""
        self._prefetcher.close()

    def _start(self, plan: Plan) -> Prefetcher[Any]:
        task = task_of(self._config)
        config, batch_size, offset = self._config, plan.pictures_a_step(self._config), plan.offset
        rows = self._team.rows(batch_size)

        def make(step: int) -> Any:
            return task.batch(self._dataset, config, step, batch_size, offset, rows)

        return Prefetcher(make, plan.step)


def _thinned(preparing: Preparing, text: str) -> Progress:
    """Report to ``preparing`` at the start, at the end, and a few dozen times between."""
    reported = -1

    def report(done: int, total: int) -> None:
        nonlocal reported
        part = done * REPORTS // max(total, 1)
        if part != reported or done == total:
            reported = part
            preparing(done, total, text)

    return report
