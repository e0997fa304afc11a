"""The published recipes of CDCGAN with embeddings: digits, animal faces, celebrities."""

from dataclasses import replace

from training.config import TrainConfig
from training.data.options import VaryConfig
from training.recipes.parts import AS_THEY_ARE, from_labels, game
from training.recipes.registry import Reported, register_recipe
from training.sections import DiscriminatorConfig, GeneratorConfig

SOURCE = "Project report on CDCGAN with embeddings, after DCGAN (Radford et al. 2016)"


def _cdcgan(
    *, channels: int, embedding: int, noise: int, l1: float, width: int, batch_size: int, epochs: float
) -> TrainConfig:
    return from_labels(
        64,
        channels=channels,
        batch_size=batch_size,
        epochs=epochs,
        generator=GeneratorConfig(kind="dcgan", noise=noise, width=width, cap=8 * width, embedding=embedding),
        discriminator=DiscriminatorConfig(
            kind="dcgan-judge", channels=width, guide="none", norm="batch", join="early", embedding=embedding
        ),
        loss=game("bce", l1=l1),
    )


@register_recipe(
    "cdcgan-mnist",
    source=f"{SOURCE}; MNIST",
    reported=(
        Reported("discriminator loss, real and fake", "near 0.6", "MNIST"),
        Reported("training time", "1,670 s", "MNIST, 50 epochs on its GPU"),
    ),
    example_labels=10,
    example_channels=1,
)
def cdcgan_mnist() -> TrainConfig:
    """Digits of a label: DCGAN with label embeddings at both inputs, and L1 to a real picture of the label.

    As reported: 10 classes, embeddings of 5, noise of 20, grey 64 px, 64 features, batches of 256, 50 epochs;
    transposed convolutions, batch norm, ReLU, tanh against convolutions, batch norm, LeakyReLU, sigmoid;
    binary cross-entropy and 5 times L1 to the real pictures; rotation to 30 degrees and random crops with a
    padding of 4.

    The optimizer is not given: DCGAN's Adam, 2e-4 and beta1 0.5. In the discriminator the embedding enters as
    5 constant channels of the picture. L1 compares with the batch's picture of the same label, which rewards
    the mean digit: the weight is the report's.
    """
    config = _cdcgan(channels=1, embedding=5, noise=20, l1=5.0, width=64, batch_size=256, epochs=50.0)
    return replace(
        config,
        conditions=replace(AS_THEY_ARE, labels="needed"),
        vary=VaryConfig(rotate_deg=30.0, shift_px=4),
    )


@register_recipe(
    "cdcgan-animals",
    source=f"{SOURCE}; animal faces",
    reported=(Reported("epochs shown", "to 74", "animal faces"),),
    example_labels=3,
)
def cdcgan_animals() -> TrainConfig:
    """Animal faces of a label: as cdcgan-mnist, in colour and wider.

    As reported: 3 classes, embeddings of 5, colour, noise of 100, L1 weight 5, centre crop; the last numbers
    given for it, 64 and 96, are read as a batch of 64 and 96 features at the common 64 px, since MNIST's list
    has the order batch, features, pixels. Pictures are shown up to epoch 74, which is its length here. Data
    without labels are learnt as one kind. Optimizer as in cdcgan-mnist.
    """
    return _cdcgan(channels=3, embedding=5, noise=100, l1=5.0, width=96, batch_size=64, epochs=74.0)


@register_recipe(
    "cdcgan-celeba",
    source=f"{SOURCE}; CelebA",
    reported=(Reported("loss", "explodes at the end", "CelebA, 60 epochs"),),
    example_labels=1,
)
def cdcgan_celeba() -> TrainConfig:
    """Celebrities without labels: as cdcgan-mnist, in colour and without L1.

    As reported: 1 class, an embedding of 1, colour, noise of 100, L1 weight 0, batches of 256, 64 features,
    centre crop, 60 epochs, at whose end the report's loss explodes. Here a step whose loss is no number
    changes nothing, and repeated ones fall back to the last good state. Optimizer as in cdcgan-mnist.
    """
    return _cdcgan(channels=3, embedding=1, noise=100, l1=0.0, width=64, batch_size=256, epochs=60.0)
