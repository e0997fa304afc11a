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
from training.data.dataset import Dataset, under_lines
from training.device import Placement
from training.files import write_atomically
from training.metrics.evaluate import truth_of
from training.networks import compose
from training.tensors import to_tensors

ROWS = 8
HINTS = 3
GAP_PX = 4

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class SampleSet:
    """The drawings of every grid: ``plain`` without hints, ``hinted`` the same ones with three hints each,
    None for a run without hints.
    """

    plain: Batch
    hinted: Batch | None
    labels: tuple[str, ...]
    """All labels, in the order of their weights."""

    def write(
        self, path: Path, network: nn.Module, preview: SetPreview | None, placement: Placement
    ) -> "Grid":
        """As ``write_grid``."""
        return write_grid(path, network, self, preview, placement)


@dataclass(frozen=True)
class Grid:
    """How a grid's picture is divided: ``rows`` x ``columns`` of ``side`` pixels, and each row's label;
    ``preview`` tells whether the first row is the drawing of SetPreview.
    """

    rows: int
    columns: int
    side: int
    labels: tuple[str, ...]
    preview: bool = False


def choose_samples(
    dataset: Dataset, seed: int, noise_size: int, rows: int = ROWS, hinted: bool = True
) -> SampleSet:
    """Pick drawings evenly over ``dataset``, and so over its labels."""
    chosen = spread_evenly(len(dataset), rows)
    plain, *more = (
        next(evaluation_batches(dataset, len(chosen), hints, seed, noise_size, chosen))
        for hints in ((0, HINTS) if hinted else (0,))
    )
    return SampleSet(plain, more[0] if more else None, tuple(dataset.labels))


def spread_evenly(count: int, most: int) -> list[int]:
    """At most ``most`` of the numbers 0 to ``count`` - 1, at equal distances."""
    return np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int)).tolist()


@torch.inference_mode()
def predict(network: nn.Module, batch: Batch, placement: Placement) -> tuple[Pixels, Pixels]:
    """The pictures and their colours without lines, both uint8 [N,H,W,3], in full precision."""
    tensors = to_tensors(batch, placement)
    flats = network(tensors.sketch, tensors.hints, tensors.label, tensors.noise).clamp(0.0, 1.0)
    return to_pixels(compose(flats, tensors.cover)), to_pixels(flats)


def write_grid(
    path: Path, network: nn.Module, samples: SampleSet, preview: SetPreview | None, placement: Placement
) -> Grid:
    """Write a PNG with a row a drawing: line art, colours, hints, colours with them, truth; preview first.

    A run without hints leaves those two columns out.
    """
    plain, hinted = samples.plain, samples.hinted
    columns = [_shown(plain.sketch), predict(network, plain, placement)[0]]
    if hinted is not None:
        columns += [_with_hints(hinted), predict(network, hinted, placement)[0]]
    columns.append(truth_of(plain))
    rows = [[column[index] for column in columns] for index in range(len(plain.sketch))]
    labels = [_label_name(weights, samples.labels) for weights in plain.label]
    if preview is not None:
        row, label = _preview_row(network, preview, plain, placement, hinted is not None)
        rows.insert(0, row)
        labels.insert(0, _label_name(label, samples.labels))
    write_pixels(path, picture_grid(rows, GAP_PX))
    return Grid(len(rows), len(columns), plain.sketch.shape[1], tuple(labels), preview is not None)


def picture_grid(rows: Sequence[Sequence[Pixels]], gap: int) -> Pixels:
    """Equal rows of square pictures uint8 [S,S,3] as one, ``gap`` pixels of grey between them."""
    side, across = rows[0][0].shape[0], len(rows[0])
    grid = np.full((len(rows) * (side + gap) - gap, across * (side + gap) - gap, 3), 160, np.uint8)
    for i, pictures in enumerate(rows):
        for j, picture in enumerate(pictures):
            top, left = i * (side + gap), j * (side + gap)
            grid[top : top + side, left : left + side] = picture
    return grid


def write_pixels(path: Path, pixels: Pixels) -> None:
    """Write a picture as PNG."""
    write_atomically(path, lambda temp: Image.fromarray(pixels).save(temp, format="PNG"))


def _preview_row(
    network: nn.Module, preview: SetPreview, like: Batch, placement: Placement, hinted: bool
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
    row = [_shown(plain.sketch)[0], predict(network, plain, placement)[0][0]]
    if hinted:
        told = Batch(sketch[None], hints[None], empty, label, noise, like.lines)
        row += [_with_hints(told)[0], predict(network, told, placement)[0][0]]
    return [*row, empty[0]], label[0]


def _label_name(weights: NDArray[np.float32], labels: Sequence[str]) -> str:
    """The label that has all the weight, "" for none or a mixture."""
    return labels[int(weights.argmax())] if len(weights) and weights.max() == weights.sum() > 0 else ""


def to_pixels(values: torch.Tensor) -> Pixels:
    """Pictures [N,C,H,W] in 0..1 as uint8 [N,H,W,C]."""
    return (values * 255.0).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def _shown(sketch: Pixels) -> Pixels:
    return np.repeat(sketch[..., None], 3, axis=-1)


def _with_hints(batch: Batch) -> Pixels:
    alpha = batch.hints[..., 3:] / np.float32(255)
    seen = np.round(255 + (batch.hints[..., :3] - np.float32(255)) * alpha).astype(np.uint8)
    return under_lines(seen, batch.sketch)
