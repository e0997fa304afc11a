"""Labels that were saved in a table earlier, to be gone on with."""

from dataclasses import dataclass
from pathlib import Path

from training.data.labels_file import Suggestion, read_rows
from training.data.listing import list_pictures
from training.files import UserError


@dataclass(frozen=True)
class Saved:
    """The ``rows`` of a ``table`` about pictures that are in ``folder``; so many others have ``no_row``."""

    folder: Path
    table: Path
    rows: tuple[Suggestion, ...]
    no_row: int


def read_saved(folder: Path, table: Path) -> Saved:
    """Return what ``table`` says of the pictures below ``folder``, in their order. Call from any thread.

    UserError when there is no such table, or it names none of the pictures.
    """
    given = {one.file: one for one in read_rows(table)}
    listing = list_pictures(folder)
    files = [listing.path(index) for index in range(len(listing))]
    rows = tuple(given[file] for file in files if file in given)
    if not rows:
        raise UserError(f"{table.name} names no picture of {folder.name}; choose its own table.")
    return Saved(folder, table, rows, len(files) - len(rows))
