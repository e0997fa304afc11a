"""The published recipes of three experiments with handwritten digits."""

from dataclasses import replace

from training.config import TrainConfig
from training.data.options import VaryConfig
from training.recipes.parts import AS_THEY_ARE, from_labels, game
from training.recipes.registry import Reported, register_recipe
from training.sections import DiscriminatorConfig, GeneratorConfig

SOURCE = "Project report on conditional GANs for handwritten digits"
REPORTED = (Reported("discriminator accuracy", "as curves, without numbers", "real and generated digits"),)
STEPS = 10_000


def _digits(generator: GeneratorConfig, discriminator: DiscriminatorConfig) -> TrainConfig:
    return from_labels(
        28,
        channels=1,
        batch_size=32,
        steps=STEPS,
        generator=generator,
        discriminator=discriminator,
        loss=game("bce"),
        conditions=replace(AS_THEY_ARE, labels="needed"),
        vary=VaryConfig(rotate_deg=10.0, shift_px=2, zoom=0.1),
    )


@register_recipe(
    "digits-1",
    source=f"{SOURCE}, experiment 1; cGAN (Mirza and Osindero 2014)",
    reported=REPORTED,
    example_labels=10,
    example_channels=1,
)
def digits_1() -> TrainConfig:
    """Digits of a label with dense networks whose layers and widths are there to be varied.

    As reported: batches of 32, ReLU in the generator and tanh at its end, LeakyReLU in the discriminator. The
    report varies layers and widths without naming the best: two layers of 256 and 512 against 512 and 256
    here, changed by generator.layers and discriminator.layers. Optimizer, length, noise, batch norm in the
    generator and embeddings of 50 as in its other experiments: without the last two the discriminator wins
    within two minutes on MNIST, and all pictures become one. Slight rotation (10 degrees), shift (2 px) and
    zoom (10 %) throughout, whose amounts are not given. A grid has a row for each digit, and the share judged
    rightly of real and of generated digits, the report's discriminator accuracy, is in every log line.
    """
    return _digits(
        GeneratorConfig(kind="dense", noise=100, layers=(256, 512), embedding=50),
        DiscriminatorConfig(kind="dense-judge", guide="none", layers=(512, 256), norm="none", embedding=50),
    )


@register_recipe(
    "digits-2",
    source=f"{SOURCE}, experiment 2",
    reported=REPORTED,
    example_labels=10,
    example_channels=1,
)
def digits_2() -> TrainConfig:
    """Digits of a label with transposed convolutions from a dense layer, against a dense discriminator.

    As reported: dense 128 x 7 x 7, reshaped, transposed convolutions with batch norm and LeakyReLU; a dense
    discriminator; label embeddings; batches of 32; 10,000 "epochs", read as steps; Adam 2e-4, beta1 0.5.
    Where it is silent: noise of 100, embeddings of 50, two dense layers of 512 as in experiment 3.
    Augmentation as in digits-1.
    """
    return _digits(
        GeneratorConfig(kind="dcgan", noise=100, layers=(128, 128), embedding=50, slope=0.2),
        DiscriminatorConfig(kind="dense-judge", guide="none", layers=(512, 512), norm="none", embedding=50),
    )


@register_recipe(
    "digits-3",
    source=f"{SOURCE}, experiment 3",
    reported=REPORTED,
    example_labels=10,
    example_channels=1,
)
def digits_3() -> TrainConfig:
    """Digits of a label with a dense generator that normalises after its activations.

    As reported: dense layers of 256, 512 and 1,024 with batch norm after each LeakyReLU, a discriminator of
    two dense layers of 512, noise of 100, the settings of experiment 2 otherwise. Embeddings of 50 and the
    augmentation as in digits-2.
    """
    return _digits(
        GeneratorConfig(
            kind="dense", noise=100, layers=(256, 512, 1024), embedding=50, norm_last=True, slope=0.2
        ),
        DiscriminatorConfig(kind="dense-judge", guide="none", layers=(512, 512), norm="none", embedding=50),
    )
