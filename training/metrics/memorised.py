"""Whether a model repeats what it was shown: the training picture nearest to each of some it made.

A model that has learnt by heart makes pictures that are nearer to a training picture than new true ones are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.data.dataset import Dataset, Progress
from training.data.vary import in_channels
from training.metrics.clouds import nearest
from training.metrics.evaluate import ShouldStop, stoppable
from training.metrics.feature_cache import remembered_features
from training.metrics.features import (
    JUDGED_PX,
    FeatureExtractor,
    Features,
    Pictures,
    in_colour,
    of_side,
)
from training.metrics.making import Maker

SAMPLES = 256
"""Pictures made and true ones whose nearest training pictures are looked for."""
SHOWN, ACROSS = 8, 4
"""Pictures in each half of the grid, and in a row of it."""
FEW_PERCENT = 1
CHUNK = 64
CELL_PX, GAP_PX, CAPTION_PX, TITLE_PX = 96, 6, 18, 28


@dataclass(frozen=True)
class Memorised:
    """``report``: distances with n and protocol, plain values; ``grid`` uint8 [H, W, 3]: pictures made, each
    beside its nearest training picture.
    """

    report: dict[str, Any]
    grid: NDArray[np.uint8]


def nearest_training_pictures(
    maker: Maker,
    held_out: Dataset,
    training: Dataset,
    items: Sequence[int],
    among: Sequence[int],
    extractor: FeatureExtractor,
    *,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> Memorised:
    """Compare what ``maker`` makes of ``items`` of ``held_out``, and their true pictures, with the pictures
    ``among`` those of ``training``.

    Distances are Euclidean, of features of pictures at one size. EvaluationStoppedError as soon as
    ``should_stop`` says so, asked before every batch.
    """
    work = _Work(len(among) + len(items), on_progress, should_stop)
    known = remembered_features(
        training.fingerprint,
        ("nearest", training.split, training.size, maker.channels, JUDGED_PX, extractor.name, list(among)),
        (len(among), extractor.size),
        lambda: _training_features(training, among, maker.channels, extractor, work),
    )
    work.reach(len(among))
    made, features, true = [], [], []
    for batch in stoppable(maker(held_out, items, seed), work.should_stop):
        made.append(batch.made)
        features.append(extractor(of_side(batch.made, JUDGED_PX)))
        true.append(extractor(of_side(batch.true, JUDGED_PX)))
        work.add(len(batch))
    index, distance = nearest(np.concatenate(features), known)
    _, held_out_distance = nearest(np.concatenate(true), known)
    report = {
        "n": len(items),
        "among": len(among),
        "training_pictures": len(training),
        "generated": _spread_of(distance),
        "held_out": _spread_of(held_out_distance),
        "ratio": float(np.median(distance) / max(float(np.median(held_out_distance)), 1e-12)),
        "suspicious": float((distance < np.percentile(held_out_distance, FEW_PERCENT)).mean()),
        "protocol": f"Euclidean distance of {extractor.name} features at {JUDGED_PX} px to the nearest of "
        f"{len(among):,} training pictures, of generated pictures and of held-out true ones; ratio is that "
        "of the medians, well below 1 where training pictures are repeated; suspicious is the share of "
        f"generated pictures nearer than all but {FEW_PERCENT} % of the held-out ones are; seed {seed}",
    }
    pictures = np.concatenate(made)
    closest = [int(i) for i in distance.argsort(kind="stable")[:SHOWN]]
    spread = [int(i) for i in np.unique(np.linspace(0, len(pictures) - 1, SHOWN).round().astype(int))]
    halves = [
        (
            title,
            [
                (
                    pictures[i],
                    in_colour(in_channels(training.picture(int(among[index[i]])), maker.channels)[None])[0],
                    float(distance[i]),
                )
                for i in chosen
            ],
        )
        for title, chosen in (
            (f"The {len(closest)} of {len(pictures)} nearest to a training picture", closest),
            (f"{len(spread)} others, taken evenly", spread),
        )
    ]
    return Memorised(report, _grid(halves))


class _Work:
    """Counts what is done and asks whether to go on."""

    def __init__(self, total: int, on_progress: Progress | None, should_stop: ShouldStop | None) -> None:
        self._done, self._total = 0, total
        self._on_progress = on_progress
        self.should_stop = should_stop or (lambda: False)

    def add(self, count: int) -> None:
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        self._done = done
        if self._on_progress is not None:
            self._on_progress(done, self._total)


def _training_features(
    training: Dataset, among: Sequence[int], channels: int, extractor: FeatureExtractor, work: _Work
) -> Features:
    parts = []
    for start in stoppable(range(0, len(among), CHUNK), work.should_stop):
        chosen = among[start : start + CHUNK]
        pictures = in_colour(np.stack([in_channels(training.picture(item), channels) for item in chosen]))
        parts.append(extractor(of_side(pictures, JUDGED_PX)))
        work.add(len(chosen))
    return np.concatenate(parts)


def _spread_of(distance: NDArray[np.float64]) -> dict[str, float]:
    return {
        "least": float(distance.min()),
        "median": float(np.median(distance)),
        "largest": float(distance.max()),
    }


def _grid(halves: Sequence[tuple[str, Sequence[tuple[Pictures, Pictures, float]]]]) -> NDArray[np.uint8]:
    """The entries (made, nearest, distance) of each titled half, ``ACROSS`` in a row."""
    entry = 2 * CELL_PX + 3 * GAP_PX
    rows = [-(-len(entries) // ACROSS) for _, entries in halves]
    row_px = CELL_PX + CAPTION_PX + GAP_PX
    grid = Image.new("RGB", (entry * ACROSS, sum(rows) * row_px + TITLE_PX * len(halves)), "white")
    draw, font = ImageDraw.Draw(grid), ImageFont.load_default(size=13)
    top = 0
    for (title, entries), count in zip(halves, rows, strict=True):
        draw.text((GAP_PX, top + TITLE_PX // 2), title, fill="black", font=font, anchor="lm")
        top += TITLE_PX
        for place, (made, known, distance) in enumerate(entries):
            row, column = divmod(place, ACROSS)
            left, upper = column * entry + GAP_PX, top + row * row_px
            for offset, picture in ((0, made), (CELL_PX + 2, known)):
                cell = Image.fromarray(np.ascontiguousarray(of_side(picture[None], CELL_PX)[0]))
                grid.paste(cell, (left + offset, upper))
            text = f"made, nearest: {distance:.2f}"
            draw.text((left, upper + CELL_PX + CAPTION_PX // 2), text, fill="#444", font=font, anchor="lm")
        top += count * row_px
    return np.asarray(grid)
