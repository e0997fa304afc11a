"""Pictures made of labels: what determines one, the noise behind it, and what lies between two of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.device import DeviceTruth
from studio.core.engine import Engine
from studio.core.labels import label_vector, noise_vector
from studio.core.library import ModelEntry
from training.manifest import ModelManifest

Pixels = NDArray[np.uint8]
Vector = NDArray[np.float64]

UNBOUNDED = 3.0
"""From this truncation on the noise is left as it is: 0.3 % of all values lie beyond."""
ANY = ""
BATCH = 16
"""Pictures that the network makes at once: few enough that a newer wish is soon attended to."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: a label (`ANY`: none in particular) and a seed of noise (0: the likeliest picture)."""

    label: str
    seed: int


@dataclass(frozen=True, slots=True)
class Between:
    """A picture on the way from one sample to another; ``share`` 0 is the first, 1 the second."""

    first: Sample
    second: Sample
    share: float


Place = Sample | Between


@dataclass(frozen=True, slots=True)
class Dial:
    """What is done to the noise of every picture.

    ``strength`` multiplies it: 0 is the likeliest picture under each label, 1 what the model was trained
    with. ``truncation`` says how far from 0 a value may lie, in standard deviations.
    """

    strength: float = 1.0
    truncation: float = UNBOUNDED


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """Pictures that are wanted of one model, the most urgent first; equal requests give equal pictures."""

    model: ModelEntry
    places: tuple[Place, ...]
    dial: Dial


@dataclass(frozen=True, slots=True)
class Generated:
    """Some of the pictures of a request, read-only uint8 [S,S,3]; ``left`` are still to come."""

    model: ModelEntry
    dial: Dial
    pictures: tuple[tuple[Place, Pixels], ...]
    left: int
    run_ms: float
    device: DeviceTruth


@dataclass(frozen=True, slots=True)
class GenerateFailed:
    """Why there are no pictures: one sentence for the user, details are in the log."""

    model: ModelEntry
    message: str


def generate(engine: Engine, request: GenerateRequest) -> Generated:
    """Make the first `BATCH` pictures of a request; UserError when the model fails."""
    places = request.places[:BATCH]
    images, run_ms = engine.generate(*inputs_of(engine.manifest, places, request.dial))
    images.setflags(write=False)
    return Generated(
        request.model,
        request.dial,
        tuple(zip(places, images, strict=True)),
        len(request.places) - len(places),
        run_ms,
        engine.device,
    )


def walk(first: Sample, second: Sample, steps: int) -> tuple[Place, ...]:
    """Return ``steps`` places (2 at least) at equal distances from one sample to the other, both included."""
    inner = (Between(first, second, step / (steps - 1)) for step in range(1, steps - 1))
    return (first, *inner, second)


def inputs_of(
    manifest: ModelManifest, places: Sequence[Place], dial: Dial
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the model's inputs for these places: label weights [N,L] and noise [N,Z].

    Between two samples the noise goes along the sphere and the weights of the labels in a straight line.
    """
    labels = np.zeros((len(places), len(manifest.labels)), np.float32)
    noise = np.zeros((len(places), manifest.noise), np.float32)
    known: dict[int, Vector] = {}
    for row, place in enumerate(places):
        if isinstance(place, Sample):
            labels[row] = _label_of(manifest, place)
            noise[row] = _noise_of(manifest, place, dial, known)
        else:
            first, second = place.first, place.second
            labels[row] = lerp(_label_of(manifest, first), _label_of(manifest, second), place.share)
            ends = [_noise_of(manifest, sample, dial, known) for sample in (first, second)]
            noise[row] = slerp(ends[0], ends[1], place.share)
    return labels, noise


def truncated(noise: Vector, bound: float) -> Vector:
    """Return standard normal ``noise`` as values of the normal distribution cut off at +-``bound``.

    The truncation trick (Brock et al. 2019, "Large scale GAN training", section 3.1) draws values beyond the
    bound anew; here each value keeps its quantile instead, so that pictures change steadily with the bound.
    """
    if bound >= UNBOUNDED:
        return noise
    from statistics import NormalDist  # slow to import, and the window starts without it

    normal = NormalDist()
    low = normal.cdf(-bound)
    return np.array([normal.inv_cdf(low + normal.cdf(value) * (1 - 2 * low)) for value in noise])


def slerp(first: Vector, second: Vector, share: float) -> Vector:
    """Return the noise [Z] at ``share`` of the way along the sphere.

    White 2016, "Sampling generative networks", section 2.1. A straight line would pass through the middle,
    where noise is weaker than any the model has seen. It is taken where there is no sphere (one of them is
    zero) or no single way along it.
    """
    lengths = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    if not all(lengths):
        return lerp(first, second, share)
    angle = np.arccos(np.clip(first @ second / (lengths[0] * lengths[1]), -1.0, 1.0))
    if np.sin(angle) < 1e-6:
        return lerp(first, second, share)
    parts = np.sin((1 - share) * angle), np.sin(share * angle)
    return np.asarray((parts[0] * first + parts[1] * second) / np.sin(angle))


def lerp(first: NDArray[np.floating], second: NDArray[np.floating], share: float) -> Vector:
    """Return what lies at ``share`` of the straight way."""
    return np.asarray((1 - share) * first + share * second, np.float64)


def _label_of(manifest: ModelManifest, sample: Sample) -> NDArray[np.float32]:
    return label_vector(manifest, ((sample.label, 1.0),) if sample.label else ())


def _noise_of(manifest: ModelManifest, sample: Sample, dial: Dial, known: dict[int, Vector]) -> Vector:
    if sample.seed not in known:
        noise = noise_vector(manifest, sample.seed).astype(np.float64)
        known[sample.seed] = dial.strength * truncated(noise, dial.truncation)
    return known[sample.seed]
