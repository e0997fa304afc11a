"""The models at hand: shipped ones and those in the user's folder, each checked before it is offered."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import resources
from studio.core import settings
from training.files import UserError, write_json
from training.manifest import LABEL_TASK, SKETCH_TASK, ModelManifest

log = logging.getLogger(__name__)

CACHE_FORMAT = 1


@dataclass(frozen=True)
class ModelEntry:
    """One model file; usable when ``problem`` is None, otherwise that is a sentence saying why not.

    ``id`` names it in drawings and settings; ``sha256`` says exactly which weights were checked.
    """

    id: str
    name: str
    path: Path
    sha256: str
    manifest: ModelManifest | None
    problem: str | None = None
    shipped: bool = False
    size_bytes: int = 0

    @property
    def usable(self) -> bool:
        """Whether the model passed every check."""
        return self.problem is None and self.manifest is not None


@dataclass(frozen=True)
class _Verdict:
    """What the check of one file found; kept in the cache under the file's path, size and time."""

    sha256: str
    manifest: ModelManifest | None
    problem: str | None


Check = Callable[[Path, bool], _Verdict]


class ModelLibrary:
    """Every ``*.onnx`` in some folders, the shipped folder first.

    A stranger's file is checked without running it and then tried once in a child process with limits on
    time and memory; the verdict is cached by path, size and time, so only new files cost anything. Shipped
    files skip the trial. `refresh` may run in any thread, one at a time; `entries` is replaced whole.
    """

    def __init__(self, folders: Iterable[Path] | None = None, cache_file: Path | None = None) -> None:
        self.folders = [Path(folder) for folder in (default_folders() if folders is None else folders)]
        self.cache_file = cache_file or settings.user_cache_dir() / "models.json"
        self.entries: list[ModelEntry] = []
        self._seen: dict[Path, tuple[int, int] | None] | None = None

    def refresh_if_changed(self) -> list[ModelEntry] | None:
        """Look at names, sizes and times alone; `refresh` where any differs from the last look, else None."""
        return None if self._stamps() == self._seen else self.refresh()

    def refresh(self) -> list[ModelEntry]:
        """Look at the folders anew and return the entries; broken files are among them, with the reason."""
        cache = _read_cache(self.cache_file)
        fresh: dict[str, dict[str, Any]] = {}
        entries: list[ModelEntry] = []
        taken: set[str] = set()
        # Noted first: a file that grows while it is checked is looked at once more.
        self._seen = self._stamps()
        for path in self._seen:
            shipped = resources.is_shipped(path)
            key = str(path.absolute())
            try:
                status = path.stat()
                stamp = [status.st_size, status.st_mtime_ns]
                known = cache.get(key)
                verdict = _verdict_from(known["verdict"]) if known and known["stamp"] == stamp else None
                if verdict is None:
                    verdict = check(path, trusted=shipped)
                fresh[key] = {"stamp": stamp, "verdict": _verdict_values(verdict)}
            except OSError as error:
                verdict = _Verdict(
                    "", None, f"{path.name} cannot be read ({error.strerror}); check its rights."
                )
                status = None
            entry_id = path.stem if path.stem not in taken else f"{path.stem}~{verdict.sha256[:8]}"
            taken.add(entry_id)
            name = verdict.manifest.name if verdict.manifest else path.stem
            size = status.st_size if status else 0
            entries.append(
                ModelEntry(
                    entry_id, name, path, verdict.sha256, verdict.manifest, verdict.problem, shipped, size
                )
            )
        self.entries = entries
        if fresh != cache:
            _write_cache(self.cache_file, fresh)
        return entries

    def pictures(self) -> list[ModelEntry]:
        """Return the usable models that turn a sketch into a picture."""
        return [entry for entry in self.entries if is_for_sketches(entry)]

    def find(self, wanted: str, sha256: str = "") -> ModelEntry | None:
        """Return the model with these weights, this id or this name (in this order), usable ones first."""
        ranked = sorted(self.entries, key=lambda entry: not entry.usable)
        tests: list[Callable[[ModelEntry], bool]] = [
            lambda entry: bool(sha256) and entry.sha256 == sha256,
            lambda entry: entry.id == wanted,
            lambda entry: entry.name.casefold() == wanted.casefold(),
            lambda entry: entry.path.name == wanted or str(entry.path) == wanted,
        ]
        for matches in tests:
            for entry in ranked:
                if matches(entry):
                    return entry
        return None

    def generators(self) -> list[ModelEntry]:
        """Return the usable models that make pictures of labels."""
        return [entry for entry in self.entries if is_for_labels(entry)]

    def default_entry(self, preferred: str = "") -> ModelEntry | None:
        """Return the model that colours drawings: the preferred one where it is usable, else `first_of`."""
        return first_of(self.pictures(), preferred)

    def default_generator(self, preferred: str = "") -> ModelEntry | None:
        """Return the model that makes pictures of labels, chosen as `default_entry` is."""
        return first_of(self.generators(), preferred)

    def _stamps(self) -> dict[Path, tuple[int, int] | None]:
        """Return size and time of every file, in the order the models are listed; None: not to be read."""
        found: list[Path] = []
        for folder in self.folders:
            if folder.is_dir():
                found += sorted(path for path in folder.glob("*.onnx") if not path.name.startswith("."))
        return {path: _stamp(path) for path in found}


