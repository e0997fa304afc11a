"""How often a run's discriminator is right, on true pictures and on what its generator makes."""

from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from training.adversary import ADVERSARIES
from training.checkpoint import Checkpoint, best_checkpoint
from training.config import TrainConfig, from_dict
from training.data.dataset import Dataset, Progress
from training.device import Placement
from training.export import load_run_generator
from training.files import UserError
from training.losses import judged_rightly
from training.metrics.evaluate import ShouldStop, stoppable
from training.networks.efficientnet import EfficientNetLite, load_efficientnet_lite
from training.samples import spread_evenly
from training.state import configured
from training.step import for_backbone
from training.tasks import task_of
from training.tensors import Tensors

PICTURES = 1024
BATCH = 16


def discriminator_accuracy(
    run: Path,
    training: Dataset,
    held_out: Dataset,
    placement: Placement,
    *,
    pictures: int = PICTURES,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> dict[str, Any] | None:
    """Return the share of right verdicts of the discriminator in the best checkpoint of ``run``.

    {n, real, real_training, generated, protocol}: on ``n`` pictures each of the held-out split, of the
    training split, and made of what belongs to the held-out ones. None for a run without a discriminator, or
    with one whose verdicts have no threshold (Wasserstein). The data are as the run reads them. UserError
    when the checkpoint does not fit; EvaluationStoppedError as soon as ``should_stop`` says so.
    """
    checkpoint = best_checkpoint(run)
    config = from_dict(checkpoint.manifest["config"])
    threshold = ADVERSARIES[config.loss.kind].threshold
    if "discriminator.safetensors" not in checkpoint.manifest["files"] or threshold is None:
        return None
    generator, _, _ = load_run_generator(run, checkpoint.step)
    judge = _Judge(checkpoint, config, len(held_out.labels), placement, threshold)
    generator.to(placement.device)
    # Judges that normalise by the batch are shown batches like those they learnt from.
    size = config.batch_size or BATCH
    task = task_of(config)
    count = min(pictures, len(training), len(held_out))
    count -= count % size if count >= size else 0
    shares: dict[str, list[Tensor]] = {"real": [], "real_training": [], "generated": []}
    for place, (name, dataset) in enumerate((("real", held_out), ("real_training", training))):
        items = spread_evenly(len(dataset), count)
        batches = task.plain_batches(dataset, config, size, items)
        for done, batch in enumerate(stoppable(batches, should_stop or (lambda: False))):
            tensors = task.tensors(batch, placement)
            true = judge(tensors, tensors.truth)
            made = true
            if name == "real":
                with torch.inference_mode():
                    colours = tensors.generate(generator, config, tensors.label).colours
                made = judge(tensors, colours.clamp(0.0, 1.0))
            rightly = judged_rightly(true, made) * len(tensors.truth)
            shares[name].append(rightly[0])
            if name == "real":
                shares["generated"].append(rightly[1])
            if on_progress is not None:
                on_progress(min(place * count + (done + 1) * size, 2 * count), 2 * count)
    return {
        "n": count,
        **{name: float(torch.stack(found).sum()) / count for name, found in shares.items()},
        "protocol": f"share of the verdicts (of all patches and heads, as in training) on the right side of "
        f"{threshold:g}, on {count:,} unvaried pictures each in batches of {size}: real are held-out ones "
        f"({held_out.split} split), real_training those it learnt from, generated the averaged generator's; "
        f"discriminator of step {checkpoint.step:,}",
    }


class _Judge:
    """A run's discriminator with all that it looks at."""

    def __init__(
        self, checkpoint: Checkpoint, config: TrainConfig, labels: int, placement: Placement, threshold: float
    ) -> None:
        network = configured(config.discriminator, config, labels)
        try:
            network.load_state_dict(checkpoint.tensors("discriminator"))
        except RuntimeError as error:
            message = str(error).splitlines()[0]
            raise UserError(
                f"{checkpoint.path} does not fit its configuration ({message}); resume the run."
            ) from error
        self._network: nn.Module = network.to(placement.device).eval()
        self._backbone: EfficientNetLite | None = None
        if cast(Any, network).needs_features:
            self._backbone = load_efficientnet_lite(0).to(placement.device)
        self._config = config
        self._threshold = threshold

    @torch.inference_mode()
    def __call__(self, tensors: Tensors, colours: Tensor) -> list[Tensor]:
        """The logits above the threshold, a head at a time, of the pictures that ``colours`` belong to."""
        judged = self._config.discriminator
        image = tensors.picture(colours)
        maps = []
        if self._backbone is not None:
            maps = self._backbone.features(for_backbone(image, judged.enlarge))
        verdict = self._network(image, maps, tensors.guide(judged.guide), tensors.label)
        return [logits - self._threshold for logits in verdict]
