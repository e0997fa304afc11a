"""The reference for few and small pictures of labels."""

from dataclasses import replace

from training.config import TrainConfig
from training.recipes.parts import AS_THEY_ARE, from_labels, game
from training.recipes.registry import register_recipe
from training.sections import DiscriminatorConfig, GeneratorConfig, OptimConfig


@register_recipe(
    "projected-small",
    source="Projected GAN (Sauer et al. 2021), projection discriminator (Miyato and Koyama 2018), spectral "
    "norm (Miyato et al. 2018), DiffAugment (Zhao et al. 2020), ADA (Karras et al. 2020), SAGAN (Zhang et "
    "al. 2019)",
    example_labels=10,
)
def projected_small() -> TrainConfig:
    """Pictures of a label at 32 to 64 px from little data, as well as the field knows how.

    A discriminator on frozen, pretrained features (EfficientNet-Lite0 at four resolutions, of pictures
    enlarged four times) beside a projection discriminator on the pixels, both with spectral norm and hinge
    loss; a residual generator steered by noise and label at every level, with self-attention at 16 x 16;
    pictures varied before they are judged as far as there are few (DiffAugment with ADA's adaptive strength);
    a moving average of the weights, which is what is measured and exported.

    Deviations: EfficientNet-Lite0 in place of Lite1, no random mixing of its features across scales; group
    norm in place of conditional batch norm, so that each picture is made as if alone; a tenth of the pictures
    without label, so that "any" is learnt. Set vary.mirror=0.5 for pictures that may be mirrored, which
    digits may not; discriminator.enlarge=2 at 64 px.
    """
    return from_labels(
        32,
        batch_size=32,
        steps=20_000,
        generator=GeneratorConfig(kind="modulated", noise=64, width=64, cap=256, condition=128, embedding=64),
        discriminator=DiscriminatorConfig(
            kind="joint-judge", channels=64, guide="none", enlarge=4, attention=True, augment="auto"
        ),
        loss=game("hinge"),
        optim=OptimConfig(
            generator_lr=2e-4, discriminator_lr=2e-4, betas=(0.0, 0.99), warmup_steps=100, ema=0.999
        ),
        conditions=replace(AS_THEY_ARE, labels="optional", label_dropped=0.1),
    )
