"""The figures of an evaluation by name: what each is called, what it says, and which way it goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LOWER, HIGHER, AROUND = "lower is better", "higher is better", "1 is best"


@dataclass(frozen=True)
class Named:
    """How a figure is shown."""

    title: str
    better: str
    meaning: str


NAMES: dict[str, Named] = {
    "l1": Named("L1", LOWER, "mean absolute difference to the truth, 0 to 1"),
    "ssim": Named("SSIM", HIGHER, "structural similarity to the truth, at most 1"),
    "kd": Named("Kernel distance", LOWER, "of the clouds of features, unbiased at any N"),
    "fd": Named("Frechet distance", LOWER, "of the clouds of features; compare it at equal N only"),
    "kid": Named("KID", LOWER, "kernel distance on Inception features"),
    "fid": Named("FID", LOWER, "Frechet distance on Inception features"),
    "is": Named("Inception Score", HIGHER, "how clear and how varied a classifier finds the pictures"),
    "precision": Named("Precision", HIGHER, "share of generated pictures that could be true ones"),
    "recall": Named("Recall", HIGHER, "share of true pictures that could have been generated"),
    "density": Named("Density", AROUND, "how many true pictures a generated one is near to"),
    "coverage": Named("Coverage", HIGHER, "share of true pictures with a generated one near"),
}
DEVIATION = "_deviation"
VERDICTS = {
    "real": "held-out real pictures",
    "real_training": "training pictures",
    "generated": "generated pictures",
}
"""What a discriminator is right on, in words."""


def named(metric: str) -> Named:
    """How the figure ``metric``, such as fd_efficientnet_lite2, is shown: with its judge in its title."""
    kind, _, judge = metric.partition("_")
    found = NAMES.get(kind, Named(metric, "", ""))
    return (
        Named(f"{found.title} ({judge})", found.better, found.meaning) if judge and kind in NAMES else found
    )


def metric_rows(evaluation: Mapping[str, Any]) -> Iterator[tuple[Named, list[float | None]]]:
    """Each figure with its values: the model's, then those of the baselines, None where one has none."""
    columns = [evaluation["metrics"], *evaluation.get("baselines", {}).values()]
    for metric in evaluation["metrics"]:
        if not metric.endswith(DEVIATION):
            yield named(metric), [column.get(metric) for column in columns]


def classifier_sentence(found: Mapping[str, Any]) -> str:
    """N and what chance gives, of what the classifier protocol found."""
    score = found.get(f"is_{found['classifier']}")
    return (
        f"N = {found['n']:,} pictures learnt from each, {found['tested']:,} tested; always guessing the "
        f"commonest label gives {found['chance']:.1%}"
        + (f"; classifier score of the generated pictures {number_text(score)}" if score else "")
        + "."
    )


def nearest_sentence(found: Mapping[str, Any]) -> str:
    """Whether training pictures are repeated, of what the search for the nearest ones found."""
    median, usual = (number_text(found[kind]["median"]) for kind in ("generated", "held_out"))
    return (
        f"Of {found['n']:,} generated pictures, the median distance to the nearest of {found['among']:,} "
        f"training pictures is {median}; of held-out real ones it is {usual}. {found['suspicious']:.1%} are "
        "nearer than all but 1 % of the real ones: a share far above 1 % means that training pictures are "
        "repeated."
    )


def number_text(value: float) -> str:
    """A number for an axis or a table: four digits that count, thousands apart."""
    if value and (abs(value) >= 1e6 or abs(value) < 1e-3):
        return f"{value:.2g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
