"""A training in a process of its own, for tests that kill it or start several of them.

python -m tests.training.worker_run DATA RUN [resume|new] [SETTING ...]: prints the steps and losses it does.
Where the environment names a step in KILLED_AT, the process is killed there as from outside, at once.
"""

import json
import os
import signal
import sys
import weakref
from pathlib import Path

import torch
import torch.distributed as dist

from tests.training.runs import never, tiny_config
from training import events
from training.listeners import JournalWriter
from training.loop import train


def main(arguments: list[str]) -> None:
    """Train the tiny network as ``arguments`` say."""
    data, run, mode, *settings = arguments
    torch.set_num_threads(1)
    journal = JournalWriter(Path(run))
    killed_at = int(os.environ.get("KILLED_AT", "0"))
    groups: set[weakref.ref[dist.ProcessGroup]] = set()

    def on_event(event: events.Event) -> None:
        journal(event)
        if dist.is_initialized():
            groups.add(weakref.ref(dist.group.WORLD))
        if isinstance(event, events.StepDone):
            sys.stdout.write(json.dumps({"step": event.step, "losses": event.losses}) + "\n")
            sys.stdout.flush()
            if event.step == killed_at:
                # Windows knows no SIGKILL; there SIGTERM ends a process as abruptly.
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    train(tiny_config(Path(data), Path(run), *settings), on_event, never, resume=mode == "resume")
    # The threads of a group that lives on abort the process when they meet the interpreter's end.
    assert not any(group() for group in groups)


if __name__ == "__main__":
    main(sys.argv[1:])
