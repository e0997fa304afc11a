"""Pictures of how far a run has come: fixed drawings of the held-out split, and the one on the canvas."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from training.commands import SetPreview
from training.data.batches import Batch, evaluation_batches
from training.data.dataset import Dataset
from training.device import Placement
from training.files import write_atomically
from training.metrics.evaluate import truth_of, under_lines
from training.networks import compose
from training.step import to_tensors

ROWS = 8
HINTS = 3
GAP_PX = 4

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class SampleSet:
    """The drawings of every grid: ``plain`` without hints, ``hinted`` the same ones with three hints each."""

    plain: Batch
    hinted: Batch
    labels: tuple[str, ...]
    """All labels, in the order of their weights."""


@dataclass(frozen=True)
class Grid:
    """How a grid's picture is divided: ``rows`` x ``columns`` of ``side`` pixels, and each row's label."""

    rows: int
    columns: int
    side: int
    labels: tuple[str, ...]


def choose_samples(dataset: Dataset, seed: int, noise_size: int, rows: int = ROWS) -> SampleSet:
    """Pick drawings evenly over ``dataset``, and so over its labels."""
    chosen = spread_evenly(len(dataset), rows)
    plain, hinted = (
        next(evaluation_batches(dataset, len(chosen), hints, seed, noise_size, chosen))
        for hints in (0, HINTS)
    )
    return SampleSet(plain, hinted, tuple(dataset.labels))


def spread_evenly(count: int, most: int) -> list[int]:
    """At most ``most`` of the numbers 0 to ``count`` - 1, at equal distances."""
    return np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int)).tolist()


@torch.inference_mode()
def predict(network: nn.Module, batch: Batch, placement: Placement) -> tuple[Pixels, Pixels]:
    """The pictures and their colours without lines, both uint8 [N,H,W,3], in full precision."""
    tensors = to_tensors(batch, placement)
    flats = network(tensors.sketch, tensors.hints, tensors.label, tensors.noise).clamp(0.0, 1.0)
    return _pixels(compose(flats, tensors.cover)), _pixels(flats)


def write_grid(
    path: Path, network: nn.Module, samples: SampleSet, preview: SetPreview | None, placement: Placement
) -> Grid:
    """Write a PNG with a row a drawing: line art, colours, hints, colours with them, truth; preview first."""
    plain, hinted = samples.plain, samples.hinted
    columns = [
        _shown(plain.sketch),
        predict(network, plain, placement)[0],
        _with_hints(hinted),
        predict(network, hinted, placement)[0],
        truth_of(plain),
    ]
    rows = [[column[index] for column in columns] for index in range(len(plain.sketch))]
    labels = [_label_name(weights, samples.labels) for weights in plain.label]
    if preview is not None:
        row, label = _preview_row(network, preview, plain, placement)
        rows.insert(0, row)
        labels.insert(0, _label_name(label, samples.labels))
    side, across = plain.sketch.shape[1], len(columns)
    grid = np.full(
        (len(rows) * (side + GAP_PX) - GAP_PX, across * (side + GAP_PX) - GAP_PX, 3), 160, np.uint8
    )
    for i, pictures in enumerate(rows):
        for j, picture in enumerate(pictures):
            top, left = i * (side + GAP_PX), j * (side + GAP_PX)
            grid[top : top + side, left : left + side] = picture
    write_atomically(path, lambda temp: Image.fromarray(grid).save(temp, format="PNG"))
    return Grid(len(rows), across, side, tuple(labels))


def _preview_row(
    network: nn.Module, preview: SetPreview, like: Batch, placement: Placement
) -> tuple[list[Pixels], NDArray[np.float32]]:
    side = like.sketch.shape[1]
    sketch = np.array(Image.fromarray(preview.sketch).resize((side, side), Image.Resampling.BOX))
    hints = np.zeros((side, side, 4), np.uint8)
    if preview.hints is not None:
        hints = np.array(Image.fromarray(preview.hints).resize((side, side), Image.Resampling.NEAREST))
    label = np.zeros_like(like.label[:1])
    if len(preview.label) == label.shape[1]:
        label[0] = preview.label
    noise = np.zeros_like(like.noise[:1])
    empty = np.full((1, side, side, 3), 255, np.uint8)
    plain = Batch(sketch[None], np.zeros_like(hints)[None], empty, label, noise, like.lines)
    hinted = Batch(sketch[None], hints[None], empty, label, noise, like.lines)
    pictures = [predict(network, batch, placement)[0][0] for batch in (plain, hinted)]
    row = [_shown(plain.sketch)[0], pictures[0], _with_hints(hinted)[0], pictures[1], empty[0]]
    return row, label[0]


def _label_name(weights: NDArray[np.float32], labels: Sequence[str]) -> str:
    """The label that has all the weight, "" for none or a mixture."""
    return labels[int(weights.argmax())] if len(weights) and weights.max() == weights.sum() > 0 else ""


def _pixels(values: torch.Tensor) -> Pixels:
    return (values * 255.0).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def _shown(sketch: Pixels) -> Pixels:
    return np.repeat(sketch[..., None], 3, axis=-1)


def _with_hints(batch: Batch) -> Pixels:
    alpha = batch.hints[..., 3:] / np.float32(255)
    seen = np.round(255 + (batch.hints[..., :3] - np.float32(255)) * alpha).astype(np.uint8)
    return under_lines(seen, batch.sketch)
