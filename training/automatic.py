"""What the config leaves to the program, decided once at the start of a run and written down with it."""

from dataclasses import replace

import numpy as np
import torch

from training.config import TrainConfig
from training.data.dataset import Dataset
from training.data.swatches import find_swatches
from training.device import Placement
from training.distributed import Team
from training.memory import is_out_of_memory
from training.state import new_state
from training.step import training_step
from training.suitable import found_channels
from training.tasks import task_of

FEW = 500
"""Families of pictures below which a discriminator soon knows them by heart."""
FEW_OF_A_LABEL = 50
RAMP_STEPS = 1000
FLAT_FROM = 0.8
"""Share of the pictures that the swatches cover, from which on choosing among them is no loss."""
PIXELS_ON_CPU = 4 * 256 * 256
"""A CPU is no quicker with more at once; with fewer the networks learn from too little at a time."""
MOST_ON_CPU, MOST_ON_GPU = 16, 64
FREE_SHARE = 0.35
"""Share of a GPU's memory that stays free: the live picture and the desktop need some of it too."""


def settled(config: TrainConfig, dataset: Dataset, placement: Placement, team: Team) -> TrainConfig:
    """``config`` with a batch size, a number of steps and an augmentation that fit ``dataset``; without
    swatches where its pictures have too many colours for them.
    """
    families = len(dataset.members)
    if config.batch_size == 0:
        largest = team.follow(_largest_batch(config, placement, len(dataset.labels)))
        # Several batches an epoch, so that an order of the data means something.
        share = max(1, min(largest, families // (4 * team.size)))
        config = replace(config, batch_size=share * team.size)
    if config.epochs is not None:
        config = replace(config, steps=max(1, round(config.epochs * families / config.batch_size)))
    if config.discriminator.augment == "auto":
        few = families < FEW
        judge = replace(config.discriminator, augment="adaptive" if few else "none")
        config = replace(config, discriminator=judge)
        if few and not config.optim.label_ramp_steps and _rarest(dataset) < FEW_OF_A_LABEL:
            config = replace(config, optim=replace(config.optim, label_ramp_steps=RAMP_STEPS))
    if config.generator.swatches and find_swatches(dataset, config.generator.swatches).covered < FLAT_FROM:
        config = replace(config, generator=replace(config.generator, swatches=0))
    if config.task == "label-to-image" and not config.channels:
        config = replace(config, channels=found_channels(dataset))
    return config.checked()


def _rarest(dataset: Dataset) -> int:
    """The number of pictures of the label that has the fewest; many when there is no choice of labels."""
    counts = np.bincount(np.asarray(dataset.label_index), minlength=len(dataset.labels))
    return int(counts.min()) if len(dataset.labels) > 1 else FEW_OF_A_LABEL


def _largest_batch(config: TrainConfig, placement: Placement, labels: int) -> int:
    """Pictures a step that one process manages: tried out on a GPU, a matter of pixels elsewhere."""
    if placement.device.type != "cuda":
        return max(1, min(MOST_ON_CPU, PIXELS_ON_CPU // config.size**2))
    total = torch.cuda.get_device_properties(placement.device).total_memory
    largest = 1
    for count in (2**power for power in range(MOST_ON_GPU.bit_length())):
        torch.cuda.reset_peak_memory_stats()
        try:
            _try_step(config, placement, labels, count)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            break
        finally:
            torch.cuda.empty_cache()
        if torch.cuda.max_memory_reserved() > (1.0 - FREE_SHARE) * total:
            break
        largest = count
    return largest


def _try_step(config: TrainConfig, placement: Placement, labels: int, count: int) -> None:
    """A step of networks that are thrown away, on ``count`` empty pictures."""
    state = new_state(config, placement, labels)
    batch = task_of(config).blank(config, labels, count, placement.device)
    state.plan.strength = 1.0
    for _ in range(2):
        training_step(state, config, placement, batch)
    torch.cuda.synchronize()
