"""All that changes while a run trains: networks, average, optimizers, plan; and one step of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from training import losses
from training.config import TrainConfig
from training.device import Placement
from training.ema import averaged_copy, update_average
from training.networks import build_network, compose
from training.networks.efficientnet import EfficientNetLite, load_efficientnet_lite
from training.networks.projected import guide_of
from training.networks.spread import spread_hints

if TYPE_CHECKING:
    from training.data.batches import Batch

WINDOW_STREAM = 7
"""Third word of the seed of the judged window, apart from the streams of the data."""


@dataclass
class Plan:
    """Where the run stands in its schedule; ``steps`` is 0 until a budget in minutes has been measured."""

    step: int = 0
    steps: int = 0
    elapsed_s: float = 0.0


@dataclass
class TrainState:
    """Networks on their device with their optimizers; ``backbone`` is frozen and never saved."""

    generator: nn.Module
    average: nn.Module
    discriminator: nn.Module | None
    backbone: EfficientNetLite | None
    generator_optimizer: torch.optim.Adam
    discriminator_optimizer: torch.optim.Adam | None
    scaler: torch.amp.GradScaler
    plan: Plan
    best: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Tensors:
    """A batch on the device: sketch [N,1,H,W], hints [N,4,H,W], truth [N,3,H,W] in 0..1, label, noise."""

    sketch: Tensor
    hints: Tensor
    truth: Tensor
    label: Tensor
    noise: Tensor


def new_state(config: TrainConfig, placement: Placement, labels: int) -> TrainState:
    """Fresh networks from the config's seed; UserError for unknown networks or missing weights."""
    torch.manual_seed(config.seed)
    generator = build_network(config.generator.kind, config.generator.network_options(labels))
    discriminator: nn.Module | None = None
    if config.loss.adversarial:
        options = {"labels": labels, "channels": config.discriminator.channels}
        discriminator = build_network(config.discriminator.kind, options)
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
        _adam(generator, config.optim.generator_lr, config),
        _adam(discriminator, config.optim.discriminator_lr, config) if discriminator is not None else None,
        torch.amp.GradScaler(placement.device.type, enabled=placement.scaled),
        Plan(steps=0 if config.minutes else config.steps),
    )


def learning_rate_factor(config: TrainConfig, plan: Plan) -> float:
    """Rises over the warm-up, stays at 1, falls linearly to 0 over the last ``decay_fraction`` of the run."""
    warm = min(1.0, (plan.step + 1) / max(1, config.optim.warmup_steps))
    if not plan.steps:
        return warm
    left = 1.0 - plan.step / plan.steps
    return warm * min(1.0, left / max(config.optim.decay_fraction, 1e-9))


def to_tensors(batch: "Batch", placement: Placement) -> Tensors:
    """``batch`` as floats on the device."""

    def pixels(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(placement.device).float() / 255.0

    return Tensors(
        pixels(batch.sketch)[:, None],
        pixels(batch.hints).permute(0, 3, 1, 2).contiguous(),
        pixels(batch.flats).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(batch.label).to(placement.device),
        torch.from_numpy(batch.noise).to(placement.device),
    )


def training_step(
    state: TrainState, config: TrainConfig, placement: Placement, batch: Tensors
) -> losses.Losses:
    """One update of both networks and the average; returns the losses unread."""
    factor = learning_rate_factor(config, state.plan)
    spread = spread_hints(batch.sketch, batch.hints)
    with placement.autocast():
        flats = state.generator(batch.sketch, batch.hints, batch.label, batch.noise).float()
    window = _window(config, state.plan.step, flats.shape[2])
    image = window(compose(flats, batch.sketch))
    true_image = window(compose(batch.truth, batch.sketch))
    guide = window(guide_of(batch.sketch, spread))

    # Both networks look at the same features of the same picture: computed once.
    fake_maps: list[Tensor] = []
    true_maps: list[Tensor] = []
    if state.backbone is not None:
        # Not under autocast: a difference in rounding would tell true from false.
        with torch.no_grad():
            true_maps = state.backbone.features(_channels_last(true_image))
        fake_maps = state.backbone.features(_channels_last(image))

    made: losses.Losses = {}
    if state.discriminator is not None and state.discriminator_optimizer is not None:
        judge = state.discriminator.train().requires_grad_(True)
        both = torch.cat([true_image, image.detach()])
        both_maps = [
            torch.cat([true, fake.detach()]) for true, fake in zip(true_maps, fake_maps, strict=True)
        ]
        with placement.autocast():
            logits = judge(both, both_maps, guide.repeat(2, 1, 1, 1), batch.label.repeat(2, 1))
        pairs = [head.chunk(2) for head in logits]
        made |= losses.discriminator_losses([true for true, _ in pairs], [fake for _, fake in pairs])
        _update(
            state.discriminator_optimizer,
            state.scaler,
            losses.total(made),
            config.optim.discriminator_lr * factor,
        )
        # In eval mode spectral norm keeps its estimate: the generator must not move the judge.
        judge.eval().requires_grad_(False)
        with placement.autocast():
            logits = judge(image, fake_maps, guide, batch.label)
        generator_losses = losses.adversarial_loss(config.loss, logits)
    else:
        generator_losses = {}
    generator_losses |= losses.picture_losses(config.loss, flats, batch.truth, batch.sketch, spread)
    generator_losses |= losses.feature_loss(config.loss, fake_maps, true_maps)
    rate = config.optim.generator_lr * factor
    _update(state.generator_optimizer, state.scaler, losses.total(generator_losses), rate)
    state.scaler.update()
    update_average(state.average, state.generator, config.optim.ema, state.plan.step)
    state.plan.step += 1
    return {name: value.detach() for name, value in (made | generator_losses).items()}


@torch.no_grad()
def is_sound(state: TrainState) -> bool:
    """Whether every weight is a finite number."""
    weights = list(state.generator.parameters())
    if state.discriminator is not None:
        weights += list(state.discriminator.parameters())
    return bool(torch.isfinite(torch.stack([weight.sum() for weight in weights])).all())


def _adam(network: nn.Module, rate: float, config: TrainConfig) -> torch.optim.Adam:
    fused = next(network.parameters()).device.type in ("cpu", "cuda")
    return torch.optim.Adam(network.parameters(), lr=rate, betas=config.optim.betas, fused=fused)


def _update(optimizer: torch.optim.Adam, scaler: torch.amp.GradScaler, loss: Tensor, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()
    scaler.step(optimizer)


class _window:  # noqa: N801
    """The part of a picture that the discriminator judges, cut the same way from every tensor."""

    def __init__(self, config: TrainConfig, step: int, size: int) -> None:
        side = max(64, round(size * config.discriminator.crop / 32) * 32)
        self.size, self.side = size, min(side, size)
        rng = np.random.default_rng((config.seed, step, WINDOW_STREAM))
        # Even, so that the guide at half resolution is cut at the same place.
        self.top, self.left = (2 * int(rng.integers((size - self.side) // 2 + 1)) for _ in range(2))

    def __call__(self, pixels: Tensor) -> Tensor:
        if self.side == self.size:
            return pixels
        scale = self.size // pixels.shape[2]
        top, left, side = self.top // scale, self.left // scale, self.side // scale
        return pixels[:, :, top : top + side, left : left + side]


def _channels_last(pixels: Tensor) -> Tensor:
    return pixels.contiguous(memory_format=torch.channels_last)
