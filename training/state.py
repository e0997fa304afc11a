"""All that changes while a run trains: networks, average, optimizers, and where it stands in its plan."""

from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn

from training.config import TrainConfig
from training.device import Placement
from training.distributed import ALONE, Team
from training.ema import averaged_buffers, averaged_copy
from training.files import UserError
from training.networks import build_network, network_options
from training.networks.efficientnet import EfficientNetLite, load_efficientnet_lite
from training.sections import DiscriminatorConfig, GeneratorConfig

DRAWN = "sketch-to-image"


@dataclass
class Plan:
    """Where the run stands in its schedule; ``steps`` is 0 until a budget in minutes has been measured.

    ``rate`` is the share of the configured learning rates that is left after falls back. ``batch_size`` is
    what an out-of-memory error has left of the configured one (0 = all), and ``offset`` what its position in
    the data is ahead of step x batch size since. ``strength`` is the adaptive augmentation's, ``stale`` the
    measurements in a row without a better one, ``overhead_s`` the part of ``elapsed_s`` that was not
    training.
    """

    step: int = 0
    steps: int = 0
    elapsed_s: float = 0.0
    rate: float = 1.0
    batch_size: int = 0
    offset: int = 0
    strength: float = 0.0
    stale: int = 0
    overhead_s: float = 0.0

    def pictures_a_step(self, config: TrainConfig) -> int:
        """The batch size in force."""
        return self.batch_size or config.batch_size

    def position(self, config: TrainConfig) -> int:
        """How many pictures have been drawn from the data."""
        return self.step * self.pictures_a_step(config) + self.offset

    def halve_batch(self, config: TrainConfig) -> None:
        """Go on from the same picture with half as many a step."""
        position = self.position(config)
        self.batch_size = self.pictures_a_step(config) // 2
        self.offset = position - self.step * self.batch_size


@dataclass
class TrainState:
    """Networks on their device with their optimizers; ``backbone`` is frozen and never saved.

    ``generator_runner`` and ``discriminator_runner`` are what a training step calls: the networks, or their
    wrapping that averages gradients over several processes. ``judged`` [2] is the running share of real and
    of generated patches that the discriminator judges rightly; ``trouble`` [2] counts the steps in a row, and
    in all, whose losses were no numbers and which changed nothing.
    """

    generator: nn.Module
    average: nn.Module
    discriminator: nn.Module | None
    backbone: EfficientNetLite | None
    generator_runner: nn.Module
    discriminator_runner: nn.Module | None
    generator_optimizer: torch.optim.Adam
    discriminator_optimizer: torch.optim.Adam | None
    scaler: torch.amp.GradScaler
    plan: Plan
    judged: Tensor
    trouble: Tensor
    best: dict[str, float] = field(default_factory=dict)


def new_state(config: TrainConfig, placement: Placement, labels: int, team: Team = ALONE) -> TrainState:
    """Fresh networks from the config's seed; UserError for unknown networks or missing weights."""
    torch.manual_seed(config.seed)
    generator = configured(config.generator, config, labels)
    if getattr(generator, "task", DRAWN) != config.task or not hasattr(generator, "options"):
        raise UserError(
            f"generator.kind {config.generator.kind!r} is not for {config.task}; choose another one."
        )
    discriminator: nn.Module | None = None
    if config.loss.adversarial:
        discriminator = configured(config.discriminator, config, labels)
        _check_judge(discriminator, config)
    needs_features = discriminator is not None and bool(cast(Any, discriminator).needs_features)
    backbone = load_efficientnet_lite(0) if needs_features or config.loss.features else None
    # Channels last is what the convolutions are fastest with, on CPUs with short formats above all.
    for network in (generator, discriminator, backbone):
        if network is not None:
            cast(Any, network).to(device=placement.device, memory_format=torch.channels_last)
    return TrainState(
        generator,
        averaged_copy(generator),
        discriminator,
        backbone,
        team.wrapped(generator),
        None if discriminator is None else team.wrapped(discriminator),
        _adam(generator, config.optim.generator_lr, config),
        _adam(discriminator, config.optim.discriminator_lr, config) if discriminator is not None else None,
        torch.amp.GradScaler(placement.device.type, enabled=placement.scaled),
        Plan(steps=0 if config.minutes else config.steps),
        torch.full((2,), 0.5, device=placement.device),
        torch.zeros(2, device=placement.device),
    )


def configured(section: GeneratorConfig | DiscriminatorConfig, config: TrainConfig, labels: int) -> nn.Module:
    """The network that ``section`` of ``config`` describes, with fresh weights."""
    return build_network(section.kind, network_options(section, labels, config.picture_channels, config.size))


def _check_judge(discriminator: nn.Module, config: TrainConfig) -> None:
    """UserError where the losses ask for what this discriminator has not."""
    judge = cast(Any, discriminator)
    if config.discriminator.cutmix and not judge.pixelwise:
        raise UserError(
            "discriminator.cutmix needs a judge of pixels; set discriminator.kind=unet-judge or cutmix to 0."
        )
    if config.loss.gradient_penalty and judge.needs_features:
        raise UserError(
            "loss.gradient_penalty needs a judge of the picture itself; choose another discriminator.kind or "
            "set the penalty to 0."
        )


def learning_rate_factor(config: TrainConfig, plan: Plan) -> float:
    """Rises over the warm-up, stays, falls linearly to 0 over the last ``decay_fraction`` of the run."""
    warm = plan.rate * min(1.0, (plan.step + 1) / max(1, config.optim.warmup_steps))
    if not plan.steps:
        return warm
    left = 1.0 - plan.step / plan.steps
    return warm * min(1.0, left / max(config.optim.decay_fraction, 1e-9))


@torch.no_grad()
def is_sound(state: TrainState) -> bool:
    """Whether every weight and every statistic is a finite number."""
    weights = [*state.generator.parameters(), *averaged_buffers(state.generator)]
    if state.discriminator is not None:
        weights += list(state.discriminator.parameters())
    return bool(torch.isfinite(torch.stack([weight.sum() for weight in weights])).all())


def _adam(network: nn.Module, rate: float, config: TrainConfig) -> torch.optim.Adam:
    # Fused: it can skip a step on the device, without the host having to look at the losses.
    return torch.optim.Adam(network.parameters(), lr=rate, betas=config.optim.betas, fused=True)
