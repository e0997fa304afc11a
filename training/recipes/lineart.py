"""Our recipe for line art."""

from training.config import TrainConfig
from training.recipes.registry import register_recipe
from training.sections import DiscriminatorConfig, GeneratorConfig, LossConfig


@register_recipe(
    "lineart",
    source="Ours; projected discriminator after Sauer et al. 2021",
    example_labels=8,
)
def lineart() -> TrainConfig:
    """Flat colours for line art, steered by a label and by colour hints that fill their region.

    A U-Net without batch statistics or dropout, a projected discriminator on frozen EfficientNet-Lite0
    features (Sauer et al. 2021) that sees the drawing and the hints, hinge loss, L1 on the picture and on the
    colours under its lines, relative L1 on the same features, Adam with linear decay at the end, and a moving
    average of the weights, which is what is measured and exported.

    Colours are two pixels wide (``grain``): lines part them, and those keep the picture's own resolution.
    They are chosen among the pictures' own swatches and learnt by cross-entropy. Where nothing tells a
    picture's colours, L1 counts less; in full it asks for the middle of all likely colours, which is near
    white. The discriminator counts little: with more it swamps the choice. docs/models.md has the study
    behind the weights. With few pictures the discriminator sees them varied, as far as it needs (Zhao et al.
    2020, Karras et al. 2020).
    """
    return TrainConfig(
        batch_size=8,
        generator=GeneratorConfig(width=32, grain=2, swatches=24),
        discriminator=DiscriminatorConfig(augment="auto"),
        loss=LossConfig(adversarial=0.15, l1=4.0, flats=1.0, untold=0.25, swatch=3.0),
    )
