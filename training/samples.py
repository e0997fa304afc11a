"""Pictures of how far a run has come: fixed drawings of the validation split, and its error on them."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from training.commands import SetPreview
from training.config import TrainConfig
from training.data.batches import Batch, evaluation_batches
from training.data.paired import PairedDataset
from training.device import Placement
from training.files import write_atomically
from training.networks import compose
from training.state import to_tensors

ROWS = 8
HINTS = 3
GAP_PX = 4
EVALUATION_BATCH = 8

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class SampleSet:
    """The drawings of every grid: ``plain`` without hints, ``hinted`` the same ones with three hints each."""

    plain: Batch
    hinted: Batch


def choose_samples(dataset: PairedDataset, seed: int, noise_size: int, rows: int = ROWS) -> SampleSet:
    """Pick drawings evenly over ``dataset``, and so over its labels."""
    chosen = np.unique(np.linspace(0, len(dataset) - 1, min(rows, len(dataset))).round().astype(int))
    plain, hinted = (_picked(dataset, chosen, hints, seed, noise_size) for hints in (0, HINTS))
    return SampleSet(plain, hinted)


@torch.inference_mode()
def predict(network: nn.Module, batch: Batch, placement: Placement) -> tuple[Pixels, Pixels]:
    """The pictures and the colours under their lines, both uint8 [N,H,W,3], in full precision."""
    tensors = to_tensors(batch, placement)
    flats = network(tensors.sketch, tensors.hints, tensors.label, tensors.noise).clamp(0.0, 1.0)
    return _pixels(compose(flats, tensors.sketch)), _pixels(flats)


def write_grid(
    path: Path, network: nn.Module, samples: SampleSet, preview: SetPreview | None, placement: Placement
) -> None:
    """Write a PNG with a row a drawing: line art, colours, hints, colours with them, truth; preview first."""
    plain, hinted = samples.plain, samples.hinted
    columns = [
        _shown(plain.sketch),
        predict(network, plain, placement)[0],
        _with_hints(hinted),
        predict(network, hinted, placement)[0],
        _product(plain.flats, plain.sketch),
    ]
    rows = [[column[index] for column in columns] for index in range(len(plain.sketch))]
    if preview is not None:
        rows.insert(0, _preview_row(network, preview, plain, placement))
    side = plain.sketch.shape[1]
    grid = np.full((len(rows) * (side + GAP_PX) - GAP_PX, 5 * (side + GAP_PX) - GAP_PX, 3), 160, np.uint8)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            top, left = i * (side + GAP_PX), j * (side + GAP_PX)
            grid[top : top + side, left : left + side] = picture
    write_atomically(path, lambda temp: Image.fromarray(grid).save(temp, format="PNG"))


def measure(
    network: nn.Module,
    dataset: PairedDataset,
    config: TrainConfig,
    placement: Placement,
    cancelled: Callable[[], bool],
) -> dict[str, float] | None:
    """Mean absolute error in 0..1 of the pictures, without hints (``l1``) and with three (``l1_hinted``).

    ``cancelled`` is asked before every batch; None when it says yes.
    """
    figures: dict[str, float] = {}
    for name, hints in (("l1", 0), ("l1_hinted", HINTS)):
        total, count = 0.0, 0
        for batch in evaluation_batches(
            dataset, EVALUATION_BATCH, hints, config.seed, config.generator.noise
        ):
            if cancelled():
                return None
            image, _ = predict(network, batch, placement)
            truth = _product(batch.flats, batch.sketch)
            total += float(np.abs(image.astype(np.int16) - truth).mean(axis=(1, 2, 3)).sum()) / 255.0
            count += len(image)
        figures[name] = total / max(count, 1)
    return figures


def _picked(
    dataset: PairedDataset, chosen: NDArray[np.int64], hints: int, seed: int, noise_size: int
) -> Batch:
    wanted = set(chosen.tolist())
    rows: dict[str, list[NDArray[Any]]] = {entry.name: [] for entry in fields(Batch)}
    for number, batch in enumerate(evaluation_batches(dataset, 1, hints, seed, noise_size)):
        if number in wanted:
            for name, values in rows.items():
                values.append(getattr(batch, name)[0])
    return Batch(**{name: np.stack(values) for name, values in rows.items()})


def _preview_row(network: nn.Module, preview: SetPreview, like: Batch, placement: Placement) -> list[Pixels]:
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
    plain = Batch(sketch[None], np.zeros_like(hints)[None], empty, label, noise)
    hinted = Batch(sketch[None], hints[None], empty, label, noise)
    pictures = [predict(network, batch, placement)[0][0] for batch in (plain, hinted)]
    return [_shown(plain.sketch)[0], pictures[0], _with_hints(hinted)[0], pictures[1], empty[0]]


def _pixels(values: torch.Tensor) -> Pixels:
    return (values * 255.0).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def _shown(sketch: Pixels) -> Pixels:
    return np.repeat(sketch[..., None], 3, axis=-1)


def _product(flats: Pixels, sketch: Pixels) -> Pixels:
    return np.round(flats * (sketch[..., None] / np.float32(255))).astype(np.uint8)


def _with_hints(batch: Batch) -> Pixels:
    alpha = batch.hints[..., 3:] / np.float32(255)
    return _product(
        np.round(255 + (batch.hints[..., :3] - np.float32(255)) * alpha).astype(np.uint8), batch.sketch
    )
