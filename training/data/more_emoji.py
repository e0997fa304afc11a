"""Other emoji sets beside OpenMoji's training drawings, redrawn in its lines and colours.

Only drawings whose family belongs to the training split are taken: a network must not learn from another
artist what the emoji it is tested on look like.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.data.emoji_families import LABELS, TONES, family_key, group_of, group_table, split_of
from training.data.emoji_sets import EmojiSet
from training.data.rendering import in_processes

# What OpenMoji's drawings are filled with, by how many of them have it.
PALETTE = (
    "ffffff", "a57939", "fcea2b", "92d3f5", "d0cfce", "6a462f", "ea5a47", "9b9b9a",
    "3f3f3f", "d22f27", "c19a65", "debb90", "fadcbc", "61b2e4", "f1b31c", "b1cc33",
    "5c9e31", "f4aa41", "e27022", "1e50a0", "8967aa", "ffa7c0", "b399c8", "e67a94",
)  # fmt: skip
OF_PEOPLE = ("Smileys & Emotion", "People & Body")
AMBERS = {"f1b31c", "f4aa41"}
"""Other sets' faces are amber, OpenMoji's are yellow."""
OTHER_ARTIST = "+"
"""Ends the key of a family as other sets draw it."""


@dataclass(frozen=True)
class Another:
    """One drawing of another set: its name, label, family, SVG text, and whether it is a face or a person."""

    name: str
    label: int
    family: str
    svg: str
    of_people: bool


def others(sets: Iterable[EmojiSet], families: Mapping[str, str]) -> list[Another]:
    """Return the drawings of ``sets`` that may be learnt from, in order of their names.

    ``families`` gives the family of each of OpenMoji's drawings, by its name. Families that were joined there
    because their lines are identical are one here too.
    """
    table = group_table()
    joined = {family_key(name): family for name, family in families.items()}
    order = {group: index for index, group in enumerate(LABELS)}
    chosen = []
    for pack in sets:
        for name, svg in pack.drawings.items():
            group = None if TONES & set(name.split("-")) else group_of(name, table)
            family = families.get(name) or joined.get(family_key(name)) or family_key(name)
            if group and split_of(family) == "train":
                # A family of their own beside OpenMoji's: both are drawn from alike often.
                chosen.append(
                    Another(
                        f"{name}.{pack.prefix}",
                        order[group],
                        f"{family}{OTHER_ARTIST}",
                        svg,
                        group in OF_PEOPLE,
                    )
                )
    return sorted(chosen, key=lambda item: item.name)


def render_others(
    chosen: Sequence[Another],
    pairs: Sequence[tuple[Path, Path]],
    size: int,
    told: Callable[[int], None],
) -> list[Another]:
    """Write ``chosen`` to their ``pairs`` of paths (sketch, picture); return those that could be redrawn.

    ``told`` is given the number of drawings that are done.
    """
    jobs = [(item, *pair, size) for item, pair in zip(chosen, pairs, strict=True)]
    drawn = in_processes(_render, jobs, told)
    return [item for item, there in zip(chosen, drawn, strict=True) if there]


def _render(job: tuple[Another, Path, Path, int]) -> bool:
    import resvg_py

    from training.data.flat_lines import WORKED_PX, redraw

    item, sketch, image, size = job
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=item.svg, width=WORKED_PX, height=WORKED_PX, skip_system_fonts=True
        )
    except ValueError:
        return False
    picture = np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGBA"))
    names = [name for name in PALETTE if not (item.of_people and name in AMBERS)]
    swatches = np.array([list(bytes.fromhex(name)) for name in names], np.float32) / np.float32(255)
    seed = int.from_bytes(hashlib.sha256(item.name.encode()).digest()[:8], "big")
    redrawn = redraw(picture, swatches, size, np.random.default_rng(seed))
    if redrawn is None:
        return False
    Image.fromarray(redrawn.sketch).save(sketch, "PNG")
    Image.fromarray(redrawn.image).save(image, "PNG")
    return True
