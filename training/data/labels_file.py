"""Labels in a file: a table (CSV) that says which picture of a folder shows what, and how sure that is.

The columns ``file`` (the path inside the folder, with /) and ``label`` say what is learned; ``confidence``
(0..1), ``runner_up`` and ``settled`` ("yes" where a person has said so) are written beside them, so that one
can go on where one left off. No picture is moved, and none is opened because a table names it: paths are
compared with those that the folder holds.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.files import UserError, write_bytes
from training.manifest import MAX_LABELS, MAX_NAME

NAME = "labels.csv"
"""Found by itself in a folder of pictures."""
COLUMNS = ("file", "label", "confidence", "runner_up", "settled")
YES = "yes"
LARGEST_BYTES = 512 * 1024**2
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Suggestion:
    """The label of one picture, "" where it shall be left out; ``confidence`` 0..1, ``runner_up`` the next
    likely label, "" for none, ``settled`` where a person has said so.
    """

    file: str
    label: str
    confidence: float = 1.0
    runner_up: str = ""
    settled: bool = False


@dataclass(frozen=True)
class Suggestions:
    """``rows`` in the order of the folder, ``left_out`` the pictures that could not be read.

    ``examples`` counts what was compared with, by label. ``accuracy`` is the share of the examples that would
    have got their own label from the others: how far the suggestions can be trusted. ``protocol`` says how
    they were made.
    """

    rows: tuple[Suggestion, ...]
    left_out: tuple[str, ...]
    examples: dict[str, int]
    accuracy: float
    protocol: str


def suggestions_from(values: Mapping[str, Any]) -> Suggestions:
    """The suggestions that ``dataclasses.asdict`` made ``values`` of."""
    rows = tuple(Suggestion(**row) for row in values["rows"])
    left_out = tuple(values["left_out"])
    return Suggestions(rows, left_out, values["examples"], values["accuracy"], values["protocol"])


def write_labels(path: Path, suggestions: Iterable[Suggestion]) -> None:
    """Write a labels file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in suggestions:
        settled = YES if one.settled else ""
        writer.writerow((one.file, one.label, f"{one.confidence:.4f}", one.runner_up, settled))
    # Names of files may be what is no valid Unicode; they come back as they were.
    write_bytes(path, text.getvalue().encode("utf-8", "surrogatepass"))


def read_labels(path: Path) -> dict[str, str]:
    """Return the label of each file; rows without a label are left out.

    UserError when the file cannot be read, is no such table, or gives a picture two labels.
    """
    return {one.file: one.label for one in read_rows(path) if one.label}


def read_rows(path: Path) -> tuple[Suggestion, ...]:
    """Return the rows of a table as they were saved; UserError as ``read_labels``.

    Where a table does not say who gave its labels, a person did; rows without a label are then no rows.
    """
    remedy = "write it as a table with the columns file and label"
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(f"{path.name} is larger than {LARGEST_BYTES // 1024**2} MB; {remedy}.")
        # Spreadsheets begin a file with a mark that is no part of the first column's name.
        text = path.read_bytes().decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name} is no text in UTF-8; save it as CSV in UTF-8.") from error
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    found: dict[str, Suggestion] = {}
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = [name.strip().casefold() for name in next(rows, [])]
        if not {"file", "label"} <= set(columns):
            raise UserError(f"{path.name} has no columns called file and label; {remedy}.")
        file, label = columns.index("file"), columns.index("label")
        for row in rows:
            if len(row) <= max(file, label):
                continue
            one = _suggestion(dict(zip(columns, row, strict=False)))
            if not one.label and not one.settled:
                continue
            if found.setdefault(one.file, one).label != one.label:
                raise UserError(f"{path.name} gives {one.file} two labels; leave one of the rows out.")
    except csv.Error as error:
        raise UserError(f"{path.name} is no table ({error}); {remedy}.") from error
    _check(path, {one.label for one in found.values()})
    return tuple(found.values())


def _suggestion(row: Mapping[str, str]) -> Suggestion:
    """A row by its columns' names, in small letters."""
    label = row["label"].strip()
    try:
        confidence = min(max(float(row.get("confidence", 1)), 0.0), 1.0)
    except ValueError:
        confidence = 1.0
    settled = row["settled"].strip().casefold() == YES if "settled" in row else bool(label)
    name = row["file"].replace("\\", "/").removeprefix("./")
    return Suggestion(name, label, confidence, row.get("runner_up", "").strip(), settled)


def _check(path: Path, labels: set[str]) -> None:
    if len(labels) > MAX_LABELS:
        raise UserError(
            f"{path.name} has {len(labels)} labels, more than {MAX_LABELS}; put some of them together."
        )
    longest = max(labels, key=len, default="")
    if len(longest) > MAX_NAME:
        raise UserError(f"{path.name} has a label of {len(longest)} letters; {MAX_NAME} are the most.")
