"""A model's manifest in words for a person: what it is for first, how good it is below."""

from dataclasses import dataclass
from typing import Any

from training.manifest import LABEL_TASK, ModelManifest

SHOWN_LABELS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of how good a model is: its name, its value, and what it means."""

    name: str
    value: str
    meaning: str


def about_line(manifest: ModelManifest) -> str:
    """What the model is for, in plain sentences: "Colours drawings of Smileys and 7 more kinds. …"."""
    names = manifest.labels[:SHOWN_LABELS]
    more = len(manifest.labels) - len(names)
    if more:
        kinds = f"{', '.join(names)} and {more} more kind{'' if more == 1 else 's'}"
    else:
        kinds = " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
    from_labels = manifest.task == LABEL_TASK
    if from_labels:
        sentences = [
            f"Makes pictures of {kinds}." if kinds else "Makes pictures of one kind, without labels."
        ]
    else:
        sentences = [f"Colours drawings of {kinds}." if kinds else "Colours line drawings."]
    if manifest.dataset:
        sentences.append(f"Learned from {manifest.dataset}.")
    if not from_labels:
        sentences.append("Takes colour hints." if manifest.hints else "Takes no colour hints.")
    return " ".join(sentences)


def size_line(manifest: ModelManifest, size_bytes: int, run_ms: float | None = None) -> str:
    """How large and how fast: "256 px · 12 MB · 74 ms here"; the time where it has been measured."""
    parts = [f"{manifest.size} px", f"{max(size_bytes / 1e6, 0.1):.{0 if size_bytes >= 1e7 else 1}f} MB"]
    if run_ms is not None:
        parts.append(f"{run_ms:.0f} ms here")
    return " · ".join(parts)


def facts_line(manifest: ModelManifest) -> str:
    """Size, labels and what it listens to in a few words: "256 px · 8 labels · hints"."""
    parts = [f"{manifest.size} px"]
    if manifest.labels:
        parts.append(f"{len(manifest.labels)} label{'' if len(manifest.labels) == 1 else 's'}")
    if manifest.hints:
        parts.append("hints")
    if manifest.noise:
        parts.append("noise")
    return " · ".join(parts)


def measured_line(manifest: ModelManifest) -> str:
    """What the figures were measured on, "" when there are none: "Measured on 188 unseen drawings"."""
    count = manifest.metrics.get("n")
    if not figures(manifest):
        return ""
    return (
        f"Measured on {count:,} unseen drawings" if isinstance(count, int) else "Measured on unseen drawings"
    )


def figures(manifest: ModelManifest) -> list[Figure]:
    """How good the model is, the figure a person understands best first; empty when nothing was measured."""
    known = _values(manifest.metrics)
    found = []
    if "l1" in known:
        found.append(
            Figure(
                "Colour difference",
                f"{known['l1'] * 100:.1f} %",
                "How far a colour is from the true one on average, of the whole way from black to white; "
                "0 % would be the true picture. (L1)",
            )
        )
    if "ssim" in known:
        found.append(
            Figure(
                "Likeness to the truth",
                f"{known['ssim'] * 100:.0f} %",
                "How alike edges, contrast and brightness are; 100 % would be the true picture. (SSIM)",
            )
        )
    for key, short in (("kd_efficientnet_lite2", "KD"), ("fd_efficientnet_lite2", "FD")):
        if key in known:
            found.append(
                Figure(
                    f"Distance to real ({short})",
                    f"{known[key]:.3g}",
                    "How far its pictures as a whole are from real ones, as an image network sees them. "
                    f"lower is better, and only comparable between models of the same data. ({short})",
                )
            )
    return found


def origin_line(manifest: ModelManifest) -> str:
    """Licence and author."""
    return " · ".join(part for part in (manifest.licence, manifest.author) if part)


def _values(metrics: dict[str, Any]) -> dict[str, float]:
    """Numbers by name; the evaluation puts them one level down, under "metrics"."""
    inner = metrics.get("metrics")
    values = inner if isinstance(inner, dict) else metrics
    return {key: float(value) for key, value in values.items() if isinstance(value, int | float)}
