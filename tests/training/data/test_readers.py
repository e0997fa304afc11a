"""IDX files and CIFAR's batches: read as torchvision reads them, refused where they lie, never executed."""

import contextlib
import gzip
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.data.trees import idx, write_cifar, write_idx
from training.data import readers
from training.data.readers import read_cifar, read_idx, read_idx_file, unpickle_plainly
from training.files import UserError


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("inside", ["", "MNIST/raw"])
def test_mnist_is_read_plain_and_packed(tmp_path: Path, packed: bool, inside: str) -> None:
    pictures, labels = write_idx(tmp_path / inside, packed=packed)
    found = read_idx(tmp_path)
    assert np.array_equal(found.images, pictures)
    assert np.array_equal(found.label, labels)
    assert found.split.tolist() == [0] * 24 + [2] * 12
    assert found.labels == tuple("0123456789")


def test_fashion_mnist_has_names(tmp_path: Path) -> None:
    write_idx(tmp_path / "fashion")
    assert read_idx(tmp_path / "fashion").labels[9] == "Ankle boot"


def test_the_same_as_torchvision_reads(tmp_path: Path) -> None:
    from training.vision import import_torchvision

    write_idx(tmp_path / "idx")
    mnist = import_torchvision("torchvision.datasets.mnist")
    path = tmp_path / "idx" / "train-images-idx3-ubyte"
    assert np.array_equal(read_idx_file(path), mnist.read_image_file(str(path)).numpy())
    pictures, labels = write_cifar(tmp_path / "cifar-10-batches-py")
    cifar = import_torchvision("torchvision.datasets.cifar")

    class Unchecked(cifar.CIFAR10):  # type: ignore[name-defined, misc]
        """Without the check sums, which belong to the one original."""

        def _check_integrity(self) -> bool:
            return True

        def _load_meta(self) -> None:
            self.classes = []

    theirs = Unchecked(str(tmp_path), train=True)
    ours = read_cifar(tmp_path)
    assert np.array_equal(ours.images[:50], theirs.data)
    assert ours.label[:50].tolist() == theirs.targets
    assert np.array_equal(ours.images, pictures)
    assert ours.label.tolist() == labels
    assert ours.labels[3] == "thing 3"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is no IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01abcd", "is no IDX file"),
        (b"\0\0\x08\x03\0\0\0\x01", "is cut off"),
        (struct.pack(">4B3I", 0, 0, 8, 3, 60000, 28, 28) + b"x" * 100, "says it holds 47040000 bytes"),
        (struct.pack(">4B3I", 0, 0, 8, 3, *([2**32 - 1] * 3)), "says it holds"),
        (gzip.compress(idx(np.zeros((3, 8, 8), np.uint8)))[:-9], "damaged or cut off"),
        (b"\x1f\x8bnonsense", "damaged or cut off"),
    ],
)
def test_headers_that_lie_are_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(data)
    with pytest.raises(UserError, match=sentence):
        read_idx_file(path)


def test_a_small_file_that_unpacks_to_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "LARGEST_BYTES", 10_000)
    monkeypatch.setattr(readers._unpacked, "__defaults__", (10_000,))
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(bytes(100_000)))
    with pytest.raises(UserError, match="is larger than"):
        read_idx_file(path)


def test_labels_and_pictures_must_be_as_many(tmp_path: Path) -> None:
    write_idx(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.zeros(7, np.uint8)))
    with pytest.raises(UserError, match="7 labels for 24 pictures"):
        read_idx(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(np.zeros(7, np.uint8)))
    with pytest.raises(UserError, match="holds no pictures"):
        read_idx(tmp_path)


class Evil:
    """Runs a command of its choosing where it is unpickled without care."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self._target),)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_malicious_batch_runs_nothing(tmp_path: Path, protocol: int) -> None:
    write_cifar(tmp_path / "set")
    target = tmp_path / "made by the pickle"
    content = {b"data": Evil(target), b"labels": [1]}
    (tmp_path / "set" / "data_batch_3").write_bytes(pickle.dumps(content, protocol))
    with pytest.raises(UserError, match="do not trust it"):
        read_cifar(tmp_path / "set")
    assert not target.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"cnumpy\nload\n(S'x'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy.core.multiarray\n_reconstruct\n(cbuiltins\nlist\n(I0\ntS'b'\ntR.",
        b"cnumpy.core.multiarray\nscalar\n.",
        pickle.dumps(np.zeros((2, 3), np.float64)),
        pickle.dumps(np.array([{}], object)),
        b"Pid\n.",
        b"",
        b"(((((((",
    ],
)
def test_odd_pickles_are_refused(data: bytes) -> None:
    with pytest.raises(UserError):
        unpickle_plainly(data, "batch")


@pytest.mark.parametrize(
    "content",
    [
        [1, 2],
        {b"data": 3, b"labels": []},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]},
        {b"data": np.zeros((2, 3000), np.uint8), b"labels": [1, 2]},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, -2]},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, 10**9]},
        {b"data": np.zeros((0, 3072), np.uint8), b"labels": []},
        {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1, "a"]},
    ],
)
def test_batches_that_hold_no_pictures_are_refused(tmp_path: Path, content: object) -> None:
    write_cifar(tmp_path)
    (tmp_path / "data_batch_2").write_bytes(pickle.dumps(content, protocol=2))
    with pytest.raises(UserError, match=r"fetch it anew|do not trust it"):
        read_cifar(tmp_path)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_bring_more_than_a_sentence(data: bytes) -> None:
    with contextlib.suppress(UserError):
        unpickle_plainly(data, "batch")


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple), st.integers(0, 2**32 - 1))
def test_idx_files_of_any_shape_come_back(shape: tuple[int, ...], seed: int) -> None:
    import tempfile

    values = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train-images-idx3-ubyte"
        path.write_bytes(idx(values))
        assert np.array_equal(read_idx_file(path), values)
