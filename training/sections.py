"""The sections of a training run's settings: its networks, its losses, how they learn, and how often what."""

from dataclasses import dataclass

from training.options import option

AUGMENTATIONS = ("colour", "translation", "cutout")
NORMS = ("none", "batch", "instance", "layer", "spectral")
LOSSES = ("hinge", "bce", "bce-logits", "least-squares", "wasserstein")
ENCODERS = ("plain", "resnet", "inception")
HALVINGS = {"unet": 5, "strided-unet": 7, "strided-unet resnet": 5, "strided-unet inception": 5}
"""How often a network halves its picture, by its kind and encoder; others take any side."""
SMALLEST_DRAWING = 64
LOWER_IS_BETTER = {"l1": True, "ssim": False, "kd": True, "fd": True, "kid": True, "fid": True}
"""The metrics that can choose the best state, and which way they go."""


@dataclass(frozen=True)
class GeneratorConfig:
    """The network that makes pictures; it takes of these fields, by name, those it has."""

    kind: str = option("unet", help="Network, by its registered name")
    noise: int = option(
        8,
        low=0,
        high=512,
        help="Length of the palette code, or of the noise a picture is made from; 0 = none",
    )
    width: int = option(48, low=4, high=512, help="Channels at a quarter of the resolution")
    cap: int = option(256, low=4, high=2048, help="Most channels at any level")
    depth: int = option(1, low=1, high=4, help="Residual blocks of each decoder level and of the bottom")
    tail: int = option(16, low=8, high=64, help="Channels at half resolution")
    condition: int = option(64, low=8, high=256, help="Length of the vector that label and noise become")
    attention: bool = option(True, help="Self-attention at the lowest resolution")
    grain: int = option(
        1,
        low=1,
        high=4,
        help="Colours this many pixels wide: 2 takes a quarter of the time, lines stay sharp",
    )
    swatches: int = option(
        0,
        low=0,
        high=256,
        help="Fixed colours, found in the training pictures, that it chooses among, as flat drawings have "
        "them; 0 = any colour",
    )
    recogniser: int = option(
        0,
        low=0,
        high=128,
        help="Width of a network within it that says what a drawing shows, to choose swatches by; 0 = none",
    )
    trust: float = option(
        1.0, low=0, high=4, help="How much the recogniser's word counts beside the network's own"
    )

    layers: tuple[int, ...] = option(
        (), low=1, high=4096, help="Widths of its layers, first to last; none = from width, cap and size"
    )
    tail_layers: tuple[int, ...] = option(
        (), low=1, high=512, help="Widths of convolutions at full resolution, before the picture"
    )
    embedding: int = option(
        0, low=0, high=1024, help="Length of a label's embedding, 0 = as long as there are labels"
    )
    join: str = option(
        "early",
        choices=("early", "late"),
        help="Whether label and input meet before the first layer or after a layer of their own each",
    )
    norm: str = option("batch", choices=NORMS[:4], help="What keeps its layers' values in range")
    norm_last: bool = option(False, help="Normalise after the activation instead of before it")
    slope: float = option(0.0, low=0, high=1, help="What activations leave of negative values, 0 = nothing")
    dropout: float = option(
        0.0, low=0, high=0.95, help="Share of values left out of its innermost layers while it learns"
    )
    encoder: str = option(
        "plain", choices=ENCODERS, help="Way down of a U-Net: plain strided convolutions or known blocks"
    )
    encoder_weights: str = option(
        "", help="File of pretrained weights for a resnet or inception encoder (.pth or .safetensors)"
    )

    @property
    def stride(self) -> int:
        """Pixels by which the sides of its pictures go, 1 = any side."""
        halvings = HALVINGS.get(f"{self.kind} {self.encoder}", HALVINGS.get(self.kind, 0))
        if self.encoder == "plain" and self.kind == "strided-unet" and self.layers:
            halvings = len(self.layers)
        return 2**halvings * self.grain


@dataclass(frozen=True)
class DiscriminatorConfig:
    """The network that judges; it takes of these fields, by name, those it has."""

    kind: str = option("projected", help="Network, by its registered name, such as projected or patchgan")
    channels: int = option(96, low=4, high=512, help="Channels of its convolutions")
    layers: tuple[int, ...] = option((), low=1, high=4096, help="Widths of the layers of a dense one")
    guide: str = option(
        "hints",
        choices=("hints", "sketch", "none"),
        help="What it sees beside the picture: the drawing and the spread hints, the drawing alone, nothing",
    )
    join: str = option(
        "projection",
        choices=("projection", "early", "late"),
        help="Where the label meets the picture: at the verdict, as channels of the picture, or after a "
        "layer of its own",
    )
    embedding: int = option(
        0, low=0, high=1024, help="Length of a label's embedding, 0 = as long as there are labels"
    )
    norm: str = option("spectral", choices=NORMS, help="What keeps its layers' values in range")
    attention: bool = option(False, help="Self-attention in the middle of it")
    enlarge: int = option(
        1, low=1, high=8, help="Times by which pictures are enlarged before known features are taken of them"
    )
    cutmix: float = option(
        0.0, low=0, high=1, help="Share of steps in which a judge of pixels sees pictures cut from both kinds"
    )
    cutmix_ramp_steps: int = option(
        0, low=0, high=10_000_000, help="Steps in which that share rises from nothing"
    )
    crop: float = option(
        1.0, low=0.25, high=1.0, help="Side of the random window it judges, as a share of the picture's"
    )
    augment: str = option(
        "none",
        choices=("none", "auto", "fixed", "adaptive"),
        title="Small data help",
        basic=True,
        help="Vary what the discriminator sees, so that it cannot learn few pictures by heart: fixed always "
        "does, adaptive as far as it is needed, auto is adaptive where there are few pictures",
    )
    augment_kinds: tuple[str, ...] = option(
        AUGMENTATIONS, choices=AUGMENTATIONS, help="What is varied: colour, translation, cutout"
    )
    augment_target: float = option(
        0.6,
        low=0,
        high=1,
        help="How sure of real pictures it may be, 0 = not at all, before adaptive varies more",
    )
    augment_pictures: int = option(
        50_000,
        low=100,
        high=100_000_000,
        help="Pictures in which the adaptive strength can rise from none to full",
    )


