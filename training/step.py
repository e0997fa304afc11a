"""One training step: both networks see a batch, learn from it, and the average follows."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training import losses
from training.adversary import ADVERSARIES, gradient_penalty, mixed_losses
from training.config import TrainConfig
from training.device import Placement
from training.distributed import ALONE, Team
from training.ema import update_average
from training.networks.augment import ADAPT_EVERY, draw_variation, next_strength
from training.state import TrainState, learning_rate_factor
from training.tensors import Tensors

WINDOW_STREAM, CUTMIX_STREAM, PENALTY_STREAM = 7, 9, 10
"""Third words of the seeds of the judged window, of mixed pictures and of the slope's place, apart from the
streams of the data and of the variation."""
JUDGED_STEP = 0.02
"""How much of the running shares a step renews at least: about the last 50 steps count, all at first."""


@dataclass(frozen=True)
class _Seen:
    """What the judge looks at: true and generated pictures [N,C,H,W] with the frozen features of both."""

    true: Tensor
    fake: Tensor
    true_maps: list[Tensor]
    fake_maps: list[Tensor]
    guide: Tensor
    label: Tensor


def training_step(
    state: TrainState, config: TrainConfig, placement: Placement, batch: Tensors, team: Team = ALONE
) -> losses.Losses:
    """One update of both networks and the average; returns the losses unread.

    A loss that is no number changes no weight and is counted in ``state.trouble``.
    """
    plan = state.plan
    factor = learning_rate_factor(config, plan)
    label = batch.label * _ramp(config, plan.step)
    learns = (plan.step + 1) % config.optim.discriminator_steps == 0
    with placement.autocast(), torch.set_grad_enabled(learns):
        drawn = batch.generate(state.generator_runner, config, label)
    window = _window(config, plan.step, drawn.colours.shape[2])
    image = window(batch.picture(drawn.colours))
    true_image = window(batch.picture(batch.truth))
    guide = window(batch.guide(config.discriminator.guide))

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
    fake_maps, true_maps = _features(state, config, seen, true_seen)
    judged = _Seen(true_seen, seen, true_maps, fake_maps, guide, label)

    made: losses.Losses = {}
    bad = torch.zeros_like(state.trouble[0])
    generator_losses: losses.Losses = {}
    if state.discriminator is not None and state.discriminator_optimizer is not None:
        judge = state.discriminator.train().requires_grad_(True)
        if (plan.step + 1) % config.optim.generator_steps == 0:
            made = _judge_losses(state, config, placement, judged, team)
            rate = config.optim.discriminator_lr * factor
            bad = _update(state.discriminator_optimizer, state.scaler, losses.total(made), rate, team)
        # In eval mode spectral norm keeps its estimate: the generator must not move the judge.
        judge.eval().requires_grad_(False)
        if learns:
            with placement.autocast():
                logits = judge(seen, fake_maps, guide, label)
            generator_losses = losses.adversarial_loss(config.loss, logits)
    if learns:
        generator_losses |= batch.own_losses(config, drawn, state.generator, team.mean)
        if varied and config.loss.features:
            fake_maps, true_maps = _features(state, config, image, true_image)
        generator_losses |= losses.feature_loss(config.loss, fake_maps, true_maps, team.mean)
        rate = config.optim.generator_lr * factor
        loss = losses.total(generator_losses)
        bad = torch.maximum(bad, _update(state.generator_optimizer, state.scaler, loss, rate, team))
        update_average(state.average, state.generator, config.optim.ema, plan.step)
    state.scaler.update()
    state.trouble = torch.stack([(state.trouble[0] + 1.0) * bad, state.trouble[1] + bad])
    plan.step += 1
    if config.discriminator.augment == "adaptive" and plan.step % ADAPT_EVERY == 0:
        shown = ADAPT_EVERY * len(image) * team.size
        plan.strength = next_strength(config.discriminator, plan.strength, float(state.judged[0]), shown)
    return {name: value.detach() for name, value in (made | generator_losses).items()}


def _judge_losses(
    state: TrainState, config: TrainConfig, placement: Placement, seen: _Seen, team: Team
) -> losses.Losses:
    """The discriminator's losses; its running share of right verdicts follows."""
    assert state.discriminator_runner is not None
    runner, fake = state.discriminator_runner, seen.fake.detach()
    fake_maps = [one.detach() for one in seen.fake_maps]
    with placement.autocast():
        if cast(Any, state.discriminator).apart:
            real_logits = runner(seen.true, seen.true_maps, seen.guide, seen.label)
            fake_logits = runner(fake, fake_maps, seen.guide, seen.label)
        else:
            both_maps = [torch.cat(maps) for maps in zip(seen.true_maps, fake_maps, strict=True)]
            logits = runner(
                torch.cat([seen.true, fake]),
                both_maps,
                seen.guide.repeat(2, 1, 1, 1),
                seen.label.repeat(2, 1),
            )
            pairs = [head.chunk(2) for head in logits]
            real_logits, fake_logits = [true for true, _ in pairs], [made_up for _, made_up in pairs]
    found = losses.discriminator_losses(config.loss, real_logits, fake_logits)
    found |= _mixed(state, config, placement, runner, seen, real_logits, fake_logits)
    if config.loss.gradient_penalty:
        rng = np.random.default_rng((config.seed, state.plan.step, PENALTY_STREAM, team.rank))
        share = torch.from_numpy(rng.random(len(fake), np.float32)).to(fake.device)
        penalty = gradient_penalty(
            lambda image: runner(image, [], seen.guide, seen.label), seen.true, fake, share
        )
        found["d_slope"] = config.loss.gradient_penalty * penalty
    threshold = ADVERSARIES[config.loss.kind].threshold
    if threshold is not None:
        shares = losses.judged_rightly(
            [logits - threshold for logits in real_logits], [logits - threshold for logits in fake_logits]
        )
        turn = state.plan.step // config.optim.generator_steps + 1
        state.judged.lerp_(team.mean(shares), max(JUDGED_STEP, 1.0 / turn))
    return found