def default_folders() -> list[Path]:
    """Return where models lie: in the program and in the user's folder."""
    return [resources.asset("models"), settings.user_models_dir()]


def first_of(choices: Sequence[ModelEntry], preferred: str = "") -> ModelEntry | None:
    """Return the choice whose id is ``preferred``, else the first shipped one, else any, else None."""
    for entry in choices:
        if preferred and entry.id == preferred:
            return entry
    return next((entry for entry in choices if entry.shipped), choices[0] if choices else None)


def is_for_sketches(entry: ModelEntry) -> bool:
    """Return whether the model can colour a drawing."""
    return entry.usable and entry.manifest is not None and entry.manifest.task == SKETCH_TASK


def is_for_labels(entry: ModelEntry) -> bool:
    """Return whether the model makes pictures of labels and noise."""
    return entry.usable and entry.manifest is not None and entry.manifest.task == LABEL_TASK


def entry_of_file(path: Path) -> ModelEntry:
    """Check one file outside the library's folders; UserError with the reason when it is not usable."""
    if not path.is_file():
        raise UserError(f"{path} does not exist; check the path of the model.")
    verdict = check(path, trusted=resources.is_shipped(path))
    if verdict.problem is not None or verdict.manifest is None:
        raise UserError(verdict.problem or f"{path.name} is no model.")
    return ModelEntry(
        path.stem,
        verdict.manifest.name,
        path,
        verdict.sha256,
        verdict.manifest,
        None,
        False,
        path.stat().st_size,
    )


def check(path: Path, *, trusted: bool) -> _Verdict:
    """Check one file without running it, then (unless ``trusted``) try it in a child process."""
    from training.modelfile import check_model_file, probe_model_file  # onnx is slow to import

    try:
        checked = check_model_file(path)
        if not trusted:
            probe_model_file(path)
    except UserError as error:
        return _Verdict(_digest(path), None, str(error))
    return _Verdict(checked.sha256, checked.manifest, None)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _verdict_values(verdict: _Verdict) -> dict[str, Any]:
    manifest = verdict.manifest.to_json() if verdict.manifest else None
    return {"sha256": verdict.sha256, "manifest": manifest, "problem": verdict.problem}


def _verdict_from(values: dict[str, Any]) -> _Verdict | None:
    try:
        manifest = values["manifest"]
        return _Verdict(
            str(values["sha256"]),
            ModelManifest.from_json(manifest) if manifest is not None else None,
            values["problem"],
        )
    except (UserError, KeyError, TypeError):
        return None


def _read_cache(path: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] == CACHE_FORMAT:
            return dict(content["files"])
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("model cache %s ignored: %s", path, error)
    return {}


def _write_cache(path: Path, files: dict[str, dict[str, Any]]) -> None:
    try:
        write_json(path, {"format": CACHE_FORMAT, "files": files})
    except OSError as error:
        log.warning("model cache %s not written: %s", path, error)
