"""The small prepared data set as fixtures, and the real sets where they are at hand."""

import os
from pathlib import Path

import pytest

from tests.training.data.shapes import write_set


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """A prepared data set that a test may change."""
    return write_set(tmp_path / "shapes")


@pytest.fixture(scope="session")
def shared_shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data set that no test changes."""
    return write_set(tmp_path_factory.mktemp("shared") / "shapes", 6)


@pytest.fixture(scope="session")
def real_sets(repository: Path) -> Path:
    """The folder with mnist.zip and cifar10.zip: SKETCH_STUDIO_DATA, or shared/data beside the repository."""
    folder = Path(os.environ.get("SKETCH_STUDIO_DATA") or repository.parent / "shared" / "data")
    if not (folder / "cifar10.zip").is_file():
        pytest.skip("cifar10.zip is not here; name its folder in SKETCH_STUDIO_DATA")
    return folder
