"""The published recipe for sketches with a label."""

from dataclasses import replace

from training.config import TrainConfig
from training.recipes.parts import adam, from_sketches, game
from training.recipes.registry import Reported, register_recipe
from training.sections import ConditionConfig, DiscriminatorConfig, GeneratorConfig


@register_recipe(
    "sketch-label-unet",
    source="Project report on a sketch and label conditional U-Net GAN, after pix2pix (Isola et al. 2017)",
    reported=(
        Reported("FID", "95.78", "its own sketches, 128 px"),
        Reported("Inception Score", "13.01", "its own sketches, 128 px"),
        Reported("classifier accuracy", "62.5 %", "test images"),
        Reported("classifier accuracy", "30.57 %", "generated images"),
    ),
    example_labels=10,
)
def sketch_label_unet() -> TrainConfig:
    """Pictures for pairs of sketch and label: a U-Net against a PatchGAN that sees the label, with L1.

    As reported: grey sketch and label joined at the input, strided convolutions down, skip connections,
    transposed convolutions up, tanh; a PatchGAN on picture and label with sigmoid patches; binary
    cross-entropy; L1 to the real picture; Adam 1e-4 with beta1 0.5 for each network; two generator steps for
    each discriminator step; 500 epochs; it ends when several measurements bring nothing better. A
    discriminator loss (real and fake together) near 0.5 was aimed at.

    Where the report is silent, pix2pix: L1 weight 100, seven halvings of 64 to 512 channels, dropout of 0.5
    in the three innermost levels up, PatchGAN of 64 to 512 channels, batch norm in both. Deviations:
    batches of 16, not pix2pix's 1, since a model file has the statistics of the whole training in its batch
    norm and not those of the picture at hand; the label enters as one constant channel for each; measured
    every 1,000 steps, not every 50 epochs.

    Its further work as settings: Wasserstein loss with loss.kind=wasserstein, loss.gradient_penalty=10,
    discriminator.norm=layer, optim.generator_steps=1 and optim.discriminator_steps=5 (Gulrajani et al. 2017);
    deeper networks with generator.layers, generator.tail_layers and discriminator.channels.
    """
    return from_sketches(
        128,
        batch_size=16,
        epochs=500.0,
        stop_when_stale=8,
        generator=GeneratorConfig(kind="strided-unet", noise=0, dropout=0.5, attention=False),
        discriminator=DiscriminatorConfig(
            kind="patchgan", channels=128, guide="none", join="early", norm="batch"
        ),
        loss=game("bce", l1=100.0),
        optim=replace(adam(1e-4), generator_steps=2),
        conditions=ConditionConfig(
            labels="needed", label_dropped=0.0, label_mixed=0.0, pairs="needed", target="picture"
        ),
    )
