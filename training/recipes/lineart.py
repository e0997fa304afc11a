"""Our recipe for line art."""

from training.config import DiscriminatorConfig, TrainConfig
from training.recipes.registry import register_recipe


@register_recipe("lineart")
def lineart() -> TrainConfig:
    """Flat colours for line art, steered by a label and by colour hints that fill their region.

    A U-Net without batch statistics or dropout, a projected discriminator on frozen EfficientNet-Lite0
    features (Sauer et al. 2021) that sees the drawing and the hints, hinge loss, L1 on the picture and on the
    colours under its lines, relative L1 on the same features, Adam with linear decay at the end, and a moving
    average of the weights, which is what is measured and exported.
    """
    return TrainConfig(recipe="lineart")
