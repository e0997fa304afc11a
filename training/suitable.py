"""Whether a data set offers what a recipe needs: said before the first step, with the remedy."""

from training.config import TrainConfig
from training.data.dataset import Dataset
from training.data.vary import is_grey
from training.files import UserError
from training.needs import Offer, misfit, wants_colour
from training.networks import network_options
from training.samples import spread_evenly

LOOKED_AT = 64


def check_data(config: TrainConfig, dataset: Dataset) -> None:
    """UserError with one sentence when ``dataset`` cannot be trained on as ``config`` says.

    ``config`` is settled: batch size and channels are numbers.
    """
    grey = wants_colour(config) and is_all_grey(dataset)
    offer = Offer(len(dataset.members), dataset.labels, dataset.has_sketches, grey)
    unsuited = misfit(config, offer, str(dataset.folder))
    if unsuited is not None:
        raise UserError(unsuited.sentence())
    if config.batch_size < 2 and _norm_of_batches(config):
        raise UserError(
            "batch_size is 1 and the networks normalise by batches; set batch_size=2 at least, or "
            "generator.norm and discriminator.norm to layer."
        )


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
