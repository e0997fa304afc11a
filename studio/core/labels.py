"""What a model is told besides pixels: the mixture of labels and the noise."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from training.files import UserError
from training.manifest import ModelManifest

LabelMix = tuple[tuple[str, float], ...]
"""Names with weights; empty: any label."""

FIRST_DRAW = 7402
"""What chance begins with where a model chooses its colours: of 8,000 draws one whose pictures of the
drawings made by hand (docs/models.md) have most of the colours that people expect of fruit, a tree, a car."""


SAMPLE_DRAW = 508
"""The attempt that the labels' small pictures show: one of thirty, chosen by eye."""


def label_vector(manifest: ModelManifest, mix: Iterable[tuple[str, float]]) -> NDArray[np.float32]:
    """Return the model's label input, float32 [L]: weights that sum to 1, or all 0 for "any label".

    Names the model does not know and weights that are not positive count for nothing, so a drawing keeps
    its labels when the model changes.
    """
    vector = np.zeros(len(manifest.labels))
    places = {simplified(name): place for place, name in enumerate(manifest.labels)}
    for name, weight in mix:
        place = places.get(simplified(name))
        if place is not None and weight > 0:
            vector[place] += weight
    total = float(vector.sum())
    return (vector / total if total > 0 else vector).astype(np.float32)


def known_mix(manifest: ModelManifest, mix: Iterable[tuple[str, float]]) -> LabelMix:
    """Return the part of ``mix`` that the model knows, under the model's own names."""
    names = {simplified(name): name for name in manifest.labels}
    return tuple((names[simplified(name)], weight) for name, weight in mix if simplified(name) in names)


def find_label(manifest: ModelManifest, text: str) -> str:
    """Return the model's name for what a person typed; UserError with the choices when there is none.

    Case, punctuation and accents do not matter, and an unambiguous beginning is enough.
    """
    wanted = simplified(text)
    for name in manifest.labels:
        if simplified(name) == wanted:
            return name
    starting = [name for name in manifest.labels if wanted and simplified(name).startswith(wanted)]
    if len(starting) == 1:
        return starting[0]
    if not manifest.labels:
        raise UserError(f"The model {manifest.name} has no labels; leave the label out.")
    raise UserError(
        f"The model {manifest.name} has no label {text!r}; choose one of: {', '.join(manifest.labels)}."
    )


def parse_mix(manifest: ModelManifest, text: str) -> LabelMix:
    """Return the mixture in ``NAME`` or ``NAME=WEIGHT+NAME=WEIGHT``; "" and "any" mean any label."""
    if simplified(text) in ("", "any"):
        return ()
    mix = []
    for part in text.split("+"):
        name, _, weight = part.partition("=")
        try:
            value = float(weight) if weight.strip() else 1.0
        except ValueError:
            raise UserError(f"{weight!r} is no weight; write a label as NAME=0.5.") from None
        if not 0 <= value < float("inf"):
            raise UserError(f"The weight {weight} of {name} must be a number from 0 up.")
        mix.append((find_label(manifest, name), value))
    return tuple(mix)


def noise_vector(manifest: ModelManifest, seed: int) -> NDArray[np.float32]:
    """Return the model's noise input, float32 [Z]. Seed 0 is the first picture of a drawing: zeros, which are
    the likeliest, but a draw where a model chooses its colours by chance: the likeliest would all be alike.
    """
    if seed == 0 and not manifest.chosen_colours:
        return np.zeros(manifest.noise, np.float32)
    draw = seed + FIRST_DRAW if manifest.chosen_colours else seed
    return np.random.default_rng(draw).standard_normal(manifest.noise).astype(np.float32)


@lru_cache(maxsize=1024)
def simplified(name: str) -> str:
    """Return ``name`` without case, accents and punctuation, for comparing."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", plain).strip()
