"""Whether a data set offers what a recipe needs: said before the first step, with the remedy."""

from training.config import TrainConfig
from training.data.dataset import Dataset
from training.data.vary import is_grey
from training.files import UserError
from training.networks import network_options
from training.samples import spread_evenly

LOOKED_AT = 64
LIST = "python -m training recipes lists the others"


def check_data(config: TrainConfig, dataset: Dataset) -> None:
    """UserError with one sentence when ``dataset`` cannot be trained on as ``config`` says.

    ``config`` is settled: batch size and channels are numbers.
    """
    where, recipe = dataset.folder, f"the recipe {config.recipe}"
    pictures = len(dataset.members)
    if config.conditions.labels == "needed" and len(dataset.labels) < 2:
        found = f"a single label ({dataset.labels[0]})" if dataset.labels else "no labels"
        raise UserError(
            f"{where} has {found} and {recipe} needs two at least; sort the pictures into one folder a "
            "label, or set conditions.labels=optional."
        )
    if config.conditions.pairs == "needed" and not dataset.has_sketches:
        raise UserError(
            f"{where} has no sketches and {recipe} learns from pairs; add a sketch of each picture, or set "
            "conditions.pairs=optional to have them made from the pictures."
        )
    if pictures < config.batch_size:
        raise UserError(
            f"{where} has {pictures} pictures to train on, fewer than a batch of {config.batch_size}; add "
            f"pictures or set batch_size={2 ** (pictures.bit_length() - 1)}."
        )
    if config.batch_size < 2 and _norm_of_batches(config):
        raise UserError(
            "batch_size is 1 and the networks normalise by batches; set batch_size=2 at least, or "
            "generator.norm and discriminator.norm to layer."
        )
    wants_colour = config.task == "label-to-image" or config.conditions.target == "picture"
    if wants_colour and config.picture_channels == 3 and is_all_grey(dataset):
        remedy = (
            "set channels=1"
            if config.task == "label-to-image"
            else f"choose colour pictures or another recipe ({LIST})"
        )
        raise UserError(f"The pictures in {where} are grey and {recipe} is for colour; {remedy}.")


def is_all_grey(dataset: Dataset) -> bool:
    """Whether pictures taken evenly from all over ``dataset`` have no colour."""
    return all(is_grey(dataset.picture(item)) for item in spread_evenly(len(dataset), LOOKED_AT))


def found_channels(dataset: Dataset) -> int:
    """Channels that its pictures need: 1 where they are grey, else 3."""
    return 1 if is_all_grey(dataset) else 3


def _norm_of_batches(config: TrainConfig) -> bool:
    return any(
        network_options(section, 0, 3, config.size).get("norm") == "batch"
        for section in (config.generator, config.discriminator)
    )
