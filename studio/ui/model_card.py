"""A model's manifest in a few short lines."""

from typing import Any

from training.manifest import ModelManifest

SHOWN = (("l1", "L1"), ("ssim", "SSIM"), ("kd_efficientnet_lite2", "KD"), ("fd_efficientnet_lite2", "FD"))


def facts_line(manifest: ModelManifest) -> str:
    """Size, labels and what it listens to: "256 px · 8 labels · hints"."""
    parts = [f"{manifest.size} px"]
    if manifest.labels:
        parts.append(f"{len(manifest.labels)} label{'' if len(manifest.labels) == 1 else 's'}")
    if manifest.hints:
        parts.append("hints")
    if manifest.noise:
        parts.append("noise")
    return " · ".join(parts)


def metrics_line(manifest: ModelManifest) -> str:
    """The figures of the card with N, "" when there are none: "L1 0.051 · SSIM 0.83 · N = 160"."""
    found = _figures(manifest.metrics)
    parts = [f"{name} {found[key]:.3g}" for key, name in SHOWN if key in found]
    count = manifest.metrics.get("n")
    if parts and isinstance(count, int):
        parts.append(f"N = {count}")
    return " · ".join(parts)


def origin_line(manifest: ModelManifest) -> str:
    """Licence and author."""
    return " · ".join(part for part in (manifest.licence, manifest.author) if part)


def _figures(metrics: dict[str, Any]) -> dict[str, float]:
    """Numbers by name; the evaluation puts them one level down, under "metrics"."""
    inner = metrics.get("metrics")
    values = inner if isinstance(inner, dict) else metrics
    return {key: float(value) for key, value in values.items() if isinstance(value, int | float)}
