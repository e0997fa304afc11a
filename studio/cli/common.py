"""What the commands share: the model a person named, and the answer to bad input."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from studio.core.library import ModelEntry, ModelLibrary, entry_of_file, is_for_sketches
from training.files import UserError

BAD_INPUT = 2


def model_for_sketches(name: str, library: ModelLibrary | None = None) -> ModelEntry:
    """Return the model with this id, name or file, for "" the default; UserError when there is none."""
    if name.lower().endswith(".onnx") and Path(name).exists():
        entry = entry_of_file(Path(name))
    else:
        entry = _listed(name, library or ModelLibrary())
    if entry.problem is not None:
        raise UserError(entry.problem)
    if not is_for_sketches(entry):
        raise UserError(f"The model {entry.name} makes no pictures from sketches; choose another one.")
    return entry


def _listed(name: str, library: ModelLibrary) -> ModelEntry:
    library.refresh()
    entry = library.find(name) if name else library.default_entry()
    if entry is not None:
        return entry
    if not name:
        raise UserError(f"No model is installed; put an .onnx file into {library.folders[-1]}.")
    known = ", ".join(one.id for one in library.pictures()) or "none is installed"
    raise UserError(f"There is no model {name!r}; choose one of: {known}.")


def answering(run: Callable[[], int]) -> int:
    """Return the exit status of ``run``; a UserError becomes one sentence on stderr and status 2."""
    try:
        return run()
    except UserError as error:
        say(str(error))
        return BAD_INPUT


def say(text: str) -> None:
    """Write one line to stderr, which a windowed program on Windows does not have."""
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")


def show(text: str) -> None:
    """Write one line to stdout, which a windowed program on Windows does not have."""
    if sys.stdout is not None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class Parser(argparse.ArgumentParser):
    """An argument parser that answers bad arguments with one sentence."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2 and a sentence that names the remedy."""
        say(f"{self.prog}: {message}; see {self.prog} --help.")
        raise SystemExit(BAD_INPUT)