def _mixed(
    state: TrainState,
    config: TrainConfig,
    placement: Placement,
    runner: nn.Module,
    seen: _Seen,
    real_logits: list[Tensor],
    fake_logits: list[Tensor],
) -> losses.Losses:
    """In some steps: the losses on pictures cut from both kinds (Schoenfeld et al. 2020, section 3.2)."""
    step, share = state.plan.step, config.discriminator.cutmix
    if config.discriminator.cutmix_ramp_steps:
        share *= min(1.0, step / config.discriminator.cutmix_ramp_steps)
    rng = np.random.default_rng((config.seed, step, CUTMIX_STREAM))
    if rng.random() >= share:
        return {}
    mask = _box(rng, seen.true)
    mixture = mask * seen.true + (1.0 - mask) * seen.fake.detach()
    with placement.autocast():
        logits = runner(mixture, [], seen.guide, seen.label)
    loss, unlike = mixed_losses(ADVERSARIES[config.loss.kind], logits, real_logits, fake_logits, mask)
    found = {"d_mixed": loss}
    if config.loss.consistency:
        found["d_consistency"] = config.loss.consistency * unlike
    return found


def _box(rng: np.random.Generator, like: Tensor) -> Tensor:
    """Ones [1,1,H,W] with a box of zeros of a random area, or the other way round (Yun et al. 2019)."""
    height, width = like.shape[2:]
    side = np.sqrt(rng.random())
    tall, wide = round(height * side), round(width * side)
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    inside = float(rng.random() < 0.5)
    mask = like.new_full((1, 1, height, width), 1.0 - inside)
    mask[:, :, top : top + tall, left : left + wide] = inside
    return mask


def _ramp(config: TrainConfig, step: int) -> float:
    """The weight of the labels, rising from 0 to 1: at first all pictures teach together.

    After Shahbazi et al. 2022, "Collapse by Conditioning", section 4, whose networks pass from unconditional
    to conditional; here a label of zeros is "any".
    """
    ramp = config.optim.label_ramp_steps
    return min(1.0, step / ramp) if ramp else 1.0


def _features(
    state: TrainState, config: TrainConfig, image: Tensor, true_image: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """Frozen feature maps of both; empty without a backbone."""
    if state.backbone is None:
        return [], []
    enlarge = config.discriminator.enlarge
    # Not under autocast: a difference in rounding would tell true from false.
    with torch.no_grad():
        true_maps = state.backbone.features(for_backbone(true_image, enlarge))
    return state.backbone.features(for_backbone(image, enlarge)), true_maps


def for_backbone(image: Tensor, enlarge: int) -> Tensor:
    """``image`` [N,C,H,W] in three colours, ``enlarge`` times as large."""
    if enlarge > 1:
        image = F.interpolate(image, scale_factor=float(enlarge), mode="bilinear")
    return image.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


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
