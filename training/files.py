"""Files that appear whole or not at all, and the one exception whose text is meant for the user."""

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPLACE_TRIES = 6
REPLACE_WAIT_S = 0.05


class UserError(Exception):
    """Something the user can put right; ``str(error)`` is one sentence that names the remedy."""


def write_atomically(path: Path, write: Callable[[Path], None], *, keep_previous: bool = False) -> None:
    """Let ``write`` fill a temporary file beside ``path``, sync it, then put it in place.

    A reader sees the old file or the new one, never half of one. With ``keep_previous`` the old file
    stays beside the new one with ``~`` behind its name. Raises whatever ``write`` raises, and OSError
    when the disk refuses; the old file is untouched then and the temporary one is removed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temp)
        _sync_file(temp)
        if keep_previous and path.exists():
            _replace(_copy_beside(path), path.with_name(path.name + "~"))
        _replace(temp, path)
        _sync_folder(path.parent)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, data: bytes, *, keep_previous: bool = False) -> None:
    """Write ``data`` to ``path`` atomically."""

    def write(temp: Path) -> None:
        temp.write_bytes(data)

    write_atomically(path, write, keep_previous=keep_previous)


def write_text(path: Path, text: str, *, keep_previous: bool = False) -> None:
    """Write ``text`` as UTF-8 to ``path`` atomically, with plain line feeds on every system."""
    write_bytes(path, text.encode("utf-8"), keep_previous=keep_previous)


def write_json(path: Path, value: Any, *, keep_previous: bool = False) -> None:
    """Write ``value`` as indented JSON to ``path`` atomically."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n", keep_previous=keep_previous)


def read_json(path: Path) -> Any:
    """Return what the JSON file holds; UserError when it is missing or is no JSON."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; check the path.") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as JSON ({error}); restore it or make it anew.") from error


def _copy_beside(path: Path) -> Path:
    copy = path.with_name(f".{path.name}.{os.getpid()}.previous")
    shutil.copy2(path, copy)
    return copy


def _replace(source: Path, target: Path) -> None:
    # A virus scanner or an indexer on Windows may hold the target for a moment.
    for attempt in range(REPLACE_TRIES):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if attempt == REPLACE_TRIES - 1:
                raise
            time.sleep(REPLACE_WAIT_S * 2**attempt)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; there the replace itself is journalled.
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
