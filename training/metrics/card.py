"""A model's card: its figures beside two baselines', with and without hints, and a grid of test drawings.

Run as ``python -m training.metrics.card MODEL.onnx --data DIR --out FOLDER``; writes card.json and card.png.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.data.batches import Batch, evaluation_batches
from training.data.dataset import Dataset
from training.data.source import open_splits
from training.files import UserError, write_atomically, write_json
from training.metrics.baselines import NearestFlats, line_art
from training.metrics.evaluate import Evaluator, Predict, hint_obedience, truth_of
from training.metrics.features import efficientnet_lite
from training.metrics.predictors import by_chance, model_predictor, noise_told
from training.modelfile import check_model_file

HINTS = 3
HIGHER_IS_BETTER = frozenset({"ssim", "is", "precision", "recall", "density", "coverage"})
"""Beginnings of the figures' names."""
COLUMNS = ("line art", "ours", f"ours, {HINTS} hints", "the truth")
CAPTION_PX, GAP_PX = 22, 6

BASELINES = (
    "line_art: the line art itself; nearest_flats: the colours of the training drawing nearest in features "
    "of its line art, under the line art where lines are part of the picture"
)

Note = Callable[[str], None]


def baseline_figures(
    test: Dataset, training: Dataset, note: Note | None = None, evaluator: Evaluator | None = None
) -> dict[str, Any]:
    """Return the metrics of both baselines on ``test``; they know nothing of hints.

    ``evaluator`` is one of ``test`` that is there already.
    """
    say = note or (lambda text: None)
    evaluator = evaluator or Evaluator(test)
    nearest = NearestFlats(training, efficientnet_lite())
    say("nearest training drawings indexed")
    figures = {}
    for name, predict in (("line_art", line_art), ("nearest_flats", nearest)):
        figures[name] = evaluator.run(predict)["metrics"]
        say(f"baseline {name} measured")
    return figures


def card_metrics(
    predict: Predict,
    test: Dataset,
    *,
    hints: bool = True,
    noise_size: int = 0,
    noise: str = "zero noise",
    likeliest: Predict | None = None,
    baselines: dict[str, Any] | None = None,
    note: Note | None = None,
) -> dict[str, Any]:
    """Return what a manifest's ``metrics`` holds: n, split, protocol, figures plain and hinted, baselines.

    ``hints`` tells whether the model takes them, ``noise`` what noise ``predict`` gives it, ``likeliest`` is
    the same model without; ``baselines`` comes from ``baseline_figures``.
    """
    say = note or (lambda text: None)
    evaluator = Evaluator(test)
    report = evaluator.run(predict, noise_size=noise_size, noise=noise)
    say("measured without hints")
    if likeliest is not None:
        report["metrics_likeliest"] = evaluator.run(likeliest, noise_size=noise_size)["metrics"]
        report["protocol"]["metrics_likeliest"] = "the same with zero noise"
    if hints:
        report["metrics_with_hints"] = evaluator.run(predict, hints=HINTS, noise_size=noise_size)["metrics"]
        say(f"measured with {HINTS} hints")
        report["hint_obedience"] = hint_obedience(predict, test, noise_size=noise_size)
        report["protocol"]["metrics_with_hints"] = f"{HINTS} dots a drawing in the truth's colours, seed 0"
    if baselines is not None:
        report["baselines"] = baselines
        report["protocol"]["baselines"] = BASELINES
    return report


def beaten_by(report: dict[str, Any]) -> list[str]:
    """Return the figures, as "baseline: metric", in which a baseline is at least as good as the model."""
    lost = []
    for name, figures in report.get("baselines", {}).items():
        for metric, value in figures.items():
            ours = report["metrics"][metric]
            better = ours > value if metric.split("_")[0] in HIGHER_IS_BETTER else ours < value
            if not better and "deviation" not in metric:
                lost.append(f"{name}: {metric}")
    return lost


def chosen_drawings(test: Dataset, count: int, seed: int = 0) -> list[int]:
    """Return ``count`` drawings spread over the labels in turn, drawn by ``seed`` and not by hand."""
    rng = np.random.default_rng(seed)
    labels = range(max(1, len(test.labels)))
    groups = [list(rng.permutation(np.flatnonzero(test.label_index == i))) for i in labels]
    chosen: list[int] = []
    while len(chosen) < min(count, len(test)):
        for group in groups:
            if group and len(chosen) < count:
                chosen.append(int(group.pop()))
    return sorted(chosen)


