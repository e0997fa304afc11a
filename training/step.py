"""One training step: both networks see a batch, learn from it, and the average follows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from training import losses
from training.config import TrainConfig
from training.device import Placement
from training.distributed import ALONE, Team
from training.ema import update_average
from training.networks import compose
from training.networks.augment import ADAPT_EVERY, draw_variation, next_strength
from training.networks.projected import guide_of
from training.networks.spread import spread_hints
from training.networks.unet import Choice, UNetGenerator
from training.state import TrainState, learning_rate_factor

if TYPE_CHECKING:
    from training.data.batches import Batch

WINDOW_STREAM = 7
"""Third word of the seed of the judged window, apart from the streams of the data."""
JUDGED_STEP = 0.02
"""How much of the running shares a step renews: about the last 50 steps count."""


@dataclass(frozen=True)
class Tensors:
    """A batch on the device: sketch [N,1,H,W], hints [N,4,H,W], truth [N,3,H,W] in 0..1, label, noise.

    ``cover`` [N,1,H,W] is what is multiplied over the colours: the sketch, or ones where its lines are no
    part of the picture.
    """

    sketch: Tensor
    hints: Tensor
    truth: Tensor
    label: Tensor
    noise: Tensor
    cover: Tensor


def to_tensors(batch: "Batch", placement: Placement) -> Tensors:
    """``batch`` as floats on the device."""

    def pixels(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(placement.device).float() / 255.0

    sketch = pixels(batch.sketch)[:, None]
    return Tensors(
        sketch,
        pixels(batch.hints).permute(0, 3, 1, 2).contiguous(),
        pixels(batch.flats).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(batch.label).to(placement.device),
        torch.from_numpy(batch.noise).to(placement.device),
        sketch if batch.lines else torch.ones_like(sketch),
    )


def training_step(
    state: TrainState, config: TrainConfig, placement: Placement, batch: Tensors, team: Team = ALONE
) -> losses.Losses:
    """One update of both networks and the average; returns the losses unread.

    A loss that is no number changes no weight and is counted in ``state.trouble``.
    """
    plan = state.plan
    factor = learning_rate_factor(config, plan)
    label = batch.label * _ramp(config, plan.step)
    spread = spread_hints(batch.sketch, batch.hints)
    inputs = (batch.sketch, batch.hints, label, batch.noise)
    choice: Choice | None = None
    with placement.autocast():
        if config.generator.swatches:
            choice = state.generator_runner(*inputs, explain=True)
        flats = (choice.flats if choice else state.generator_runner(*inputs)).float()
    window = _window(config, plan.step, flats.shape[2])
    image = window(compose(flats, batch.cover))
    true_image = window(compose(batch.truth, batch.cover))
    guide = window(guide_of(batch.sketch, spread))

    # What the judge looks at: the pictures themselves, or both varied alike.
    seen, true_seen, varied = image, true_image, False
    strength = 1.0 if config.discriminator.augment == "fixed" else plan.strength
    if strength and state.discriminator is not None:
        rows = range(team.rank * len(image), (team.rank + 1) * len(image))
        change = draw_variation(config.discriminator, strength, true_image, config.seed, plan.step, rows)
        seen, true_seen, guide, varied = (
            change.picture(image),
            change.picture(true_image),
            change.guide(guide),
            True,
        )

    # Judge and feature loss share the features where they look at the same pictures.
    fake_maps, true_maps = _features(state, seen, true_seen)

    made: losses.Losses = {}
    bad = torch.zeros_like(state.trouble[0])
    generator_losses: losses.Losses = {}
    if state.discriminator is not None and state.discriminator_optimizer is not None:
        judge = state.discriminator.train().requires_grad_(True)
        if (plan.step + 1) % config.optim.generator_steps == 0:
            assert state.discriminator_runner is not None
            both = torch.cat([true_seen, seen.detach()])
            both_maps = [
                torch.cat([true, fake.detach()]) for true, fake in zip(true_maps, fake_maps, strict=True)
            ]
            with placement.autocast():
                logits = state.discriminator_runner(
                    both, both_maps, guide.repeat(2, 1, 1, 1), label.repeat(2, 1)
                )
            pairs = [head.chunk(2) for head in logits]
            real, fake = [true for true, _ in pairs], [made_up for _, made_up in pairs]
            made |= losses.discriminator_losses(real, fake)
            rate = config.optim.discriminator_lr * factor
            bad = _update(state.discriminator_optimizer, state.scaler, losses.total(made), rate, team)
            state.judged.lerp_(team.mean(losses.judged_rightly(real, fake)), JUDGED_STEP)
        # In eval mode spectral norm keeps its estimate: the generator must not move the judge.
        judge.eval().requires_grad_(False)
        with placement.autocast():
            logits = judge(seen, fake_maps, guide, label)
        generator_losses = losses.adversarial_loss(config.loss, logits)
    told = losses.colours_told(batch.hints, batch.noise)
    generator_losses |= losses.picture_losses(
        config.loss, flats, batch.truth, batch.cover, spread, told, team.mean
    )
    if choice:
        table = cast(UNetGenerator, state.generator).swatch_table
        generator_losses |= losses.swatch_loss(
            config.loss, choice.scores, choice.free, batch.truth, table, team.mean
        )
    if varied and config.loss.features:
        fake_maps, true_maps = _features(state, image, true_image)
    generator_losses |= losses.feature_loss(config.loss, fake_maps, true_maps, team.mean)
    rate = config.optim.generator_lr * factor
    bad = torch.maximum(
        bad, _update(state.generator_optimizer, state.scaler, losses.total(generator_losses), rate, team)
    )
    state.scaler.update()
    state.trouble = torch.stack([(state.trouble[0] + 1.0) * bad, state.trouble[1] + bad])
    update_average(state.average, state.generator, config.optim.ema, plan.step)
    plan.step += 1
    if config.discriminator.augment == "adaptive" and plan.step % ADAPT_EVERY == 0:
        shown = ADAPT_EVERY * len(image) * team.size
        plan.strength = next_strength(config.discriminator, plan.strength, float(state.judged[0]), shown)
    return {name: value.detach() for name, value in (made | generator_losses).items()}


def _ramp(config: TrainConfig, step: int) -> float:
    """The weight of the labels, rising from 0 to 1: at first all pictures teach together.

    After Shahbazi et al. 2022, "Collapse by Conditioning", section 4, whose networks pass from unconditional
    to conditional; here a label of zeros is "any".
    """
    ramp = config.optim.label_ramp_steps
    return min(1.0, step / ramp) if ramp else 1.0


def _features(state: TrainState, image: Tensor, true_image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Frozen feature maps of both; empty without a backbone."""
    if state.backbone is None:
        return [], []
    # Not under autocast: a difference in rounding would tell true from false.
    with torch.no_grad():
        true_maps = state.backbone.features(_channels_last(true_image))
    return state.backbone.features(_channels_last(image)), true_maps


def _update(
    optimizer: torch.optim.Adam, scaler: torch.amp.GradScaler, loss: Tensor, rate: float, team: Team
) -> Tensor:
    """Step down ``loss``; returns 1 where it was no number and nothing was changed, else 0."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad(set_to_none=True)
    bad = team.mean((~torch.isfinite(loss.detach())).float()).ceil()
    scaler.scale(loss).backward()
    if not scaler.is_enabled():
        # What GradScaler sets too: the fused step leaves everything as it is where this is 1.
        optimizer.found_inf = bad  # type: ignore[attr-defined]
    scaler.step(optimizer)
    return bad


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
