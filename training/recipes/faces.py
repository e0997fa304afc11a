"""The published recipes for faces: from noise, and from sketches with ever stronger networks."""

from dataclasses import replace

from training.config import TrainConfig
from training.recipes.parts import AS_THEY_ARE, adam, from_labels, from_sketches, game
from training.recipes.registry import Reported, register_recipe
from training.sections import ConditionConfig, DiscriminatorConfig, GeneratorConfig

SOURCE = "Project report on U-Net GANs for faces, 1,000 images of FFHQ"
ON = "1,000 FFHQ images, on no usual scale"
UNLABELLED = ConditionConfig(labels="none", label_dropped=0.0, label_mixed=0.0, target="picture")
OPTIM = adam(1e-5, 1e-4)


@register_recipe(
    "face-basic",
    source=f"{SOURCE}, model 1; DCGAN (Radford et al. 2016)",
    reported=(
        Reported("SSIM", "0.525", ON),
        Reported("FID", "8,331", ON),
        Reported("generator loss", "7.83", "at the end"),
        Reported("discriminator loss", "0.075", "at the end"),
    ),
)
def face_basic() -> TrainConfig:
    """Faces from noise alone: strided and transposed convolutions, batch norm, LeakyReLU.

    As reported: no labels, 128 px, binary cross-entropy on logits, Adam with 1e-5 for the generator and 1e-4
    for the discriminator. Where the report is silent, DCGAN: noise of 100, 64 to 512 channels, beta1 0.5.
    Neither batch nor length are given: 32 pictures, 200 epochs. SSIM needs a truth for each picture, which
    noise has not: the report does not say which one it took, and here the pictures are compared as a whole.
    """
    return from_labels(
        128,
        batch_size=32,
        epochs=200.0,
        channels=3,
        generator=GeneratorConfig(kind="dcgan", noise=100, width=64, cap=512, slope=0.2),
        discriminator=DiscriminatorConfig(
            kind="dcgan-judge", channels=64, guide="none", norm="batch", join="early"
        ),
        loss=game("bce-logits"),
        optim=OPTIM,
        conditions=replace(AS_THEY_ARE, labels="none"),
    )


def _unet() -> GeneratorConfig:
    return GeneratorConfig(
        kind="strided-unet",
        noise=0,
        layers=(32, 64, 64),
        tail_layers=(128, 128),
        slope=0.2,
        attention=False,
    )


@register_recipe(
    "face-unet",
    source=f"{SOURCE}, model 2; U-Net (Ronneberger et al. 2015)",
    reported=(
        Reported("SSIM", "0.587", ON),
        Reported("FID", "8,231", ON),
        Reported("generator loss", "3.07", "at the end"),
        Reported("discriminator loss", "0.075", "at the end"),
    ),
)
def face_unet() -> TrainConfig:
    """Faces from sketches: a small U-Net with a wide end, without L1.

    As reported: filters 32, 64, 64 in the middle, 64, 32, then convolutions of 128, LeakyReLU throughout,
    tanh; binary cross-entropy on logits; Adam with 1e-5 and 1e-4; pictures of 128 px.

    The report gives 224 x 224 x 3 in and 128 x 128 x 3 out and does not say what goes in: here a sketch of
    128 px, the data's own or made from the picture, so that what comes out has a truth to be compared with.
    Nothing but the discriminator would tie picture to sketch, so it sees the sketch too, as in pix2pix (Isola
    et al. 2017, eq. 1); L1 beside it is a setting (loss.l1=100). Silent on the discriminator, its norm and
    the batch: that of model 1, batch norm, 16 pictures, 200 epochs. Two convolutions of 128 stand for "then
    convolutions".
    """
    return from_sketches(
        128,
        batch_size=16,
        epochs=200.0,
        generator=_unet(),
        discriminator=DiscriminatorConfig(kind="dcgan-judge", channels=64, guide="sketch", norm="batch"),
        loss=game("bce-logits"),
        optim=OPTIM,
        conditions=UNLABELLED,
    )


@register_recipe(
    "face-unet-cutmix",
    source=f"{SOURCE}, model 3; U-Net GAN (Schoenfeld et al. 2020, arXiv 2002.12655)",
    reported=(Reported("SSIM", "0.530", ON), Reported("FID", "9,474", ON)),
)
def face_unet_cutmix() -> TrainConfig:
    """Faces from sketches, judged as a whole and pixel by pixel, with CutMix and consistency.

    The generator of face-unet against the discriminator of Schoenfeld et al. 2020: a U-Net with a verdict on
    the whole and one on every pixel; pictures cut from a real and a generated one, judged by pixel and as a
    whole as generated; and a consistency loss of weight 1 between the verdict on the mixture and the mixture
    of the verdicts (their eq. 5 to 7). Half of the steps mix, rising from none over the first 1,000.

    Deviations: strided convolutions in place of BigGAN's residual blocks, and the report's binary
    cross-entropy and Adam in place of that paper's hinge. The discriminator sees the sketch, see face-unet.
    """
    return from_sketches(
        128,
        batch_size=16,
        epochs=200.0,
        generator=_unet(),
        discriminator=DiscriminatorConfig(
            kind="unet-judge", channels=64, guide="sketch", cutmix=0.5, cutmix_ramp_steps=1000
        ),
        loss=replace(game("bce-logits"), consistency=1.0),
        optim=OPTIM,
        conditions=UNLABELLED,
    )


@register_recipe(
    "face-unet-attention",
    source=f"{SOURCE}, model 4; SAGAN (Zhang et al. 2019), ResNet (He et al. 2016), Inception (Szegedy et "
    "al. 2015)",
)
def face_unet_attention() -> TrainConfig:
    """Faces from sketches at 64 px: self-attention, and an encoder of known blocks that may come pretrained.

    As reported: a U-Net with self-attention at 64 px and encoders from transfer learning. Here the blocks of
    ResNet-18, or with generator.encoder=inception those of GoogLeNet; generator.encoder_weights names a file
    of torchvision's weights for them (resnet18-f37072fd.pth, googlenet-1378be20.pth), which nothing here
    downloads. Attention looks at a quarter of the picture's side in the generator and at 16 x 16 in the
    discriminator, which is spectrally normalised as in SAGAN. No figures are reported. The rest as in
    face-unet.
    """
    return from_sketches(
        64,
        batch_size=16,
        epochs=200.0,
        generator=GeneratorConfig(
            kind="strided-unet", noise=0, width=64, slope=0.2, attention=True, encoder="resnet"
        ),
        discriminator=DiscriminatorConfig(
            kind="dcgan-judge", channels=64, guide="sketch", norm="spectral", attention=True
        ),
        loss=game("bce-logits"),
        optim=OPTIM,
        conditions=UNLABELLED,
    )
