"""Features of true pictures, kept in the user's cache: they change only when the data do."""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.files import write_atomically
from training.folders import user_cache_dir
from training.metrics.features import Features

log = logging.getLogger(__name__)

VERSION = 1
"""Part of the key: raise it when an extractor or the truth's making changes."""
KEPT = 64
"""Files kept; the longest unused go first."""


def remembered_features(
    fingerprint: str, key: Sequence[Any], shape: tuple[int, int], compute: Callable[[], Features]
) -> Features:
    """The features of ``shape`` saved for the data and ``key``; computed and saved where there are none."""
    found = load_features(fingerprint, key)
    if found is None or found.shape != shape:
        found = compute()
        save_features(fingerprint, key, found)
    return found


def load_features(fingerprint: str, key: Sequence[Any]) -> Features | None:
    """The features [N,D] saved for the data with ``fingerprint`` and for ``key`` (plain values), or None."""
    path = _path(fingerprint, key)
    if path is None or not path.is_file():
        return None
    try:
        features = np.load(path, allow_pickle=False)
        path.touch()
    except (OSError, ValueError, EOFError) as error:
        log.info("%s is not used: %s", path, error)
        return None
    return features if features.dtype == np.float64 and features.ndim == 2 else None


def save_features(fingerprint: str, key: Sequence[Any], features: Features) -> None:
    """Keep ``features`` for the next run; a disk that refuses costs nothing but time then."""
    path = _path(fingerprint, key)
    if path is None:
        return

    def write(temp: Path) -> None:
        with temp.open("wb") as file:
            np.save(file, features, allow_pickle=False)

    try:
        write_atomically(path, write)
        kept = sorted(path.parent.glob("*.npy"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.info("features are not kept: %s", error)


def _path(fingerprint: str, key: Sequence[Any]) -> Path | None:
    if not fingerprint:
        return None
    name = hashlib.sha256(json.dumps([VERSION, fingerprint, list(key)]).encode()).hexdigest()
    return user_cache_dir() / "features" / f"{name[:32]}.npy"
