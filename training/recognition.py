"""Teaching a model to recognise what a drawing shows: its recogniser learns alone, hundreds of drawings a
second, and is published within the model.

It learns two things at once: which drawing it looks at, of all families in the training split, however it
is drawn; and the colours of its regions. The first makes it quick to learn the second.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.data.batches import Prefetcher
from training.data.dataset import Dataset
from training.data.enclosed import MOST_REGIONS
from training.data.handmade import NAME, Handmade, open_handmade
from training.data.options import AugmentConfig, SourceConfig
from training.data.recognition import NO_KIND, Shown, kinds_of, shown_batch
from training.data.source import open_splits
from training.device import Placement, place
from training.ema import averaged_copy, update_average
from training.export import ExportResult, export_generator, load_generator_from_onnx, stamped
from training.files import UserError
from training.networks.recogniser import MAP, Box, Recogniser, box_of, cut_out, look_at
from training.networks.unet import UNetGenerator
from training.options import check_options, option

WARMUP = 200
STEEPEST = 2.0
"""Largest norm of a gradient."""
SMOOTHING = 0.05
JITTER = 0.05
"""Spread of the box's place and size: people leave and add lines at the edge of a drawing."""
REGIONS = MOST_REGIONS + 1
REPORT_EVERY = 25


@dataclass(frozen=True)
class RecognitionConfig:
    """How a recogniser learns."""

    minutes: float = option(45.0, low=0, high=100_000, help="Training time; 0 = none, to change the trust")
    steps: int = option(0, low=0, high=10_000_000, help="Steps instead of minutes; 0 = as many as fit")
    width: int = option(24, low=8, high=128, help="Channels at 32 pixels, where the model has none yet")
    trust: float = option(1.0, low=0, high=4, help="How much it counts beside what the model knew before")
    batch_size: int = option(128, low=1, high=4096, help="Drawings a step")
    learning_rate: float = option(2e-3, low=1e-6, high=1e-1, help="Adam step size, falling to zero")
    decay: float = option(0.05, low=0, high=1, help="Weight decay (AdamW)")
    kinds: float = option(0.5, low=0, high=10, help="Weight of telling the families apart")
    left_out: float = option(0.3, low=0, high=0.95, help="Share of features left out while it learns")
    ema: float = option(0.999, low=0, high=0.99999, help="Decay of the moving average a step")
    seed: int = option(0, low=0, high=2**31 - 1, help="Seed of everything random")


@dataclass(frozen=True)
class Learning:
    """How far it is: ``share`` of the time, the step, drawings a second, and running means of the colours'
    cross-entropy in nats and of the share of drawings whose family it told.
    """

    share: float
    step: int
    drawings_per_s: float
    colours: float
    told: float


def teach(
    model: Path,
    data: Path,
    out: Path,
    config: RecognitionConfig | None = None,
    *,
    drawings: Path | None = None,
    precision: str = "auto",
    half: bool = False,
    on_problems: Callable[[Sequence[str]], None] | None = None,
    on_progress: Callable[[Learning], None] | None = None,
) -> ExportResult:
    """Publish ``model`` as ``out`` with a recogniser that has learnt from the training split of ``data``, and
    from ``drawings`` made by hand: a folder with files of Quick, Draw!.

    A model that has one goes on learning from it. Ctrl-C ends the learning and publishes what there is.
    ``on_problems`` is told before it begins, in a sentence each, what was left out. UserError when the model
    does not choose among swatches or the data have other labels.
    """
    config = config or RecognitionConfig()
    check_options(config)
    network, manifest = load_generator_from_onnx(Path(model))
    if not isinstance(network, UNetGenerator) or not network.options["swatches"]:
        raise UserError(f"{model} does not choose among swatches; take a model of the recipe lineart.")
    placement = place("auto", precision)
    taught = _with_recogniser(network, config)
    assert taught.recogniser is not None
    taught.recogniser.trust.fill_(config.trust)
    if config.minutes or config.steps:
        size = manifest.size // manifest.grain
        dataset = open_splits(Path(data), ("train",), size, SourceConfig())["train"]
        if tuple(dataset.labels) != manifest.labels:
            raise UserError(f"{data} has other labels than {model}; choose the data it was trained on.")
        handmade = open_handmade(drawings, dataset) if drawings is not None else None
        if on_problems is not None:
            on_problems([*dataset.problems, *(handmade.problems if handmade is not None else ())])
        if handmade is not None and NAME not in manifest.dataset:
            manifest = replace(manifest, dataset=f"{manifest.dataset}, and {NAME}")
        learnt = _learn(
            taught.recogniser, taught.swatch_table, dataset, handmade, config, placement, on_progress
        )
        taught.recogniser.load_state_dict(learnt.state_dict())
    about = replace(stamped(manifest), network=manifest.network | taught.options, metrics={})
    return export_generator(taught, about, Path(out), half=half)


def _with_recogniser(network: UNetGenerator, config: RecognitionConfig) -> UNetGenerator:
    """The same network with a recogniser, its own where it has one."""
    width = int(network.options["recogniser"]) or config.width
    torch.manual_seed(config.seed)
    taught = UNetGenerator(**network.options | {"recogniser": width})
    taught.load_state_dict(taught.state_dict() | network.state_dict())
    return taught.eval()


