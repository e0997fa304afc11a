"""Drawings that people made by hand in twenty seconds: Quick, Draw! (Ha and Eck 2018, section 3.1).

They have no colours. What they show is known, and an emoji of the same thing has its colours.
"""

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Dataset
from training.data.emoji_families import family_key
from training.data.enclosed import main_colour
from training.files import UserError

NAME = "drawings of Quick Draw"
"""What a model's card says that it learned from."""
SIDE = 255.0
"""Largest coordinate in the simplified drawings."""
MOST_POINTS = 5_000
PEN = (0.012, 0.05)
"""Width of the pen, as a share of the picture."""
TURN, STRETCH, SMALLEST = 0.2, 0.15, 0.5
"""Largest turn in radians, spread of the stretching, and smallest size as a share of the picture."""
UNSTEADY = 0.006
"""How far points are moved, as a share of the picture."""
FRACTION_BITS = 4  # cv2 draws to a sixteenth of a pixel

Line = NDArray[np.float32]


@dataclass(frozen=True)
class Handmade:
    """Drawings of things that a data set shows: the lines of each, float32 [P,2] with the drawing's middle at
    0 and its longer side 1, int64 [n] ``item``, a picture of the data set that shows the same, and the
    ``colour`` uint8 [3] that most of this has, None where there is none.

    ``problems`` says in a sentence each what was left out.
    """

    lines: tuple[tuple[Line, ...], ...]
    item: NDArray[np.int64]
    colour: tuple[NDArray[np.uint8] | None, ...]
    problems: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def sketch(self, number: int, size: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return drawing ``number`` uint8 [size,size] (255 paper, 0 ink), with another pen each time, turned
        and stretched a little.
        """
        turn, stretch = rng.uniform(-TURN, TURN), np.exp(rng.normal(0, STRETCH))
        side = size * rng.uniform(SMALLEST, 1.0) / max(stretch, 1.0) * 0.9
        pen = max(1, round(size * float(np.exp(rng.uniform(*np.log(PEN))))))
        matrix = side * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = matrix @ np.diag([stretch * rng.choice([-1.0, 1.0]), 1.0])
        room = max(0.0, (size - side) / 2)
        middle = size / 2 + rng.uniform(-room, room, 2) / 2
        canvas = np.full((size, size), 255, np.uint8)
        for line in self.lines[number]:
            points = line @ matrix.T + middle + rng.normal(0, UNSTEADY * size, line.shape)
            fixed = np.rint(points * 2**FRACTION_BITS).astype(np.int32)
            cv2.polylines(canvas, [fixed], False, 0, pen, cv2.LINE_AA, FRACTION_BITS)
        return canvas


def open_handmade(folder: Path, dataset: Dataset) -> Handmade:
    """Read every ``WORD.ndjson`` in ``folder`` whose word is shown in ``dataset``: simplified drawings, one
    JSON object a line. Lines that cannot be read are left out. UserError when nothing is left.
    """
    text = resources.files("training.data").joinpath("quickdraw_words.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)["words"]
    by_family = {family: item for item, family in reversed(list(enumerate(dataset.families)))}
    by_name = {name: item for item, name in enumerate(dataset.names)}
    lines, items, problems = list[tuple[Line, ...]](), list[int](), list[str]()
    colours = list[NDArray[np.uint8] | None]()
    for path in sorted(Path(folder).glob("*.ndjson")):
        if (emoji := words.get(path.stem)) is None:
            continue
        if (item := by_name.get(emoji, by_family.get(family_key(emoji)))) is None:
            continue
        colour = main_colour(dataset.clean(item))
        with path.open(encoding="utf-8", errors="replace") as rows:
            for number, row in enumerate(rows, 1):
                try:
                    lines.append(_read(row))
                except ValueError as error:
                    problems.append(f"{path.name}, line {number}: {error}; left out.")
                else:
                    items.append(item)
                    colours.append(colour)
    if not lines:
        raise UserError(
            f"{folder} holds no drawings of what this data set shows; put the simplified "
            "WORD.ndjson files of Quick, Draw! into it."
        )
    return Handmade(tuple(lines), np.array(items, np.int64), tuple(colours), tuple(problems))


def _read(row: str) -> tuple[Line, ...]:
    """The lines of one drawing; ValueError with the reason when it is none."""
    try:
        strokes = [np.array(stroke[:2], np.float32).T for stroke in json.loads(row)["drawing"]]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("no drawing") from error
    if not strokes or any(one.ndim != 2 or one.shape[1] != 2 or not len(one) for one in strokes):
        raise ValueError("no drawing")
    points = np.concatenate(strokes)
    if len(points) > MOST_POINTS or not np.all((points >= 0) & (points <= SIDE)):
        raise ValueError("not a simplified drawing")
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()), 1.0)
    return tuple(((one - (low + high) / 2) / side).astype(np.float32) for one in strokes)
