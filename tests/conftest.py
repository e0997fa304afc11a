"""What every test gets: no screen, one thread, folders of its own, and nothing left running behind it."""

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

# Before Qt, torch and NumPy are imported: they read these once.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["SKETCH_STUDIO_HOME"] = tempfile.mkdtemp(prefix="sketch-studio-tests-")

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
HOME = Path(os.environ["SKETCH_STUDIO_HOME"])
LEAVE_WITHIN_S = 5.0

# Deadlines measure the machine, not the code; a failing example found in one run fails in the next one too.
settings.register_profile(
    "gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("gate")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder that holds pyproject.toml."""
    return REPOSITORY


@pytest.fixture(autouse=True)
def home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test user folders that no other test and no user has touched."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SKETCH_STUDIO_HOME", str(home))
    # Where weights are looked for that other programs have fetched.
    monkeypatch.setenv("TORCH_HOME", str(home / "torch"))
    return home


@pytest.fixture
def known_graphs(home_of_its_own: Path) -> None:
    """Let a test use the graphs that were translated before it, which takes most of a minute each.

    Fixtures of a module or the session have no home of their own and find them in any case.
    """
    graphs = HOME / "cache" / "graphs"
    graphs.mkdir(parents=True, exist_ok=True)
    (home_of_its_own / "cache").mkdir(exist_ok=True)
    # Windows may not let us; the graphs are then translated again.
    with contextlib.suppress(OSError):
        (home_of_its_own / "cache" / "graphs").symlink_to(graphs, target_is_directory=True)


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fail a test after which one of its Python threads is still running."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        # Daemons may end with the process; threads that Python did not start (Qt's) count as daemons.
        if not thread.daemon:
            thread.join(LEAVE_WITHIN_S)
            if thread.is_alive():
                pytest.fail(f"the test left the thread {thread.name!r} running")
