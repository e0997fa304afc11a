"""MNIST's IDX files and CIFAR's python batches, read as the untrusted bytes they are.

The same files as torchvision's readers take, and the same arrays (a test compares them), but without torch,
so that a folder can be looked at without it; with headers checked against the bytes that are there; and with
nothing executed: CIFAR's batches are pickles, and the unpickler here rebuilds plain values and byte arrays
only (torchvision unpickles whatever a file with the right checksum holds).
"""

import gzip
import io
import pickle
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.files import UserError

LARGEST_BYTES = 4 * 1024**3
LARGEST_BATCH_BYTES = 512 * 1024**2
LARGEST_SIDE_PX = 4096
MOST_LABELS = 100_000
IDX_NAME = re.compile(
    r"^(.*?)(train|t10k|test)[-_.](images|labels)[-_.]idx[13][-_.]ubyte(\.gz)?$", re.IGNORECASE
)
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
CIFAR_10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Pictures:
    """The pictures of one file set: uint8 [N,H,W] or [N,H,W,3], label int64 [N], split of each ("train" or
    "test") as int8 [N] (0 train, 2 test), and the names of the labels.
    """

    images: Pixels
    label: NDArray[np.int64]
    split: NDArray[np.int8]
    labels: tuple[str, ...]
    files: tuple[Path, ...]


