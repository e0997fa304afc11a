"""The published Inception weights that FID is measured with: where they are, and how they get there.

They are 96 MB, no part of the program, and the user's to fetch, once; everything works without them. No torch
here, and no screen. What a window calls, all of it from a thread of its own:

- ``find_weights()`` is the file that measurements will use, None while there is none: quick enough for a
  label, since it looks at names and sizes alone.
- ``fetch_weights(on_progress, cancelled)`` downloads them. ``on_progress(done, total)`` counts bytes, and
  ``cancelled()`` is asked before every piece; INCEPTION has ``url`` and ``size_bytes`` to show beforehand.
- ``take_weights(path, on_progress, cancelled)`` copies a file that the user has chosen instead.

Both return the path in the user's cache once size and SHA-256 are those published, and raise UserError with a
sentence or CancelledError; whatever happens, nothing half done is left. The next measurement of a running
training takes them up.
"""

import contextlib
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from training.data.dataset import Cancelled, CancelledError, Progress
from training.files import UserError, write_atomically
from training.folders import user_cache_dir

PIECE_BYTES = 256 * 1024
TIMEOUT_S = 30.0
"""How long a server may be silent."""


@dataclass(frozen=True)
class Published:
    """A file as its makers published it; ``other_names`` are those it has where others have fetched it."""

    url: str
    size_bytes: int
    sha256: str
    other_names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.url.rpartition("/")[2]

    @property
    def megabytes(self) -> int:
        """Its size for people."""
        return round(self.size_bytes / 1e6)


INCEPTION = Published(
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/weights-inception-2015-12-05-6726825d.pth",
    95_628_359,
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    ("pt_inception-2015-12-05-6726825d.pth",),
)
"""The network of 2015-12-05 that all FID are quoted with, as torch-fidelity publishes it for PyTorch."""


def find_weights(weights: Published = INCEPTION) -> Path | None:
    """The file in the user's cache, or where torch-fidelity and pytorch-fid keep theirs; None without one."""
    for folder in (weights_dir(), _hub_dir()):
        for name in (weights.name, *weights.other_names):
            with contextlib.suppress(OSError):
                if (folder / name).stat().st_size == weights.size_bytes:
                    return folder / name
    return None


def weights_dir() -> Path:
    """The folder of fetched weights."""
    return user_cache_dir() / "weights"


def fetch_weights(
    on_progress: Progress | None = None, cancelled: Cancelled | None = None, weights: Published = INCEPTION
) -> Path:
    """Download ``weights`` into the user's cache; see the module."""
    request = urllib.request.Request(weights.url, headers={"User-Agent": "sketch-studio"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            announced = answer.headers.get("Content-Length")
            if announced is not None and announced != str(weights.size_bytes):
                raise UserError(f"{weights.url} holds {announced} bytes, not {weights.size_bytes}; {_ELSE}")
            return _keep(answer, weights, on_progress, cancelled, _ELSE)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise UserError(f"{weights.url} cannot be fetched ({reason}); {_ELSE}") from error


def take_weights(
    path: Path,
    on_progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    weights: Published = INCEPTION,
) -> Path:
    """Copy the user's own file of ``weights`` into the cache; see the module."""
    remedy = f"choose the file fetched from {weights.url}."
    try:
        size_bytes = path.stat().st_size
        if size_bytes != weights.size_bytes:
            raise UserError(f"{path.name} has {size_bytes} bytes, not {weights.size_bytes}; {remedy}")
        with path.open("rb") as file:
            return _keep(file, weights, on_progress, cancelled, remedy)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}); {remedy}") from error


def read_weights(path: Path, weights: Published = INCEPTION) -> bytes:
    """The bytes of ``path`` once size and SHA-256 are those published; UserError when they are not."""
    remedy = "remove the file and fetch it again"
    try:
        size_bytes = path.stat().st_size
        if size_bytes != weights.size_bytes:
            raise UserError(f"{path.name} has {size_bytes} bytes, not {weights.size_bytes}; {remedy}.")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror or error}); {remedy}.") from error
    if hashlib.sha256(data).hexdigest() != weights.sha256:
        raise UserError(f"{path.name} is not the published file; {remedy}.")
    return data


_ELSE = "try again later, or fetch it elsewhere and choose the file."


def _keep(
    source: BinaryIO,
    weights: Published,
    on_progress: Progress | None,
    cancelled: Cancelled | None,
    remedy: str,
) -> Path:
    """Write what ``source`` gives into the cache when it is the published file."""
    path = weights_dir() / weights.name

    def write(temp: Path) -> None:
        hashed, done = hashlib.sha256(), 0
        with temp.open("wb") as file:
            for piece in _pieces(source, cancelled or (lambda: False)):
                done += len(piece)
                if done > weights.size_bytes:
                    break
                hashed.update(piece)
                file.write(piece)
                if on_progress is not None:
                    on_progress(done, weights.size_bytes)
        if done != weights.size_bytes or hashed.hexdigest() != weights.sha256:
            raise UserError(f"What came is not the published file {weights.name}; {remedy}")

    with _refusals_told(path.parent):
        write_atomically(path, write)
    return path


def _pieces(source: BinaryIO, cancelled: Callable[[], bool]) -> Iterator[bytes]:
    while True:
        if cancelled():
            raise CancelledError
        piece = source.read(PIECE_BYTES)
        if not piece:
            return
        yield piece


@contextlib.contextmanager
def _refusals_told(folder: Path) -> Iterator[None]:
    """Tell what the disk refuses apart from what the network does."""
    try:
        yield
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        raise
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{folder} cannot be written ({reason}); free some space and try again.") from error


def _hub_dir() -> Path:
    """Where PyTorch keeps what it downloads, as its documentation of ``torch.hub`` says."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"))
    torch_home = Path(os.environ.get("TORCH_HOME", cache / "torch"))
    return torch_home.expanduser() / "hub" / "checkpoints"
