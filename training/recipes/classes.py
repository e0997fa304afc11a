"""The published recipes that compare three ways of telling a GAN the class: dense, early, late."""

from dataclasses import replace

from training.config import TrainConfig
from training.recipes.parts import AS_THEY_ARE, from_labels, game
from training.recipes.registry import Reported, register_recipe
from training.sections import DiscriminatorConfig, GeneratorConfig

SOURCE = "Project report on cGANs, cDCGANs and their evaluation by a classifier"
# By data set: accuracy on real images, then for each network accuracy of fake / mixed, FID and IS.
REAL = {
    "CIFAR-10": ".7940", "CIFAR-100": ".7487", "Intel": ".7090", "MNIST": ".8218", "Fashion-MNIST": ".7821",
}  # fmt: skip
FIGURES = {
    "cgan": {
        "CIFAR-10": (".8877/.8198", ".1416", "1.59"),
        "CIFAR-100": (".9859/.9129", ".1194", "1.61"),
        "Intel": (".9133/.8380", ".2203", "1.40"),
        "MNIST": (".9952/.9961", "", ""),
        "Fashion-MNIST": (".8942/.9957", "", ""),
    },
    "cdcgan": {
        "CIFAR-10": (".8081/.7522", ".0446", "3.85"),
        "CIFAR-100": (".9014/.7518", ".0655", "3.35"),
        "Intel": (".8123/.7907", ".0268", "2.68"),
        "MNIST": (".8941/.9883", "", ""),
        "Fashion-MNIST": (".7717/.9775", "", ""),
    },
    "cdcgan2": {
        "CIFAR-10": (".9997/.9922", ".0960", "2.75"),
        "CIFAR-100": (".9900/.9793", ".1036", "2.71"),
        "Intel": (".9720/.8960", ".0340", "2.57"),
        "MNIST": ("1/1", "", ""),
        "Fashion-MNIST": ("1/.9975", "", ""),
    },
}


def _reported(name: str) -> tuple[Reported, ...]:
    rows: list[Reported] = []
    for data, (accuracy, fid, score) in FIGURES[name].items():
        fake, mixed = accuracy.split("/")
        rows += [
            Reported("classifier accuracy, real", REAL[data], data),
            Reported("classifier accuracy, generated", fake, data),
            Reported("classifier accuracy, mixed", mixed, data),
        ]
        if fid:
            rows += [
                Reported("FID", fid, f"{data}, on no usual scale"),
                Reported("Inception Score", score, data),
            ]
    return tuple(rows)


def _classes(generator: GeneratorConfig, discriminator: DiscriminatorConfig) -> TrainConfig:
    return from_labels(
        32,
        batch_size=128,
        epochs=100.0,
        generator=generator,
        discriminator=discriminator,
        loss=game("bce"),
        conditions=replace(AS_THEY_ARE, labels="needed"),
    )


@register_recipe(
    "cgan", source=f"{SOURCE}; cGAN (Mirza and Osindero 2014)", reported=_reported("cgan"), example_labels=10
)
def cgan() -> TrainConfig:
    """Pictures of a class with dense networks.

    As reported: fully connected, Adam 2e-4, beta1 0.5, on MNIST, Fashion-MNIST, CIFAR-10, CIFAR-100 and Intel
    scenes, grey or colour as the data are. For the report's own set-ups: --epochs 10 on MNIST and
    Fashion-MNIST, 100 with size=150 on Intel scenes; the epochs of CIFAR are not given, 100 here. Its
    accuracies are those of a classifier trained on real, generated or mixed images; which images "fake" was
    tested on is not said, so the evaluation prints both. Its FIDs are on no usual scale.

    Widths, noise and batch are not given: 256, 512, 1,024 with batch norm and LeakyReLU against 1,024, 512,
    256, noise of 100, 128 pictures, the class itself (one-hot) joined to both inputs, pictures of 32 px.
    """
    return _classes(
        GeneratorConfig(kind="dense", noise=100, layers=(256, 512, 1024), slope=0.2),
        DiscriminatorConfig(kind="dense-judge", guide="none", layers=(1024, 512, 256), norm="none"),
    )


@register_recipe(
    "cdcgan",
    source=f"{SOURCE}; DCGAN (Radford et al. 2016), early concatenation",
    reported=_reported("cdcgan"),
    example_labels=10,
)
def cdcgan() -> TrainConfig:
    """Pictures of a class with convolutions, the class joined before the first layer.

    As reported: convolutional, early concatenation, Adam 2e-4, beta1 0.5; data, lengths and figures as in
    cgan. Where the report is silent, DCGAN: 64 channels before the picture, doubled towards the small maps up
    to 512, batch norm, ReLU against LeakyReLU, noise of 100, batches of 128. Pictures of 32 px; size=150 for
    Intel scenes, whose 160 are cut to 150.
    """
    return _classes(
        GeneratorConfig(kind="dcgan", noise=100, width=64, cap=512, join="early"),
        DiscriminatorConfig(kind="dcgan-judge", channels=64, guide="none", norm="batch", join="early"),
    )


@register_recipe(
    "cdcgan2",
    source=f"{SOURCE}; DCGAN (Radford et al. 2016), late concatenation",
    reported=_reported("cdcgan2"),
    example_labels=10,
)
def cdcgan2() -> TrainConfig:
    """Pictures of a class with convolutions, the class joined after a layer of its own.

    As reported: noise and class each through a block, then joined, and likewise picture and class in the
    discriminator; otherwise as cdcgan. Each of the two blocks has half the first layer's channels, so that
    the networks stay as wide as with early concatenation.
    """
    return _classes(
        GeneratorConfig(kind="dcgan", noise=100, width=64, cap=512, join="late"),
        DiscriminatorConfig(kind="dcgan-judge", channels=64, guide="none", norm="batch", join="late"),
    )