@dataclass(frozen=True)
class LossConfig:
    """Weights of the losses; 0 leaves one out."""

    kind: str = option("hinge", choices=LOSSES, help="What discriminator and generator play for")
    adversarial: float = option(0.5, low=0, high=100, help="The generator's loss against the discriminator")
    l1: float = option(10.0, low=0, high=1000, help="Mean absolute error of the picture with its lines")
    flats: float = option(2.0, low=0, high=1000, help="Mean absolute error of the colours without lines")
    untold: float = option(
        1.0,
        low=0,
        high=1,
        help="What the two errors above count where neither hints nor palette give the colours away: "
        "in full they ask for the middle of all likely colours, which is pale",
    )
    hint: float = option(
        4.0, low=0, high=1000, help="Error of the colours inside the regions that carry a hint"
    )
    swatch: float = option(
        1.0, low=0, high=100, help="Wrongly chosen swatches (cross-entropy), where the network has some"
    )
    features: float = option(
        2.0, low=0, high=100, help="Relative error of frozen EfficientNet-Lite0 features"
    )
    consistency: float = option(
        0.0, low=0, high=100, help="Whether a mixed picture is judged as its parts were; needs cutmix"
    )
    gradient_penalty: float = option(
        0.0, low=0, high=1000, help="Keep the discriminator's slope near 1, 10 is usual with wasserstein"
    )


@dataclass(frozen=True)
class OptimConfig:
    """Adam for both networks and the moving average of the generator."""

    generator_lr: float = option(
        4e-4,
        low=1e-6,
        high=1e-2,
        title="Learning rate",
        basic=True,
        help="How far the generator moves each step; halve it when the losses jump about",
    )
    discriminator_lr: float = option(4e-4, low=1e-6, high=1e-2, help="Adam step size of the discriminator")
    betas: tuple[float, float] = option((0.0, 0.99), low=0, high=0.9999, help="Adam's two decay rates")
    warmup_steps: int = option(100, low=0, high=100_000, help="Steps in which the step size rises from zero")
    decay_fraction: float = option(0.4, low=0, high=1, help="Share at the end in which it falls to zero")
    ema: float = option(0.995, low=0, high=0.99999, help="Decay of the generator's moving average a step")
    generator_steps: int = option(
        1,
        low=1,
        high=100,
        help="Generator steps for each discriminator step; more when the discriminator overpowers it",
    )
    discriminator_steps: int = option(
        1, low=1, high=100, help="Discriminator steps for each generator step; 5 is usual with wasserstein"
    )
    label_ramp_steps: int = option(
        0,
        low=0,
        high=10_000_000,
        help="Steps in which the labels come in slowly; helps where a label has few pictures",
    )


@dataclass(frozen=True)
class ConditionConfig:
    """What pictures are made from, and what the data have to offer for it."""

    labels: str = option(
        "optional",
        choices=("optional", "needed", "none"),
        help="Whether labels are used where the data have them, needed, or left aside",
    )
    label_dropped: float = option(
        0.15, low=0, high=1, help="Share of pictures shown without their label, so that none means any"
    )
    label_mixed: float = option(
        0.1, low=0, high=1, help="Share of pictures shown with another label mixed in, so that mixtures work"
    )
    pairs: str = option(
        "optional",
        choices=("optional", "needed"),
        help="Whether sketches may be made from the pictures or have to come with them",
    )
    target: str = option(
        "flats",
        choices=("flats", "picture"),
        help="What is learnt where lines are part of the pictures: the colours under them or all of it",
    )


@dataclass(frozen=True)
class IntervalConfig:
    """How often something happens, in steps; 0 = never."""

    log: int = option(20, low=1, high=100_000, help="Losses are reported; more often at first")
    sample: int = option(
        500, low=0, high=1_000_000, title="Samples", basic=True, help="A grid of samples is drawn"
    )
    checkpoint: int = option(500, low=1, high=1_000_000, help="The state is saved")
    evaluate: int = option(1000, low=0, high=1_000_000, help="The validation split is measured")
    keep: int = option(0, low=0, high=10_000_000, help="Checkpoints at multiples of this are kept for good")
    pictures: int = option(1000, low=1, high=100_000, help="Most held-out pictures that are measured")
    share: float = option(
        0.1,
        low=0.001,
        high=1,
        help="Largest share of the time for measuring, samples and saving; samples and measuring come less "
        "often when they would take more",
    )
