"""Pictures of how far a run has come that makes pictures of labels: a row a label, a column a noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training.commands import SetPreview
from training.data.batches import PictureBatch
from training.device import Placement
from training.samples import GAP_PX, Grid, picture_grid, spread_evenly, to_pixels, write_pixels

Pixels = NDArray[np.uint8]

ROWS, COLUMNS = 16, 8
UNLABELLED_ROWS = 4
NOISE_STREAM = 6
"""Second word of the seed, apart from the streams of the data."""
BATCH = 64


@dataclass(frozen=True)
class LabelSamples:
    """Row by row: label weights [R*C,L] and noise [R*C,Z], ``labels`` the rows' names."""

    label: NDArray[np.float32]
    noise: NDArray[np.float32]
    labels: tuple[str, ...]

    def write(self, path: Path, network: nn.Module, preview: SetPreview | None, placement: Placement) -> Grid:
        """Write the PNG of what ``network`` makes of them; the canvas's drawing has no part in it."""
        columns = len(self.label) // len(self.labels)
        pictures = generated(network, self.label, self.noise, placement)
        pictures = pictures if pictures.shape[3] == 3 else pictures.repeat(3, axis=3)
        rows = [list(pictures[start : start + columns]) for start in range(0, len(pictures), columns)]
        write_pixels(path, picture_grid(rows, GAP_PX))
        return Grid(len(rows), columns, pictures.shape[1], self.labels)


def choose_label_samples(labels: Sequence[str], noise_size: int, seed: int) -> LabelSamples:
    """Labels evenly over all of them, each with the same noise; without labels a few rows of any picture."""
    rng = np.random.default_rng((seed, NOISE_STREAM))
    chosen = spread_evenly(len(labels), ROWS)
    if not chosen:
        noise = rng.standard_normal((UNLABELLED_ROWS * COLUMNS, noise_size), np.float32)
        return LabelSamples(np.zeros((len(noise), 0), np.float32), noise, ("",) * UNLABELLED_ROWS)
    noise = rng.standard_normal((COLUMNS, noise_size), np.float32)
    weights = np.eye(len(labels), dtype=np.float32)[chosen]
    return LabelSamples(
        weights.repeat(COLUMNS, axis=0), np.tile(noise, (len(chosen), 1)), tuple(labels[i] for i in chosen)
    )


@torch.inference_mode()
def generated(
    network: nn.Module, label: NDArray[np.float32], noise: NDArray[np.float32], placement: Placement
) -> Pixels:
    """The pictures uint8 [N,S,S,C] of ``label`` [N,L] and ``noise`` [N,Z], in full precision."""
    made = []
    for start in range(0, len(label), BATCH):
        part = slice(start, start + BATCH)
        inputs = (torch.from_numpy(values[part]).to(placement.device) for values in (noise, label))
        made.append(to_pixels(network(*inputs)))
    return np.concatenate(made)


def generated_like(network: nn.Module, batch: PictureBatch, placement: Placement) -> Pixels:
    """Pictures uint8 [N,S,S,C] of the labels of ``batch``, from its noise."""
    return generated(network, batch.label, batch.noise, placement)