def card_grid(
    predict: Predict, test: Dataset, items: Sequence[int], *, noise_size: int = 0, across: int = 2
) -> Image.Image:
    """Return the grid of ``items``, ``across`` a row: line art, ours, ours with three hints, the truth."""
    plain = _batches_of(test, items, 0, noise_size)
    hinted = _batches_of(test, items, HINTS, noise_size)
    cells = [
        (line_art(one)[0], predict(one)[0], predict(two)[0], truth_of(one)[0])
        for one, two in zip(plain, hinted, strict=True)
    ]
    return compose_grid(cells, COLUMNS, across)


def compose_grid(
    cells: Sequence[Sequence[NDArray[np.uint8]]], captions: Sequence[str], across: int = 2
) -> Image.Image:
    """Return rows of captioned pictures uint8 [S, S, 3]; ``across`` entries of ``cells`` share a row."""
    side = cells[0][0].shape[0]
    entry = len(captions) * (side + GAP_PX) + GAP_PX
    rows = -(-len(cells) // across)
    grid = Image.new("RGB", (entry * across, CAPTION_PX + rows * (side + GAP_PX) + GAP_PX), "white")
    draw = ImageDraw.Draw(grid)
    font = ImageFont.load_default(size=14)
    for column in range(across):
        for i, caption in enumerate(captions):
            middle = column * entry + GAP_PX + i * (side + GAP_PX) + side // 2
            draw.text((middle, CAPTION_PX // 2), caption, fill="black", font=font, anchor="mm")
    for index, pictures in enumerate(cells):
        row, column = divmod(index, across)
        for i, picture in enumerate(pictures):
            place = (
                column * entry + GAP_PX + i * (side + GAP_PX),
                CAPTION_PX + GAP_PX + row * (side + GAP_PX),
            )
            grid.paste(Image.fromarray(np.ascontiguousarray(picture)), place)
    return grid


def write_card(report: dict[str, Any], grid: Image.Image, folder: Path) -> None:
    """Write ``card.json`` and ``card.png`` into ``folder``."""
    write_json(folder / "card.json", report)
    write_atomically(folder / "card.png", lambda temp: grid.save(temp, format="PNG", optimize=True))


def _batches_of(test: Dataset, items: Sequence[int], hints: int, noise_size: int) -> list[Batch]:
    wanted = set(items)
    batches = evaluation_batches(test, 1, hints, 0, noise_size)
    return [batch for index, batch in enumerate(batches) if index in wanted]


def main(arguments: Sequence[str]) -> int:
    """Make the card of a model file; exit status 2 and one sentence when that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m training.metrics.card", description=__doc__)
    parser.add_argument("model", type=Path, help="the model file, MODEL.onnx")
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures or prepared data set")
    parser.add_argument("--out", type=Path, required=True, help="folder for card.json and card.png")
    parser.add_argument("--split", default="test", choices=("test", "val"))
    parser.add_argument("--size", type=int, default=None, help="side in pixels; default: the model's own")
    parser.add_argument("--drawings", type=int, default=16, help="drawings in the grid")
    parser.add_argument("--no-baselines", action="store_true", help="leave the baselines out")
    options = parser.parse_args(arguments)
    start = time.monotonic()

    def note(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - start:6.0f} s  {text}\n")

    try:
        _make(options, note)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _make(options: argparse.Namespace, note: Note) -> None:
    size = options.size or check_model_file(options.model).manifest.size
    splits = open_splits(options.data, (options.split, "train"), size)
    test = splits[options.split]
    predict, manifest = model_predictor(options.model, test)
    baselines = None
    if not options.no_baselines:
        baselines = baseline_figures(test, splits["train"], note)
    likeliest = model_predictor(options.model, test, likeliest=True)[0] if by_chance(manifest) else None
    report = card_metrics(
        predict,
        test,
        hints=manifest.hints,
        noise=noise_told(manifest),
        likeliest=likeliest,
        baselines=baselines,
        note=note,
    )
    grid = card_grid(predict, test, chosen_drawings(test, options.drawings))
    write_card(report, grid, options.out)
    lost = beaten_by(report)
    note(f"card written to {options.out}")
    note(
        f"not better than a baseline in: {', '.join(lost)}"
        if lost
        else "better than the baselines throughout"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