def find_idx(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the IDX files in the folder or its ``raw``: {("train" or "test", "images" or "labels"): path}.

    Empty unless images and labels of the training part are there. Of several sets (EMNIST) the first counts.
    """
    for place in _near(folder):
        found: dict[str, dict[tuple[str, str], Path]] = {}
        for path in sorted(place.iterdir()):
            match = IDX_NAME.match(path.name)
            if match and path.is_file():
                part = "train" if match[2].lower() == "train" else "test"
                # A plain file wins over its packed copy: it sorts first.
                found.setdefault(match[1], {}).setdefault((part, match[3].lower()), path)
        for files in found.values():
            if {("train", "images"), ("train", "labels")} <= files.keys():
                return files
    return {}


def find_cifar(folder: Path) -> dict[str, list[Path]]:
    """Return the batch files in the folder or one below: {"train": [...], "test": [...], "meta": [...]}."""
    for place in _near(folder):
        ten = sorted(place.glob("data_batch_?"))
        if ten and (place / "test_batch").is_file():
            meta = [path for path in [place / "batches.meta"] if path.is_file()]
            return {"train": ten, "test": [place / "test_batch"], "meta": meta}
        if all((place / name).is_file() for name in ("train", "test", "meta")):
            return {"train": [place / "train"], "test": [place / "test"], "meta": [place / "meta"]}
    return {}


def read_idx(folder: Path) -> Pictures:
    """Return the pictures of the IDX files in ``folder``; UserError where they are not what they claim."""
    files = find_idx(folder)
    if not files:
        raise UserError(f"{folder} holds no train-images-idx3-ubyte with its labels; check the folder.")
    images, label, split = [], [], []
    for part, number in (("train", 0), ("test", 2)):
        if {(part, "images"), (part, "labels")} <= files.keys():
            pixels, given = read_idx_file(files[part, "images"]), read_idx_file(files[part, "labels"])
            _check_pictures(files[part, "images"], pixels)
            if given.ndim != 1 or len(given) != len(pixels):
                raise UserError(
                    f"{files[part, 'labels'].name} holds {len(given)} labels for {len(pixels)} pictures;"
                    " fetch both files anew."
                )
            images.append(pixels)
            label.append(given.astype(np.int64))
            split.append(np.full(len(pixels), number, np.int8))
    if len({pixels.shape[1:] for pixels in images}) > 1:
        raise UserError(f"The pictures to train and to test on in {folder} differ in size; fetch them anew.")
    everything = np.concatenate(label)
    count = int(everything.max(initial=0)) + 1
    names = FASHION if "fashion" in str(folder).casefold() and count == 10 else _numbers(count)
    joined = images[0] if len(images) == 1 else np.concatenate(images)
    return Pictures(joined, everything, np.concatenate(split), names, tuple(files.values()))


def read_idx_file(path: Path) -> Pixels:
    """Return what one IDX file of bytes holds, its header checked against its length before anything else."""
    data = _unpacked(path)
    if len(data) < 4 or data[:3] != b"\0\0\x08" or not 1 <= data[3] <= 4:
        raise UserError(f"{path.name} is no IDX file of bytes; fetch it anew.")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise UserError(f"{path.name} is cut off; fetch it anew.")
    shape = struct.unpack(f">{data[3]}I", data[4:start])
    # Python's whole numbers do not overflow, whatever the header claims.
    claimed = 1
    for side in shape:
        claimed *= side
    if claimed != len(data) - start:
        raise UserError(
            f"{path.name} says it holds {claimed} bytes but has {len(data) - start}; fetch it anew."
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def read_cifar(folder: Path) -> Pictures:
    """Return the pictures of the CIFAR-10 or CIFAR-100 python batches in ``folder``."""
    files = find_cifar(folder)
    if not files:
        raise UserError(f"{folder} holds no data_batch_1 and test_batch; check the folder.")
    images, label, split = [], [], []
    for part, number in (("train", 0), ("test", 2)):
        for path in files[part]:
            pixels, given = _batch(path)
            images.append(pixels)
            label.append(given)
            split.append(np.full(len(given), number, np.int8))
    everything = np.concatenate(label)
    count = int(everything.max(initial=0)) + 1
    names = _label_names(files["meta"][0]) if files["meta"] else CIFAR_10 if count <= 10 else ()
    if len(names) < count:
        names = _numbers(count)
    paths = (*files["train"], *files["test"], *files["meta"])
    return Pictures(np.concatenate(images), everything, np.concatenate(split), names, paths)


def unpickle_plainly(data: bytes, name: str) -> Any:
    """Return the plain values and NumPy byte arrays that a pickle holds; UserError for any other content.

    Only the three names that an array's pickle needs can be looked up, and each stands for a function of our
    own, so no code of the file's choosing runs. Every Python 2 string comes back as bytes.
    """
    try:
        return _PlainUnpickler(io.BytesIO(data), encoding="bytes").load()
    except UserError:
        raise
    except Exception as error:
        # A hostile pickle makes the machine that reads it raise nearly anything.
        raise UserError(
            f"{name} is damaged or no python batch ({type(error).__name__}); fetch it anew."
        ) from error


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("numpy", "ndarray"): _Array,
            ("numpy", "dtype"): _dtype,
            ("_codecs", "encode"): _encode,
        }
        for place in ("numpy.core.multiarray", "numpy._core.multiarray"):
            known[place, "_reconstruct"] = _reconstruct
        if (module, name) not in known:
            raise UserError(f"A batch file asks for {module}.{name}, which no data needs; do not trust it.")
        return known[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise UserError("A batch file points outside itself, which no data needs; do not trust it.")


class _Array:
    """Stands for an array while it is unpickled: its state is checked before an array is made of it."""

    def __init__(self) -> None:
        self.values: NDArray[np.uint8] | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, raw = state
        raw = raw.encode("latin-1") if isinstance(raw, str) else raw
        if not isinstance(kind, _Bytes) or not isinstance(raw, bytes):
            raise UserError("A batch file holds an array of something else than bytes; fetch it anew.")
        sides = [int(side) for side in shape]
        count = 1
        for side in sides:
            count *= side
        if min(sides, default=0) < 0 or count != len(raw):
            raise UserError("A batch file holds an array whose size is not what it says; fetch it anew.")
        self.values = np.frombuffer(raw, np.uint8).reshape(sides, order="F" if fortran else "C")


class _Bytes:
    """Stands for the one number format accepted."""

    def __setstate__(self, state: Any) -> None:
        """Take nothing of the byte order and the like: bytes have none."""


def _reconstruct(kind: Any, shape: Any, typecode: Any) -> _Array:
    if kind is not _Array:
        raise UserError("A batch file holds an object that is no array; do not trust it.")
    return _Array()


def _dtype(name: Any, *_: Any) -> _Bytes:
    if name not in ("u1", b"u1"):
        raise UserError("A batch file holds an array of something else than bytes; fetch it anew.")
    return _Bytes()


def _encode(text: Any, encoding: Any) -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
        raise UserError("A batch file holds text in an odd coding; fetch it anew.")
    return text.encode("latin-1")


def _batch(path: Path) -> tuple[Pixels, NDArray[np.int64]]:
    content = _dictionary(path)
    data = content.get("data")
    given = content.get("labels", content.get("fine_labels"))
    if not isinstance(data, _Array) or data.values is None or data.values.ndim != 2:
        raise UserError(f"{path.name} holds no pictures; fetch it anew.")
    count, length = data.values.shape
    side = round((length / 3) ** 0.5)
    if not count or 3 * side * side != length:
        raise UserError(f"{path.name} holds pictures that are not square; fetch it anew.")
    if not isinstance(given, list) or len(given) != count:
        raise UserError(f"{path.name} has not one label a picture; fetch it anew.")
    if not all(type(one) is int and 0 <= one < MOST_LABELS for one in given):
        raise UserError(f"{path.name} has labels that are no small numbers; fetch it anew.")
    # Each row is the red, the green, then the blue plane.
    pixels = data.values.reshape(count, 3, side, side).transpose(0, 2, 3, 1)
    _check_pictures(path, pixels)
    return np.ascontiguousarray(pixels), np.array(given, np.int64)


def _label_names(path: Path) -> tuple[str, ...]:
    content = _dictionary(path)
    names = content.get("label_names", content.get("fine_label_names", []))
    if not isinstance(names, list) or len(names) > MOST_LABELS:
        return ()
    return tuple(
        name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)[:200] for name in names
    )


def _dictionary(path: Path) -> dict[str, Any]:
    content = unpickle_plainly(_unpacked(path, LARGEST_BATCH_BYTES), path.name)
    if not isinstance(content, dict):
        raise UserError(f"{path.name} is no python batch; fetch it anew.")
    return {
        key.decode("latin-1") if isinstance(key, bytes) else key: value
        for key, value in content.items()
        if isinstance(key, str | bytes)
    }


def _check_pictures(path: Path, pixels: Pixels) -> None:
    if pixels.ndim not in (3, 4) or not len(pixels):
        raise UserError(f"{path.name} holds no pictures; fetch it anew.")
    if not all(4 <= side <= LARGEST_SIDE_PX for side in pixels.shape[1:3]):
        raise UserError(f"{path.name} holds pictures of {pixels.shape[1:3]} pixels; fetch it anew.")


def _unpacked(path: Path, most: int = LARGEST_BYTES) -> bytes:
    """Return the bytes of a file, unpacked when it is gzip, at most ``most`` of them."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            source = gzip.GzipFile(fileobj=file) if packed else file
            data = source.read(most + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"{path.name} is damaged or cut off; fetch it anew.") from error
    except MemoryError:
        raise UserError(f"{path.name} does not fit into memory; fetch it anew.") from None
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror or error}); check the file.") from error
    if len(data) > most:
        raise UserError(f"{path.name} is larger than {most // 1024**2} MB; fetch it anew.")
    return data


def _numbers(count: int) -> tuple[str, ...]:
    if count > MOST_LABELS:
        raise UserError(f"The labels go up to {count - 1}; fetch the files anew.")
    return tuple(str(number) for number in range(count))


def _near(folder: Path) -> list[Path]:
    """Return the folder and the folders in it in which such files usually lie."""
    usual = ("raw", "MNIST/raw", "FashionMNIST/raw", "cifar-10-batches-py", "cifar-100-python")
    return [place for place in (folder, *(folder / name for name in usual)) if place.is_dir()]
