"""Trainings in processes of their own: started, killed, and several at once."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST_S = 300
"""How long one training may take; they take a few seconds where nothing else wants the machine."""


def start(data: Path, run: Path, mode: str, *settings: str, **environment: str) -> "subprocess.Popen[str]":
    """Start a training; ``environment`` is added to this process's."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.training.worker_run", str(data), str(run), mode, *settings],
        cwd=REPOSITORY,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """Wait for a training that is to succeed; returns the steps it printed."""
    out, err = process.communicate(timeout=LONGEST_S)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def run_team(size: int, data: Path, run: Path, mode: str, *settings: str) -> list[dict[str, Any]]:
    """Train with ``size`` processes, as torchrun starts them; returns the leader's steps."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    team = [
        start(
            data,
            run,
            mode,
            *settings,
            RANK=str(rank),
            LOCAL_RANK=str(rank),
            WORLD_SIZE=str(size),
            MASTER_ADDR="127.0.0.1",
            MASTER_PORT=port,
        )
        for rank in range(size)
    ]
    try:
        said = [process.communicate(timeout=LONGEST_S) for process in team]
    finally:
        for process in team:
            if process.poll() is None:
                process.kill()
                process.communicate()
    # All of them: when one breaks, the others complain of its absence.
    assert [process.returncode for process in team] == [0] * size, "\n".join(err for _, err in said)
    assert not any(out for out, _ in said[1:])
    return [json.loads(line) for line in said[0][0].splitlines()]
