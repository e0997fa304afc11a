"""What a model's pictures of labels are worth: as many of them as held-out ones, compared as two clouds.

No picture has a true one of its own, so nothing is compared pixel by pixel.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.data.batches import picture_batches
from training.data.dataset import Dataset, Progress
from training.files import UserError
from training.metrics.clouds import overlap_metrics
from training.metrics.evaluate import (
    FEWEST,
    ShouldStop,
    clouds_protocol,
    counted,
    inception_metrics,
    stoppable,
)
from training.metrics.feature_cache import remembered_features
from training.metrics.features import (
    JUDGED_PX,
    FeatureExtractor,
    Features,
    Pictures,
    efficientnet_lite,
    enlarged,
    in_colour,
)
from training.metrics.frechet import frechet_distance
from training.metrics.inception import InceptionFeatures, find_inception
from training.metrics.kernel import kernel_distance
from training.metrics.making import LABELS, LabelMaker


class LabelEvaluator:
    """Measures makers of pictures of labels on one split; the true pictures are looked at once."""

    def __init__(
        self,
        dataset: Dataset,
        items: Sequence[int],
        *,
        seed: int = 0,
        extractor: FeatureExtractor | None = None,
        inception: InceptionFeatures | None = None,
        device: str = "cpu",
    ) -> None:
        """Without ``extractor`` EfficientNet-Lite2 judges; ``inception`` is looked for when it is not given.

        UserError when there are too few pictures to judge or the judge's weights are not installed.
        """
        if len(items) < FEWEST:
            raise UserError(f"The {dataset.split} split holds {len(items)} pictures; add some to it.")
        self.dataset = dataset
        self.items = list(items)
        self.seed = seed
        self._extractor = extractor or efficientnet_lite(device=device)
        self._inception, self._absent = (inception, "") if inception else find_inception(device)
        self._truth: dict[str, Features] = {}

    def run(
        self,
        maker: LabelMaker,
        on_progress: Progress | None = None,
        should_stop: ShouldStop | None = None,
        on_truth: Progress | None = None,
    ) -> dict[str, Any]:
        """Return {n, split, protocol, metrics} of what ``maker`` makes of the labels of the split's pictures.

        ``on_progress`` hears of the pictures made, ``on_truth`` of the true ones where they are not
        remembered. EvaluationStoppedError as soon as ``should_stop`` says so, asked before every batch.
        """
        stop = should_stop or (lambda: False)
        judged: list[Features] = []
        inception: list[Features] = []
        logits: list[Features] = []
        done = 0
        for batch in stoppable(maker(self.dataset, self.items, self.seed), stop):
            judged.append(self._extractor(enlarged(batch.made)))
            if self._inception is not None:
                both = self._inception.both(batch.made)
                inception.append(both[0])
                logits.append(both[1])
            done += len(batch)
            if on_progress is not None:
                on_progress(done, len(self.items))
        judge, made = self._extractor.name, np.concatenate(judged)
        true = self._truth_features(self._extractor, maker.channels, stop, on_truth)
        metrics = {
            f"kd_{judge}": kernel_distance(made, true),
            f"fd_{judge}": frechet_distance(made, true),
            **overlap_metrics(made, true, judge),
        }
        if self._inception is not None:
            true = self._truth_features(self._inception, maker.channels, stop, on_truth)
            features = np.concatenate(inception)
            metrics |= inception_metrics(features, np.concatenate(logits), true)
            metrics |= overlap_metrics(features, true, self._inception.name)
        return {
            "n": len(self.items),
            "split": self.dataset.split,
            "protocol": self._protocol(),
            "metrics": metrics,
        }

    def _truth_features(
        self, extractor: FeatureExtractor, channels: int, stop: ShouldStop, on_truth: Progress | None
    ) -> Features:
        def seen(pictures: Pictures) -> Features:
            pictures = in_colour(pictures)
            return extractor(enlarged(pictures) if extractor is self._extractor else pictures)

        def compute() -> Features:
            batches = picture_batches(self.dataset, LABELS, 0, channels, 0, self.items)
            told = counted(stoppable(batches, stop), len(self.items), on_truth)
            return np.concatenate([seen(batch.pictures) for batch in told])

        name = extractor.name
        if name not in self._truth:
            key = ("labels", self.dataset.split, self.dataset.size, channels, JUDGED_PX, name, self.items)
            shape = (len(self.items), extractor.size)
            self._truth[name] = remembered_features(self.dataset.fingerprint, key, shape, compute)
        return self._truth[name]

    def _protocol(self) -> dict[str, Any]:
        count, judge = len(self.items), self._extractor.name
        return {
            "data": self.dataset.name,
            "fingerprint": self.dataset.fingerprint,
            "size": self.dataset.size,
            "conditions": f"{count:,} generated pictures with the labels of as many held-out ones, standard "
            f"normal noise, seed {self.seed}",
            "features": f"{judge}, pooled, ImageNet weights, pictures enlarged to {JUDGED_PX} px at least",
            **clouds_protocol(count, self._inception, self._absent),
        }
