"""A prepared data set and a finished run that several tests read."""

from pathlib import Path

import pytest

from tests.training.data.shapes import write_set
from tests.training.runs import Listener, ignore, never, tiny_config
from training.loop import train


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data set that no test changes."""
    return write_set(tmp_path_factory.mktemp("pairs") / "pairs", 6)


@pytest.fixture(scope="session")
def finished_run(pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of four steps, measured once, that no test changes."""
    run = tmp_path_factory.mktemp("runs") / "run"
    train(tiny_config(pairs, run, "every.evaluate=4"), ignore, never)
    return run


@pytest.fixture
def listener() -> Listener:
    return Listener()
