"""Fetching published weights: from a server of our own, verified, cancelled, broken off."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from training.data.dataset import CancelledError
from training.files import UserError
from training.metrics import weights as weights_module
from training.metrics.weights import (
    INCEPTION,
    Published,
    fetch_weights,
    find_weights,
    read_weights,
    take_weights,
    weights_dir,
)

CONTENT = bytes(range(256)) * 4000


class Server(ThreadingHTTPServer):
    """Serves CONTENT, or whatever it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.announced: int | None = len(CONTENT)
        self.content = CONTENT
        self.status = 200
        self.asked = 0

    def published(self) -> Published:
        address = f"http://127.0.0.1:{self.server_address[1]}/weights-tiny.pth"
        return Published(address, len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), ("pt_tiny.pth",))


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(self.server.status)
        if self.server.announced is not None:
            self.send_header("Content-Length", str(self.server.announced))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.01,), name="weights server")
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def left() -> list[str]:
    folder = weights_dir()
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_weights_are_fetched_once_and_found_from_then_on(server: Server) -> None:
    tiny, steps = server.published(), []
    assert find_weights(tiny) is None
    path = fetch_weights(lambda done, total: steps.append((done, total)), None, tiny)
    assert path.parent == weights_dir()
    assert read_weights(path, tiny) == CONTENT
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert find_weights(tiny) == path
    assert server.asked == 1


@pytest.mark.parametrize(
    ("content", "announced", "sentence"),
    [
        (CONTENT[:-1] + b"!", len(CONTENT), "not the published file"),
        (CONTENT[:-9], None, "not the published file"),
        (CONTENT + b"more", None, "not the published file"),
        (CONTENT[:-9], len(CONTENT), "try again|not the published"),  # the connection breaks off
        (b"<html>", 6, "6 bytes, not 1024000"),
    ],
    ids=["changed", "short", "long", "broken off", "another page"],
)
def test_what_is_not_the_published_file_is_not_kept(
    server: Server, content: bytes, announced: int | None, sentence: str
) -> None:
    server.content, server.announced = content, announced
    with pytest.raises(UserError, match=sentence):
        fetch_weights(None, None, server.published())
    assert left() == []
    assert find_weights(server.published()) is None


def test_a_fetch_can_be_cancelled_at_every_piece(server: Server) -> None:
    for asked in range(3):
        answers = iter([False] * asked + [True])
        with pytest.raises(CancelledError):
            fetch_weights(None, lambda answers=answers: next(answers), server.published())  # type: ignore[misc]
        assert left() == []


def test_a_server_that_refuses_or_is_gone_is_told(server: Server) -> None:
    server.status = 404
    with pytest.raises(UserError, match=r"cannot be fetched .*choose the file"):
        fetch_weights(None, None, server.published())
    nowhere = Published("http://127.0.0.1:9/weights.pth", 5, "0")
    with pytest.raises(UserError, match="cannot be fetched"):
        fetch_weights(None, None, nowhere)


def test_a_full_disk_is_told_and_leaves_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weights_module, "write_atomically", full)
    with pytest.raises(UserError, match=r"No space left.*free some space"):
        fetch_weights(None, None, server.published())
    assert left() == []


def test_a_chosen_file_is_copied_when_it_is_the_published_one(tmp_path: Path, server: Server) -> None:
    tiny = server.published()
    good, bad = tmp_path / "mine.pth", tmp_path / "other.pth"
    good.write_bytes(CONTENT)
    bad.write_bytes(CONTENT[::-1])
    with pytest.raises(UserError, match="not the published file"):
        take_weights(bad, None, None, tiny)
    (tmp_path / "short.pth").write_bytes(b"x")
    with pytest.raises(UserError, match="1 bytes, not 1024000"):
        take_weights(tmp_path / "short.pth", None, None, tiny)
    with pytest.raises(UserError, match="cannot be read"):
        take_weights(tmp_path / "none.pth", None, None, tiny)
    path = take_weights(good, None, None, tiny)
    good.unlink()
    assert find_weights(tiny) == path
    assert server.asked == 0


def test_weights_that_another_program_has_fetched_are_found(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "pt_tiny.pth").write_bytes(CONTENT)
    assert find_weights(server.published()) == folder / "pt_tiny.pth"
    (folder / "pt_tiny.pth").write_bytes(CONTENT[:-1])
    assert find_weights(server.published()) is None


def test_the_published_weights_are_described_for_people() -> None:
    assert (INCEPTION.name, INCEPTION.megabytes) == ("weights-inception-2015-12-05-6726825d.pth", 96)
    assert INCEPTION.sha256[:8] in INCEPTION.name
