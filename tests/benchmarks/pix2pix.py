"""A plain pix2pix loop, as tutorials write it: a DataLoader over the files, eager networks, standard Adam.

The networks are handed in; jitter, losses and the order of the updates are those of Isola et al. 2017,
sections 3.1 and 3.3, and of their code: resize to 286/256 of the side, cut back at random, mirror half.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, Dataset

JITTER = 286 / 256
L1 = 100.0
RATE = 2e-4
SLOPE = (0.5, 0.999)
WORKERS = 2


class Pairs(Dataset[tuple[Tensor, Tensor]]):
    """Sketch [1,S,S] and picture [3,S,S], both in 0..1, from files with both halves side by side."""

    def __init__(self, folder: Path, size: int) -> None:
        self._paths = sorted(folder.glob("*.jpg"))
        self._size = size
        self._rng = np.random.default_rng(0)

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        with Image.open(self._paths[index]) as image:
            both = image.convert("RGB")
        half = both.width // 2
        side = round(self._size * JITTER)
        top, left = self._rng.integers(0, side - self._size + 1, 2)
        mirrored = self._rng.random() < 0.5
        parts = []
        for box in ((0, 0, half, both.height), (half, 0, both.width, both.height)):
            part = both.crop(box).resize((side, side), Image.Resampling.BICUBIC)
            part = part.crop((left, top, left + self._size, top + self._size))
            if mirrored:
                part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            parts.append(torch.from_numpy(np.array(part)).permute(2, 0, 1).float() / 255.0)
        return parts[0].mean(dim=0, keepdim=True), parts[1]


def plain_loop(
    folder: Path, generator: nn.Module, judge: Any, noise: int, size: int, batch: int, steps: int
) -> list[float]:
    """Train for ``steps`` and return how long each took, data and all."""
    loader = DataLoader(
        Pairs(folder, size), batch, shuffle=True, drop_last=True, num_workers=WORKERS, persistent_workers=True
    )
    optimizers = [torch.optim.Adam(network.parameters(), RATE, SLOPE) for network in (generator, judge)]
    generator.train()
    judge.train()
    seconds: list[float] = []
    before = time.perf_counter()
    while len(seconds) < steps:
        for sketch, truth in loader:
            _step(generator, judge, optimizers, sketch, truth, noise)
            now = time.perf_counter()
            seconds.append(now - before)
            before = now
            if len(seconds) == steps:
                break
    return seconds


def _step(
    generator: nn.Module,
    judge: Any,
    optimizers: list[torch.optim.Adam],
    sketch: Tensor,
    truth: Tensor,
    noise: int,
) -> None:
    count, _, height, width = sketch.shape
    label = sketch.new_zeros(count, 0)
    fake = generator(sketch, sketch.new_zeros(count, 4, height, width), label, sketch.new_zeros(count, noise))
    # What the judge sees beside the picture: the drawing, and no hints.
    ink = 1.0 - F.avg_pool2d(sketch, 2)
    guide = torch.cat([ink, ink.new_zeros(count, 4, height // 2, width // 2)], dim=1)
    for_generator, for_judge = optimizers

    for_judge.zero_grad()
    real_logits, fake_logits = (judge(image, [], guide, label)[0] for image in (truth, fake.detach()))
    loss = F.binary_cross_entropy_with_logits(real_logits, torch.ones_like(real_logits))
    loss = loss + F.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))
    (0.5 * loss).backward()
    for_judge.step()

    judge.requires_grad_(False)
    for_generator.zero_grad()
    logits = judge(fake, [], guide, label)[0]
    loss = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits)) + L1 * F.l1_loss(fake, truth)
    loss.backward()
    for_generator.step()
    judge.requires_grad_(True)
    loss.item()  # as a loop that shows its losses does
