"""The small prepared data set as fixtures."""

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
