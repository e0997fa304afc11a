"""What a model's pictures are worth on a split it never saw, and whether it obeys colour hints."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from training.data.batches import Batch, evaluation_batches
from training.data.dataset import Dataset, Progress, under_lines
from training.data.hints import evaluation_hints, regions
from training.files import UserError
from training.metrics.clouds import DENSITY_K, PRECISION_K, overlap_metrics
from training.metrics.colour import ciede2000, srgb_to_lab
from training.metrics.feature_cache import remembered_features
from training.metrics.features import FeatureExtractor, Features, Pictures, efficientnet_lite
from training.metrics.frechet import TRUSTED, frechet_distance
from training.metrics.inception import (
    SCORE_SPLITS,
    InceptionFeatures,
    find_inception,
    inception_score,
)
from training.metrics.kernel import SUBSET_SIZE, SUBSETS, kernel_distance, kernel_distance_of_subsets
from training.metrics.pixels import l1, ssim

T = TypeVar("T")
Many = TypeVar("Many", bound=Sized)
Predict = Callable[[Batch], Pictures]  # pictures uint8 [N, H, W, 3], lines included
ShouldStop = Callable[[], bool]

FEWEST = 2  # a cloud of one has no spread
OBEDIENCE_HINTS = 3
PAPER = 250  # sketch values from here on hold no ink
# Clear colours of all hues, in three tones, from which foreign hints are taken.
VIVID_HEX = (
    "ff2828 ff961e f0e628 78dc28 1ebe5a 28d2d2 2882fa 3c3cdc 8c3ce6 e63cdc fa5096 "
    "781414 78460a 3c5a0a 0a5a5a 14146e 5a0a5a ffb4be bef0be b4c8ff"
)
VIVID = np.array([list(bytes.fromhex(colour)) for colour in VIVID_HEX.split()], np.uint8)


OVERLAP = {
    "precision, recall": f"Kynkaanniemi et al. 2019, k = {PRECISION_K}, Euclidean, on the features named",
    "density, coverage": f"Naeem et al. 2020, k = {DENSITY_K}, Euclidean, on the features named",
}
"""What a report says of the figures of ``training.metrics.clouds``."""


def clouds_protocol(
    count: int, inception: InceptionFeatures | None, absent: str, overlaps: bool = True
) -> dict[str, str]:
    """Return what a report says of ``count`` pictures compared as clouds of features.

    ``absent`` is why there is no ``inception``; ``overlaps`` tells whether precision and the like are given.
    """
    protocol = {
        "kd": "unbiased MMD^2, kernel (x.y/D + 1)^3, all pairs",
        "fd": "Frechet distance; at few pictures it reads high, so compare it at equal n only",
        **(OVERLAP if overlaps else {}),
    }
    if inception is None:
        protocol["inception"] = f"no fid, kid or is: {absent}"
    else:
        protocol["inception"] = (
            f"{inception.name}, torch-fidelity's extractor; kid from all pairs; is of "
            f"{SCORE_SPLITS} shuffled parts"
        )
    if count < TRUSTED:
        protocol["note"] = few_pictures(count)
    return protocol


class EvaluationStoppedError(Exception):
    """The evaluation was asked to stop between two batches."""


class Evaluator:
    """Measures predictors on one split; the true ones are looked at once and remembered."""

    def __init__(
        self,
        dataset: Dataset,
        *,
        batch_size: int = 8,
        extractor: FeatureExtractor | None = None,
        inception: InceptionFeatures | None = None,
        device: str = "cpu",
        items: Sequence[int] | None = None,
        features: bool = True,
        overlaps: bool = False,
    ) -> None:
        """Without ``extractor`` EfficientNet-Lite2 judges; ``inception`` is looked for when it is not given.

        ``items`` of the split are measured, all by default. Without ``features`` pictures are compared with
        their truth alone, and nobody judges; ``overlaps`` adds precision, recall, density and coverage.
        UserError when there are too few pictures to judge or the judge's weights are not installed.
        """
        self.dataset = dataset
        self.batch_size = batch_size
        self.items = list(range(len(dataset)) if items is None else items)
        if features and len(self.items) < FEWEST:
            raise UserError(
                f"The {dataset.split} split holds {len(self.items)} pictures; prepare at least {FEWEST}."
            )
        self._extractor = (extractor or efficientnet_lite(device=device)) if features else None
        self._inception, self._inception_absent = inception, ""
        if features and inception is None:
            self._inception, self._inception_absent = find_inception(device)
        self._overlaps = overlaps
        self._truth: dict[str, Features] = {}

    @property
    def judge(self) -> str:
        """The name of the network behind kd and fd, "" without one."""
        return self._extractor.name if self._extractor is not None else ""

    @property
    def extractors(self) -> str:
        """The names of all networks whose features are compared, "" without any."""
        return ", ".join(one.name for one in (self._extractor, self._inception) if one is not None)

    def run(
        self,
        predict: Predict,
        *,
        hints: int = 0,
        seed: int = 0,
        noise_size: int = 0,
        noise: str = "zero noise",
        on_progress: Progress | None = None,
        on_truth: Progress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> dict[str, Any]:
        """Return {n, split, protocol, metrics} of ``predict`` on the whole split.

        ``hints`` dots a drawing in the truth's colours, at places drawn from ``seed``; ``noise`` is what the
        protocol says of the noise that ``predict`` gives. ``on_progress`` hears of the pictures made,
        ``on_truth`` of the true ones where they are not remembered. EvaluationStoppedError as soon as
        ``should_stop`` says so, asked before every batch.
        """
        stop = should_stop or (lambda: False)
        absolute, similar = [], []
        judged: list[Features] = []
        inception: list[Features] = []
        logits: list[Features] = []
        done = 0
        batches = evaluation_batches(self.dataset, self.batch_size, hints, seed, noise_size, self.items)
        for batch in stoppable(batches, stop):
            pictures, truth = checked_pictures(predict(batch), batch), truth_of(batch)
            absolute.append(l1(pictures, truth))
            similar.append(ssim(pictures, truth))
            if self._extractor is not None:
                judged.append(self._extractor(pictures))
            if self._inception is not None:
                both = self._inception.both(pictures)
                inception.append(both[0])
                logits.append(both[1])
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(self.items))
        metrics = {
            "l1": float(np.concatenate(absolute).mean()),
            "ssim": float(np.concatenate(similar).mean()),
        }
        if self._extractor is not None:
            true = self._truth_features(self._extractor, stop, on_truth)
            metrics[f"kd_{self.judge}"] = kernel_distance(np.concatenate(judged), true)
            metrics[f"fd_{self.judge}"] = frechet_distance(np.concatenate(judged), true)
            if self._overlaps:
                metrics |= overlap_metrics(np.concatenate(judged), true, self.judge)
        if self._inception is not None:
            true = self._truth_features(self._inception, stop, on_truth)
            features = np.concatenate(inception)
            metrics |= inception_metrics(features, np.concatenate(logits), true)
            if self._overlaps:
                metrics |= overlap_metrics(features, true, self._inception.name)
        return {
            "n": len(self.items),
            "split": self.dataset.split,
            "protocol": self._protocol(hints, seed, noise),
            "metrics": metrics,
        }

    def _truth_features(
        self, extractor: FeatureExtractor, stop: ShouldStop, on_truth: Progress | None
    ) -> Features:
        def compute() -> Features:
            batches = evaluation_batches(self.dataset, self.batch_size, items=self.items)
            told = counted(stoppable(batches, stop), len(self.items), on_truth)
            return np.concatenate([extractor(truth_of(batch)) for batch in told])

        if extractor.name not in self._truth:
            key = (self.dataset.split, self.dataset.size, self.dataset.lines, extractor.name, self.items)
            shape = (len(self.items), extractor.size)
            self._truth[extractor.name] = remembered_features(self.dataset.fingerprint, key, shape, compute)
        return self._truth[extractor.name]

    def _protocol(self, hints: int, seed: int, noise: str) -> dict[str, Any]:
        protocol: dict[str, Any] = {
            "data": self.dataset.name,
            "fingerprint": self.dataset.fingerprint,
            "size": self.dataset.size,
            "conditions": f"the true label, {noise}, the line art as it is in the data set",
            "hints": f"{hints} dots in the truth's colours, seed {seed}" if hints else "none",
            "truth": "the colours under the lines times the line art"
            if self.dataset.lines
            else "the picture the sketch was made from",
            "l1": "mean absolute difference, 0..1",
            "ssim": "Wang et al. 2004, 11 x 11 Gaussian window, whole windows only, mean of R, G and B",
        }
        if self._extractor is None:
            return protocol
        return protocol | {
            "features": f"{self.judge}, pooled, ImageNet weights, at the pictures' own size",
            **clouds_protocol(len(self.items), self._inception, self._inception_absent, self._overlaps),
        }


def evaluate(
    predict: Predict,
    dataset: Dataset,
    batch_size: int = 8,
    hints: int = 0,
    seed: int = 0,
    *,
    noise_size: int = 0,
    device: str = "cpu",
    should_stop: ShouldStop | None = None,
) -> dict[str, Any]:
    """Return {n, split, protocol, metrics} of ``predict`` on ``dataset``; see ``Evaluator``."""
    evaluator = Evaluator(dataset, batch_size=batch_size, device=device)
    return evaluator.run(predict, hints=hints, seed=seed, noise_size=noise_size, should_stop=should_stop)


def few_pictures(count: int) -> str:
    """The sentence that goes with distances of fewer than 2,048 pictures."""
    return (
        f"a Frechet distance (fd, fid) of {count:,} pictures, fewer than {TRUSTED:,}, reads high: the kernel "
        "distance (kd, kid) leads, and fid is no figure to compare with published ones"
    )


def inception_metrics(features: Features, logits: Features, truth: Features) -> dict[str, float]:
    """Return fid, kid and is, each as far as there are pictures enough for it."""
    metrics = {"fid": frechet_distance(features, truth), "kid": kernel_distance(features, truth)}
    if min(len(features), len(truth)) >= SUBSET_SIZE:
        estimate = kernel_distance_of_subsets(features, truth)
        metrics[f"kid_{SUBSETS}x{SUBSET_SIZE}"] = estimate.mean
        metrics[f"kid_{SUBSETS}x{SUBSET_SIZE}_deviation"] = estimate.deviation
    if len(logits) >= SCORE_SPLITS:
        metrics["is"] = inception_score(logits)
    return metrics


def hint_obedience(
    predict: Predict,
    dataset: Dataset,
    batch_size: int = 8,
    seed: int = 0,
    *,
    noise_size: int = 0,
    should_stop: ShouldStop | None = None,
) -> dict[str, Any]:
    """Return how far hinted regions are from the hints' colours, with the hints and without them.

    Three dots a drawing (fewer where it has fewer regions) in colours that its truth does not have, the true
    label beside them. A region's error is the mean CIEDE2000 between picture and hint colour over its pixels
    without ink; reported is the median over all hinted regions. ``ratio`` is to be below one half.
    """
    obeyed: list[float] = []
    ignored: list[float] = []
    position = 0
    batches = evaluation_batches(dataset, batch_size, noise_size=noise_size)
    for batch in stoppable(batches, should_stop or (lambda: False)):
        hints = np.zeros_like(batch.hints)
        colours = []
        for i in range(len(batch)):
            rng = np.random.default_rng((seed, position + i))
            colours.append(foreign_colours(batch.flats[i], rng))
            hints[i] = evaluation_hints(batch.flats[i], batch.sketch[i], OBEDIENCE_HINTS, rng, colours[i])
        position += len(batch)
        without = checked_pictures(predict(batch), batch)
        hinted = Batch(batch.sketch, hints, batch.flats, batch.label, batch.noise)
        with_hints = checked_pictures(predict(hinted), batch)
        for i in range(len(batch)):
            where = regions(batch.flats[i], batch.sketch[i]) * (batch.sketch[i] >= PAPER)
            for index, colour in enumerate(colours[i]):
                inside = where == index + 1
                if inside.any():
                    obeyed.append(_error(with_hints[i][inside], colour))
                    ignored.append(_error(without[i][inside], colour))
    if not obeyed:
        raise UserError(f"The {dataset.split} split has no region to hint; prepare the data set again.")
    with_median, without_median = float(np.median(obeyed)), float(np.median(ignored))
    return {
        "n": len(obeyed),
        "drawings": len(dataset),
        "with_hints": with_median,
        "without_hints": without_median,
        "ratio": with_median / max(without_median, 1e-9),
        "protocol": "median over regions of the mean CIEDE2000 to the hint's colour; three dots a drawing in "
        f"colours the truth does not have, seed {seed}",
    }


def foreign_colours(flats: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return three colours uint8 [3, 3] far from each other and from every colour of ``flats`` [H, W, 3]."""
    # Colours in steps of 8, those that fill at least a thousandth of the picture.
    coarse = (flats.reshape(-1, 3) // 8).astype(np.int64) @ [1024, 32, 1]
    kinds, first, counts = np.unique(coarse, return_index=True, return_counts=True)
    present = flats.reshape(-1, 3)[first[counts >= max(1, len(coarse) // 1000)]]
    taken = srgb_to_lab(present if len(kinds) else np.zeros((1, 3)))
    candidates = VIVID[rng.permutation(len(VIVID))]
    lab = srgb_to_lab(candidates)
    far_from_truth = (
        ciede2000(lab[:, None], taken[None]).min(axis=1) if len(taken) else np.full(len(lab), 100.0)
    )
    chosen: list[int] = []
    for _ in range(OBEDIENCE_HINTS):
        distance = far_from_truth.copy()
        if chosen:
            distance = np.minimum(distance, ciede2000(lab[:, None], lab[None, chosen]).min(axis=1))
        # The first that is clearly another colour, so that the seed decides; else the farthest there is.
        clear = np.flatnonzero(distance >= 25)
        chosen.append(int(clear[0]) if len(clear) else int(distance.argmax()))
    return candidates[chosen]


def truth_of(batch: Batch) -> Pictures:
    """Return the true pictures: the colours under the lines times the lines, rounded, or the colours alone
    where the lines are no part of the picture.
    """
    return under_lines(batch.flats, batch.sketch) if batch.lines else batch.flats


def checked_pictures(pictures: Pictures, batch: Batch) -> Pictures:
    """Return ``pictures``; ValueError when they are not uint8 [N, H, W, 3] like the batch's truth."""
    if pictures.shape != batch.flats.shape or pictures.dtype != np.uint8:
        raise ValueError(f"pictures {pictures.dtype} {pictures.shape} for a truth of {batch.flats.shape}")
    return pictures


def _error(pixels: NDArray[np.uint8], colour: NDArray[np.uint8]) -> float:
    return float(ciede2000(srgb_to_lab(pixels), srgb_to_lab(colour)).mean())


def counted(batches: Iterable[Many], total: int, on_progress: Progress | None) -> Iterator[Many]:
    """Yield the batches; ``on_progress`` hears after each how many of ``total`` have been dealt with."""
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        if on_progress is not None:
            on_progress(done, total)


def stoppable(batches: Iterable[T], stop: ShouldStop) -> Iterator[T]:
    """Yield ``batches``; EvaluationStoppedError as soon as ``stop`` says so, asked before each is made."""
    waiting = iter(batches)
    while True:
        if stop():
            raise EvaluationStoppedError
        try:
            batch = next(waiting)
        except StopIteration:
            return
        yield batch