def _learn(
    recogniser: Recogniser,
    table: Tensor,
    dataset: Dataset,
    handmade: Handmade | None,
    config: RecognitionConfig,
    placement: Placement,
    on_progress: Callable[[Learning], None] | None,
) -> nn.Module:
    """The moving average of ``recogniser`` after its time."""
    device, kinds = placement.device, kinds_of(dataset.families)
    recogniser.to(device)
    table = table.to(device)
    tells = nn.Linear(recogniser.code.out_features, kinds.count).to(device)
    average = averaged_copy(recogniser)
    weights = [*recogniser.parameters(), *tells.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": [one for one in weights if one.ndim > 1], "weight_decay": config.decay},
            {"params": [one for one in weights if one.ndim < 2], "weight_decay": 0.0},
        ],
        lr=config.learning_rate,
        betas=(0.9, 0.99),
    )
    augment, chance = AugmentConfig(), torch.Generator().manual_seed(config.seed)

    def make(step: int) -> Shown:
        return shown_batch(dataset, kinds, step, config.seed, config.batch_size, augment, handmade)

    started, running, step = time.monotonic(), torch.zeros(2), 0

    def share() -> float:
        if config.steps:
            return step / config.steps
        return (time.monotonic() - started) / (60.0 * config.minutes)

    with closing(Prefetcher(make, 0)) as batches, suppress(KeyboardInterrupt):
        while (done := share()) < 1.0:
            rate = min(1.0, (step + 1) / WARMUP) * 0.5 * (1.0 + math.cos(math.pi * done))
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * rate
            with placement.autocast():
                colours, families, told = _losses(
                    recogniser, tells, table, batches.get(step), config, chance, device
                )
            optimizer.zero_grad(set_to_none=True)
            (colours + config.kinds * families).backward()
            nn.utils.clip_grad_norm_(weights, STEEPEST)
            optimizer.step()
            update_average(average, recogniser, config.ema, step)
            step += 1
            running.lerp_(torch.stack([colours.detach(), told]).cpu(), max(1.0 / step, 0.01))
            if on_progress is not None and step % REPORT_EVERY == 0:
                speed = step * config.batch_size / (time.monotonic() - started)
                on_progress(Learning(share(), step, speed, *running.tolist()))
    return average.cpu()


def _losses(
    recogniser: Recogniser,
    tells: nn.Linear,
    table: Tensor,
    batch: Shown,
    config: RecognitionConfig,
    chance: torch.Generator,
    device: torch.device,
) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of the regions' colours, that of the families, and the share of them that it told."""
    ink = 1.0 - torch.from_numpy(batch.sketch).to(device)[:, None].float() / 255.0
    flats = torch.from_numpy(batch.flats).to(device).permute(0, 3, 1, 2).float() / 255.0
    regions = torch.from_numpy(batch.regions).to(device)[:, None].float()
    box = _shaken(box_of(ink), chance)
    seen = look_at(ink, box).contiguous(memory_format=torch.channels_last)
    scores, code = recogniser(seen, torch.from_numpy(batch.label).to(device), config.left_out)
    pixels, numbers = (cut_out(values, box, MAP, "nearest") for values in (flats, regions))
    wanted = torch.cdist(pixels.flatten(2).transpose(1, 2), table[None]).argmin(dim=2)
    kinds = tells(code).float()
    kind = torch.from_numpy(batch.kind).to(device)
    single = (kind != NO_KIND).float()
    errors = F.cross_entropy(kinds, kind, label_smoothing=SMOOTHING, ignore_index=NO_KIND, reduction="none")
    right = (kinds.detach().argmax(dim=1) == kind).float()
    count = single.sum().clamp(min=1.0)
    colours = region_loss(scores.float().flatten(2), numbers.flatten(1).long(), wanted)
    return colours, (errors * single).sum() / count, (right * single).sum() / count


def region_loss(scores: Tensor, regions: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy of the mean ``scores`` [N,K,P] of each region with the swatches ``wanted`` [N,P] in it.

    ``regions`` [N,P] are numbers below 256; 0 is none. A region counts by the root of its area: details
    matter, and large areas matter more.
    """
    count, swatches, _ = scores.shape
    place = (regions + REGIONS * torch.arange(count, device=scores.device)[:, None]).flatten()
    area = scores.new_zeros(count * REGIONS).index_add(0, place, scores.new_ones(len(place)))
    per_pixel = scores.transpose(1, 2).reshape(-1, swatches)
    sums = scores.new_zeros(count * REGIONS, swatches).index_add(0, place, per_pixel)
    shares = F.one_hot(wanted.flatten(), swatches).to(scores.dtype)
    shares = scores.new_zeros(count * REGIONS, swatches).index_add(0, place, shares)
    there = area.clamp(min=1.0)[:, None]
    error = -(shares / there * torch.log_softmax(sums / there, dim=1)).sum(dim=1)
    weight = area.sqrt() * (torch.arange(len(area), device=scores.device) % REGIONS > 0)
    return (error * weight).sum() / weight.sum().clamp(min=1.0)


def _shaken(box: Box, chance: torch.Generator) -> Box:
    """``box`` at a slightly other place and of a slightly other size."""
    noise = JITTER * torch.randn(3, len(box.x), generator=chance).to(box.x.device)
    return Box(box.x + noise[0] * box.side, box.y + noise[1] * box.side, box.side * torch.exp(2 * noise[2]))
